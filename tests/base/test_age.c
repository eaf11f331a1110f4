/* test_age.c - ages are what kubectl prints. */
#include "base/age.h"
#include "tests/suite.h"

#define DAY 86400

START_TEST(ages_have_two_units_at_most)
{
	static const struct { int64_t seconds; const char *text; } cases[] = {
		{ -2, "<invalid>" }, { -1, "0s" }, { 0, "0s" }, { 119, "119s" }, { 120, "2m" },
		{ 121, "2m1s" }, { 599, "9m59s" }, { 600, "10m" }, { 2620, "43m" },
		{ 10799, "179m" }, { 10800, "3h" }, { 10860, "3h1m" }, { 28799, "7h59m" },
		{ 28800, "8h" }, { 2 * DAY - 1, "47h" }, { 2 * DAY, "2d" },
		{ 2 * DAY + 3600, "2d1h" }, { 8 * DAY - 1, "7d23h" }, { 8 * DAY, "8d" },
		{ 730LL * DAY - 1, "729d" }, { 730LL * DAY, "2y" }, { 731LL * DAY, "2y1d" },
		{ 2920LL * DAY - 1, "7y364d" }, { 2920LL * DAY, "8y" }, { 4000LL * DAY, "10y" },
	};
	char text[AGE_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ck_assert_str_eq(age_text(cases[i].seconds, text), cases[i].text);
}
END_TEST

START_TEST(times_are_read_with_and_without_a_fraction)
{
	static const char *const wrong[] = { "", "2026", "2026-05-04", "2026-05-04T03:02:01",
		"2026-05-04T03:02:01+02:00", "2026-05-04T03:02:01.5", "yesterday" };
	char text[AGE_TEXT_SIZE];
	int64_t then = 0;

	ck_assert(age_parse("1970-01-02T00:00:01Z", &then));
	ck_assert_int_eq(then, DAY + 1);
	ck_assert(age_parse("1970-01-02T00:00:01.250000Z", &then));
	ck_assert_int_eq(then, DAY + 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert(!age_parse(wrong[i], &then));
	ck_assert_str_eq(age_since("1970-01-01T00:00:00Z", 90, text), "90s");
	ck_assert_str_eq(age_since(NULL, 90, text), "<unknown>");
	ck_assert_str_eq(age_since("yesterday", 90, text), "<unknown>");
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("age");
	TCase *all = tcase_create("all");

	tcase_add_test(all, ages_have_two_units_at_most);
	tcase_add_test(all, times_are_read_with_and_without_a_fraction);
	suite_add_tcase(suite, all);
	return suite;
}
