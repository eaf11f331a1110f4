/* test_variables_list.c - variables that a shell reads back as they are. */
#include "cli/variables_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/strbuf.h"
#include "tests/suite.h"

static const char *const values[] = {
	"", "10.96.0.1", "a b", "it's", "'", "''", "$HOME `id` $(id)", "a\nb", "\\", "\"", "!x", "*",
	"'; touch x; '", "\t-n", "a=b", "\xc3\xa4",
};

/* What /bin/sh makes of the quoted value. */
START_TEST(a_shell_reads_a_value_back_as_it_is)
{
	struct strbuf command = STRBUF_INIT;
	char found[256];
	size_t len;
	FILE *shell;

	strbuf_add(&command, "V=");
	variables_list_quote(&command, values[_i]);
	strbuf_add(&command, "; printf %s \"$V\"");
	shell = popen(command.text, "r");
	ck_assert_ptr_nonnull(shell);
	len = fread(found, 1, sizeof(found) - 1, shell);
	found[len] = '\0';
	ck_assert_int_eq(pclose(shell), 0);
	ck_assert_str_eq(found, values[_i]);
	strbuf_release(&command);
}
END_TEST

static json_t *
answer_of(const char *text)
{
	json_t *answer = json_loads(text, 0, NULL);

	ck_assert_ptr_nonnull(answer);
	return answer;
}

START_TEST(lines_are_for_shells_and_for_files)
{
	json_t *answer = answer_of("{\"variables\": [[\"A_PORT\", \"tcp://x\"], [\"1A\", \"x\"], [\"B\"], 3, "
	    "[\"A B\", \"x\"]], \"leftOut\": 2}");
	struct strbuf text = STRBUF_INIT;

	variables_list_write(answer, VARIABLES_SHELL, &text);
	ck_assert_str_eq(text.text, "export A_PORT='tcp://x'\n# no shell takes the name 1A\n"
	    "# no shell takes the name A B\n# 2 more Services are left out\n");
	strbuf_clear(&text);
	variables_list_write(answer, VARIABLES_FILE, &text);
	ck_assert_ptr_nonnull(strstr(text.text, "A_PORT=tcp://x\n"));
	strbuf_release(&text);
	json_decref(answer);
}
END_TEST

START_TEST(they_are_set_for_a_process)
{
	json_t *answer = answer_of("{\"variables\": [[\"TEST_STEER\", \"x y\"], [\"\", \"x\"], [\"A=B\", \"x\"]]}");

	ck_assert_int_eq(variables_list_set(answer), 0);
	ck_assert_str_eq(getenv("TEST_STEER"), "x y");
	json_decref(answer);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("variables_list");
	TCase *tc = tcase_create("variables_list");

	tcase_add_loop_test(tc, a_shell_reads_a_value_back_as_it_is, 0,
	    sizeof(values) / sizeof(values[0]));
	tcase_add_test(tc, lines_are_for_shells_and_for_files);
	tcase_add_test(tc, they_are_set_for_a_process);
	suite_add_tcase(s, tc);
	return s;
}
