/* test_dns_check.c - which octets answer a dns probe, and which answers are useful. */
#include "probe/dns_check.h"

#include <ldns/ldns.h>
#include <string.h>

#include "base/err.h"
#include "tests/suite.h"

static struct dns_question question;

static void
ask(const char *name, ldns_rr_type type)
{
	ck_assert_int_eq(dns_check_ask(&question, name, (uint16_t)type, 0x1234), 0);
}

/* A reply to the question: records as text, one a line; "" for none. */
static size_t
answer(uint8_t reply[4096], int rcode, const char *records)
{
	ldns_pkt *pkt = NULL;
	uint8_t *wire;
	size_t len;
	char text[1024], *rest = NULL;

	ck_assert_int_eq(ldns_wire2pkt(&pkt, question.octets, question.len), LDNS_STATUS_OK);
	ldns_pkt_set_qr(pkt, true);
	ldns_pkt_set_rcode(pkt, (uint8_t)rcode);
	strcpy(text, records);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		ldns_rr *record = NULL;

		ck_assert_int_eq(ldns_rr_new_frm_str(&record, line, 0, NULL, NULL),
		    LDNS_STATUS_OK);
		ldns_pkt_push_rr(pkt, LDNS_SECTION_ANSWER, record);
	}
	ck_assert_int_eq(ldns_pkt2wire(&wire, pkt, &len), LDNS_STATUS_OK);
	memcpy(reply, wire, len);
	free(wire);
	ldns_pkt_free(pkt);
	return len;
}

static const struct {
	const char *name;
	const char *wire;
	size_t wire_len;
} names[] = {
	{ "www.Example", "\3www\7example", 13 },
	{ "www.example.", "\3www\7example", 13 },
	{ ".", "", 1 },
	{ "_dns._udp.a", "\4_dns\4_udp\1a", 13 },
};

START_TEST(the_question_has_small_letters_and_asks_for_recursion)
{
	ask(names[_i].name, LDNS_RR_TYPE_AAAA);
	ck_assert_mem_eq(question.octets, "\x12\x34\1\0\0\1\0\0\0\0\0\0", 12);
	ck_assert_uint_eq(question.len, 12 + names[_i].wire_len + 4);
	ck_assert_mem_eq(question.octets + 12, names[_i].wire, names[_i].wire_len);
	ck_assert_mem_eq(question.octets + question.len - 4, "\0\034\0\1", 4);
}
END_TEST

START_TEST(what_is_no_name_is_not_asked)
{
	char longest[300];

	memset(longest, 'a', sizeof(longest));
	longest[64] = '\0';
	ck_assert_int_eq(dns_check_ask(&question, longest, 1, 1), ERR_INVALID);
	ck_assert_int_eq(dns_check_ask(&question, "a..b", 1, 1), ERR_INVALID);
}
END_TEST

static const struct {
	int rcode;
	const char *records;
	enum outcome_code code;
} answers[] = {
	{ 0, "www.example. 300 IN A 192.0.2.1", OUTCOME_PASS },
	{ 0, "WWW.example. 300 IN A 192.0.2.1", OUTCOME_PASS },
	{ 0, "www.example. 300 IN CNAME b.example.\nb.example. 300 IN A 192.0.2.1", OUTCOME_PASS },
	{ 0, "b.example. 300 IN A 192.0.2.1\nwww.example. 300 IN CNAME b.example.", OUTCOME_PASS },
	{ 0, "www.example. 300 IN CNAME b.example.", OUTCOME_PASS },
	{ 0, "www.example. 300 IN CNAME www.example.", OUTCOME_DNS_EMPTY },
	{ 0, "www.example. 1 IN CNAME b.a.\nb.a. 1 IN CNAME www.example.", OUTCOME_DNS_EMPTY },
	{ 0, "", OUTCOME_DNS_EMPTY },
	{ 0, "www.example. 300 IN AAAA 2001:db8::1", OUTCOME_DNS_EMPTY },
	{ 0, "other.example. 300 IN A 192.0.2.1", OUTCOME_DNS_EMPTY },
	{ 0, "www.example. 300 CH A 192.0.2.1", OUTCOME_DNS_EMPTY },
	{ 2, "", OUTCOME_DNS_RCODE },
	{ 3, "", OUTCOME_DNS_RCODE },
	{ 5, "www.example. 300 IN A 192.0.2.1", OUTCOME_DNS_RCODE },
};

