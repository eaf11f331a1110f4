/* test_resolv_conf.c - the name servers that a resolv.conf names, whatever else is in it. */
#include "net/resolv_conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/suite.h"

static const struct {
	const char *text;
	const char *servers;            /* with a space behind each */
} files[] = {
	{ "nameserver 192.0.2.1\nnameserver 2001:db8::1\n", "192.0.2.1 2001:db8::1 " },
	{ "# nameserver 192.0.2.9\n; x\nsearch a.example\nnameserver\t 192.0.2.1  # mine\n"
	  "options ndots:5\n", "192.0.2.1 " },
	{ "nameserver 192.0.2.1\r\nnameserver 192.0.2.2", "192.0.2.1 192.0.2.2 " },
	{ "nameserver 192.0.2.1\nnameserver 192.0.2.1\n", "192.0.2.1 " },
	{ "nameserver fe80::1%eth0\nnameserver resolver.example\nnameserver\nnameserver1.2.3.4\n"
	  " nameserver 192.0.2.1\nNAMESERVER 192.0.2.1\n", "" },
	{ "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n",
	  "192.0.2.1 192.0.2.2 192.0.2.3 " },
	{ "", "" },
	{ "nameserver 11111111111111111111111111111111111111111111111111111111111111111\n", "" },
};

static void
check(const struct addr *servers, size_t count, const char *expected)
{
	char all[400] = "", text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		strcat(all, addr_text(&servers[i], text));
		strcat(all, " ");
	}
	ck_assert_str_eq(all, expected);
}

START_TEST(lines_that_name_a_server_are_taken_in_their_order)
{
	struct addr servers[3];
	size_t count = resolv_conf_parse(
	    files[_i].text, strlen(files[_i].text), servers, 3);

	check(servers, count, files[_i].servers);
}
END_TEST

START_TEST(a_file_is_read_and_what_is_none_is_said)
{
	char path[] = "/tmp/rollcall-test-XXXXXX";
	int fd = mkstemp(path);
	struct addr servers[3];
	size_t count = 99;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "nameserver 192.0.2.1\n", 21), 21);
	close(fd);
	ck_assert_int_eq(resolv_conf_read(path, servers, 3, &count), 0);
	check(servers, count, "192.0.2.1 ");
	unlink(path);
	ck_assert_int_eq(resolv_conf_read(path, servers, 3, &count), ERR_SYSTEM);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(resolv_conf_read("/tmp", servers, 3, &count), ERR_LIMIT);
	ck_assert_int_eq(resolv_conf_read("/dev/zero", servers, 3, &count), ERR_LIMIT);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("resolv_conf");
	TCase *tests = tcase_create("resolv_conf");

	tcase_add_loop_test(tests, lines_that_name_a_server_are_taken_in_their_order, 0,
	    (int)(sizeof(files) / sizeof(files[0])));
	tcase_add_test(tests, a_file_is_read_and_what_is_none_is_said);
	suite_add_tcase(all, tests);
	return all;
}
