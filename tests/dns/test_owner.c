/* test_owner.c - wire names made label by label. */
#include "dns/owner.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/suite.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

START_TEST(text_becomes_lower_case_labels)
{
	struct arena *arena = arena_new(0);
	const uint8_t *name = NULL;

	ck_assert_int_eq(owner_from_text(arena, "Cluster.LOCAL.", &name), 0);
	ck_assert_mem_eq(name, "\7cluster\5local", 15);
	ck_assert_uint_eq(owner_len(name), 15);
	ck_assert_int_eq(owner_under(arena, "_Http._tcp", name, &name), 0);
	ck_assert_mem_eq(name, "\5_http\4_tcp\7cluster\5local", 26);
	arena_free(arena);
}
END_TEST

START_TEST(what_the_dns_cannot_carry_is_refused)
{
	static const char *const bad[] = { "", ".", "a..b", ".a", L63 "a",
	    L63 "." L63 "." L63 "." L63 };
	struct arena *arena = arena_new(0);
	const uint8_t *name = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(owner_from_text(arena, bad[i], &name), ERR_LIMIT);
	ck_assert_int_eq(owner_under(arena, "a", NULL, &name), ERR_LIMIT);
	ck_assert_ptr_null(name);
	ck_assert_int_eq(owner_from_text(arena, L63 "." L63 "." L63, &name), 0);
	ck_assert_int_eq(owner_under(arena, L63, name, &name), ERR_LIMIT);
	ck_assert_int_eq(owner_under(arena, &L63[2], name, &name), 0);
	ck_assert_uint_eq(owner_len(name), 255);
	arena_free(arena);
}
END_TEST

START_TEST(names_have_one_order)
{
	static const char *const sorted[] = { "a", "a.a", "a.b", "b", "aa", "ab" };
	struct arena *arena = arena_new(0);
	const uint8_t *a = NULL, *b = NULL;

	for (size_t i = 0; i < 6; i++)
		for (size_t j = 0; j < 6; j++) {
			ck_assert_int_eq(owner_from_text(arena, sorted[i], &a), 0);
			ck_assert_int_eq(owner_from_text(arena, sorted[j], &b), 0);
			ck_assert_int_eq((owner_compare(a, b) > 0) - (owner_compare(a, b) < 0),
			    (i > j) - (i < j));
		}
	ck_assert_int_lt(owner_compare(NULL, a), 0);
	ck_assert_int_gt(owner_compare(a, NULL), 0);
	ck_assert_int_eq(owner_compare(NULL, NULL), 0);
	arena_free(arena);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("owner");
	TCase *tcase = tcase_create("owner");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, text_becomes_lower_case_labels);
	tcase_add_test(tcase, what_the_dns_cannot_carry_is_refused);
	tcase_add_test(tcase, names_have_one_order);
	return suite;
}
