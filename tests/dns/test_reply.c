/* test_reply.c - what does not fit, and what the OPT record of a reply says. */
#include "dns/reply.h"

#include <stdio.h>
#include <string.h>

#include "dns/index.h"
#include "tests/dns/asking.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define ZONE "cluster.local"

static struct asking *asking;

static void
start(void)
{
	asking = asking_new();
}

static void
end(void)
{
	asking_free(asking);
}

static unsigned
count_lines(const char *text, const char *begin)
{
	unsigned count = 0;

	for (const char *at = text; at != NULL; at = strchr(at, '\n'),
	    at = at == NULL ? NULL : at + 1)
		count += strncmp(at, begin, strlen(begin)) == 0;
	return count;
}

/* "m.cluster.local": 33 octets of header and question, 16 a record, 11 for OPT. */
static const struct {
	const char *words;
	unsigned records;
	bool fits;
} sizes[] = {
	{ "", 29, true },               /* 497 of 512 */
	{ "", 30, false },
	{ "edns=512", 29, true },       /* 508 */
	{ "edns=0", 29, true },         /* below 512 is 512 (RFC 6891, 6.2.5) */
	{ "edns=0", 30, false },
	{ "edns=600", 34, true },
	{ "edns=600", 35, false },
	{ "edns=4096", 74, true },      /* 1,228 of our 1,232 */
	{ "edns=4096", 75, false },
	{ "tcp", 4000, true },
	{ "tcp edns=512", 4000, true },
};

START_TEST(a_set_is_sent_whole_or_not_at_all)
{
	char question[80];

	sample_put_many(asking->index, "m." ZONE, ZONE, sizes[_i].records);
	snprintf(question, sizeof(question), "m." ZONE " A %s", sizes[_i].words);
	const char *reply = asking_ask(asking, question);
	ck_assert_uint_eq(count_lines(reply, "AN "), sizes[_i].fits ? sizes[_i].records : 0);
	ck_assert_uint_eq(count_lines(reply, "NOERROR aa tc"), !sizes[_i].fits);
	ck_assert_uint_eq(count_lines(reply, "OPT 1232"), strstr(question, "edns") != NULL);
}
END_TEST

START_TEST(our_own_udp_size_is_the_limit_and_is_told)
{
	asking->settings.udp_size = 4096;
	sample_put_many(asking->index, "m." ZONE, ZONE, 200);
	const char *reply = asking_ask(asking, "m." ZONE " A edns=4096");
	ck_assert_uint_eq(count_lines(reply, "AN "), 200);
	ck_assert_uint_eq(count_lines(reply, "OPT 4096"), 1);
	asking->settings.udp_size = 0;
	reply = asking_ask(asking, "m." ZONE " A edns=4096");
	ck_assert_uint_eq(count_lines(reply, "NOERROR aa tc"), 1);
	ck_assert_uint_eq(count_lines(reply, "OPT 512"), 1);
}
END_TEST

/* Five SRV records, and sets of two addresses for four of their targets. */
START_TEST(additional_sets_are_left_out_first_and_whole_without_tc)
{
	struct sample_name spec = { .name = "_p._tcp.s." ZONE, .zone = ZONE };
	char srv[5][60], a[4][60], more[4][60];

	for (int i = 0; i < 5; i++) {
		snprintf(srv[i], sizeof(srv[i]), "5 SRV 0 20 80 pod-number-%d-of-five-of-them.s."
		    ZONE ".", i);
		spec.records[i] = srv[i];
	}
	for (int i = 0; i < 4; i++) {
		snprintf(a[i], sizeof(a[i]), "pod-number-%d-of-five-of-them.s."
		    ZONE ". 5 A 10.0.0.%d", i, i);
		snprintf(more[i], sizeof(more[i]), "pod-number-%d-of-five-of-them.s."
		    ZONE ". 5 A 10.0.1.%d", i, i);
		spec.additional[2 * i] = a[i];
		spec.additional[2 * i + 1] = more[i];
	}
	sample_put(asking->index, &spec);
	const char *reply = asking_ask(asking, "_p._tcp.s." ZONE " SRV");
	ck_assert_uint_eq(count_lines(reply, "NOERROR aa\n"), 1);
	ck_assert_uint_eq(count_lines(reply, "AN "), 5);
	/* 42 + 5 x 64 = 362 of 512; a set of two addresses takes 2 x 44 */
	ck_assert_uint_eq(count_lines(reply, "AR "), 2);
	reply = asking_ask(asking, "_p._tcp.s." ZONE " SRV edns");
	ck_assert_uint_eq(count_lines(reply, "AR "), 8);
	ck_assert_uint_eq(count_lines(asking_ask(asking, "_P._tcp.s." ZONE " SRV edns=512"), "AR "),
	    2);
}
END_TEST

START_TEST(a_chain_that_does_not_fit_keeps_its_cnames)
{
	sample_put_many(asking->index, "m." ZONE, ZONE, 100);
	sample_put(asking->index, &(struct sample_name){ .name = "alias." ZONE, .zone = ZONE,
	    .records = { "5 CNAME m." ZONE "." } });
	asking_expect(asking, "alias." ZONE " A", "NOERROR aa tc\nAN alias." ZONE ". 5 IN CNAME m."
	    ZONE ".\n");
}
END_TEST

START_TEST(thousands_behind_a_cname_go_over_tcp)
{
	struct asking *other = asking_new();

	sample_put_many(other->index, "m." ZONE, ZONE, 4000);
	sample_put(other->index, &(struct sample_name){ .name = "c." ZONE, .zone = ZONE,
	    .records = { "5 CNAME m." ZONE "." } });
	const char *reply = asking_ask(other, "c." ZONE " A tcp edns");
	ck_assert_uint_eq(count_lines(reply, "AN "), 4001);
	asking_free(other);
}
END_TEST

static const struct {
	const char *words;
	const char *opt;
} opts[] = {
	{ "", "" },
	{ "edns", "OPT 1232\n" },
	{ "do", "OPT 1232 do\n" },
	{ "keepalive", "OPT 1232\n" },                  /* ignored over UDP (RFC 7828, 3.2.1) */
	{ "keepalive tcp", "OPT 1232 keepalive 100\n" },
	{ "edns tcp", "OPT 1232\n" },
};

START_TEST(opt_comes_back_where_it_was_sent)
{
	char question[80];

	asking->responder.keepalive_ds = 100;
	snprintf(question, sizeof(question), ZONE " TXT %s", opts[_i].words);
	const char *reply = asking_ask(asking, question);
	const char *opt = strstr(reply, "OPT");
	ck_assert_str_eq(opt == NULL ? "" : opt, opts[_i].opt);
}
END_TEST

Suite *
suite(void)
{
	Suite *reply = suite_create("reply");
	TCase *tests = tcase_create("reply");

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, a_set_is_sent_whole_or_not_at_all, 0,
	    (int)(sizeof(sizes) / sizeof(sizes[0])));
	tcase_add_test(tests, our_own_udp_size_is_the_limit_and_is_told);
	tcase_add_test(tests, additional_sets_are_left_out_first_and_whole_without_tc);
	tcase_add_test(tests, a_chain_that_does_not_fit_keeps_its_cnames);
	tcase_add_test(tests, thousands_behind_a_cname_go_over_tcp);
	tcase_add_loop_test(tests, opt_comes_back_where_it_was_sent, 0,
	    (int)(sizeof(opts) / sizeof(opts[0])));
	suite_add_tcase(reply, tests);
	return reply;
}
