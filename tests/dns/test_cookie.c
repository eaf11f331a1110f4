/* test_cookie.c - cookies as RFC 9018 has them, and how long and from whom they are taken. */
#include "dns/cookie.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "tests/suite.h"

static void
read_hex(const char *text, uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned octet;

		ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &octet), 1);
		octets[i] = (uint8_t)octet;
	}
}

static void
fill(struct cookie_jar *jar, const char *older, const char *newest)
{
	const char *texts[] = { older, newest };
	uint8_t secret[COOKIE_SECRET_LEN];

	ck_assert_int_eq(cookie_fill(jar), 0);
	for (unsigned i = 0; i < 2; i++) {
		if (texts[i] == NULL)
			continue;
		read_hex(texts[i], secret, sizeof(secret));
		cookie_add(jar, secret);
	}
}

/* RFC 9018, appendix A. */
static const struct {
	const char *what;
	const char *older;
	const char *secret;
	const char *client;
	uint64_t now_s;
	const char *asked;
	enum cookie_state state;
	const char *reply;
} vectors[] = {
	{ "A.1: learning a new cookie", NULL, "e5e973e5a6b2a43f48e7dc849e37bfcf",
	  "198.51.100.100", 1559731985, "2464c4abcf10c957", COOKIE_NEW,
	  "2464c4abcf10c957010000005cf79f111f8130c3eee29480" },
	{ "A.2: the same client learning a renewed one", NULL,
	  "e5e973e5a6b2a43f48e7dc849e37bfcf", "198.51.100.100", 1559734385,
	  "2464c4abcf10c957010000005cf79f111f8130c3eee29480", COOKIE_GOOD,
	  "2464c4abcf10c957010000005cf7a871d4a564a1442aca77" },
	{ "A.3: another client, with reserved bits", NULL, "e5e973e5a6b2a43f48e7dc849e37bfcf",
	  "203.0.113.203", 1559734700, "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
	  COOKIE_BAD, "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e" },
	{ "A.3 in time", NULL, "e5e973e5a6b2a43f48e7dc849e37bfcf", "203.0.113.203", 1559728000,
	  "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5", COOKIE_GOOD,
	  "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5" },
	{ "A.4: IPv6, and a secret rolled over", "dd3bdf9344b678b185a6f5cb60fca715",
	  "445536bcd2513298075a5d379663c962", "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961,
	  "22681ab97d52c298010000005cf7c57926556bd0934c72f8", COOKIE_GOOD,
	  "22681ab97d52c298010000005cf7c609a6bb79d16625507a" },
};

START_TEST(the_cookies_of_rfc_9018_are_told_and_made)
{
	struct cookie_jar jar;
	struct addr client;
	uint8_t asked[EDNS_COOKIE_LEN], expected[EDNS_COOKIE_LEN], reply[EDNS_COOKIE_LEN];
	size_t len = strlen(vectors[_i].asked) / 2;

	fill(&jar, vectors[_i].older, vectors[_i].secret);
	ck_assert_int_eq(addr_parse(vectors[_i].client, &client), 0);
	read_hex(vectors[_i].asked, asked, len);
	read_hex(vectors[_i].reply, expected, sizeof(expected));
	ck_assert_int_eq(cookie_answer(&jar, &client, vectors[_i].now_s, asked, len, reply),
	    vectors[_i].state);
	for (size_t i = 0; i < sizeof(reply); i++)
		ck_assert_msg(reply[i] == expected[i], "%s: octet %zu", vectors[_i].what, i);
}
END_TEST

#define NOW 4000000000u

/* A cookie made at NOW comes back. */
static const struct {
	const char *what;
	int64_t later_s;
	const char *client;             /* NULL: the same */
	int changed;                    /* which octet; -1: none */
	size_t len;
	enum cookie_state state;
	bool same;                      /* the reply has the very same */
} returns[] = {
	{ "at once", 0, NULL, -1, 24, COOKIE_GOOD, true },
	{ "after half an hour", 1800, NULL, -1, 24, COOKIE_GOOD, true },
	{ "after more", 1801, NULL, -1, 24, COOKIE_GOOD, false },
	{ "after an hour", 3600, NULL, -1, 24, COOKIE_GOOD, false },
	{ "after more than an hour", 3601, NULL, -1, 24, COOKIE_BAD, false },
	{ "from a clock that is ahead", -300, NULL, -1, 24, COOKIE_GOOD, true },
	{ "from one too far ahead", -301, NULL, -1, 24, COOKIE_BAD, false },
	{ "half of all time later", INT64_C(1) << 31, NULL, -1, 24, COOKIE_BAD, false },
	{ "from another address", 10, "192.0.2.2", -1, 24, COOKIE_BAD, false },
	{ "from one of the other family", 10, "c000:201::", -1, 24, COOKIE_BAD, false },
	{ "with another client's half", 10, NULL, 0, 24, COOKIE_BAD, false },
	{ "of another version", 10, NULL, 8, 24, COOKIE_BAD, false },
	{ "with other reserved bits", 10, NULL, 9, 24, COOKIE_BAD, false },
	{ "of another time", 10, NULL, 15, 24, COOKIE_BAD, false },
	{ "of another hash", 10, NULL, 23, 24, COOKIE_BAD, false },
	{ "cut short", 10, NULL, -1, 16, COOKIE_BAD, false },
	{ "without our half", 10, NULL, -1, 8, COOKIE_NEW, false },
};

