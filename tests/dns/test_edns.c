/* test_edns.c - options of queries, whatever they hold, and what a reply's OPT has room for. */
#include "dns/edns.h"

#include <stdlib.h>
#include <string.h>

#include "dns/dns_settings.h"
#include "tests/suite.h"

#define NSID "\0\3\0\0"
#define KEEPALIVE "\0\13\0\0"
#define PADDING "\0\14\0\3abc"
#define C8 "01234567"
#define COOKIE8 "\0\12\0\10" C8
#define COOKIE16 "\0\12\0\20" C8 C8
#define COOKIE24 "\0\12\0\30" C8 C8 C8
#define OCTETS(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct {
	const char *what;
	const uint8_t *octets;
	size_t len;
	bool good;
	uint8_t kinds;
	uint16_t cookie_at;
	uint8_t cookie_len;
} cases[] = {
	{ "none", OCTETS(""), true, 0, 0, 0 },
	{ "unknown ones", OCTETS("\xff\xfe\0\2ab\0\10\0\4\0\1\0\0"), true, 0, 0, 0 },
	{ "each", OCTETS(NSID KEEPALIVE PADDING COOKIE8), true,
	  EDNS_NSID | EDNS_KEEPALIVE | EDNS_PADDING | EDNS_COOKIE, 19, 8 },
	{ "NSID with octets", OCTETS("\0\3\0\2ab"), true, EDNS_NSID, 0, 0 },
	{ "a client's cookie", OCTETS(COOKIE8), true, EDNS_COOKIE, 4, 8 },
	{ "the shortest whole cookie", OCTETS(COOKIE16), true, EDNS_COOKIE, 4, 16 },
	{ "ours", OCTETS(COOKIE24), true, EDNS_COOKIE, 4, 24 },
	{ "the longest", OCTETS("\0\12\0\50" C8 C8 C8 C8 C8), true, EDNS_COOKIE, 4, 40 },
	{ "one too long", OCTETS("\0\12\0\51" C8 C8 C8 C8 C8 "8"), false, 0, 0, 0 },
	{ "an empty cookie", OCTETS("\0\12\0\0"), false, 0, 0, 0 },
	{ "seven octets", OCTETS("\0\12\0\7" "0123456"), false, 0, 0, 0 },
	{ "nine octets", OCTETS("\0\12\0\11" C8 "8"), false, 0, 0, 0 },
	{ "fifteen octets", OCTETS("\0\12\0\17" C8 "0123456"), false, 0, 0, 0 },
	{ "two cookies: the first counts", OCTETS(COOKIE8 COOKIE24), true, EDNS_COOKIE, 4, 8 },
	{ "a bad one behind a good one", OCTETS(COOKIE8 "\0\12\0\1x"), true, EDNS_COOKIE, 4, 8 },
	{ "a bad one first", OCTETS("\0\12\0\1x" COOKIE8), false, 0, 0, 0 },
	{ "one that overruns", OCTETS(NSID "\0\12\0\10" "0123456"), false, 0, 0, 0 },
	{ "half a head", OCTETS(NSID "\0\12\0"), false, 0, 0, 0 },
};

/* Behind 12 octets of something else, in a copy of the very size. */
START_TEST(each_option_is_told_by_its_kind_and_length)
{
	struct edns_asked asked = { .kinds = 0 };
	size_t len = 12 + cases[_i].len;
	uint8_t *copy = malloc(len);

	memset(copy, 0xff, 12);
	memcpy(copy + 12, cases[_i].octets, cases[_i].len);
	bool good = edns_read(&asked, copy, 12, cases[_i].len);
	ck_assert_msg(good == cases[_i].good, "%s", cases[_i].what);
	ck_assert_msg(asked.kinds == cases[_i].kinds, "%s: %u", cases[_i].what, asked.kinds);
	if (asked.kinds & EDNS_COOKIE)
		ck_assert_uint_eq(asked.cookie_at, 12u + cases[_i].cookie_at);
	ck_assert_uint_eq(asked.cookie_len, cases[_i].cookie_len);
	free(copy);
}
END_TEST

