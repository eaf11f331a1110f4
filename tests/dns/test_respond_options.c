/* test_respond_options.c - what OPT says is the same in all replies: ours, missing, refused, forwarded, failed. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "dns/cookie.h"
#include "dns/parcel.h"
#include "tests/dns/errands.h"
#include "tests/dns/said.h"
#include "tests/suite.h"

#define NOW 1700000000u
#define HALF "3031323334353637"
#define SECRET "0123456789abcdef"

static struct clock *now;
static struct cookie_jar jar;
static char whole[2 * EDNS_COOKIE_LEN + 1];

static void
start(void)
{
	uint8_t cookie[EDNS_COOKIE_LEN];

	errands_start();
	now = clock_new_manual(0, NOW);
	ck_assert_int_eq(cookie_fill(&jar), 0);
	cookie_add(&jar, (const uint8_t *)SECRET);
	(void)cookie_answer(&jar, &asking->client, NOW, (const uint8_t *)"01234567", 8, cookie);
	for (size_t i = 0; i < sizeof(cookie); i++)
		snprintf(whole + 2 * i, 3, "%02x", cookie[i]);
	asking->settings.cookies = &jar;
	asking->settings.nsid = "here";
	asking->responder.clock = now;
}

static void
end(void)
{
	errands_end();
	clock_free(now);
}

/* Where the reply comes from. */
static const struct {
	const char *question;
	const char *rcode;
	const char *said;               /* by an upstream; NULL: nobody is asked; "": it failed */
} places[] = {
	{ "web." IN_SVC " A", "NOERROR", NULL },
	{ "WEB." IN_SVC " A", "NOERROR", NULL },
	{ "web." IN_SVC " TXT", "NOERROR", NULL },
	{ "nobody." IN_SVC " A", "NXDOMAIN", NULL },
	{ "www.example.org A", "REFUSED", NULL },
	{ "web." IN_SVC " AXFR", "REFUSED", NULL },
	{ "web." IN_SVC " MAILA", "NOTIMPL", NULL },
	{ "web." IN_SVC " TSIG", "FORMERR", NULL },
	{ "www.Example.com A", "NOERROR", "NOERROR\nAN www.example.com. 300 A 192.0.2.1\n" },
	{ "www.example.com A", "NXDOMAIN",
	  "NXDOMAIN\nNS com. 40 SOA ns.com. admin.com. 1 7200 900 86400 60\n" },
	{ "www.example.com A", "SERVFAIL", "" },
	{ "Away." IN_SVC " A", "NOERROR", "NOERROR\nAN db.example.com. 300 A 192.0.2.1\n" },
	{ "away." IN_SVC " A", "SERVFAIL", "" },
};
#define PLACES (sizeof(places) / sizeof(places[0]))

/* OVER: "udp", "tcp", "tls" or any of them; WHOLE is the cookie of the client at this moment. */
static const struct {
	const char *rule;
	const char *words;
	const char *over;
	const char *opt;                /* without errors and padding; NULL: there is none */
	bool padded;
} rules[] = {
	{ "RFC 6891, 7: no OPT where none was", "", "udp tcp tls", NULL, false },
	{ "RFC 6891, 6.1.1: in all replies", "edns", "udp tcp tls", "OPT 1232", false },
	{ "RFC 6891, 6.2.3: less than 512 is 512", "edns=0", "udp tcp tls", "OPT 1232", false },
	{ "RFC 6891, 6.2.3: less than 512 is 512", "edns=511", "udp", "OPT 1232", false },
	{ "RFC 6891, 6.2.4: more than ours", "edns=65535", "udp tcp tls", "OPT 1232", false },
	{ "RFC 3225, 3: DO is copied", "do", "udp tcp tls", "OPT 1232 do", false },
	{ "RFC 6891, 6.1.2: unknown options", "opt=fffe0003616263fde90000", "udp tcp tls", "OPT 1232",
	  false },
	{ "an old client's subnet", "opt=000800070001180001020a", "udp tcp tls", "OPT 1232", false },
	{ "RFC 7828, 3.2.1: not over UDP", "keepalive", "udp", "OPT 1232", false },
	{ "RFC 7828, 3.3.2", "keepalive", "tcp tls", "OPT 1232 keepalive 100", false },
	{ "RFC 7828: once", "keepalive opt=000b0000000b0000", "tcp", "OPT 1232 keepalive 100", false },
	{ "RFC 5001", "opt=00030000", "udp tcp tls", "OPT 1232 NSID here", false },
	{ "RFC 7873, 5.2.3", "opt=000a0008" HALF, "udp tcp tls", "OPT 1232 COOKIE WHOLE", false },
	{ "RFC 7873, 5.2.4", "opt=000a0018" HALF "0100000065530000ffffffffffffffff", "udp tcp tls",
	  "OPT 1232 COOKIE WHOLE", false },
	{ "RFC 7830, 6: not in the open", "opt=000c0004ffffffff", "udp tcp", "OPT 1232", false },
	{ "RFC 8467, 4.1", "opt=000c0000", "tls", "OPT 1232", true },
	{ "RFC 7830, 4: only for who pads", "edns", "tls", "OPT 1232", false },
	{ "all of them", "do opt=000a0008" HALF "000b0000000300000008000400011800000c0001ff", "tls",
	  "OPT 1232 do keepalive 100 NSID here COOKIE WHOLE", true },
	{ "all of them", "do opt=000a0008" HALF "000b0000000300000008000400011800000c0001ff", "udp",
	  "OPT 1232 do NSID here COOKIE WHOLE", false },
};

