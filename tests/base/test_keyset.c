/* test_keyset.c - what is in a set is found, what is not is not, whatever came and went. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/keyset.h"
#include "tests/scarce.h"
#include "tests/suite.h"

struct thing {
	char name[28];
	bool in;
};

static bool
has_name(const void *item, const void *key)
{
	return strcmp(((const struct thing *)item)->name, key) == 0;
}

static uint32_t
hash_of(const struct keyset *set, const char *name)
{
	return keyset_hash(set, name, strlen(name));
}

static struct thing *
find(const struct keyset *set, const char *name)
{
	return keyset_find(set, hash_of(set, name), has_name, name);
}

static struct thing *
make_things(size_t count)
{
	struct thing *things = calloc(count, sizeof(*things));

	for (size_t i = 0; i < count; i++)
		snprintf(things[i].name, sizeof(things[i].name), "svc-%zu", i);
	return things;
}

static void
flip(struct keyset *set, struct thing *thing)
{
	if (thing->in)
		keyset_remove(set, hash_of(set, thing->name), thing);
	else
		ck_assert_int_eq(keyset_add(set, hash_of(set, thing->name), thing), 0);
	thing->in = !thing->in;
}

static void
check_all(const struct keyset *set, struct thing *things, size_t count)
{
	size_t in = 0;

	for (size_t i = 0; i < count; i++) {
		ck_assert_ptr_eq(find(set, things[i].name), things[i].in ? &things[i] : NULL);
		in += things[i].in;
	}
	ck_assert_uint_eq(set->count, in);
}

START_TEST(an_empty_set_has_nothing_and_costs_nothing)
{
	struct keyset set;
	size_t at = 0;

	keyset_init(&set);
	ck_assert_ptr_null(find(&set, "web"));
	ck_assert_ptr_null(keyset_next(&set, &at));
	keyset_remove(&set, 0, &set);
	ck_assert_ptr_null(set.items);
	keyset_release(&set);
}
END_TEST

/* Small sets, so that runs of cells often go round the end, and large ones. */
START_TEST(what_comes_and_goes_a_million_times_is_found_while_it_is_there)
{
	static const size_t sizes[] = { 3, 20, 300, 10000 };

	srandom(1);
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		struct thing *things = make_things(sizes[k]);
		struct keyset set;

		keyset_init(&set);
		for (size_t i = 0; i < 250000; i++) {
			flip(&set, &things[(size_t)random() % sizes[k]]);
			if (i % (sizes[k] * 50) == 0)
				check_all(&set, things, sizes[k]);
		}
		check_all(&set, things, sizes[k]);
		keyset_release(&set);
		free(things);
	}
}
END_TEST

/* A hash that all share is slow, never wrong. */
START_TEST(elements_of_one_hash_are_told_apart_by_their_keys)
{
	struct thing *things = make_things(40);
	struct keyset set;

	keyset_init(&set);
	for (size_t i = 0; i < 40; i++)
		ck_assert_int_eq(keyset_add(&set, UINT32_MAX, &things[i]), 0);
	for (size_t i = 0; i < 40; i += 2)
		keyset_remove(&set, UINT32_MAX, &things[i]);
	for (size_t i = 0; i < 40; i++)
		ck_assert_ptr_eq(keyset_find(&set, UINT32_MAX, has_name, things[i].name),
		    i % 2 == 0 ? NULL : &things[i]);
	keyset_release(&set);
	free(things);
}
END_TEST

START_TEST(a_walk_meets_each_element_once)
{
	struct thing *things = make_things(1000);
	struct keyset set;
	struct thing *thing;
	size_t at = 0;

	keyset_init(&set);
	for (size_t i = 0; i < 1000; i++)
		flip(&set, &things[i]);
	while ((thing = keyset_next(&set, &at)) != NULL) {
		ck_assert(thing->in);
		thing->in = false;
	}
	for (size_t i = 0; i < 1000; i++)
		ck_assert(!things[i].in);
	keyset_release(&set);
	free(things);
}
END_TEST

