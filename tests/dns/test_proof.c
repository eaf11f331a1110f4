/* test_proof.c - cookies in queries and replies, where they are made, demanded, or unknown. */
#include "dns/proof.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "dns/cookie.h"
#include "tests/dns/asking.h"
#include "tests/suite.h"

#define ZONE "cluster.local"
#define NOW 1700000000u
/* A client's half, and the whole cookie of 127.0.0.1 at NOW under the secret below. */
#define HALF "3031323334353637"
#define SECRET "0123456789abcdef"

static struct asking *asking;
static struct cookie_jar jar;
static struct clock *now;
static char whole[2 * EDNS_COOKIE_LEN + 1];

static void
start(void)
{
	uint8_t cookie[EDNS_COOKIE_LEN];

	asking = asking_new();
	now = clock_new_manual(0, NOW);
	ck_assert_int_eq(cookie_fill(&jar), 0);
	cookie_add(&jar, (const uint8_t *)SECRET);
	(void)cookie_answer(&jar, &asking->client, NOW, (const uint8_t *)"01234567", 8, cookie);
	for (size_t i = 0; i < sizeof(cookie); i++)
		snprintf(whole + 2 * i, 3, "%02x", cookie[i]);
	asking->settings.cookies = &jar;
	asking->responder.clock = now;
}

static void
end(void)
{
	asking_free(asking);
	clock_free(now);
}

/* "HALF" and "WHOLE" stand for those above. */
static const char *
fill_in(const char *text, char out[600])
{
	size_t len = 0;

	while (*text != '\0') {
		const char *with = strncmp(text, "HALF", 4) == 0 ? HALF :
		    strncmp(text, "WHOLE", 5) == 0 ? whole : NULL;

		if (with == NULL)
			out[len++] = *text++;
		else
			len += (size_t)snprintf(out + len, 600 - len, "%s", with);
		if (with != NULL)
			text += with == whole ? 5 : 4;
	}
	out[len] = '\0';
	return out;
}

#define BAD HALF "0100000065530000ffffffffffffffff"

static const struct {
	const char *what;
	bool made;
	bool required;
	const char *words;
	const char *reply;              /* the first line, and OPT */
} cases[] = {
	{ "none asked", true, false, "edns", "NOERROR aa|OPT 1232" },
	{ "a half", true, false, "opt=000a0008HALF", "NOERROR aa|OPT 1232 COOKIE WHOLE" },
	{ "a whole one", true, false, "opt=000a0018WHOLE", "NOERROR aa|OPT 1232 COOKIE WHOLE" },
	{ "a bad one", true, false, "opt=000a0018" BAD, "NOERROR aa|OPT 1232 COOKIE WHOLE" },
	{ "two: the first", true, false, "opt=000a0008HALF000a00086666666666666666",
	  "NOERROR aa|OPT 1232 COOKIE WHOLE" },
	{ "none are made", false, false, "opt=000a0008HALF", "NOERROR aa|OPT 1232" },
	{ "of no length, none are made", false, false, "opt=000a000100", "FORMERR|OPT 1232" },
	{ "of no length", true, false, "opt=000a000100", "FORMERR|OPT 1232" },
	{ "required, none shown", true, true, "edns", "NOERROR aa|OPT 1232" },
	{ "required, without EDNS", true, true, "", "NOERROR aa|" },
	{ "required, a half", true, true, "opt=000a0008HALF",
	  "BADCOOKIE|OPT 1232 COOKIE WHOLE" },
	{ "required, a bad one", true, true, "opt=000a0018" BAD,
	  "BADCOOKIE|OPT 1232 COOKIE WHOLE" },
	{ "required, a good one", true, true, "opt=000a0018WHOLE",
	  "NOERROR aa|OPT 1232 COOKIE WHOLE" },
	{ "required, a half over TCP", true, true, "opt=000a0008HALF tcp",
	  "NOERROR aa|OPT 1232 COOKIE WHOLE" },
	{ "required, but none are made", false, true, "opt=000a0008HALF", "NOERROR aa|OPT 1232" },
	{ "required, of a class that is none of ours", true, true, "class=4 opt=000a0008HALF",
	  "REFUSED|OPT 1232 COOKIE WHOLE" },
};

