/* test_store.c - objects by file, the index over them, and what a change makes dirty. */
#include "model/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/strbuf.h"
#include "tests/model/build.h"
#include "tests/model/shop.h"
#include "tests/suite.h"

static struct store *store;
static struct diag *diag;
static struct strbuf said = STRBUF_INIT;

static void
setup(void)
{
	store = store_new();
	diag = diag_new();
}

static void
teardown(void)
{
	store_free(store);
	diag_free(diag);
	strbuf_release(&said);
}

static void
put(const char *file, struct object *a, struct object *b, struct object *c)
{
	shop_put(store, diag, file, a, b, c);
}

static const char *
dirty(void)
{
	return shop_dirty(store, &said);
}

START_TEST(what_a_file_states_is_found_until_it_states_it_no_more)
{
	put("a.yaml", shop_service("web", "app=web"), shop_pod("w1", "app=web"), build_namespace("empty"));
	ck_assert_str_eq(store_service(store, "shop", "web")->object.name, "web");
	ck_assert_str_eq(store_pod(store, "shop", "w1")->object.name, "w1");
	ck_assert_ptr_null(store_service(store, "default", "web"));
	ck_assert_uint_eq(store_count_file(store, "a.yaml"), 3);
	ck_assert_uint_eq(store_count(store, KIND_POD), 1);
	ck_assert(store_has_namespace(store, "shop"));
	ck_assert(store_has_namespace(store, "empty"));
	put("a.yaml", NULL, NULL, NULL);
	ck_assert_ptr_null(store_service(store, "shop", "web"));
	ck_assert_uint_eq(store_count_file(store, "a.yaml"), 0);
	ck_assert_uint_eq(store_count(store, KIND_POD), 0);
	ck_assert(!store_has_namespace(store, "shop"));
	ck_assert(!store_has_namespace(store, "empty"));
}
END_TEST

START_TEST(an_equal_object_is_no_change_but_its_place_may_move)
{
	struct object *first = shop_service("web", "app=web");
	struct object *again = shop_service("web", "app=web");
	uint64_t generation;

	put("a.yaml", first, NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web n:shop ");
	generation = store_generation(store);
	build_place(again, "a.yaml", 17);
	put("a.yaml", again, NULL, NULL);
	ck_assert_str_eq(dirty(), "");
	ck_assert_uint_eq(store_generation(store), generation);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 0);
	ck_assert_ptr_eq(store_service(store, "shop", "web"), first);
	ck_assert_uint_eq(first->place.line, 17);
}
END_TEST