START_TEST(numbers_are_keys_by_themselves)
{
	static char elements[70000];
	struct keyset set;

	keyset_init(&set);
	for (uint32_t i = 0; i < sizeof(elements); i += 2)
		ck_assert_int_eq(keyset_add(&set, keyset_hash_number(&set, i), &elements[i]), 0);
	for (uint32_t i = 0; i < sizeof(elements); i++)
		ck_assert_ptr_eq(keyset_find(&set, keyset_hash_number(&set, i), NULL, NULL),
		    i % 2 == 0 ? &elements[i] : NULL);
	keyset_release(&set);
}
END_TEST

START_TEST(two_texts_are_not_the_same_two_cut_elsewhere)
{
	struct keyset set;

	keyset_init(&set);
	ck_assert_uint_eq(keyset_hash_names(&set, "shop", "web"),
	    keyset_hash_names(&set, "shop", "web"));
	ck_assert_uint_ne(keyset_hash_names(&set, "shop", "web"),
	    keyset_hash_names(&set, "shopw", "eb"));
	ck_assert_uint_ne(keyset_hash_names(&set, "", "web"), keyset_hash_names(&set, "web", ""));
	keyset_release(&set);
}
END_TEST

/* Who writes names cannot make them meet: 2^-32 for each run of this test to be wrong. */
START_TEST(each_set_hashes_in_its_own_way)
{
	struct keyset a, b;

	keyset_init(&a);
	keyset_init(&b);
	ck_assert_uint_ne(hash_of(&a, "a-rather-long-name"), hash_of(&b, "a-rather-long-name"));
	ck_assert_uint_ne(a.seed, b.seed);
	keyset_release(&a);
	keyset_release(&b);
}
END_TEST

/* Names that differ in one digit must spread, or runs of used cells get long. */
START_TEST(names_that_are_alike_lie_apart)
{
	struct thing *things = make_things(100000);
	struct keyset set;
	size_t far = 0;

	keyset_init(&set);
	for (size_t i = 0; i < 100000; i++)
		flip(&set, &things[i]);
	for (size_t at = 0; at < set.cells;) {
		size_t run = 0;

		for (; at < set.cells && set.items[at] != NULL; at++)
			run++;
		far = run > far ? run : far;
		at++;
	}
	ck_assert_uint_lt(far, 400);
	ck_assert_uint_le((size_t)set.cells * 12 / set.count, 24);
	keyset_release(&set);
	free(things);
}
END_TEST

START_TEST(without_memory_nothing_is_added_and_nothing_lost)
{
	struct thing *things = make_things(2000);
	struct keyset set;

	keyset_init(&set);
	for (size_t i = 0; i < 2000; i++) {
		bool failed;
		int err;

		scarce_fail_at(1);
		err = keyset_add(&set, hash_of(&set, things[i].name), &things[i]);
		failed = scarce_failed();
		ck_assert_int_eq(err, failed ? ERR_NOMEM : 0);
		things[i].in = err == 0;
		if (failed) {
			check_all(&set, things, i + 1);
			flip(&set, &things[i]);
		}
	}
	check_all(&set, things, 2000);
	keyset_release(&set);
	free(things);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("keyset");
	TCase *tc = tcase_create("keyset");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, an_empty_set_has_nothing_and_costs_nothing);
	tcase_add_test(tc, what_comes_and_goes_a_million_times_is_found_while_it_is_there);
	tcase_add_test(tc, elements_of_one_hash_are_told_apart_by_their_keys);
	tcase_add_test(tc, a_walk_meets_each_element_once);
	tcase_add_test(tc, numbers_are_keys_by_themselves);
	tcase_add_test(tc, two_texts_are_not_the_same_two_cut_elsewhere);
	tcase_add_test(tc, each_set_hashes_in_its_own_way);
	tcase_add_test(tc, names_that_are_alike_lie_apart);
	tcase_add_test(tc, without_memory_nothing_is_added_and_nothing_lost);
	suite_add_tcase(s, tc);
	return s;
}