static const char *
wanted_opt(const char *opt, char out[300])
{
	const char *at = opt == NULL ? NULL : strstr(opt, "WHOLE");

	if (at == NULL)
		return opt == NULL ? "" : opt;
	snprintf(out, 300, "%.*s%s%s", (int)(at - opt), opt, whole, at + 5);
	return out;
}

static void
finish(const char *question, const char *said_text)
{
	if (said_text[0] == '\0') {
		asking->len = errand_fail(&asking->responder, &errand, DNS_SERVFAIL, 23, "late",
		    asking->buf, 65535);
		return;
	}
	char asked[300];
	struct parcel *parcel;

	snprintf(asked, sizeof(asked), "%s A%s", strncasecmp(question, "www", 3) == 0 ?
	    "www.example.com" : "db.example.com", errand.asked.dnssec_ok ? " do" : "");
	parcel = said(asked, said_text);
	asking->len = errand_answer(&asking->responder, &errand, parcel, 0, false, asking->buf,
	    65535);
	parcel_free(parcel);
}

/* Ask over this transport, with an upstream's help where there is one. */
static const char *
ask_over(enum transport transport, const char *question, const char *said_text)
{
	struct query query;

	memset(&errand, 0, sizeof(errand));
	asking_write(asking, question);
	respond_begin(&asking->responder, asking->buf, asking->query_len, &query);
	asking->len = respond_finish(&asking->responder, transport, &asking->client, &query,
	    asking->buf, transport == TRANSPORT_UDP ? 4096 : 65535, &errand);
	ck_assert_msg(errand.wanted == (said_text != NULL), "%s", question);
	if (errand.wanted)
		finish(question, said_text);
	return asking_read(asking, question);
}

/* Cut what says why, and padding, off a reply's OPT. */
static void
check_opt(const char *reply, const char *expected, bool padded, const char *what)
{
	const char *opt = strstr(reply, "OPT ");
	char got[600] = "", room[300];

	if (opt != NULL)
		snprintf(got, sizeof(got), "%.*s", (int)strcspn(opt, "\n"), opt);
	char *padding = strstr(got, " padding ");
	ck_assert_msg((padding != NULL) == padded, "%s: %s", what, got);
	if (padding != NULL) {
		ck_assert_msg(asking->len % EDNS_PAD_BLOCK == 0, "%s: %zu", what, asking->len);
		*padding = '\0';
	}
	char *error = strstr(got, " EDE ");
	if (error != NULL)
		*error = '\0';
	ck_assert_msg(strcmp(got, wanted_opt(expected, room)) == 0, "%s: %s", what, got);
}

START_TEST(opt_says_the_same_wherever_the_reply_comes_from)
{
	static const char *const names[] = { "udp", "tcp", "tls" };
	static const enum transport transports[] = { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_TLS };

	for (size_t place = 0; place < PLACES; place++)
		for (size_t over = 0; over < 3; over++) {
			char question[600], what[800];

			if (strstr(rules[_i].over, names[over]) == NULL)
				continue;
			snprintf(question, sizeof(question), "%s rd %s", places[place].question,
			    rules[_i].words);
			snprintf(what, sizeof(what), "%s: %s over %s", rules[_i].rule, question,
			    names[over]);
			const char *reply = ask_over(transports[over], question,
			    places[place].said);
			ck_assert_msg(strncmp(reply, places[place].rcode,
			    strlen(places[place].rcode)) == 0, "%s: %s", what, reply);
			ck_assert_msg(strstr(reply, " rd") != NULL, "%s: %s", what, reply);
			check_opt(reply, rules[_i].opt, rules[_i].padded, what);
		}
}
END_TEST