START_TEST(another_digest_or_another_trust_is_a_change)
{
	struct object *changed = shop_service("web", "app=web");
	struct object *trusted = shop_service("web", "app=web");

	put("a.yaml", shop_service("web", "app=web"), NULL, NULL);
	dirty();
	build_change(changed, 1);
	put("a.yaml", changed, NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web ");
	build_change(trusted, 1);
	trusted->trusted = true;
	put("a.yaml", trusted, NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web ");
}
END_TEST

START_TEST(the_second_to_state_a_name_waits_and_takes_over)
{
	struct object *first = shop_service("web", "app=one");
	struct object *second = shop_service("web", "app=two");

	build_place(first, "a.yaml", 3);
	build_place(second, "b.yaml", 9);
	put("a.yaml", first, NULL, NULL);
	put("b.yaml", second, NULL, NULL);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 1);
	ck_assert_str_eq(diag_at(diag, 0)->text,
	    "Service shop/web: is already stated at a.yaml:3:1; that one keeps serving");
	ck_assert_str_eq(diag_at(diag, 0)->file, "b.yaml");
	ck_assert_uint_eq(diag_at(diag, 0)->line, 9);
	ck_assert_str_eq(store_service(store, "shop", "web")->selector.items[0].value, "one");
	ck_assert_uint_eq(store_count(store, KIND_SERVICE), 1);
	dirty();
	put("a.yaml", NULL, NULL, NULL);
	ck_assert_str_eq(store_service(store, "shop", "web")->selector.items[0].value, "two");
	ck_assert_str_eq(dirty(), "s:shop/web ");
	put("b.yaml", NULL, NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web n:shop ");
}
END_TEST

START_TEST(an_object_that_moves_to_another_file_is_no_change)
{
	put("a.yaml", shop_service("web", "app=web"), shop_pod("w1", "app=web"), NULL);
	dirty();
	put("b.yaml", shop_service("web", "app=web"), NULL, NULL);
	put("a.yaml", shop_pod("w1", "app=web"), NULL, NULL);
	ck_assert_str_eq(dirty(), "");
	put("c.yaml", shop_pod("w2", "app=web"), NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web p:shop/w2 ");
}
END_TEST

/* "ns/name=object " for each that is dirty; gone: "ns/name- ". */
static const char *
dirty_ingresses(void)
{
	const struct store_key *keys;
	size_t count = store_take_dirty_ingresses(store, 8, &keys);

	strbuf_clear(&said);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&said, "%s/%s%s ", keys[i].ns, keys[i].name,
		    keys[i].object != NULL ? "=" : "-");
	return said.len > 0 ? said.text : "";
}

START_TEST(changes_of_ingresses_are_told)
{
	put("a.yaml", build_ingress("shop", "way"), build_ingress("shop", "other"), NULL);
	ck_assert(store_is_dirty(store));
	ck_assert_str_eq(dirty_ingresses(), "shop/way= shop/other= ");
	put("b.yaml", build_ingress("shop", "way"), NULL, NULL);
	put("a.yaml", build_ingress("shop", "other"), NULL, NULL);
	ck_assert_str_eq(dirty_ingresses(), "");
	ck_assert_uint_eq(store_count(store, KIND_INGRESS), 2);
	put("b.yaml", NULL, NULL, NULL);
	ck_assert_str_eq(dirty_ingresses(), "shop/way- ");
	store_touch_ingress(store, "shop", "other");
	ck_assert_str_eq(dirty_ingresses(), "shop/other= ");
	store_return_dirty(store);
	ck_assert_uint_eq(store_count(store, KIND_INGRESS), 1);
}
END_TEST

START_TEST(the_same_name_twice_in_one_file_serves_the_first)
{
	put("a.yaml", shop_service("web", "app=one"), shop_service("web", "app=two"), NULL);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 1);
	ck_assert_str_eq(store_service(store, "shop", "web")->selector.items[0].value, "one");
	put("a.yaml", shop_service("web", "app=two"), NULL, NULL);
	ck_assert_str_eq(store_service(store, "shop", "web")->selector.items[0].value, "two");
	ck_assert_uint_eq(store_count_file(store, "a.yaml"), 1);
}
END_TEST

START_TEST(a_pod_touches_the_services_that_select_it_before_and_after)
{
	put("s.yaml", shop_service("one", "app=one"), shop_service("both", "tier=x"), shop_service("two", "app=two"));
	dirty();
	put("p.yaml", shop_pod("p", "app=one,tier=x"), NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/one s:shop/both p:shop/p ");
	put("p.yaml", shop_pod("p", "app=two,tier=x"), NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/one s:shop/both s:shop/two p:shop/p ");
	put("p.yaml", NULL, NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/two s:shop/both p:shop/p ");
}
END_TEST

START_TEST(a_pod_touches_nobody_of_another_namespace_or_without_selector)
{
	put("s.yaml", &build_service("other", "web", "app=web")->object, shop_service("none", ""), NULL);
	dirty();
	put("p.yaml", shop_pod("p", "app=web"), NULL, NULL);
	ck_assert_str_eq(dirty(), "p:shop/p ");
}
END_TEST

START_TEST(a_slice_touches_its_service)
{
	put("s.yaml", shop_service("db", ""), shop_service("web", ""), NULL);
	dirty();
	put("e.yaml", shop_slice("db-1", "db"), shop_slice("other", "none"), NULL);
	ck_assert_str_eq(dirty(), "s:shop/db ");
	put("e.yaml", shop_slice("db-1", "web"), shop_slice("other", "none"), shop_slice("unlabelled", NULL));
	ck_assert_str_eq(dirty(), "s:shop/db s:shop/web ");
	put("e.yaml", NULL, NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web ");
}
END_TEST

START_TEST(a_namespace_is_dirty_when_it_begins_and_when_it_ends)
{
	put("n.yaml", build_namespace("shop"), NULL, NULL);
	ck_assert_str_eq(dirty(), "n:shop ");
	put("s.yaml", shop_service("web", ""), NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web ");
	put("n.yaml", NULL, NULL, NULL);
	ck_assert_str_eq(dirty(), "");
	put("s.yaml", shop_service("other", ""), NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/other s:shop/web ");
	put("s.yaml", NULL, NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/other n:shop ");
}
END_TEST

START_TEST(a_name_is_given_once_however_often_it_changed)
{
	put("s.yaml", shop_service("web", "app=web"), NULL, NULL);
	for (unsigned i = 0; i < 10; i++) {
		struct object *changed = shop_pod("p", "app=web");

		build_change(changed, i);
		put("p.yaml", changed, NULL, NULL);
		store_touch_service(store, "shop", "web");
	}
	ck_assert(store_is_dirty(store));
	ck_assert_str_eq(dirty(), "s:shop/web p:shop/p n:shop ");
	store_touch_service(store, "shop", "nobody");
	ck_assert(!store_is_dirty(store));
}
END_TEST

START_TEST(names_stay_valid_until_the_next_take)
{
	const struct store_key *keys;
	const struct store_key *more;

	put("s.yaml", shop_service("web", ""), NULL, NULL);
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 1);
	put("s.yaml", NULL, NULL, NULL);
	ck_assert_str_eq(keys[0].name, "web");
	ck_assert_ptr_null(store_service(store, keys[0].ns, keys[0].name));
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &more), 1);
	ck_assert_str_eq(more[0].name, "web");
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &more), 0);
}
END_TEST

START_TEST(what_became_dirty_tells_the_first_mark_it_met)
{
	const struct store_key *keys;

	put("a.yaml", shop_service("early", ""), NULL, NULL);
	store_set_mark(store, 7);
	put("b.yaml", shop_service("marked", ""), NULL, NULL);
	store_touch_service(store, "shop", "early");
	store_set_mark(store, STORE_MARK_MAX);
	store_touch_service(store, "shop", "marked");
	put("c.yaml", shop_service("most", ""), NULL, NULL);
	store_set_mark(store, 0);
	store_touch_service(store, "shop", "marked");
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 3);
	ck_assert_uint_eq(keys[0].mark, 7);
	ck_assert_uint_eq(keys[1].mark, 7);
	ck_assert_uint_eq(keys[2].mark, STORE_MARK_MAX);
	store_touch_service(store, "shop", "most");
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 1);
	ck_assert_uint_eq(keys[0].mark, 0);
}
END_TEST

/* Visitors: collect names, stop at the second. */
static int
collect(void *arg, const struct object *object)
{
	strbuf_addf(arg, "%s ", object->name);
	return 0;
}

static int
stop_at_once(void *arg, const struct object *object)
{
	(void)object;
	++*(int *)arg;
	return 7;
}

START_TEST(pods_services_and_slices_are_found_by_each_other)
{
	struct strbuf names = STRBUF_INIT;
	struct pairs all;
	int visits = 0;

	put("p.yaml", shop_pod("p1", "app=web,tier=x"), shop_pod("p2", "app=web"), shop_pod("p3", "app=db"));
	put("s.yaml", shop_service("web", "app=web,tier=x"), shop_service("none", ""), NULL);
	put("e.yaml", shop_slice("web-a", "web"),
	    &build_slice(KIND_ENDPOINTS, "shop", "web", "web", "10.0.0.8")->object, NULL);
	const struct service *web = store_service(store, "shop", "web");
	store_each_selected_pod(store, "shop", &web->selector, collect, &names);
	ck_assert_str_eq(names.text, "p1 ");
	strbuf_clear(&names);
	store_each_selected_pod(store, "other", &web->selector, collect, &names);
	all = store_service(store, "shop", "none")->selector;
	store_each_selected_pod(store, "shop", &all, collect, &names);
	store_each_selecting_service(store, store_pod(store, "shop", "p2"), collect, &names);
	ck_assert_str_eq(names.text, "");
	store_each_selecting_service(store, store_pod(store, "shop", "p1"), collect, &names);
	store_each_slice(store, "shop", "web", collect, &names);
	ck_assert_str_eq(names.text, "web web web-a ");
	ck_assert_int_eq(store_each(store, KIND_POD, stop_at_once, &visits), 7);
	ck_assert_int_eq(visits, 1);
	strbuf_release(&names);
}
END_TEST

START_TEST(a_name_that_one_file_repeats_waits_in_order_and_is_taken_back)
{
	struct object *c = shop_service("web", "app=three");

	put("a.yaml", shop_service("web", "app=one"), shop_service("web", "app=two"), NULL);
	put("b.yaml", c, NULL, NULL);
	put("a.yaml", shop_service("web", "app=one"), shop_service("web", "app=2"), shop_service("web", "app=3"));
	ck_assert_uint_eq(store_count_file(store, "a.yaml"), 3);
	ck_assert_uint_eq(store_count(store, KIND_SERVICE), 1);
	put("a.yaml", shop_pod("w1", "app=one"), NULL, NULL);
	ck_assert_ptr_eq(store_service(store, "shop", "web"), c);
	put("b.yaml", NULL, NULL, NULL);
	ck_assert_ptr_null(store_service(store, "shop", "web"));
}
END_TEST

START_TEST(slices_come_before_and_stay_after_their_service)
{
	put("e.yaml", shop_slice("web-1", "web"), shop_slice("web-2", "web"), NULL);
	ck_assert_str_eq(dirty(), "n:shop ");
	store_touch_service(store, "shop", "web");
	ck_assert(!store_is_dirty(store));
	put("s.yaml", shop_service("web", ""), NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web ");
	put("s.yaml", NULL, NULL, NULL);
	ck_assert_ptr_null(store_service(store, "shop", "web"));
	ck_assert_str_eq(dirty(), "s:shop/web ");
	put("e.yaml", shop_slice("web-2", "web"), NULL, NULL);
	ck_assert_str_eq(dirty(), "");
	put("s.yaml", shop_service("web", ""), shop_slice("web-3", "web"), NULL);
	ck_assert_str_eq(dirty(), "s:shop/web ");
	put("e.yaml", shop_slice("web-2", "db"), NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web ");
}
END_TEST

START_TEST(a_slice_that_waits_takes_over_with_its_own_service)
{
	struct strbuf names = STRBUF_INIT;

	put("s.yaml", shop_service("web", ""), shop_service("db", ""), NULL);
	put("a.yaml", shop_slice("x", "web"), NULL, NULL);
	put("b.yaml", shop_slice("x", "db"), NULL, NULL);
	dirty();
	put("a.yaml", NULL, NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web s:shop/db ");
	store_each_slice(store, "shop", "web", collect, &names);
	ck_assert_uint_eq(names.len, 0);
	store_each_slice(store, "shop", "db", collect, &names);
	ck_assert_str_eq(names.text, "x ");
	strbuf_release(&names);
}
END_TEST

static int
unload(void *arg, const struct store_key *key)
{
	++*(size_t *)arg;
	*key->cargo = NULL;
	return 0;
}

START_TEST(cargo_stays_with_its_service_until_it_is_taken_away)
{
	const struct store_key *keys;
	size_t unloaded = 0;

	put("s.yaml", shop_service("web", ""), shop_service("db", ""), NULL);
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 2);
	ck_assert_ptr_nonnull(keys[0].object);
	ck_assert_ptr_null(*keys[0].cargo);
	*keys[0].cargo = store;
	put("s.yaml", shop_service("web", "app=other"), NULL, NULL);
	put("s.yaml", NULL, NULL, NULL);
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 2);
	store_return_dirty(store);
	put("t.yaml", shop_service("web", ""), shop_service("db", ""), NULL);
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 2);
	ck_assert_str_eq(keys[0].name, "web");
	ck_assert_ptr_eq(*keys[0].cargo, store);
	ck_assert_ptr_null(*keys[1].cargo);
	ck_assert_int_eq(store_each_laden(store, unload, &unloaded), 0);
	ck_assert_int_eq(store_each_laden(store, unload, &unloaded), 0);
	ck_assert_uint_eq(unloaded, 1);
}
END_TEST

START_TEST(what_is_dirty_is_given_in_the_portions_asked_for)
{
	const struct store_key *keys;

	put("s.yaml", shop_service("a", ""), shop_service("b", ""), shop_service("c", ""));
	ck_assert_uint_eq(store_take_dirty_services(store, 2, &keys), 2);
	ck_assert_str_eq(keys[1].name, "b");
	store_touch_service(store, "shop", "a");
	ck_assert_uint_eq(store_take_dirty_services(store, 1, &keys), 1);
	ck_assert_str_eq(keys[0].name, "c");
	ck_assert_uint_eq(store_take_dirty_services(store, 9, &keys), 1);
	ck_assert_str_eq(keys[0].name, "a");
	ck_assert_uint_eq(store_take_dirty_services(store, 9, &keys), 0);
	store_return_dirty(store);
}
END_TEST

START_TEST(what_files_touch_in_a_hold_waits_for_its_end)
{
	put("a", shop_service("web", ""), shop_service("db", ""),
	    NULL);
	dirty();
	store_touch_service(store, "shop", "db");
	store_hold(store);
	put("a", shop_service("db", "app=db"), NULL, NULL);
	put("b", &build_service("other", "web", "")->object, &build_pod("other", "p", "", "")->object, NULL);
	/* Listed before, touched by both: all the same. */
	store_touch_service(store, "shop", "db");
	ck_assert_str_eq(dirty(), "");
	store_touch_service(store, "shop", "web");
	ck_assert_str_eq(dirty(), "");
	put("c", &build_service("more", "one", "")->object, NULL, NULL);
	store_release(store);
	ck_assert(store_is_dirty(store));
	ck_assert_str_eq(dirty(), "s:shop/web s:other/web s:shop/db s:more/one p:other/p n:other n:more ");
	store_touch_service(store, "shop", "db");
	ck_assert_str_eq(dirty(), "s:shop/db ");
	store_release(store);
	ck_assert_str_eq(dirty(), "");
}
END_TEST

START_TEST(a_name_beyond_reason_is_refused_and_nothing_changes)
{
	char name[700];

	memset(name, 'a', sizeof(name));
	name[699] = '\0';
	put("a.yaml", shop_service("web", ""), NULL, NULL);
	dirty();
	struct object *objects[3] = { shop_service("new", ""), shop_service("new", ""), shop_service(name, "") };
	ck_assert_int_lt(store_replace_file(store, "a.yaml", objects, 3, diag), 0);
	ck_assert_str_eq(dirty(), "");
	ck_assert_ptr_nonnull(store_service(store, "shop", "web"));
	ck_assert_ptr_null(store_service(store, "shop", "new"));
	ck_assert_uint_eq(store_count_file(store, "a.yaml"), 1);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("store");
	TCase *tc = tcase_create("store");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_a_file_states_is_found_until_it_states_it_no_more);
	tcase_add_test(tc, an_equal_object_is_no_change_but_its_place_may_move);
	tcase_add_test(tc, another_digest_or_another_trust_is_a_change);
	tcase_add_test(tc, the_second_to_state_a_name_waits_and_takes_over);
	tcase_add_test(tc, an_object_that_moves_to_another_file_is_no_change);
	tcase_add_test(tc, changes_of_ingresses_are_told);
	tcase_add_test(tc, the_same_name_twice_in_one_file_serves_the_first);
	tcase_add_test(tc, a_pod_touches_the_services_that_select_it_before_and_after);
	tcase_add_test(tc, a_pod_touches_nobody_of_another_namespace_or_without_selector);
	tcase_add_test(tc, a_slice_touches_its_service);
	tcase_add_test(tc, a_namespace_is_dirty_when_it_begins_and_when_it_ends);
	tcase_add_test(tc, a_name_is_given_once_however_often_it_changed);
	tcase_add_test(tc, names_stay_valid_until_the_next_take);
	tcase_add_test(tc, what_became_dirty_tells_the_first_mark_it_met);
	tcase_add_test(tc, pods_services_and_slices_are_found_by_each_other);
	tcase_add_test(tc, a_name_that_one_file_repeats_waits_in_order_and_is_taken_back);
	tcase_add_test(tc, slices_come_before_and_stay_after_their_service);
	tcase_add_test(tc, a_slice_that_waits_takes_over_with_its_own_service);
	tcase_add_test(tc, cargo_stays_with_its_service_until_it_is_taken_away);
	tcase_add_test(tc, what_is_dirty_is_given_in_the_portions_asked_for);
	tcase_add_test(tc, what_files_touch_in_a_hold_waits_for_its_end);
	tcase_add_test(tc, a_name_beyond_reason_is_refused_and_nothing_changes);
	suite_add_tcase(s, tc);
	return s;
}
