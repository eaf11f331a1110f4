/* test_diag.c - what is said about input is kept with its place, counted, and fit to print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "tests/suite.h"

static const struct place web = { "zones/web.yaml", 14, 17 };

START_TEST(an_entry_names_file_line_and_column)
{
	static const struct {
		struct place place;
		const char *line;
	} cases[] = {
		{ { "a.yaml", 14, 17 }, "a.yaml:14:17: error: port 80" },
		{ { "a.yaml", 14, 0 }, "a.yaml:14: error: port 80" },
		{ { "a.yaml", 0, 0 }, "a.yaml: error: port 80" },
		{ { NULL, 3, 4 }, "error: port 80" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct diag *diag = diag_new();
		char line[128];

		diag_add(diag, SEVERITY_ERROR, &cases[i].place, "port %d", 80);
		ck_assert_int_eq(diag_format(diag_at(diag, 0), line, sizeof(line)),
		    (int)strlen(cases[i].line));
		ck_assert_str_eq(line, cases[i].line);
		diag_free(diag);
	}
}
END_TEST

START_TEST(entries_are_copies_in_the_order_said)
{
	struct diag *diag = diag_new();
	char file[] = "a.yaml";
	struct place place = { file, 1, 2 };

	diag_add(diag, SEVERITY_WARNING, &place, "first");
	memset(file, 'x', 3);
	diag_add(diag, SEVERITY_INFO, NULL, "second");
	ck_assert_str_eq(diag_at(diag, 0)->file, "a.yaml");
	ck_assert_str_eq(diag_at(diag, 1)->text, "second");
	ck_assert_ptr_null(diag_at(diag, 1)->file);
	ck_assert_ptr_null(diag_at(diag, 2));
	ck_assert_uint_eq(diag_count(diag, SEVERITY_WARNING), 1);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 0);
	diag_clear(diag);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_WARNING), 0);
	ck_assert_ptr_null(diag_at(diag, 0));
	diag_free(diag);
}
END_TEST

START_TEST(beyond_the_limit_entries_are_only_counted)
{
	struct diag *diag = diag_new();
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	for (int i = 0; i < DIAG_MAX + 5; i++)
		diag_add(diag, SEVERITY_ERROR, &web, "number %d", i);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), DIAG_MAX + 5);
	ck_assert_ptr_nonnull(diag_at(diag, DIAG_MAX - 1));
	ck_assert_ptr_null(diag_at(diag, DIAG_MAX));
	diag_print(diag, SEVERITY_INFO, out);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "zones/web.yaml:14:17: error: number 999\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n5 more messages are not shown\n"));
	free(text);
	diag_free(diag);
}
END_TEST

START_TEST(texts_are_fit_to_print)
{
	struct diag *diag = diag_new();
	char *longest = calloc(1, 100001);

	memset(longest, 'a', 100000);
	diag_add(diag, SEVERITY_ERROR, &web, "name \"%s\"", "a\n\033[2Jb");
	diag_add(diag, SEVERITY_ERROR, &web, "%s", longest);
	ck_assert_str_eq(diag_at(diag, 0)->text, "name \"a\\x0a\\x1b[2Jb\"");
	ck_assert_uint_le(strlen(diag_at(diag, 1)->text), 1024);
	free(longest);
	diag_free(diag);
}
END_TEST

START_TEST(only_what_is_grave_enough_is_printed)
{
	struct diag *diag = diag_new();
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	diag_add(diag, SEVERITY_INFO, &web, "note");
	diag_add(diag, SEVERITY_WARNING, &web, "slip");
	diag_add(diag, SEVERITY_ERROR, &web, "fault");
	diag_print(diag, SEVERITY_WARNING, out);
	fclose(out);
	ck_assert_str_eq(text, "zones/web.yaml:14:17: warning: slip\nzones/web.yaml:14:17: error: fault\n");
	free(text);
	diag_free(diag);
}
END_TEST

START_TEST(the_log_gets_each_entry_at_its_level)
{
	struct diag *diag = diag_new();
	FILE *sink = tmpfile();
	int saved = dup(STDERR_FILENO);
	char text[512];
	ssize_t len;

	diag_add(diag, SEVERITY_WARNING, &web, "slip");
	diag_add(diag, SEVERITY_ERROR, NULL, "fault");
	ck_assert_int_ge(dup2(fileno(sink), STDERR_FILENO), 0);
	diag_log(diag);
	diag_log(NULL);
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	close(saved);
	len = pread(fileno(sink), text, sizeof(text) - 1, 0);
	ck_assert_int_gt(len, 0);
	text[len] = '\0';
	ck_assert_ptr_nonnull(strstr(text, " warn: zones/web.yaml:14:17: warning: slip\n"));
	ck_assert_ptr_nonnull(strstr(text, "Z error: fault\n"));
	fclose(sink);
	diag_free(diag);
}
END_TEST

START_TEST(saying_to_nobody_is_allowed)
{
	diag_add(NULL, SEVERITY_ERROR, &web, "unheard");
	ck_assert_uint_eq(diag_count(NULL, SEVERITY_ERROR), 0);
	diag_free(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("diag");
	TCase *tc = tcase_create("diag");

	tcase_add_test(tc, an_entry_names_file_line_and_column);
	tcase_add_test(tc, entries_are_copies_in_the_order_said);
	tcase_add_test(tc, beyond_the_limit_entries_are_only_counted);
	tcase_add_test(tc, texts_are_fit_to_print);
	tcase_add_test(tc, only_what_is_grave_enough_is_printed);
	tcase_add_test(tc, the_log_gets_each_entry_at_its_level);
	tcase_add_test(tc, saying_to_nobody_is_allowed);
	suite_add_tcase(s, tc);
	return s;
}
