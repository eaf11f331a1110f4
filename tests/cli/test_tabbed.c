/* test_tabbed.c - text with tabs, set in columns as kubectl describe sets it. */
#include "cli/tabbed.h"

#include <string.h>

#include "base/strbuf.h"
#include "tests/suite.h"

START_TEST(columns_are_set_as_gos_tabwriter_sets_them)
{
	static const struct {
		const char *text;
		const char *set;
	} cases[] = {
		{ "", "" },
		{ "a\n", "a\n" },
		{ "Name:\tweb\nNamespace:\tshop\n", "Name:       web\nNamespace:  shop\n" },
		{ "Port:\thttp\t80/TCP\nTargetPort:\t8080/TCP\n",
		  "Port:        http  80/TCP\nTargetPort:  8080/TCP\n" },
		/* a line without the column ends its block */
		{ "a:\tb\nlong line\nccc:\td\n", "a:  b\nlong line\nccc:  d\n" },
		{ "Labels:\ta=b\n\tc=d\n", "Labels:  a=b\n         c=d\n" },
		{ "  Type\tReason\tAge\n  ----\t------\t---\n  Normal\tX\t1s\n",
		  "  Type    Reason  Age\n  ----    ------  ---\n  Normal  X       1s\n" },
		{ "\xc3\xa4:\tx\nbb:\ty\n", "\xc3\xa4:   x\nbb:  y\n" },
		{ "host\t\n    \t/ \tweb\n", "host  \n      /   web\n" },
		{ "no end\tof line", "no end  of line\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf out = STRBUF_INIT;

		ck_assert_int_eq(tabbed_set(&out, cases[i].text), 0);
		ck_assert_str_eq(out.text, cases[i].set);
		strbuf_release(&out);
	}
}
END_TEST

START_TEST(more_tabs_than_columns_are_no_trouble)
{
	char text[64];
	struct strbuf out = STRBUF_INIT;

	memset(text, '\t', sizeof(text) - 2);
	text[sizeof(text) - 2] = '\n';
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(tabbed_set(&out, text), 0);
	ck_assert_int_eq(out.text[out.len - 1], '\n');
	strbuf_release(&out);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("tabbed");
	TCase *tcase = tcase_create("tabbed");

	tcase_add_test(tcase, columns_are_set_as_gos_tabwriter_sets_them);
	tcase_add_test(tcase, more_tabs_than_columns_are_no_trouble);
	suite_add_tcase(suite, tcase);
	return suite;
}
