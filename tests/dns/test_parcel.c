/* test_parcel.c - what is kept of an upstream's reply, and how it goes into ours. */
#include "dns/parcel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/parcel_layout.h"
#include "dns/wire.h"
#include "tests/dns/said.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define SOA "example. 900 SOA ns.example. admin.example. 1 7200 900 86400 "
#define SIGN(type) "RRSIG " type " 8 2 300 20300101000000 20200101000000 1 example. AAAA"

static const struct parcel_placing fresh = { .name_at = DNS_HEADER_LEN };

/* kept NULL: all of it is. */
static const struct {
	const char *what, *question, *reply, *kept;
	uint32_t ttl_s;
} replies[] = {
	{ "addresses", "www.example. A",
	  "NOERROR\nAN www.example. 300 A 192.0.2.1\nAN www.example. 300 A 192.0.2.2\n",
	  NULL, 300 },
	{ "a chain", "www.example. A",
	  "NOERROR ad\nAN www.example. 60 CNAME a.example.\nAN a.example. 50 CNAME b.test.\n"
	  "AN b.test. 70 A 192.0.2.1\n", NULL, 50 },
	{ "records that were not asked for", "www.example. A",
	  "NOERROR\nAN www.example. 300 A 192.0.2.1\nAN bank.example. 300 A 192.0.2.66\n"
	  "AN www.example. 300 AAAA 2001:db8::1\nNS example. 300 NS evil.example.\n"
	  "NS example. 900 SOA ns.example. admin.example. 1 7200 900 86400 60\n"
	  "AR ns.example. 300 A 192.0.2.66\n",
	  "NOERROR\nAN www.example. 300 A 192.0.2.1\n", 300 },
	{ "a chain that does not begin at the question", "www.example. A",
	  "NOERROR\nAN other.example. 300 CNAME www.example.\nAN www.example. 300 A 192.0.2.1\n",
	  "NOERROR\nAN www.example. 300 A 192.0.2.1\n", 300 },
	{ "two CNAMEs of one name", "www.example. A",
	  "NOERROR\nAN www.example. 300 CNAME a.example.\nAN www.example. 300 CNAME b.example.\n"
	  "AN b.example. 300 A 192.0.2.2\nAN a.example. 300 A 192.0.2.1\n",
	  "NOERROR\nAN www.example. 300 CNAME a.example.\nAN a.example. 300 A 192.0.2.1\n", 300 },
	{ "a renamed tree", "www.old.example. A",
	  "NOERROR\nAN old.example. 300 DNAME new.example.\n"
	  "AN www.old.example. 300 CNAME www.new.example.\nAN www.new.example. 300 A 192.0.2.1\n",
	  NULL, 300 },
	{ "one TTL a set", "www.example. A",
	  "NOERROR\nAN www.example. 300 A 192.0.2.1\nAN www.example. 20 A 192.0.2.2\n"
	  "AN www.example. 40 A 192.0.2.3\n",
	  "NOERROR\nAN www.example. 20 A 192.0.2.1\nAN www.example. 20 A 192.0.2.2\n"
	  "AN www.example. 20 A 192.0.2.3\n", 20 },
	{ "TTLs beyond the cap", "www.example. A", "NOERROR\nAN www.example. 86400 A 192.0.2.1\n",
	  "NOERROR\nAN www.example. 3600 A 192.0.2.1\n", 3600 },
	{ "a TTL with the first bit", "www.example. A",
	  "NOERROR\nAN www.example. 2147483648 A 192.0.2.1\n",
	  "NOERROR\nAN www.example. 0 A 192.0.2.1\n", 0 },
	{ "no such name", "no.www.example. A", "NXDOMAIN\nNS " SOA "60\n",
	  "NXDOMAIN\nNS example. 60 SOA ns.example. admin.example. 1 7200 900 86400 60\n", 60 },
	{ "the SOA's own TTL is less", "no.example. A", "NXDOMAIN\nNS " SOA "3600\n", NULL, 900 },
	{ "a day of nothing", "no.example. A",
	  "NXDOMAIN\nNS example. 86400 SOA ns.example. admin.example. 1 7200 900 86400 86400\n",
	  "NXDOMAIN\nNS example. 1800 SOA ns.example. admin.example. 1 7200 900 86400 86400\n",
	  1800 },
	{ "no data", "www.example. MX", "NOERROR\nNS " SOA "900\n", NULL, 900 },
	{ "no data behind a chain", "www.example. MX",
	  "NOERROR\nAN www.example. 30 CNAME a.example.\nNS " SOA "900\n", NULL, 30 },
	{ "a SOA of elsewhere", "www.example. MX",
	  "NOERROR\nNS test. 900 SOA ns.example. admin.example. 1 7200 900 86400 900\n",
	  "NOERROR\n", 5 },
	{ "no such name, no SOA", "www.example. A", "NXDOMAIN\n", NULL, 5 },
	{ "a chain without an end", "www.example. A",
	  "NOERROR\nAN www.example. 300 CNAME a.test.\n", NULL, 5 },
	{ "a chain that comes to us", "www.example. A",
	  "NOERROR\nAN www.example. 300 CNAME web.shop.svc.Cluster.local.\n"
	  "AN web.shop.svc.cluster.local. 300 A 192.0.2.66\nNS " SOA "900\n",
	  "NOERROR us\nAN www.example. 300 CNAME web.shop.svc.Cluster.local.\n", 300 },
	{ "no such name of ours", "www.example. A",
	  "NXDOMAIN\nAN www.example. 300 CNAME web.cluster.local.\nNS " SOA "900\n",
	  "NOERROR us\nAN www.example. 300 CNAME web.cluster.local.\n", 300 },
	{ "all types", "www.example. ANY",
	  "NOERROR\nAN www.example. 300 A 192.0.2.1\nAN www.example. 300 CNAME a.example.\n"
	  "AN www.example. 300 TXT \"x\"\nAN a.example. 300 A 192.0.2.1\n",
	  "NOERROR\nAN www.example. 300 A 192.0.2.1\nAN www.example. 300 CNAME a.example.\n"
	  "AN www.example. 300 TXT \"x\"\n", 300 },
	{ "names within records", "example. MX",
	  "NOERROR\nAN example. 300 MX 10 mx1.mail.example.\n"
	  "AN example. 300 MX 20 mx2.mail.example.\n"
	  "AN example. 300 MX 30 mail.example.\n", NULL, 300 },
	{ "services", "_sip._tcp.example. SRV",
	  "NOERROR\nAN _sip._tcp.example. 300 SRV 1 2 5060 sip.example.\n", NULL, 300 },
	{ "a pointer rule", "4.3.2.1.e164.example. NAPTR",
	  "NOERROR\nAN 4.3.2.1.e164.example. 300 NAPTR 100 10 \"U\" \"SIP+E2U\" \"!^.*$!a!\" .\n",
	  NULL, 300 },
	{ "the root", ". NS", "NOERROR\nAN . 300 NS a.root.example.\nAN . 300 NS b.root.example.\n",
	  NULL, 300 },
	{ "a type nobody knows", "www.example. TYPE65280",
	  "NOERROR\nAN www.example. 300 TYPE65280 \\# 4 c00cc00c\n", NULL, 300 },
	{ "proofs for who asks for them", "www.example. A do",
	  "NOERROR ad\nAN www.example. 300 CNAME a.example.\nAN www.example. 300 "
	  SIGN("CNAME") "\nAN a.example. 300 A 192.0.2.1\nAN a.example. 300 " SIGN("A") "\n"
	  "NS b.example. 300 NSEC c.example. A RRSIG\nNS b.example. 300 " SIGN("NSEC") "\n",
	  NULL, 300 },
	{ "no proofs for others", "www.example. A",
	  "NOERROR ad\nAN www.example. 300 A 192.0.2.1\nAN www.example. 300 "
	  SIGN("A") "\nNS b.example. 300 NSEC c.example. A RRSIG\n",
	  "NOERROR ad\nAN www.example. 300 A 192.0.2.1\n", 300 },
	{ "signatures of something else", "www.example. A do",
	  "NOERROR\nAN www.example. 300 A 192.0.2.1\nAN www.example. 300 " SIGN("MX") "\n"
	  "AN bank.example. 300 " SIGN("A") "\nNS example. 300 " SIGN("SOA") "\n",
	  "NOERROR\nAN www.example. 300 A 192.0.2.1\n", 300 },
	{ "a proof of nothing", "no.example. A do",
	  "NXDOMAIN\nNS " SOA "900\nNS example. 900 " SIGN("SOA") "\n"
	  "NS b.example. 300 NSEC c.example. A RRSIG\n", NULL, 300 },
};