START_TEST(a_cookie_is_answered_with_ours)
{
	char question[600], expected[600], got[600];

	asking->settings.cookies = cases[_i].made ? &jar : NULL;
	asking->settings.cookies_required = cases[_i].required;
	snprintf(question, sizeof(question), ZONE " SOA %s", cases[_i].words);
	const char *reply = asking_ask(asking, fill_in(question, got));
	const char *opt = strstr(reply, "OPT ");
	snprintf(got, sizeof(got), "%.*s|%.*s", (int)strcspn(reply, "\n"), reply,
	    opt == NULL ? 0 : (int)strcspn(opt, "\n"), opt == NULL ? "" : opt);
	ck_assert_msg(strcmp(got, fill_in(cases[_i].reply, expected)) == 0, "%s: %s, not %s",
	    cases[_i].what, got, expected);
	if (strstr(got, "BADCOOKIE") != NULL)
		ck_assert_ptr_null(strstr(reply, "AN "));
}
END_TEST

/* RFC 7873, 5.4; RFC 9619 for the rest. */
static const struct {
	const char *what;
	bool made;
	const char *client;
	const char *options;
	uint8_t questions;
	uint8_t rcode;
	uint8_t extended;
	bool cookie;
} bare[] = {
	{ "a half", true, "127.0.0.1", "000a0008HALF", 0, 0, 0, true },
	{ "a whole one", true, "127.0.0.1", "000a0018WHOLE", 0, 0, 0, true },
	{ "a bad one", true, "127.0.0.1", "000a0018" BAD, 0, 7, 1, true },
	{ "none", true, "127.0.0.1", "", 0, 1, 0, false },
	{ "another option", true, "127.0.0.1", "000b0000", 0, 1, 0, false },
	{ "of no length", true, "127.0.0.1", "000a000100", 0, 1, 0, false },
	{ "where none are made", false, "127.0.0.1", "000a0008HALF", 0, 1, 0, false },
	{ "beside two questions", true, "127.0.0.1", "000a0008HALF", 2, 1, 0, false },
	{ "from who may not ask", true, "192.0.2.1", "000a0008HALF", 0, 5, 0, false },
};

START_TEST(a_query_for_a_cookie_alone_is_answered)
{
	char words[600], filled[600];
	struct cidr loopback;
	uint8_t *buf = asking->buf;

	ck_assert_int_eq(cidr_parse("127.0.0.0/8", &loopback), 0);
	asking->settings.allow_from = &loopback;
	asking->settings.allow_from_count = 1;
	asking->settings.cookies = bare[_i].made ? &jar : NULL;
	ck_assert_int_eq(addr_parse(bare[_i].client, &asking->client), 0);
	snprintf(words, sizeof(words), ". A opt=%s", bare[_i].options);
	asking_write(asking, fill_in(words, filled));
	/* The question of five octets is doubled, or taken out. */
	memmove(buf + 12 + 5 * (size_t)bare[_i].questions, buf + 17, asking->query_len - 17);
	memcpy(buf + 12, bare[_i].questions == 2 ? "\0\0\1\0\1\0\0\1\0\1" : (const char *)buf + 12,
	    5 * (size_t)bare[_i].questions);
	asking->query_len += 5 * (size_t)bare[_i].questions;
	asking->query_len -= 5;
	buf[5] = bare[_i].questions;
	asking_send(asking, TRANSPORT_UDP);
	ck_assert_uint_eq(asking->len, 12u + 11 + (bare[_i].cookie ? 28 : 0));
	ck_assert_mem_eq(buf + 4, "\0\0\0\0\0\0\0\1", 8);
	ck_assert_msg((buf[3] & 15) == bare[_i].rcode, "%s: %u", bare[_i].what, buf[3] & 15);
	ck_assert_uint_eq(buf[12 + 5], bare[_i].extended);
	if (bare[_i].cookie)
		ck_assert_mem_eq(buf + 23, "\0\12\0\30" "01234567\1\0\0\0", 16);
}
END_TEST

Suite *
suite(void)
{
	Suite *proof = suite_create("proof");
	TCase *tests = tcase_create("proof");

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, a_cookie_is_answered_with_ours, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_loop_test(tests, a_query_for_a_cookie_alone_is_answered, 0,
	    (int)(sizeof(bare) / sizeof(bare[0])));
	suite_add_tcase(proof, tests);
	return proof;
}