/* CVE-2026-41292, -42944 of a peer: a message full of NSID, cookies and padding. */
START_TEST(a_flood_of_options_asks_for_no_more_than_one_of_each)
{
	static uint8_t message[65535];
	static const char one[] = NSID COOKIE24 "\0\14\0\0" KEEPALIVE;
	const struct dns_settings settings = { .udp_size = 1232, .nsid = "here" };
	struct edns_asked asked = { .kinds = 0 };
	struct edns_due due = { .kinds = 0 };
	size_t len = 0;

	for (; len + sizeof(one) - 1 <= sizeof(message); len += sizeof(one) - 1)
		memcpy(message + len, one, sizeof(one) - 1);
	ck_assert(edns_read(&asked, message, 0, len));
	ck_assert_uint_eq(asked.cookie_at, 8);
	edns_settle(&due, &asked, &settings, 100, true);
	ck_assert_uint_eq(edns_room(&due, &settings), DNS_OPT_LEN + 6 + 8);
}
END_TEST

#define ALL (EDNS_NSID | EDNS_COOKIE | EDNS_KEEPALIVE | EDNS_PADDING)

static const struct {
	const char *what;
	uint8_t asked;
	const char *nsid;
	uint16_t keepalive_ds;
	bool padded;
	uint8_t due;
} dues[] = {
	{ "all of it", ALL, "here", 100, true, ALL & ~EDNS_COOKIE },
	{ "nothing asked", 0, "here", 100, true, 0 },
	{ "no NSID of ours", ALL, NULL, 100, true, EDNS_KEEPALIVE | EDNS_PADDING },
	{ "over UDP", ALL, "here", 0, false, EDNS_NSID },
	{ "over TCP", ALL, "here", 100, false, EDNS_NSID | EDNS_KEEPALIVE },
};

START_TEST(what_is_due_was_asked_for_and_is_had)
{
	const struct edns_asked asked = { .kinds = dues[_i].asked };
	const struct dns_settings settings = { .nsid = dues[_i].nsid };
	struct edns_due due = { .kinds = 0 };

	edns_settle(&due, &asked, &settings, dues[_i].keepalive_ds, dues[_i].padded);
	ck_assert_msg(due.kinds == dues[_i].due, "%s: %u", dues[_i].what, due.kinds);
}
END_TEST

#define HEAD "\0\0\51\4\xd0"

/* Behind `before` octets of a message that may have `limit`. */
static const struct {
	const char *what;
	struct edns_due due;
	const char *nsid;
	unsigned rcode;
	const char *error;
	size_t before;
	size_t limit;
	const uint8_t *octets;
	size_t len;
	size_t zeros;                   /* after them */
} replies[] = {
	{ "nothing", { 0 }, NULL, 0, NULL, 12, 512, OCTETS(HEAD "\0\0\0\0\0\0"), 0 },
	{ "DO and an extended rcode", { .dnssec_ok = true }, NULL, 16, NULL, 12, 512,
	  OCTETS(HEAD "\1\0\x80\0\0\0"), 0 },
	{ "an rcode that fits the header", { 0 }, NULL, 5, NULL, 12, 512,
	  OCTETS(HEAD "\0\0\0\0\0\0"), 0 },
	{ "all there is", { EDNS_NSID | EDNS_COOKIE | EDNS_KEEPALIVE, false, 300, C8 C8 C8 },
	  "here", 0, "why", 12, 512, OCTETS(HEAD "\0\0\0\0\0\63" "\0\13\0\2\1\x2c" "\0\3\0\4here"
	  COOKIE24 "\0\17\0\5\0\0why"), 0 },
	{ "an error that fits just so", { 0 }, NULL, 0, "why", 12, 32,
	  OCTETS(HEAD "\0\0\0\0\0\11" "\0\17\0\5\0\0why"), 0 },
	{ "one that does not", { 0 }, NULL, 0, "why", 12, 31, OCTETS(HEAD "\0\0\0\0\0\0"), 0 },
	{ "padding to a block", { .kinds = EDNS_PADDING }, NULL, 0, NULL, 12, 65535,
	  OCTETS(HEAD "\0\0\0\0\1\xbd" "\0\14\1\xb9"), 441 },
	{ "to the next one", { .kinds = EDNS_PADDING }, NULL, 0, NULL, 454, 65535,
	  OCTETS(HEAD "\0\0\0\0\1\xd7" "\0\14\1\xd3"), 467 },
	{ "none where the block is full", { .kinds = EDNS_PADDING }, NULL, 0, NULL, 453, 65535,
	  OCTETS(HEAD "\0\0\0\0\0\4" "\0\14\0\0"), 0 },
	{ "to the end where no block is left", { .kinds = EDNS_PADDING }, NULL, 0, NULL, 12, 40,
	  OCTETS(HEAD "\0\0\0\0\0\21" "\0\14\0\15"), 13 },
	{ "no room for it", { .kinds = EDNS_PADDING }, NULL, 0, NULL, 12, 26,
	  OCTETS(HEAD "\0\0\0\0\0\0"), 0 },
	{ "NSID of settings that have none now", { .kinds = EDNS_NSID }, NULL, 0, NULL, 12, 512,
	  OCTETS(HEAD "\0\0\0\0\0\0"), 0 },
};

