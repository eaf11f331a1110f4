/* test_state_item.c - the latest record of a key, and whether it differs from the one before. */
#include "daemon/state_item.h"

#include <stdio.h>
#include <string.h>

#include "daemon/pack.h"
#include "tests/suite.h"

/* A record of the kind 'A', its key, and what it says. */
static struct pack_writer
record_of(const char *ns, const char *name, const char *says)
{
	struct pack_writer writer = PACK_WRITER_INIT;

	pack_number(&writer, 'A', 1);
	pack_text(&writer, ns);
	pack_text(&writer, name);
	if (says != NULL)
		pack_text(&writer, says);
	ck_assert_int_eq(writer.err, 0);
	return writer;
}

static bool
put(struct state_items *items, const char *ns, const char *name, const char *says)
{
	struct pack_writer writer = record_of(ns, name, says);
	bool changed;

	ck_assert_int_eq(state_item_put(items, writer.data, writer.len, &changed), 0);
	pack_writer_release(&writer);
	return changed;
}

static struct state_item *
find(const struct state_items *items, const char *ns, const char *name)
{
	struct pack_writer writer = record_of(ns, name, NULL);
	struct state_item *item = state_item_find(items, writer.data, writer.len);

	pack_writer_release(&writer);
	return item;
}

START_TEST(only_a_record_that_differs_is_a_change)
{
	struct state_items items;

	state_items_init(&items, 2);
	ck_assert(put(&items, "shop", "web", "one"));
	ck_assert(!put(&items, "shop", "web", "one"));
	ck_assert(put(&items, "shop", "web", "two"));
	ck_assert(put(&items, "shop", "web", "twofold"));
	ck_assert_uint_eq(items.set.count, 1);
	find(&items, "shop", "web")->removed_unix_s = 7;
	ck_assert(put(&items, "shop", "web", "twofold"));
	ck_assert_uint_eq(find(&items, "shop", "web")->removed_unix_s, 0);
	ck_assert_ptr_null(find(&items, "shop", "we"));
	ck_assert_ptr_null(find(&items, "shopw", "eb"));
	state_items_free(&items);
}
END_TEST

START_TEST(a_thousand_keys_are_found_and_dropped)
{
	struct state_items items;
	char name[32];

	state_items_init(&items, 2);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		put(&items, "ns", name, name);
	}
	for (int i = 0; i < 1000; i += 2) {
		snprintf(name, sizeof(name), "s%d", i);
		state_item_drop(&items, find(&items, "ns", name));
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		ck_assert((find(&items, "ns", name) != NULL) == (i % 2 == 1));
	}
	state_items_free(&items);
}
END_TEST

/* A verdict's key is its target alone. */
START_TEST(as_many_texts_are_the_key_as_the_table_says)
{
	struct state_items items;

	state_items_init(&items, 1);
	ck_assert(put(&items, "pod/a/b", "was", NULL));
	ck_assert(put(&items, "pod/a/b", "is", NULL));
	ck_assert_uint_eq(items.set.count, 1);
	ck_assert_ptr_nonnull(find(&items, "pod/a/b", "whatever"));
	state_items_free(&items);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("state_item");
	TCase *t = tcase_create("state_item");

	tcase_add_test(t, only_a_record_that_differs_is_a_change);
	tcase_add_test(t, a_thousand_keys_are_found_and_dropped);
	tcase_add_test(t, as_many_texts_are_the_key_as_the_table_says);
	suite_add_tcase(s, t);
	return s;
}
