/* test_bench_query.c - the load's queries are right, and wrong replies are seen. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "dns/wire.h"
#include "tests/bench/bench_query.h"
#include "tests/suite.h"

#define NAME "\3svc\2ns\7cluster\5local"
#define HEADER_LEN 12

struct asked {
	uint8_t packet[QUERY_SIZE_MAX];
	size_t len;
	uint16_t question_len;
	struct query_expected expected;
};

static void
ask(struct asked *asked, const char *text, unsigned flags)
{
	uint64_t seed = 1;
	char line[512];

	memset(asked, 0, sizeof(*asked));
	(void)snprintf(line, sizeof(line), "%s\n", text);
	asked->len = query_parse(line, flags, &seed, asked->packet, &asked->question_len,
	    &asked->expected);
}

START_TEST(a_line_becomes_a_query_and_what_is_expected)
{
	static const uint8_t wanted[] = "\0\0\1\0\0\1\0\0\0\0\0\0" NAME "\0\0\34\0\1";
	struct asked asked;

	ask(&asked, "svc.ns.cluster.local AAAA 3 7 0123456789abcdef", 0);
	ck_assert_uint_eq(asked.len, sizeof(wanted) - 1);
	ck_assert_mem_eq(asked.packet, wanted, asked.len);
	ck_assert_uint_eq(asked.question_len, asked.len - HEADER_LEN);
	ck_assert_uint_eq(asked.expected.rcode, 3);
	ck_assert_uint_eq(asked.expected.answers, 7);
	ck_assert_uint_eq(asked.expected.digest, 0x0123456789abcdefULL);
}
END_TEST

START_TEST(edns_is_an_opt_record_without_do)
{
	static const uint8_t opt[] = "\0\0\51\4\320\0\0\0\0\0\0";
	struct asked plain, edns;

	ask(&plain, "svc.ns.cluster.local A 0 1", 0);
	ask(&edns, "svc.ns.cluster.local A 0 1", QUERY_EDNS);
	ck_assert_uint_eq(edns.len, plain.len + sizeof(opt) - 1);
	ck_assert_mem_eq(edns.packet + plain.len, opt, sizeof(opt) - 1);
	ck_assert_uint_eq(edns.packet[11], 1);
	ck_assert_uint_eq(edns.question_len, plain.question_len);
}
END_TEST

START_TEST(mixed_letters_are_the_same_name_in_another_case)
{
	struct asked plain, mixed;

	ask(&plain, "svc.ns.cluster.local A 0 1", 0);
	ask(&mixed, "svc.ns.cluster.local A 0 1", QUERY_MIXED);
	ck_assert_uint_eq(mixed.len, plain.len);
	ck_assert_mem_ne(mixed.packet, plain.packet, plain.len);
	for (size_t i = 0; i < plain.len; i++)
		ck_assert_int_eq(tolower(mixed.packet[i]), tolower(plain.packet[i]));
}
END_TEST

START_TEST(lines_that_are_none_are_refused)
{
	static const char *const lines[] = {
		"", "svc.ns A", "svc.ns A 0", "svc.ns NO 0 1", "svc.ns A 16 1", "svc.ns A 0 x",
		"svc..ns A 0 1",
		"a123456789b123456789c123456789d123456789e123456789f123456789g123.ns A 0 1",
	};
	struct asked asked;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ask(&asked, lines[i], 0);
		ck_assert_msg(asked.len == 0, "\"%s\" was taken", lines[i]);
	}
}
END_TEST

/* The answers 10.0.0.1 and 10.0.0.2, the owner as a pointer. */
#define RECORD(last) "\300\14\0\1\0\1\0\0\0\5\0\4\12\0\0" last

static size_t
answer(const struct asked *asked, uint8_t *reply, const char *records, size_t len)
{
	memcpy(reply, asked->packet, asked->len);
	reply[2] = 0x85;
	reply[7] = 2;
	memcpy(reply + asked->len, records, len);
	return asked->len + len;
}

static enum query_fault
check(const struct asked *asked, const uint8_t *reply, size_t len)
{
	return query_check(reply, len, asked->packet, asked->question_len, &asked->expected);
}