START_TEST(a_replys_opt_says_what_is_due_within_its_room)
{
	static uint8_t buf[65535];
	const struct dns_settings settings = { .udp_size = 1232, .nsid = replies[_i].nsid };
	uint8_t option[EDNS_ERROR_MAX];
	struct wire_writer error, writer;

	wire_writer_init(&error, option, sizeof(option));
	if (replies[_i].error != NULL)
		edns_write_error(&error, EDNS_ERROR_OTHER, replies[_i].error);
	wire_writer_init(&writer, buf, replies[_i].limit);
	writer.len = replies[_i].before;
	edns_write(&writer, &replies[_i].due, &settings, replies[_i].rcode,
	    error.len > 0 ? option : NULL, error.len > 0 ? error.len : 77);
	ck_assert_msg(writer.err == 0, "%s", replies[_i].what);
	const uint8_t *opt = buf + replies[_i].before;
	ck_assert_msg(writer.len == replies[_i].before + replies[_i].len + replies[_i].zeros,
	    "%s: %zu octets", replies[_i].what, writer.len);
	ck_assert_msg(memcmp(opt, replies[_i].octets, replies[_i].len) == 0, "%s",
	    replies[_i].what);
	for (size_t i = 0; i < replies[_i].zeros; i++)
		ck_assert_uint_eq(opt[replies[_i].len + i], 0);
}
END_TEST

START_TEST(the_text_of_an_error_is_bounded)
{
	uint8_t option[EDNS_ERROR_MAX];
	struct wire_writer writer;
	char text[300] = { 0 };

	memset(text, 'x', sizeof(text) - 1);
	wire_writer_init(&writer, option, sizeof(option));
	edns_write_error(&writer, EDNS_ERROR_NETWORK, text);
	ck_assert_int_eq(writer.err, 0);
	ck_assert_uint_eq(writer.len, EDNS_ERROR_MAX);
	ck_assert_mem_eq(option, "\0\17\0\xca\0\27xxx", 9);
}
END_TEST

Suite *
suite(void)
{
	Suite *edns = suite_create("edns");
	TCase *tests = tcase_create("edns");

	tcase_add_loop_test(tests, each_option_is_told_by_its_kind_and_length, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, a_flood_of_options_asks_for_no_more_than_one_of_each);
	tcase_add_loop_test(tests, what_is_due_was_asked_for_and_is_had, 0,
	    (int)(sizeof(dues) / sizeof(dues[0])));
	tcase_add_loop_test(tests, a_replys_opt_says_what_is_due_within_its_room, 0,
	    (int)(sizeof(replies) / sizeof(replies[0])));
	tcase_add_test(tests, the_text_of_an_error_is_bounded);
	suite_add_tcase(edns, tests);
	return edns;
}
