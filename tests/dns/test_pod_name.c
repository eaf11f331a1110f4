/* test_pod_name.c - which labels spell an address. */
#include "dns/pod_name.h"

#include <string.h>

#include "tests/suite.h"

static const struct {
	const char *label;
	const char *addr;       /* NULL: none */
} cases[] = {
	{ "10-0-0-1", "10.0.0.1" },
	{ "255-255-255-255", "255.255.255.255" },
	{ "fd00--1", "fd00::1" },
	{ "FD00--A", "fd00::a" },
	{ "2001-db8--0", "2001:db8::" },
	{ "0--1", "::1" },
	{ "1-2-3-4-5-6-7-8", "1:2:3:4:5:6:7:8" },
	{ "1--2-3", "1::2:3" },                 /* three dashes, but two together: IPv6 */
	{ "10-0-0-256", NULL },
	{ "10-0-0", NULL },
	{ "10-0-0-1-2", NULL },
	{ "10.0.0.1", NULL },
	{ "fd00::1", NULL },
	{ "web", NULL },
	{ "a-b-c-d", NULL },
	{ "", NULL },
	{ "---", NULL },
	{ "01-02-03-04", NULL },
	{ "1111-2222-3333-4444-5555-6666-7777-8888-9999-aaaa", NULL },
};

START_TEST(dashes_stand_for_dots_or_colons)
{
	struct addr addr;
	char text[ADDR_TEXT_SIZE];
	bool is = pod_name_read((const uint8_t *)cases[_i].label, strlen(cases[_i].label), &addr);

	ck_assert_msg(is == (cases[_i].addr != NULL), "%s", cases[_i].label);
	if (is)
		ck_assert_str_eq(addr_text(&addr, text), cases[_i].addr);
}
END_TEST

START_TEST(a_nul_does_not_end_the_label)
{
	struct addr addr;

	ck_assert(!pod_name_read((const uint8_t *)"10-0-0-1\0x", 10, &addr));
}
END_TEST

Suite *
suite(void)
{
	Suite *pod_name = suite_create("pod_name");
	TCase *tests = tcase_create("pod_name");

	tcase_add_loop_test(tests, dashes_stand_for_dots_or_colons, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, a_nul_does_not_end_the_label);
	suite_add_tcase(pod_name, tests);
	return pod_name;
}
