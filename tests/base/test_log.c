/* test_log.c - lines are whole, cannot be forged, obey the level, and leave errno alone. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/suite.h"

static int saved_stderr = -1;
static FILE *sink;
static char seen[65536];

/* stderr goes into a file for the length of a test. */
static void
setup(void)
{
	sink = tmpfile();
	ck_assert_ptr_nonnull(sink);
	saved_stderr = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(fileno(sink), STDERR_FILENO), 0);
	log_set_level(LOG_INFO);
	log_set_format(LOG_FORMAT_TEXT);
}

static void
teardown(void)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	fclose(sink);
}

/* What has been logged so far. */
static const char *
logged(void)
{
	ssize_t len = pread(fileno(sink), seen, sizeof(seen) - 1, 0);

	ck_assert_int_ge(len, 0);
	seen[len] = '\0';
	return seen;
}

static size_t
lines(void)
{
	size_t count = 0;

	for (const char *at = logged(); (at = strchr(at, '\n')) != NULL; at++)
		count++;
	return count;
}

START_TEST(a_line_carries_date_level_and_text)
{
	log_warn("endpoint %s is %s", "shop/web", "late");

	const char *line = logged();

	ck_assert_int_eq(line[4], '-');
	ck_assert_int_eq(line[10], 'T');
	ck_assert_int_eq(line[23], 'Z');
	ck_assert_str_eq(line + 24, " warn: endpoint shop/web is late\n");
}
END_TEST

START_TEST(a_name_cannot_forge_a_line_or_speak_to_the_terminal)
{
	log_info("%s", "a\nerror: forged\r\033[2J\xff\x7f\xc2\x9b" "b\xe2\x80\xae");
	ck_assert_uint_eq(lines(), 1);
	ck_assert_ptr_nonnull(strstr(logged(),
	    " info: a\\x0aerror: forged\\x0d\\x1b[2J\\xff\\x7f\\xc2\\x9bb\\xe2\\x80\\xae\n"));
}
END_TEST

START_TEST(letters_of_all_languages_stay)
{
	log_info("%s", "Grüße, 世界 🙂");
	ck_assert_ptr_nonnull(strstr(logged(), " info: Grüße, 世界 🙂\n"));
}
END_TEST

START_TEST(errno_is_kept_and_can_be_named)
{
	struct log_gate gate = { 0, 0, 0 };

	errno = ENOSPC;
	log_info("plain");
	ck_assert_int_eq(errno, ENOSPC);
	log_errno(LOG_ERROR, "write %s", "state");
	ck_assert_int_eq(errno, ENOSPC);
	log_gated(&gate, 1, LOG_INFO, "gated");
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_ptr_nonnull(strstr(logged(), " error: write state: No space left on device\n"));
}
END_TEST