START_TEST(an_answer_is_useful_or_not)
{
	uint8_t reply[4096];
	struct dns_verdict verdict;

	ask("www.example", LDNS_RR_TYPE_A);
	size_t len = answer(reply, answers[_i].rcode, answers[_i].records);

	ck_assert_int_eq(dns_check_reply(&question, reply, len, &verdict), DNS_CHECK_JUDGED);
	ck_assert_str_eq(outcome_word(verdict.code), outcome_word(answers[_i].code));
	ck_assert_int_eq(verdict.value, answers[_i].rcode);
}
END_TEST

START_TEST(codes_have_their_names)
{
	static const char *const words[] = { [1] = "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMPL",
		"REFUSED", [15] = "an unknown code" };
	uint8_t reply[4096];
	struct dns_verdict verdict;

	ask("www.example", LDNS_RR_TYPE_A);
	for (int code = 1; code < 16; code++) {
		size_t len = answer(reply, code, "");

		ck_assert_int_eq(dns_check_reply(&question, reply, len, &verdict),
		    DNS_CHECK_JUDGED);
		if (words[code] != NULL)
			ck_assert_str_eq(verdict.detail, words[code]);
	}
}
END_TEST

/* An octet of a good answer changed: at, to; what is left of its length. */
static const struct {
	size_t at;
	uint8_t octet;
	size_t cut;
	enum dns_check check;
} changes[] = {
	{ 1, 0x35, 0, DNS_CHECK_FOREIGN },              /* id */
	{ 2, 0x01, 0, DNS_CHECK_FOREIGN },              /* QR */
	{ 2, 0x91, 0, DNS_CHECK_FOREIGN },              /* opcode */
	{ 5, 0, 0, DNS_CHECK_FOREIGN },                 /* no question */
	{ 5, 2, 0, DNS_CHECK_FOREIGN },
	{ 13, 'W', 0, DNS_CHECK_FOREIGN },              /* its letters */
	{ 26, 28, 0, DNS_CHECK_FOREIGN },               /* its type */
	{ 28, 3, 0, DNS_CHECK_FOREIGN },                /* its class */
	{ 2, 0x83, 0, DNS_CHECK_TRUNCATED },
	{ 0, 0x12, 11, DNS_CHECK_FOREIGN },
	{ 0, 0x12, 28, DNS_CHECK_FOREIGN },
	{ 0, 0x12, 40, DNS_CHECK_JUDGED },
	{ 7, 200, 0, DNS_CHECK_JUDGED },                /* more records than there are */
};

START_TEST(only_the_answer_to_this_question_is_taken)
{
	uint8_t reply[4096];
	struct dns_verdict verdict;

	ask("www.example", LDNS_RR_TYPE_A);
	size_t len = answer(reply, 0, "www.example. 300 IN A 192.0.2.1");

	reply[changes[_i].at] = changes[_i].octet;
	len = changes[_i].cut != 0 ? changes[_i].cut : len;
	ck_assert_int_eq(dns_check_reply(&question, reply, len, &verdict), changes[_i].check);
	if (changes[_i].check == DNS_CHECK_JUDGED) {
		ck_assert_int_eq(verdict.code, OUTCOME_DNS_MALFORMED);
		ck_assert_ptr_nonnull(verdict.detail);
	}
}
END_TEST

START_TEST(an_error_may_come_without_the_question)
{
	struct dns_verdict verdict;

	ask("www.example", LDNS_RR_TYPE_A);
	ck_assert_int_eq(dns_check_reply(&question,
	    (const uint8_t *)"\x12\x34\x81\x81\0\0\0\0\0\0\0\0", 12, &verdict), DNS_CHECK_JUDGED);
	ck_assert_str_eq(verdict.detail, "FORMERR");
	ck_assert_int_eq(dns_check_reply(&question,
	    (const uint8_t *)"\x12\x34\x81\x80\0\0\0\0\0\0\0\0", 12, &verdict), DNS_CHECK_FOREIGN);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("dns_check");
	TCase *tc = tcase_create("dns_check");

	tcase_add_loop_test(tc, the_question_has_small_letters_and_asks_for_recursion, 0,
	    sizeof(names) / sizeof(names[0]));
	tcase_add_test(tc, what_is_no_name_is_not_asked);
	tcase_add_loop_test(tc, an_answer_is_useful_or_not, 0,
	    sizeof(answers) / sizeof(answers[0]));
	tcase_add_test(tc, codes_have_their_names);
	tcase_add_loop_test(tc, only_the_answer_to_this_question_is_taken, 0,
	    sizeof(changes) / sizeof(changes[0]));
	tcase_add_test(tc, an_error_may_come_without_the_question);
	suite_add_tcase(s, tc);
	return s;
}