START_TEST(keeps_the_chain_from_the_question_and_nothing_else)
{
	const char *kept = replies[_i].kept != NULL ? replies[_i].kept : replies[_i].reply;
	struct parcel *parcel = said(replies[_i].question, replies[_i].reply);
	const char *got = said_text(parcel, &fresh, 65535);

	ck_assert_msg(strcmp(got, kept) == 0, "%s\nexpected:\n%sgot:\n%s", replies[_i].what, kept,
	    got);
	ck_assert_uint_eq(parcel_ttl_s(parcel), replies[_i].ttl_s);
	parcel_free(parcel);
}
END_TEST

#define HEAD "\x12\x34\x81\x80"
#define WWW "\3www\7example\0"
#define QUESTION WWW "\0\1\0\1"
#define ONE "\0\1\0\0\0\0\0\0"
#define ONE_AND(answers) "\0\1" answers "\0\0\0\0"
#define A_HEAD "\0\1\0\1\0\0\1\x2c\0\4"
#define OCTETS(text) text, sizeof(text) - 1

static const struct {
	const char *what;
	const char *octets;
	size_t len;
	enum parcel_verdict verdict;
} octets[] = {
	{ "nothing", OCTETS(""), PARCEL_FOREIGN },
	{ "less than a header", OCTETS(HEAD "\0\1\0\0\0\0\0"), PARCEL_FOREIGN },
	{ "no question", OCTETS(HEAD "\0\0\0\0\0\0\0\0"), PARCEL_FOREIGN },
	{ "another id", OCTETS("\x12\x35\x81\x80" ONE QUESTION), PARCEL_FOREIGN },
	{ "a query", OCTETS("\x12\x34\1\0" ONE QUESTION), PARCEL_FOREIGN },
	{ "another opcode", OCTETS("\x12\x34\xa1\x80" ONE QUESTION), PARCEL_FOREIGN },
	{ "another name", OCTETS(HEAD ONE "\3wwx\7example\0\0\1\0\1"), PARCEL_FOREIGN },
	{ "a longer name", OCTETS(HEAD ONE "\1a\3www\7example\0\0\1\0\1"), PARCEL_FOREIGN },
	{ "another type", OCTETS(HEAD ONE WWW "\0\34\0\1"), PARCEL_FOREIGN },
	{ "another class", OCTETS(HEAD ONE WWW "\0\1\0\3"), PARCEL_FOREIGN },
	{ "other letters", OCTETS(HEAD ONE "\3wWw\7example\0\0\1\0\1"), PARCEL_WRONG_CASE },
	{ "two questions", OCTETS(HEAD "\0\2\0\0\0\0\0\0" QUESTION QUESTION), PARCEL_FOREIGN },
	{ "half a question", OCTETS(HEAD ONE "\3www\7exam"), PARCEL_FOREIGN },
	{ "truncated", OCTETS("\x12\x34\x83\x80" ONE QUESTION), PARCEL_TRUNCATED },
	{ "no data at all", OCTETS(HEAD ONE QUESTION), PARCEL_NEGATIVE },
	{ "an address", OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\x0c" A_HEAD "abcd"),
	  PARCEL_GOOD },
	{ "octets behind the end",
	  OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\x0c" A_HEAD "abcdxyz"), PARCEL_GOOD },
	{ "an address of three octets",
	  OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\3" "abc"),
	  PARCEL_BROKEN },
	{ "an answer that is not there", OCTETS(HEAD ONE_AND("\0\1") QUESTION), PARCEL_BROKEN },
	{ "sixty-five thousand that are not there",
	  OCTETS(HEAD ONE_AND("\xff\xff") QUESTION "\xc0\x0c" A_HEAD "abcd"), PARCEL_BROKEN },
	{ "an answer cut short",
	  OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\x0c" A_HEAD "abc"), PARCEL_BROKEN },
	{ "a pointer to itself",
	  OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\x1d" A_HEAD "abcd"), PARCEL_BROKEN },
	{ "a pointer forward",
	  OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\x20" A_HEAD "abcd"), PARCEL_BROKEN },
	{ "a pointer into the header",
	  OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\0" A_HEAD "abcd"), PARCEL_BROKEN },
	{ "half a pointer", OCTETS(HEAD ONE_AND("\0\1") QUESTION "xxxxxxxxxx\xc0"), PARCEL_BROKEN },
	{ "a CNAME that leads behind its end",
	  OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\x0c\0\5\0\1\0\0\1\x2c\0\1\3abc\0"),
	  PARCEL_BROKEN },
	{ "a CNAME with something behind it",
	  OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\x0c\0\5\0\1\0\0\1\x2c\0\6\3abc\0z"),
	  PARCEL_BROKEN },
	{ "a CNAME to itself",
	  OCTETS(HEAD ONE_AND("\0\1") QUESTION "\xc0\x0c\0\5\0\1\0\0\1\x2c\0\2\xc0\x0c"),
	  PARCEL_BROKEN },
	{ "a name that is not there, with its address",
	  OCTETS("\x12\x34\x81\x83" ONE_AND("\0\1") QUESTION "\xc0\x0c" A_HEAD "abcd"),
	  PARCEL_BROKEN },
	{ "a referral", OCTETS(HEAD "\0\1\0\0\0\1\0\0" QUESTION
	  "\xc0\x10\0\2\0\1\0\0\1\x2c\0\5\2ns\xc0\x10"), PARCEL_LAME },
	{ "an authority without a SOA", OCTETS("\x12\x34\x85\x80\0\1\0\0\0\1\0\0" QUESTION
	  "\xc0\x10\0\2\0\1\0\0\1\x2c\0\5\2ns\xc0\x10"), PARCEL_NEGATIVE },
	{ "server failure", OCTETS("\x12\x34\x81\x82" ONE QUESTION), PARCEL_SERVFAIL },
	{ "refused", OCTETS("\x12\x34\x81\x85" ONE QUESTION), PARCEL_REFUSED },
	{ "refused, and garbage", OCTETS("\x12\x34\x81\x85" ONE_AND("\1\1") QUESTION "zz"),
	  PARCEL_REFUSED },
	{ "format error", OCTETS("\x12\x34\x81\x81" ONE QUESTION), PARCEL_FORMERR },
	{ "format error, bare", OCTETS("\x12\x34\x81\x81\0\0\0\0\0\0\0\0"), PARCEL_FORMERR },
	{ "refused, bare", OCTETS("\x12\x34\x81\x85\0\0\0\0\0\0\0\0"), PARCEL_FOREIGN },
	{ "not implemented", OCTETS("\x12\x34\x81\x84" ONE QUESTION), PARCEL_NOTIMP },
	{ "not in the zone", OCTETS("\x12\x34\x81\x8a" ONE QUESTION), PARCEL_OTHER },
	{ "bad version", OCTETS(HEAD "\0\1\0\0\0\0\0\1" QUESTION "\0\0\51\4\xd0\1\0\0\0\0\0"),
	  PARCEL_BADVERS },
};

START_TEST(octets_are_judged_by_what_they_answer)
{
	struct asked asked = said_asked("www.example A");
	struct parcel_question sent = { .asked = &asked, .name = asked.name, .id = 0x1234 };
	struct parcel_reading reading;
	/* Of the very size, so that a sanitizer sees reads behind the end. */
	uint8_t *reply = malloc(octets[_i].len + 1);

	memcpy(reply, octets[_i].octets, octets[_i].len);
	reply = realloc(reply, octets[_i].len == 0 ? 1 : octets[_i].len);
	enum parcel_verdict got = parcel_read(&sent, &said_rules, reply, octets[_i].len, &reading);
	ck_assert_msg(got == octets[_i].verdict, "%s: %d, not %d", octets[_i].what, got,
	    octets[_i].verdict);
	ck_assert((reading.parcel != NULL) == (got == PARCEL_GOOD || got == PARCEL_NEGATIVE));
	parcel_free(reading.parcel);
	free(reply);
}
END_TEST

START_TEST(letters_that_were_sent_do_not_show)
{
	struct asked asked = said_asked("www.example MX");
	struct parcel_question sent = { .asked = &asked, .name = (const uint8_t *)"\3wWw\7exAMPLE",
		.id = 0x1234 };
	uint8_t reply[] = HEAD ONE_AND("\0\1") "\3wWw\7exAMPLE\0\0\17\0\1"
	    "\xc0\x0c\0\17\0\1\0\0\1\x2c\0\x09\0\1\4MAIL\xc0\x10";
	struct parcel_reading reading;

	ck_assert_int_eq(parcel_read(&sent, &said_rules, reply, sizeof(reply) - 1, &reading),
	    PARCEL_GOOD);
	ck_assert_str_eq(said_text(reading.parcel, &fresh, 512),
	    "NOERROR\nAN www.example. 300 MX 1 MAIL.example.\n");
	parcel_free(reading.parcel);
}
END_TEST

START_TEST(tells_what_opt_says)
{
	uint8_t reply[65535];
	struct asked asked = said_asked("www.example A");
	struct parcel_question sent = { .asked = &asked, .name = asked.name, .id = 0x1234 };
	struct parcel_reading reading;
	size_t len = said_write(&asked, "FORMERR\nopt 0\n", reply);

	ck_assert_int_eq(parcel_read(&sent, &said_rules, reply, len, &reading), PARCEL_FORMERR);
	ck_assert(reading.edns);
	len = said_write(&asked, "FORMERR\n", reply);
	ck_assert_int_eq(parcel_read(&sent, &said_rules, reply, len, &reading), PARCEL_FORMERR);
	ck_assert(!reading.edns);
	len = said_write(&asked, "NOERROR\nopt 1\n", reply);
	ck_assert_int_eq(parcel_read(&sent, &said_rules, reply, len, &reading), PARCEL_BADVERS);
	ck_assert_uint_eq(reading.rcode, DNS_BADVERS);
}
END_TEST

/* A chain of so many CNAMEs; `back`: the last one leads to the first. */
static enum parcel_verdict
read_chain(unsigned links, bool back)
{
	static uint8_t reply[65535];
	static char text[4000];
	struct asked asked = said_asked("n0.example A");
	struct parcel_question sent = { .asked = &asked, .name = asked.name, .id = 0x1234 };
	struct parcel_reading reading;
	int at = snprintf(text, sizeof(text), "NOERROR\n");

	for (unsigned i = 0; i < links; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at,
		    "AN n%u.example. 60 CNAME n%u.example.\n", i,
		    back && i + 1 == links ? 0 : i + 1);
	if (!back)
		snprintf(text + at, sizeof(text) - (size_t)at, "AN n%u.example. 60 A 192.0.2.1\n",
		    links);
	size_t len = said_write(&asked, text, reply);
	enum parcel_verdict verdict = parcel_read(&sent, &said_rules, reply, len, &reading);
	parcel_free(reading.parcel);
	return verdict;
}

START_TEST(chains_are_bounded_and_do_not_turn_back)
{
	ck_assert_int_eq(read_chain(16, false), PARCEL_GOOD);
	ck_assert_int_eq(read_chain(17, false), PARCEL_BROKEN);
	ck_assert_int_eq(read_chain(2, true), PARCEL_BROKEN);
	ck_assert_int_eq(read_chain(16, true), PARCEL_BROKEN);
}
END_TEST

#define CHAIN "NOERROR\nAN www.example. 60 CNAME a.example.\nAN a.example. 50 A 192.0.2.1\n" \
	"AN a.example. 50 A 192.0.2.2\nAN a.example. 50 A 192.0.2.3\n"

START_TEST(each_record_counts_its_own_time)
{
	struct parcel *parcel = said("www.example A", CHAIN);

	ck_assert_str_eq(said_text(parcel, &(struct parcel_placing){ .name_at = 12, .age_s = 20 },
	    512), "NOERROR\nAN www.example. 40 CNAME a.example.\nAN a.example. 30 A 192.0.2.1\n"
	    "AN a.example. 30 A 192.0.2.2\nAN a.example. 30 A 192.0.2.3\n");
	ck_assert_str_eq(said_text(parcel, &(struct parcel_placing){ .name_at = 12, .age_s = 55 },
	    512), "NOERROR\nAN www.example. 5 CNAME a.example.\nAN a.example. 0 A 192.0.2.1\n"
	    "AN a.example. 0 A 192.0.2.2\nAN a.example. 0 A 192.0.2.3\n");
	ck_assert_str_eq(said_text(parcel, &(struct parcel_placing){ .name_at = 12, .age_s = 999,
	    .stale = true }, 512),
	    "NOERROR\nAN www.example. 30 CNAME a.example.\nAN a.example. 30 A 192.0.2.1\n"
	    "AN a.example. 30 A 192.0.2.2\nAN a.example. 30 A 192.0.2.3\n");
	parcel_free(parcel);
}
END_TEST

START_TEST(addresses_are_turned_and_the_chain_is_not)
{
	struct parcel *parcel = said("www.example A", CHAIN);

	ck_assert_str_eq(said_text(parcel, &(struct parcel_placing){ .name_at = 12, .rotation = 4 },
	    512), "NOERROR\nAN www.example. 60 CNAME a.example.\nAN a.example. 50 A 192.0.2.2\n"
	    "AN a.example. 50 A 192.0.2.3\nAN a.example. 50 A 192.0.2.1\n");
	parcel_free(parcel);
}
END_TEST

START_TEST(sets_that_do_not_fit_stay_out_as_a_whole)
{
	struct parcel *parcel = said("www.example A", CHAIN);

	/* 12 + 17 + 16 for the CNAME + 3 * 16 */
	ck_assert_str_eq(said_text(parcel, &fresh, 93), CHAIN);
	ck_assert_str_eq(said_text(parcel, &fresh, 92),
	    "NOERROR tc\nAN www.example. 60 CNAME a.example.\n");
	ck_assert_str_eq(said_text(parcel, &fresh, 44), "NOERROR tc\n");
	ck_assert_str_eq(said_text(parcel, &fresh, 29), "NOERROR tc\n");
	parcel_free(parcel);
}
END_TEST

START_TEST(moves_behind_a_CNAME_that_leads_to_its_name)
{
	/* Behind the question and the head of a CNAME record. */
	static const struct parcel_placing placing = { .name_at = 43 };

	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct parcel *parcel = said(replies[i].question, replies[i].reply);
		const char *kept = replies[i].kept != NULL ? replies[i].kept : replies[i].reply;
		const char *end = strchr(kept, '\n') + 1;
		char expected[4000], *name;

		name = strndup(replies[i].question, strcspn(replies[i].question, " "));
		snprintf(expected, sizeof(expected), "%.*sAN other.example. 7 CNAME %s\n%s",
		    (int)(end - kept), kept, name, end);
		ck_assert_str_eq(said_text(parcel, &placing, 65535), expected);
		free(name);
		parcel_free(parcel);
	}
}
END_TEST

START_TEST(finds_a_name_that_is_compressed_in_the_message)
{
	struct parcel *parcel = said("www.example A",
	    "NOERROR\nAN www.example. 60 CNAME a.example.\nAN a.example. 50 A 192.0.2.1\n");
	/* b.example A -> CNAME www.example, whose end points to the question. */
	uint8_t message[512] = "\x12\x34\x80\0\0\1\0\3\0\0\0\0" "\1b\7example\0\0\1\0\1"
	    "\xc0\x0c\0\5\0\1\0\0\0\7\0\6\3www\xc0\x0e";
	const struct parcel_placing placing = { .name_at = 12 + 15 + 12 };
	struct wire_writer writer;
	struct parcel_fit fit;
	uint8_t name[DNS_NAME_MAX];
	struct wire_reader reader;

	wire_writer_init(&writer, message, sizeof(message));
	writer.len = 12 + 15 + 18;
	parcel_write(parcel, &placing, &writer, &fit);
	ck_assert_uint_eq(fit.answers, 2);
	wire_reader_init(&reader, message, writer.len);
	reader.at = 12 + 15 + 18;
	ck_assert_uint_eq(wire_expand_name(&reader, name), 13);
	ck_assert_mem_eq(name, WWW, 13);
	wire_skip(&reader, 10);
	ck_assert_uint_eq(wire_expand_name(&reader, name), 11);
	ck_assert_mem_eq(name, "\1a\7example", 11);
	parcel_free(parcel);
}
END_TEST

START_TEST(an_NXDOMAIN_speaks_for_names_below_its_own)
{
	struct parcel *parcel = said("no.example A", "NXDOMAIN\n"
	    "NS example. 60 SOA ns.example. host.no.example. 1 2 3 4 30\n");
	uint8_t message[512] = "\x12\x34\x80\0\0\1\0\0\0\0\0\0" "\1a\1b\2no\7example\0\0\1\0\1";
	const struct parcel_placing placing = { .name_at = 12 };
	struct wire_writer writer;
	struct parcel_fit fit;
	uint8_t name[DNS_NAME_MAX];
	struct wire_reader reader;

	wire_writer_init(&writer, message, sizeof(message));
	writer.len = 12 + 16 + 4;
	parcel_write(parcel, &placing, &writer, &fit);
	ck_assert(!fit.truncated);
	ck_assert_uint_eq(fit.authorities, 1);
	wire_reader_init(&reader, message, writer.len);
	reader.at = 12 + 16 + 4;
	ck_assert_uint_eq(wire_expand_name(&reader, name), 9);
	ck_assert_mem_eq(name, "\7example", 9);
	wire_skip(&reader, 10);
	ck_assert_uint_eq(wire_expand_name(&reader, name), 12);
	ck_assert_uint_eq(wire_expand_name(&reader, name), 17);
	ck_assert_mem_eq(name, "\4host\2no\7example", 17);
	parcel_free(parcel);
}
END_TEST

START_TEST(the_last_name_of_the_chain_is_told)
{
	struct parcel *parcel = said("www.example A",
	    "NOERROR\nAN www.example. 60 CNAME Web.Cluster.local.\n");
	uint8_t name[DNS_NAME_MAX];

	ck_assert(parcel_leads_to_us(parcel));
	ck_assert_uint_eq(parcel_last_name(parcel, name), 19);
	ck_assert_mem_eq(name, "\3Web\7Cluster\5local", 19);
	parcel_free(parcel);
	parcel = said("www.example A", "NOERROR\nAN www.example. 60 A 192.0.2.1\n");
	ck_assert_uint_eq(parcel_last_name(parcel, name), 13);
	ck_assert_mem_eq(name, WWW, 13);
	parcel_free(parcel);
}
END_TEST

/* Four thousand addresses or MX records fill nearly all of 64 KiB. */
static void
fill(const char *question, uint16_t type, const char *rdata, uint16_t rdata_len, unsigned count)
{
	static uint8_t reply[65535];
	struct asked asked = said_asked(question);
	struct parcel_question sent = { .asked = &asked, .name = asked.name, .id = 0x1234 };
	struct parcel_reading reading;
	struct wire_writer writer;

	wire_writer_init(&writer, reply, sizeof(reply));
	wire_write_octets(&writer, HEAD "\0\1\0\0\0\0\0\0" WWW, 12 + 13);
	wire_write_u16(&writer, type);
	wire_write_u16(&writer, DNS_CLASS_IN);
	wire_set_u16(reply + 6, (uint16_t)count);
	for (unsigned i = 0; i < count; i++) {
		wire_write_u16(&writer, DNS_POINTER | 12);
		wire_write_u16(&writer, type);
		wire_write_u16(&writer, DNS_CLASS_IN);
		wire_write_u32(&writer, 300);
		wire_write_u16(&writer, rdata_len);
		wire_write_octets(&writer, rdata, rdata_len);
	}
	ck_assert_int_eq(writer.err, 0);
	ck_assert_int_eq(parcel_read(&sent, &said_rules, reply, writer.len, &reading), PARCEL_GOOD);
	ck_assert_uint_eq(reading.parcel->answers, count);
	ck_assert_uint_le(reading.parcel->block_len, writer.len);
	said_text(reading.parcel, &fresh, 65535);
	parcel_free(reading.parcel);
}

START_TEST(sixty_four_kibibytes_are_fine)
{
	fill("www.example A", DNS_TYPE_A, "abcd", 4, 4000);
	fill("www.example MX", DNS_TYPE_MX, "\0\1\1m\xc0\x0c", 6, 3600);
	fill("www.example MX", DNS_TYPE_MX, "\0\1\xc0\x0c", 4, 4000);
	fill("www.example TYPE14", 14, "\xc0\x0c\xc0\x10", 4, 4090);
}
END_TEST

START_TEST(names_that_grow_beyond_a_message_are_refused)
{
	static uint8_t reply[65535];
	struct asked asked = said_asked("www.example SRV");
	struct parcel_question sent = { .asked = &asked, .name = asked.name, .id = 0x1234 };
	struct parcel_reading reading;
	struct wire_writer writer;

	/* Compressed in the reply, which it may not be, and so written in full by us. */
	wire_writer_init(&writer, reply, sizeof(reply));
	wire_write_octets(&writer, HEAD "\0\1\x0b\xb8\0\0\0\0" WWW "\0\x21\0\1", 29);
	for (unsigned i = 0; i < 3000; i++)
		wire_write_octets(&writer, "\xc0\x0c\0\x21\0\1\0\0\1\x2c\0\x08\0\1\0\1\0\1\xc0\x0c",
		    20);
	ck_assert_int_eq(parcel_read(&sent, &said_rules, reply, writer.len, &reading),
	    PARCEL_BROKEN);
}
END_TEST

START_TEST(a_failure_has_no_records_and_lasts_five_seconds)
{
	struct asked asked = said_asked("www.example A do"), back;
	struct parcel *parcel = parcel_new_failure(&asked, DNS_SERVFAIL, 300);

	ck_assert_uint_eq(parcel_ttl_s(parcel), 5);
	ck_assert_uint_eq(parcel_rcode(parcel), DNS_SERVFAIL);
	ck_assert(!parcel_is_negative(parcel));
	parcel_asked(parcel, &back);
	ck_assert(asked_equal(&asked, &back));
	ck_assert_str_eq(said_text(parcel, &fresh, 512), "SERVFAIL\n");
	parcel_free(parcel);
}
END_TEST

START_TEST(out_of_memory_is_told)
{
	struct asked asked = said_asked("www.example A");
	struct parcel_question sent = { .asked = &asked, .name = asked.name, .id = 0x1234 };
	struct parcel_reading reading;
	static uint8_t reply[65535];
	size_t len = said_write(&asked, CHAIN, reply);

	for (size_t n = 1; n <= 2; n++) {
		scarce_fail_at(n);
		enum parcel_verdict verdict = parcel_read(&sent, &said_rules, reply, len, &reading);
		ck_assert(scarce_failed());
		ck_assert_int_eq(verdict, PARCEL_NO_MEMORY);
		ck_assert_ptr_null(reading.parcel);
	}
	scarce_fail_at(1);
	ck_assert_ptr_null(parcel_new_failure(&asked, DNS_SERVFAIL, 5));
	ck_assert(scarce_failed());
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("parcel");
	TCase *read = tcase_create("read");
	TCase *write = tcase_create("write");

	tcase_add_loop_test(read, keeps_the_chain_from_the_question_and_nothing_else, 0,
	    sizeof(replies) / sizeof(replies[0]));
	tcase_add_loop_test(read, octets_are_judged_by_what_they_answer, 0,
	    sizeof(octets) / sizeof(octets[0]));
	tcase_add_test(read, letters_that_were_sent_do_not_show);
	tcase_add_test(read, tells_what_opt_says);
	tcase_add_test(read, chains_are_bounded_and_do_not_turn_back);
	tcase_add_test(read, sixty_four_kibibytes_are_fine);
	tcase_add_test(read, names_that_grow_beyond_a_message_are_refused);
	tcase_add_test(read, out_of_memory_is_told);
	suite_add_tcase(suite, read);
	tcase_add_test(write, each_record_counts_its_own_time);
	tcase_add_test(write, addresses_are_turned_and_the_chain_is_not);
	tcase_add_test(write, sets_that_do_not_fit_stay_out_as_a_whole);
	tcase_add_test(write, moves_behind_a_CNAME_that_leads_to_its_name);
	tcase_add_test(write, finds_a_name_that_is_compressed_in_the_message);
	tcase_add_test(write, an_NXDOMAIN_speaks_for_names_below_its_own);
	tcase_add_test(write, the_last_name_of_the_chain_is_told);
	tcase_add_test(write, a_failure_has_no_records_and_lasts_five_seconds);
	suite_add_tcase(suite, write);
	return suite;
}