START_TEST(errno_is_kept_when_stderr_is_gone)
{
	close(STDERR_FILENO);
	errno = EAGAIN;
	log_error("nobody hears");
	ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

START_TEST(the_level_decides_what_is_written)
{
	log_set_level(LOG_WARN);
	ck_assert(log_enabled(LOG_ERROR) && log_enabled(LOG_WARN));
	ck_assert(!log_enabled(LOG_INFO) && !log_enabled(LOG_DEBUG));
	log_info("no");
	log_errno(LOG_DEBUG, "no");
	ck_assert_str_eq(logged(), "");
	log_set_level(LOG_DEBUG);
	log_debug("yes");
	ck_assert_uint_eq(lines(), 1);
}
END_TEST

START_TEST(a_very_long_message_is_one_bounded_line)
{
	static char text[50000];

	memset(text, '\033', sizeof(text) - 1);
	log_info("%s", text);
	ck_assert_uint_eq(lines(), 1);
	ck_assert_uint_lt(strlen(logged()), 10000);
	errno = EIO;
	log_errno(LOG_INFO, "%s", text);
	ck_assert_uint_eq(lines(), 2);
}
END_TEST

START_TEST(a_flood_is_held_back_and_counted)
{
	struct log_gate gate = { 0, 0, 0 };

	for (int i = 0; i < 1000; i++)
		log_gated(&gate, 3, LOG_WARN, "flood %d", i);
	/* The clock may tick over once or twice on a slow machine: three lines and one count each time. */
	ck_assert_uint_ge(lines(), 3);
	ck_assert_uint_lt(lines(), 40);
	ck_assert_uint_gt(gate.held, 0);
	gate.held = 17;
	gate.second--;                  /* as if a second had passed */
	log_gated(&gate, 3, LOG_WARN, "later");
	ck_assert_ptr_nonnull(strstr(logged(), "warn: 17 more lines like the next were held back\n"));
	ck_assert_ptr_nonnull(strstr(logged(), "warn: later\n"));
	ck_assert_uint_eq(gate.held, 0);
}
END_TEST

START_TEST(json_lines_are_objects_whatever_the_message)
{
	log_set_format(LOG_FORMAT_JSON);
	log_warn("a \"b\" c\\d \x1b[31m\n%s", "\xc3\xbc");
	log_event("asked", "\"client\":\"192.0.2.1\",\"size\":41");

	const char *line = logged();

	ck_assert_int_eq(strncmp(line, "{\"time\":\"20", 11), 0);
	ck_assert_ptr_nonnull(strstr(line, "Z\",\"level\":\"warn\",\"message\":"
	    "\"a \\\"b\\\" c\\\\d \\\\x1b[31m\\\\x0a\xc3\xbc\"}\n"));
	ck_assert_ptr_nonnull(strstr(line, "\"level\":\"info\",\"message\":\"asked\","
	    "\"client\":\"192.0.2.1\",\"size\":41}\n"));
	ck_assert_uint_eq(lines(), 2);
}
END_TEST

START_TEST(the_worst_message_fits_in_json)
{
	char message[4000];

	memset(message, '\x01', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	log_set_format(LOG_FORMAT_JSON);
	log_error("%s", message);
	ck_assert_uint_eq(lines(), 1);
	ck_assert_ptr_nonnull(strstr(logged(), "\\\\x01\"}\n"));
}
END_TEST

START_TEST(the_journal_is_told_the_priority_and_knows_the_time_itself)
{
	log_set_format(LOG_FORMAT_JOURNAL);
	log_error("e");
	log_warn("w");
	log_info("i");
	ck_assert_str_eq(logged(), "<3>e\n<4>w\n<6>i\n");
}
END_TEST

START_TEST(stderr_is_the_journal_only_if_the_variable_names_it)
{
	struct stat is;
	char stream[64];

	ck_assert_int_eq(fstat(STDERR_FILENO, &is), 0);
	unsetenv("JOURNAL_STREAM");
	ck_assert(!log_is_journal());
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)is.st_dev, (uintmax_t)is.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	ck_assert(log_is_journal());
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)is.st_dev, (uintmax_t)is.st_ino + 1);
	setenv("JOURNAL_STREAM", stream, 1);
	ck_assert(!log_is_journal());
	setenv("JOURNAL_STREAM", "nonsense", 1);
	ck_assert(!log_is_journal());
	unsetenv("JOURNAL_STREAM");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("log");
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_line_carries_date_level_and_text);
	tcase_add_test(tc, a_name_cannot_forge_a_line_or_speak_to_the_terminal);
	tcase_add_test(tc, letters_of_all_languages_stay);
	tcase_add_test(tc, errno_is_kept_and_can_be_named);
	tcase_add_test(tc, errno_is_kept_when_stderr_is_gone);
	tcase_add_test(tc, the_level_decides_what_is_written);
	tcase_add_test(tc, a_very_long_message_is_one_bounded_line);
	tcase_add_test(tc, a_flood_is_held_back_and_counted);
	tcase_add_test(tc, json_lines_are_objects_whatever_the_message);
	tcase_add_test(tc, the_worst_message_fits_in_json);
	tcase_add_test(tc, the_journal_is_told_the_priority_and_knows_the_time_itself);
	tcase_add_test(tc, stderr_is_the_journal_only_if_the_variable_names_it);
	suite_add_tcase(s, tc);
	return s;
}
