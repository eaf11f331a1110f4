/* test_chaos.c - what is told about the server itself, and NSID, by setting and never else. */
#include "dns/chaos.h"

#include <stdio.h>
#include <string.h>

#include "tests/dns/asking.h"
#include "tests/suite.h"

static const struct {
	const char *version;
	const char *nsid;
	const char *question;
	const char *reply;
} cases[] = {
	{ NULL, NULL, "version.bind TXT class=3", "REFUSED\n" },
	{ NULL, NULL, "id.server TXT class=3", "REFUSED\n" },
	{ NULL, "here", "version.bind TXT class=3", "REFUSED\n" },
	{ "rollcall 1", NULL, "id.server TXT class=3", "REFUSED\n" },
	{ "rollcall 1", NULL, "version.bind TXT class=3",
	  "NOERROR aa\nAN version.bind. 0 CH TXT \"rollcall 1\"\n" },
	{ "rollcall 1", NULL, "Version.SERVER TXT class=3 rd edns",
	  "NOERROR aa rd\nAN Version.SERVER. 0 CH TXT \"rollcall 1\"\nOPT 1232\n" },
	{ "rollcall 1", "here", "hostname.bind TXT class=3",
	  "NOERROR aa\nAN hostname.bind. 0 CH TXT \"here\"\n" },
	{ "rollcall 1", "here", "id.server ANY class=3",
	  "NOERROR aa\nAN id.server. 0 CH TXT \"here\"\n" },
	{ "rollcall 1", "here", "version.bind A class=3", "REFUSED\n" },
	{ "rollcall 1", "here", "cluster.local TXT class=3", "REFUSED\n" },
	{ "rollcall 1", "here", "cluster.local TXT class=4", "REFUSED\n" },
	{ "rollcall 1", "here", "version.bind TXT", "REFUSED\n" },
	{ "rollcall 1", NULL, "version.bind TXT class=3 opt=00030000",
	  "NOERROR aa\nAN version.bind. 0 CH TXT \"rollcall 1\"\nOPT 1232\n" },
	/* RFC 5001: to who asks for it, with any answer, and over both transports. */
	{ NULL, "here", "nobody.example TXT opt=00030000", "REFUSED\nOPT 1232 NSID here\n" },
	{ NULL, "here", "nobody.example TXT opt=00030000 tcp", "REFUSED\nOPT 1232 NSID here\n" },
	{ NULL, "here", "nobody.example TXT edns", "REFUSED\nOPT 1232\n" },
	{ NULL, "here", "nobody.example TXT", "REFUSED\n" },
	{ NULL, NULL, "nobody.example TXT opt=00030000", "REFUSED\nOPT 1232\n" },
	{ NULL, "here", "nobody.example AXFR opt=0003000000030000", "REFUSED\nOPT 1232 NSID here\n" },
};

START_TEST(the_server_is_told_by_setting)
{
	struct asking *asking = asking_new();

	asking->settings.version = cases[_i].version;
	asking->settings.nsid = cases[_i].nsid;
	asking_expect(asking, cases[_i].question, cases[_i].reply);
	asking_free(asking);
}
END_TEST

START_TEST(who_may_not_ask_is_not_told_either)
{
	struct asking *asking = asking_new();
	struct cidr network;

	ck_assert_int_eq(cidr_parse("192.0.2.0/24", &network), 0);
	asking->settings.allow_from = &network;
	asking->settings.allow_from_count = 1;
	asking->settings.version = "rollcall 1";
	asking_expect(asking, "version.bind TXT class=3 edns", "REFUSED\nOPT 1232 EDE 18\n");
	asking_free(asking);
}
END_TEST

Suite *
suite(void)
{
	Suite *chaos = suite_create("chaos");
	TCase *tests = tcase_create("chaos");

	tcase_add_loop_test(tests, the_server_is_told_by_setting, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, who_may_not_ask_is_not_told_either);
	suite_add_tcase(chaos, tests);
	return chaos;
}