/* RFC 6840, 5.7 to 5.9; RFC 6895, 2: Z is ignored and clear. */
static const struct {
	const char *words;
	bool cd;
} flags[] = { { "", false }, { "ad", false }, { "cd", true }, { "z", false }, { "ad cd z do", true } };

START_TEST(cd_is_copied_and_ad_and_z_never_said_of_what_nobody_signed)
{
	for (size_t place = 0; place < PLACES; place++) {
		char question[600];

		if (places[place].said != NULL && flags[_i].cd)
			continue;       /* said_asked() has CD in the question: test_errand_answer */
		snprintf(question, sizeof(question), "%s rd %s", places[place].question,
		    flags[_i].words);
		const char *reply = ask_over(TRANSPORT_UDP, question, places[place].said);
		char line[100];

		snprintf(line, sizeof(line), "%.*s", (int)strcspn(reply, "\n"), reply);
		ck_assert_msg((strstr(line, " cd") != NULL) == flags[_i].cd, "%s: %s", question,
		    line);
		ck_assert(strstr(line, " ad") == NULL && strstr(line, " z") == NULL);
	}
}
END_TEST

/* Versions are told apart before anything else is looked at (RFC 6891, 6.1.3). */
START_TEST(another_version_is_badvers_for_all_names)
{
	for (size_t place = 0; place < PLACES; place++) {
		char question[600];

		snprintf(question, sizeof(question), "%s rd do version=1 opt=00030000",
		    places[place].question);
		ck_assert_str_eq(ask_over(TRANSPORT_UDP, question, NULL),
		    "BADVERS rd ra\nOPT 1232 do\n");
		ck_assert_str_eq(ask_over(TRANSPORT_TCP, question, NULL),
		    "BADVERS rd ra\nOPT 1232 do\n");
	}
}
END_TEST

/* The letters of the question come back as they were sent (0x20), whoever answers. */
START_TEST(names_are_echoed_as_they_were_asked)
{
	static const char *const letters[][3] = {
		{ "wEB." IN_SVC " A", NULL, "AN wEB." IN_SVC ". 5 IN A 10.96.0.1\n" },
		{ "NoBody.Shop.svc.cluster.local A", NULL, "NS cluster.local. 5 IN SOA " },
		{ "ALIAS." IN_SVC " A", "NOERROR\nAN db.example.com. 300 A 192.0.2.1\n",
		  "AN ALIAS." IN_SVC ". 5 IN CNAME " },
		{ "wWw.eXaMpLe.CoM A", "NOERROR\nAN www.example.com. 300 A 192.0.2.1\n",
		  "AN wWw.eXaMpLe.CoM. 300 IN A 192.0.2.1\n" },
		{ "wWw.eXaMpLe.CoM A", "", "SERVFAIL" },
		{ "wWw.eXaMpLe.CoM ANY", NULL, "AN wWw.eXaMpLe.CoM. 5 IN HINFO" },
		{ "wWw.eXaMpLe.oRg A", NULL, "REFUSED" },
		{ "aWaY." IN_SVC " A", "", "SERVFAIL" },
	};

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		char question[300];
		uint8_t asked[300];

		snprintf(question, sizeof(question), "%s rd", letters[i][0]);
		asking_write(asking, question);
		size_t len = asking->query_len;
		memcpy(asked, asking->buf, len);
		snprintf(question, sizeof(question), "%s rd", letters[i][0]);
		const char *reply = ask_over(TRANSPORT_UDP, question, letters[i][1]);
		ck_assert_msg(strstr(reply, letters[i][2]) != NULL, "%s: %s", question, reply);
		ck_assert_mem_eq(asking->buf + 12, asked + 12, len - 12);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("respond_options");
	TCase *tests = tcase_create("respond_options");

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, opt_says_the_same_wherever_the_reply_comes_from, 0,
	    (int)(sizeof(rules) / sizeof(rules[0])));
	tcase_add_loop_test(tests, cd_is_copied_and_ad_and_z_never_said_of_what_nobody_signed, 0,
	    (int)(sizeof(flags) / sizeof(flags[0])));
	tcase_add_test(tests, another_version_is_badvers_for_all_names);
	tcase_add_test(tests, names_are_echoed_as_they_were_asked);
	suite_add_tcase(suite, tests);
	return suite;
}