START_TEST(a_cookie_is_good_for_who_got_it_and_not_for_long)
{
	struct cookie_jar jar;
	struct addr client, from;
	uint8_t cookie[EDNS_COOKIE_LEN], reply[EDNS_COOKIE_LEN], again[EDNS_COOKIE_LEN];
	uint64_t now_s = (uint64_t)((int64_t)NOW + returns[_i].later_s);

	ck_assert_int_eq(cookie_fill(&jar), 0);
	ck_assert_int_eq(addr_parse("192.0.2.1", &client), 0);
	ck_assert_int_eq(cookie_answer(&jar, &client, NOW, (const uint8_t *)"01234567", 8, cookie),
	    COOKIE_NEW);
	from = client;
	if (returns[_i].client != NULL)
		ck_assert_int_eq(addr_parse(returns[_i].client, &from), 0);
	if (returns[_i].changed >= 0)
		cookie[returns[_i].changed] ^= 1;
	enum cookie_state state = cookie_answer(&jar, &from, now_s, cookie, returns[_i].len, reply);
	ck_assert_msg(state == returns[_i].state, "%s: %d", returns[_i].what, state);
	ck_assert_mem_eq(reply, cookie, EDNS_CLIENT_COOKIE_LEN);
	ck_assert_int_eq(memcmp(reply, cookie, sizeof(reply)) == 0, returns[_i].same);
	/* Whatever came, what goes out is good. */
	ck_assert_int_eq(cookie_answer(&jar, &from, now_s, reply, sizeof(reply), again),
	    COOKIE_GOOD);
}
END_TEST

START_TEST(older_secrets_are_taken_for_two_more_rolls)
{
	const enum cookie_state states[] = { COOKIE_GOOD, COOKIE_GOOD, COOKIE_GOOD, COOKIE_BAD };
	struct cookie_jar jar;
	struct addr client;
	uint8_t cookie[EDNS_COOKIE_LEN], reply[EDNS_COOKIE_LEN];

	ck_assert_int_eq(cookie_fill(&jar), 0);
	ck_assert_int_eq(addr_parse("2001:db8::1", &client), 0);
	(void)cookie_answer(&jar, &client, NOW, (const uint8_t *)"01234567", 8, cookie);
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_int_eq(cookie_answer(&jar, &client, NOW, cookie, sizeof(cookie), reply),
		    states[i]);
		ck_assert_int_eq(cookie_roll(&jar), 0);
	}
}
END_TEST

/* A reload: cookies of before are good, and new ones are made with the same secret or the next. */
START_TEST(a_jar_takes_what_the_one_before_took)
{
	struct cookie_jar before, jar;
	struct addr client;
	uint8_t old[EDNS_COOKIE_LEN], cookie[EDNS_COOKIE_LEN], reply[EDNS_COOKIE_LEN];

	ck_assert_int_eq(cookie_fill(&before), 0);
	ck_assert_int_eq(addr_parse("192.0.2.1", &client), 0);
	(void)cookie_answer(&before, &client, NOW, (const uint8_t *)"01234567", 8, old);
	ck_assert_int_eq(cookie_roll(&before), 0);
	(void)cookie_answer(&before, &client, NOW, (const uint8_t *)"01234567", 8, cookie);
	ck_assert_int_eq(cookie_fill(&jar), 0);
	cookie_inherit(&jar, &before);
	ck_assert_int_eq(cookie_answer(&jar, &client, NOW, old, sizeof(old), reply), COOKIE_GOOD);
	ck_assert_mem_eq(reply, cookie, sizeof(cookie));
	ck_assert_mem_eq(cookie_newest(&jar), cookie_newest(&before), COOKIE_SECRET_LEN);
}
END_TEST

/* Nobody who knows less than all of a jar guesses a slot of it. */
START_TEST(no_secret_is_left_empty)
{
	static const uint8_t empty[COOKIE_SECRET_LEN];
	struct cookie_jar jar;

	memset(&jar, 0, sizeof(jar));
	ck_assert_int_eq(cookie_fill(&jar), 0);
	for (unsigned i = 0; i < COOKIE_TAKEN + 1; i++)
		ck_assert_mem_ne(jar.secrets[i], empty, sizeof(empty));
	ck_assert_ptr_eq(cookie_newest(&jar), jar.secrets[0]);
}
END_TEST

Suite *
suite(void)
{
	Suite *cookie = suite_create("cookie");
	TCase *tests = tcase_create("cookie");

	tcase_add_loop_test(tests, the_cookies_of_rfc_9018_are_told_and_made, 0,
	    (int)(sizeof(vectors) / sizeof(vectors[0])));
	tcase_add_loop_test(tests, a_cookie_is_good_for_who_got_it_and_not_for_long, 0,
	    (int)(sizeof(returns) / sizeof(returns[0])));
	tcase_add_test(tests, older_secrets_are_taken_for_two_more_rolls);
	tcase_add_test(tests, a_jar_takes_what_the_one_before_took);
	tcase_add_test(tests, no_secret_is_left_empty);
	suite_add_tcase(cookie, tests);
	return cookie;
}