START_TEST(answers_are_right_in_any_order)
{
	static const char one[] = RECORD("\1") RECORD("\2"), other[] = RECORD("\2") RECORD("\1");
	uint8_t reply[512];
	struct asked asked;
	size_t len;

	ask(&asked, "svc.ns.cluster.local A 0 2", 0);
	asked.expected.digest = query_digest(DNS_TYPE_A, (const uint8_t *)"\12\0\0\1", 4) +
	    query_digest(DNS_TYPE_A, (const uint8_t *)"\12\0\0\2", 4);
	len = answer(&asked, reply, one, sizeof(one) - 1);
	ck_assert_int_eq(check(&asked, reply, len), QUERY_RIGHT);
	len = answer(&asked, reply, other, sizeof(other) - 1);
	ck_assert_int_eq(check(&asked, reply, len), QUERY_RIGHT);
}
END_TEST

START_TEST(each_way_to_be_wrong_is_seen)
{
	static const char records[] = RECORD("\1") RECORD("\2");
	static const struct {
		size_t at;
		uint8_t value;
		enum query_fault fault;
	} rows[] = {
		{ 2, 0x05, QUERY_HEADER },      /* a query */
		{ 2, 0x87, QUERY_HEADER },      /* cut off */
		{ 5, 0, QUERY_HEADER },
		{ 3, 3, QUERY_RCODE },
		{ 7, 1, QUERY_COUNT },
		{ 13, 'S', QUERY_QUESTION },
		{ 35, 28, QUERY_QUESTION },     /* the type */
		{ 53, 9, QUERY_DIGEST },        /* the first address */
	};
	uint8_t reply[512];
	struct asked asked;
	size_t len;

	ask(&asked, "svc.ns.cluster.local A 0 2", 0);
	asked.expected.digest = query_digest(DNS_TYPE_A, (const uint8_t *)"\12\0\0\1", 4) +
	    query_digest(DNS_TYPE_A, (const uint8_t *)"\12\0\0\2", 4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		len = answer(&asked, reply, records, sizeof(records) - 1);
		ck_assert_int_eq(check(&asked, reply, len), QUERY_RIGHT);
		reply[rows[i].at] = rows[i].value;
		ck_assert_int_eq(check(&asked, reply, len), rows[i].fault);
	}
	len = answer(&asked, reply, records, sizeof(records) - 1);
	ck_assert_int_eq(check(&asked, reply, len - 1), QUERY_DIGEST);
	ck_assert_int_eq(check(&asked, reply, asked.len - 1), QUERY_SHORT);
}
END_TEST

START_TEST(a_reply_without_opt_to_a_query_with_one_is_wrong)
{
	uint8_t reply[512];
	struct asked asked;

	ask(&asked, "svc.ns.cluster.local A 0 0", QUERY_EDNS);
	memcpy(reply, asked.packet, asked.len);
	reply[2] = 0x85;
	ck_assert_int_eq(check(&asked, reply, asked.len), QUERY_RIGHT);
	reply[11] = 0;
	ck_assert_int_eq(check(&asked, reply, asked.len), QUERY_OPT);
}
END_TEST

START_TEST(the_case_of_a_servers_name_does_not_matter)
{
	static const uint8_t rdata[] = "\0\0\0\144\0\120" "\3SVC\2ns\7CLUSTER\5local";

	ck_assert_uint_eq(query_digest(DNS_TYPE_SRV, rdata, sizeof(rdata)),
	    query_digest_srv(100, 80, "svc.ns.cluster.local"));
	ck_assert_uint_ne(query_digest(DNS_TYPE_SRV, rdata, sizeof(rdata)),
	    query_digest_srv(50, 80, "svc.ns.cluster.local"));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("bench_query");
	TCase *t = tcase_create("bench_query");

	tcase_add_test(t, a_line_becomes_a_query_and_what_is_expected);
	tcase_add_test(t, edns_is_an_opt_record_without_do);
	tcase_add_test(t, mixed_letters_are_the_same_name_in_another_case);
	tcase_add_test(t, lines_that_are_none_are_refused);
	tcase_add_test(t, answers_are_right_in_any_order);
	tcase_add_test(t, each_way_to_be_wrong_is_seen);
	tcase_add_test(t, a_reply_without_opt_to_a_query_with_one_is_wrong);
	tcase_add_test(t, the_case_of_a_servers_name_does_not_matter);
	suite_add_tcase(s, t);
	return s;
}
