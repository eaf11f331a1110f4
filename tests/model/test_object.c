/* test_object.c - labels, selectors and kind names. */
#include "model/object.h"

#include "base/arena.h"
#include "tests/suite.h"

static struct pair label_items[] = {
	{ "app", "web" }, { "app.kubernetes.io/name", "MyApp" }, { "tier", "" },
};
static const struct pairs labels = { label_items, 3 };

START_TEST(a_key_is_found_wherever_it_stands)
{
	ck_assert_str_eq(pairs_find(&labels, "app"), "web");
	ck_assert_str_eq(pairs_find(&labels, "app.kubernetes.io/name"), "MyApp");
	ck_assert_str_eq(pairs_find(&labels, "tier"), "");
	ck_assert_ptr_null(pairs_find(&labels, "ap"));
	ck_assert_ptr_null(pairs_find(&labels, "zone"));
	ck_assert_ptr_null(pairs_find(&(struct pairs){ NULL, 0 }, "app"));
}
END_TEST

static const struct {
	struct pair terms[3];
	size_t count;
	bool matches;
} selectors[] = {
	{ { { NULL, NULL } }, 0, false },       /* no selector selects nothing */
	{ { { "app", "web" } }, 1, true },
	{ { { "app", "Web" } }, 1, false },
	{ { { "app", "web" }, { "tier", "" } }, 2, true },
	{ { { "app", "web" }, { "tier", "x" } }, 2, false },
	{ { { "app", "web" }, { "zone", "a" } }, 2, false },
	{ { { "app", "web" }, { "app.kubernetes.io/name", "MyApp" }, { "tier", "" } }, 3, true },
};

START_TEST(a_selector_matches_only_when_all_its_terms_do)
{
	struct pair terms[3];

	for (size_t i = 0; i < 3; i++)
		terms[i] = selectors[_i].terms[i];
	ck_assert_int_eq(pairs_match(&(struct pairs){ terms, selectors[_i].count }, &labels),
	    selectors[_i].matches);
}
END_TEST

START_TEST(kinds_are_named_as_in_manifests)
{
	ck_assert_str_eq(object_kind_text(KIND_SERVICE), "Service");
	ck_assert_str_eq(object_kind_text(KIND_POD), "Pod");
	ck_assert_str_eq(object_kind_text(KIND_ENDPOINTS), "Endpoints");
	ck_assert_str_eq(object_kind_text(KIND_ENDPOINT_SLICE), "EndpointSlice");
	ck_assert_str_eq(object_kind_text(KIND_NAMESPACE), "Namespace");
}
END_TEST

START_TEST(an_object_is_freed_with_its_arena)
{
	struct arena *arena = arena_new(0);
	struct object *object = arena_alloc(arena, sizeof(*object));

	object->arena = arena;
	object_unref(object);
	object_unref(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("object");
	TCase *tc = tcase_create("object");

	tcase_add_test(tc, a_key_is_found_wherever_it_stands);
	tcase_add_loop_test(tc, a_selector_matches_only_when_all_its_terms_do, 0,
	    sizeof(selectors) / sizeof(selectors[0]));
	tcase_add_test(tc, kinds_are_named_as_in_manifests);
	tcase_add_test(tc, an_object_is_freed_with_its_arena);
	suite_add_tcase(s, tc);
	return s;
}
