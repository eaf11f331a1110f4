/* test_outcome.c - every ending has a word, a class and a sentence. */
#include "model/outcome.h"

#include <string.h>

#include "tests/suite.h"

static const struct {
	struct outcome outcome;
	const char *word;
	const char *text;
} sentences[] = {
	{ { .code = OUTCOME_PASS }, "pass", "passed" },
	{ { .code = OUTCOME_PASS_REDIRECT, .value = 302, .detail = "http://other/" },
	    "pass_redirect", "redirect not followed: status 302: http://other/" },
	{ { .code = OUTCOME_CONNECT_REFUSED }, "connect_refused", "connect refused" },
	{ { .code = OUTCOME_CONNECT_TIMEOUT, .timeout_ms = 250 }, "connect_timeout",
	    "timed out after 250 ms while connecting" },
	{ { .code = OUTCOME_CONNECT_FAILED, .detail = "No route to host" }, "connect_failed",
	    "connect failed: No route to host" },
	{ { .code = OUTCOME_PORT_UNKNOWN, .detail = "http" }, "port_unknown",
	    "no port of the name \"http\"" },
	{ { .code = OUTCOME_PORT_UNKNOWN }, "port_unknown", "no port of the name" },
	{ { .code = OUTCOME_HEADERS_TIMEOUT, .timeout_ms = 1000 }, "headers_timeout",
	    "timed out after 1000 ms while reading headers" },
	{ { .code = OUTCOME_HTTP_STATUS, .value = 503 }, "http_status", "status 503" },
	{ { .code = OUTCOME_GRPC_STATUS, .value = 12, .detail = "unknown service" }, "grpc_status",
	    "gRPC status 12: unknown service" },
	{ { .code = OUTCOME_GRPC_NOT_SERVING, .value = 2 }, "grpc_not_serving",
	    "gRPC health is NOT_SERVING" },
	{ { .code = OUTCOME_GRPC_NOT_SERVING, .value = 77 }, "grpc_not_serving",
	    "gRPC health is unknown status" },
	{ { .code = OUTCOME_DNS_TIMEOUT, .timeout_ms = 1000 }, "dns_timeout",
	    "timed out after 1000 ms while waiting for the DNS answer" },
	{ { .code = OUTCOME_DNS_RCODE, .value = 2, .detail = "SERVFAIL" }, "dns_rcode",
	    "answered SERVFAIL" },
	{ { .code = OUTCOME_DNS_EMPTY }, "dns_empty", "answered with 0 records" },
	{ { .code = OUTCOME_EXIT_NONZERO, .value = 2, .detail = "db down" }, "exit_nonzero",
	    "exit 2: \"db down\"" },
	{ { .code = OUTCOME_EXIT_NONZERO, .value = 1 }, "exit_nonzero", "exit 1" },
	{ { .code = OUTCOME_EXEC_SIGNAL, .value = 11 }, "exec_signal", "killed by signal 11" },
	{ { .code = OUTCOME_FAULT_FILES }, "fault_files", "checker is out of file descriptors" },
};

START_TEST(an_ending_reads_as_a_sentence)
{
	char text[256];

	ck_assert_str_eq(outcome_word(sentences[_i].outcome.code), sentences[_i].word);
	ck_assert_str_eq(outcome_text(&sentences[_i].outcome, text, sizeof(text)),
	    sentences[_i].text);
}
END_TEST

START_TEST(every_code_has_a_word_of_its_own_and_a_text)
{
	char text[256];

	for (int i = OUTCOME_PASS; i <= OUTCOME_FAULT_BUSY; i++) {
		struct outcome outcome = { .code = (enum outcome_code)i };

		ck_assert_ptr_nonnull(outcome_word(outcome.code));
		outcome_text(&outcome, text, sizeof(text));
		ck_assert_uint_gt(strlen(text), 0);
		ck_assert_msg(strchr(text, '(') == NULL, "%s", text);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(outcome_word((enum outcome_code)j),
			    outcome_word(outcome.code));
	}
}
END_TEST

START_TEST(passes_failures_and_faults_are_told_apart)
{
	for (int i = OUTCOME_PASS; i <= OUTCOME_FAULT_BUSY; i++) {
		enum outcome_class want = i <= OUTCOME_PASS_REDIRECT ? OUTCOME_CLASS_PASS :
		    i < OUTCOME_FAULT_FILES ? OUTCOME_CLASS_FAIL : OUTCOME_CLASS_FAULT;

		ck_assert_int_eq(outcome_class((enum outcome_code)i), want);
	}
}
END_TEST

START_TEST(a_detail_is_cut_and_made_printable)
{
	struct outcome outcome = { .code = OUTCOME_EXIT_NONZERO };
	char longer[300];

	outcome_set_detail(&outcome, "a\033[2Jb\n\xc3\xa4\x7f");
	ck_assert_str_eq(outcome.detail, "a?[2Jb????");
	memset(longer, 'x', sizeof(longer));
	longer[299] = '\0';
	outcome_set_detail(&outcome, longer);
	ck_assert_uint_eq(strlen(outcome.detail), OUTCOME_DETAIL_SIZE - 1);
	outcome_set_detail(&outcome, "");
	ck_assert_str_eq(outcome.detail, "");
}
END_TEST

START_TEST(a_sentence_is_cut_at_the_size_of_the_buffer)
{
	struct outcome outcome = { .code = OUTCOME_CONNECT_REFUSED };
	char text[8];

	ck_assert_str_eq(outcome_text(&outcome, text, sizeof(text)), "connect");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("outcome");
	TCase *tc = tcase_create("outcome");

	tcase_add_loop_test(tc, an_ending_reads_as_a_sentence, 0,
	    sizeof(sentences) / sizeof(sentences[0]));
	tcase_add_test(tc, every_code_has_a_word_of_its_own_and_a_text);
	tcase_add_test(tc, passes_failures_and_faults_are_told_apart);
	tcase_add_test(tc, a_detail_is_cut_and_made_printable);
	tcase_add_test(tc, a_sentence_is_cut_at_the_size_of_the_buffer);
	suite_add_tcase(s, tc);
	return s;
}
