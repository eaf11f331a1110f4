/* test_badge.c - colours and words of the small picture. */
#include "ops/badge.h"

#include <string.h>

#include "base/strbuf.h"
#include "tests/suite.h"

START_TEST(the_colour_tells_how_many_are_ready)
{
	static const struct { uint32_t ready, total; const char *colour; } cases[] = {
		{ 3, 3, "#16794a" }, { 1, 1, "#16794a" }, { 1, 3, "#a35c00" }, { 2, 3, "#a35c00" },
		{ 0, 3, "#c42b32" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf svg = STRBUF_INIT;

		badge_draw(&svg, "web", cases[i].ready, cases[i].total);
		ck_assert_ptr_nonnull(strstr(svg.text, cases[i].colour));
		ck_assert_ptr_nonnull(strstr(svg.text, "ready</text>"));
		ck_assert_ptr_nonnull(strstr(svg.text, "<title>web: "));
		strbuf_release(&svg);
	}
}
END_TEST

START_TEST(what_is_not_known_is_grey)
{
	struct strbuf svg = STRBUF_INIT;

	badge_draw_word(&svg, "web", "unknown");
	ck_assert_ptr_nonnull(strstr(svg.text, "#6a7380"));
	ck_assert_ptr_nonnull(strstr(svg.text, "aria-label=\"web: unknown\""));
	strbuf_release(&svg);
}
END_TEST

START_TEST(a_name_cannot_break_out_of_the_picture)
{
	struct strbuf svg = STRBUF_INIT;

	badge_draw_word(&svg, "\"><script>&\n", "x");
	ck_assert_ptr_null(strstr(svg.text, "<script"));
	ck_assert_ptr_nonnull(strstr(svg.text, "&quot;&gt;&lt;script&gt;&amp;: x"));
	strbuf_release(&svg);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("ops/badge");
	TCase *one = tcase_create("pictures");

	tcase_add_test(one, the_colour_tells_how_many_are_ready);
	tcase_add_test(one, what_is_not_known_is_grey);
	tcase_add_test(one, a_name_cannot_break_out_of_the_picture);
	suite_add_tcase(all, one);
	return all;
}
