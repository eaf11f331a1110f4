/* test_query.c - what is no query, what is malformed, and what EDNS says, octet by octet. */
#include "dns/query.h"

#include <stdlib.h>
#include <string.h>

#include "dns/wire.h"
#include "tests/dns/asking.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define HEAD "\x12\x34\1\0"     /* id, RD */
#define ONE "\0\1\0\0\0\0\0\0"
#define ONE_AND(n) "\0\1\0\0\0\0\0" n
#define WEB "\3web\7cluster\5local\0"
#define A_IN "\0\1\0\1"
#define OPT "\0\0\51\x10\0\0\0\0\0\0\0"

#define OCTETS(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct {
	const char *what;
	const uint8_t *octets;
	size_t len;
	enum query_state state;
	enum dns_rcode rcode;
	bool edns;
} cases[] = {
	{ "nothing", OCTETS(""), QUERY_SILENT, DNS_NOERROR, false },
	{ "eleven octets", OCTETS(HEAD "\0\1\0\0\0\0\0"), QUERY_SILENT, DNS_NOERROR, false },
	{ "a reply", OCTETS("\x12\x34\x81\0" ONE WEB A_IN), QUERY_SILENT, DNS_NOERROR, false },
	{ "a reply of another opcode", OCTETS("\x12\x34\xa1\0" ONE WEB A_IN), QUERY_SILENT,
	  DNS_NOERROR, false },
	{ "a query", OCTETS(HEAD ONE WEB A_IN), QUERY_GOOD, DNS_NOERROR, false },
	{ "the root", OCTETS(HEAD ONE "\0" A_IN), QUERY_GOOD, DNS_NOERROR, false },
	{ "notify", OCTETS("\x12\x34\x20\0" ONE WEB A_IN), QUERY_NO_QUESTION, DNS_NOTIMP, false },
	{ "update", OCTETS("\x12\x34\x28\0" ONE WEB A_IN), QUERY_NO_QUESTION, DNS_NOTIMP, false },
	{ "opcode 15, header alone", OCTETS("\x12\x34\x78\0\0\0\0\0\0\0\0\0"), QUERY_NO_QUESTION,
	  DNS_NOTIMP, false },
	{ "update with EDNS", OCTETS("\x12\x34\x28\0" ONE_AND("\1") WEB A_IN OPT), QUERY_NO_QUESTION,
	  DNS_NOTIMP, true },
	{ "a stateful operation", OCTETS("\x12\x34\x30\0\0\0\0\0\0\0\0\0\0\1\0\4\0\0\x3a\x98"),
	  QUERY_NO_QUESTION, DNS_NOTIMP, false },       /* RFC 8490, 5.4: no sections at all */
	{ "no question, EDNS", OCTETS(HEAD "\0\0\0\0\0\0\0\1" OPT), QUERY_NO_QUESTION, DNS_FORMERR,
	  true },
	{ "two questions, EDNS", OCTETS(HEAD "\0\2\0\0\0\0\0\1" WEB A_IN WEB A_IN OPT),
	  QUERY_NO_QUESTION, DNS_FORMERR, true },
	{ "two questions of which one is there, EDNS claimed",
	  OCTETS(HEAD "\0\2\0\0\0\0\0\1" WEB A_IN), QUERY_NO_QUESTION, DNS_FORMERR, false },
	{ "no question, EDNS of version 1", OCTETS(HEAD "\0\0\0\0\0\0\0\1\0\0\51\x10\0\0\1\0\0\0\0"),
	  QUERY_NO_QUESTION, DNS_FORMERR, true },
	{ "no question, octets left over", OCTETS(HEAD "\0\0\0\0\0\0\0\0xyz"), QUERY_NO_QUESTION,
	  DNS_FORMERR, false },
	{ "no question", OCTETS(HEAD "\0\0\0\0\0\0\0\0"), QUERY_NO_QUESTION, DNS_FORMERR, false },
	{ "two questions", OCTETS(HEAD "\0\2\0\0\0\0\0\0" WEB A_IN WEB A_IN), QUERY_NO_QUESTION,
	  DNS_FORMERR, false },
	{ "a question that is not there", OCTETS(HEAD ONE), QUERY_NO_QUESTION, DNS_FORMERR, false },
	{ "a name cut short", OCTETS(HEAD ONE "\3we"), QUERY_NO_QUESTION, DNS_FORMERR, false },
	{ "no class", OCTETS(HEAD ONE WEB "\0\1"), QUERY_NO_QUESTION, DNS_FORMERR, false },
	{ "a pointer in the name", OCTETS(HEAD ONE "\xc0\x0c" A_IN), QUERY_NO_QUESTION, DNS_FORMERR,
	  false },
	{ "an old label type", OCTETS(HEAD ONE "\x41\0" A_IN), QUERY_NO_QUESTION, DNS_FORMERR,
	  false },
	{ "class CH", OCTETS(HEAD ONE WEB "\0\1\0\3"), QUERY_CHAOS, DNS_REFUSED, false },
	{ "class CH, octets left over", OCTETS(HEAD ONE WEB "\0\1\0\3x"), QUERY_ERROR,
	  DNS_FORMERR, false },
	{ "a cookie alone", OCTETS(HEAD "\0\0\0\0\0\0\0\1\0\0\51\4\xd0\0\0\0\0\0\14"
	  "\0\12\0\10" "01234567"), QUERY_COOKIE, DNS_FORMERR, true },
	{ "a cookie alone of seven octets", OCTETS(HEAD "\0\0\0\0\0\0\0\1\0\0\51\4\xd0\0\0\0\0"
	  "\0\13" "\0\12\0\7" "0123456"), QUERY_NO_QUESTION, DNS_FORMERR, true },
	{ "a cookie alone, of NOTIFY", OCTETS("\x12\x34\x20\0" "\0\0\0\0\0\0\0\1\0\0\51\4\xd0"
	  "\0\0\0\0\0\14" "\0\12\0\10" "01234567"), QUERY_NO_QUESTION, DNS_NOTIMP, true },
	{ "class ANY", OCTETS(HEAD ONE WEB "\0\1\0\xff"), QUERY_ERROR, DNS_REFUSED, false },
	{ "octets left over", OCTETS(HEAD ONE WEB A_IN "x"), QUERY_ERROR, DNS_FORMERR, false },
	{ "counts that lie", OCTETS(HEAD "\0\1\xff\xff\xff\xff\xff\xff" WEB A_IN), QUERY_ERROR,
	  DNS_FORMERR, false },
	{ "EDNS", OCTETS(HEAD ONE_AND("\1") WEB A_IN OPT), QUERY_GOOD, DNS_NOERROR, true },
	{ "EDNS and a record before it",
	  OCTETS(HEAD ONE_AND("\2") WEB A_IN "\xc0\x0c\0\1\0\1\0\0\0\0\0\1x" OPT),
	  QUERY_GOOD, DNS_NOERROR, true },
	{ "EDNS and TSIG after it",
	  OCTETS(HEAD ONE_AND("\2") WEB A_IN OPT "\1k\0\0\xfa\0\xff\0\0\0\0\0\0"),
	  QUERY_SIGNED, DNS_NOERROR, true },
	{ "TSIG and EDNS after it",
	  OCTETS(HEAD ONE_AND("\2") WEB A_IN "\1k\0\0\xfa\0\xff\0\0\0\0\0\0" OPT),
	  QUERY_ERROR, DNS_FORMERR, false },
	{ "an SOA in authority, as of IXFR", OCTETS(HEAD "\0\1\0\0\0\1\0\0"
	  WEB A_IN "\xc0\x0c\0\6\0\1\0\0\0\0\0\0"),
	  QUERY_GOOD, DNS_NOERROR, false },
	{ "OPT in the answer section", OCTETS(HEAD "\0\1\0\1\0\0\0\0" WEB A_IN OPT), QUERY_GOOD,
	  DNS_NOERROR, false },
	{ "two OPT", OCTETS(HEAD ONE_AND("\2") WEB A_IN OPT OPT), QUERY_ERROR, DNS_FORMERR, true },
	{ "OPT not at the root", OCTETS(HEAD ONE_AND("\1") WEB A_IN "\1a" OPT), QUERY_ERROR,
	  DNS_FORMERR, false },
	{ "version 1", OCTETS(HEAD ONE_AND("\1") WEB A_IN "\0\0\51\x10\0\0\1\0\0\0\0"), QUERY_ERROR,
	  DNS_BADVERS, true },
	{ "an unknown option",
	  OCTETS(HEAD ONE_AND("\1") WEB A_IN "\0\0\51\x10\0\0\0\0\0\0\6\xff\xfe\0\2ab"),
	  QUERY_GOOD, DNS_NOERROR, true },
	{ "an option that overruns",
	  OCTETS(HEAD ONE_AND("\1") WEB A_IN "\0\0\51\x10\0\0\0\0\0\0\6\xff\xfe\0\3ab"),
	  QUERY_ERROR, DNS_FORMERR, true },
	{ "half an option head",
	  OCTETS(HEAD ONE_AND("\1") WEB A_IN "\0\0\51\x10\0\0\0\0\0\0\3\xff\xfe\0"),
	  QUERY_ERROR, DNS_FORMERR, true },
	{ "OPT rdata cut short",
	  OCTETS(HEAD ONE_AND("\1") WEB A_IN "\0\0\51\x10\0\0\0\0\0\0\6\xff"),
	  QUERY_ERROR, DNS_FORMERR, false },
};

START_TEST(each_kind_of_octets_is_told_apart)
{
	struct query query;
	/* A copy of the very size: a sanitizer sees a look behind the end. */
	uint8_t *copy = malloc(cases[_i].len + 1);

	memcpy(copy, cases[_i].octets, cases[_i].len);
	query_read(&query, copy, cases[_i].len);
	ck_assert_msg(query.state == cases[_i].state, "%s: state %d", cases[_i].what, query.state);
	ck_assert_msg(query.rcode == cases[_i].rcode, "%s: rcode %d", cases[_i].what, query.rcode);
	ck_assert_msg(query.edns == cases[_i].edns, "%s: edns %d", cases[_i].what, query.edns);
	free(copy);
}
END_TEST

/* No prefix of a good query is good, and none is read past its end. */
START_TEST(a_query_cut_anywhere_is_no_good)
{
	static const char whole[] = HEAD ONE_AND("\1") WEB A_IN OPT;
	struct query query;

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		uint8_t *copy = malloc(len + 1);

		memcpy(copy, whole, len);
		query_read(&query, copy, len);
		ck_assert_int_ne(query.state, QUERY_GOOD);
		free(copy);
	}
}
END_TEST

static const struct {
	const char *opt;
	uint16_t payload;
	bool dnssec_ok;
	bool keepalive;
} opts[] = {
	{ "\0\0\51\x10\0\0\0\0\0\0\0", 4096, false, false },
	{ "\0\0\51\0\0\0\0\x80\0\0\0", 512, true, false },
	       /* payload 0 is 512 (RFC 6891, 6.2.3) */
	{ "\0\0\51\1\xff\0\0\xff\xff\0\0", 512, true, false },
	{ "\0\0\51\2\0\0\0\x7f\xff\0\4\0\13\0\0", 512, false, true },
};

START_TEST(opt_says_what_the_client_takes)
{
	uint8_t buf[80];
	struct query query;
	size_t head = sizeof(HEAD ONE_AND("\1") WEB A_IN) - 1;
	size_t len = opts[_i].keepalive ? 15 : 11;

	memcpy(buf, HEAD ONE_AND("\1") WEB A_IN, head);
	memcpy(buf + head, opts[_i].opt, len);
	query_read(&query, buf, head + len);
	ck_assert_int_eq(query.state, QUERY_GOOD);
	ck_assert_uint_eq(query.payload, opts[_i].payload);
	ck_assert_int_eq(query.dnssec_ok, opts[_i].dnssec_ok);
	ck_assert_uint_eq(query.options.kinds, opts[_i].keepalive ? EDNS_KEEPALIVE : 0);
}
END_TEST

/* What the reader decides, as replies. */
static const struct {
	const char *question;
	const char *reply;
} replies[] = {
	{ "cluster.local A class=3", "REFUSED\n" },
	{ "cluster.local A class=3 edns rd", "REFUSED rd\nOPT 1232\n" },
	{ "cluster.local SOA version=1 do", "BADVERS\nOPT 1232 do\n" },
	{ "example.com A rd cd ad z", "REFUSED rd cd\n" },
	{ "cluster.local AXFR", "REFUSED\n" },
	{ "cluster.local IXFR tcp", "REFUSED\n" },
	{ "cluster.local MAILA", "NOTIMPL\n" },
	{ "cluster.local TSIG", "FORMERR\n" },
	{ "cluster.local TYPE41", "FORMERR\n" },
};

START_TEST(errors_are_replies_with_the_question)
{
	struct asking *asking = asking_new();

	asking_expect(asking, replies[_i].question, replies[_i].reply);
	asking_free(asking);
}
END_TEST

/* But for OPT, where there was one (RFC 6891, 6.1.1). */
START_TEST(without_a_readable_question_the_header_comes_back_alone)
{
	static const uint8_t opt[] = "\0\0\51\4\xd0\0\0\0\0\0";
	struct asking *asking = asking_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].state > QUERY_NO_QUESTION || cases[i].state == QUERY_SIGNED)
			continue;
		memcpy(asking->buf, cases[i].octets, cases[i].len);
		asking->query_len = cases[i].len;
		asking_send(asking, TRANSPORT_UDP);
		ck_assert_uint_eq(asking->len, cases[i].state == QUERY_SILENT ? 0 :
		    12 + (cases[i].edns ? sizeof(opt) : 0));
		if (asking->len == 0)
			continue;
		ck_assert_mem_eq(asking->buf, "\x12\x34", 2);
		ck_assert_uint_eq(asking->buf[2], 0x80 | (cases[i].octets[2] & 0x79));
		ck_assert_uint_eq(asking->buf[3], cases[i].rcode);
		ck_assert_mem_eq(asking->buf + 4, "\0\0\0\0\0\0\0", 7);
		ck_assert_uint_eq(asking->buf[11], cases[i].edns);
		if (cases[i].edns)
			ck_assert_mem_eq(asking->buf + 12, opt, sizeof(opt));
	}
	asking_free(asking);
}
END_TEST

/* As TSIG goes by its place, and not only by its type, that it is there can be all there is to it. */
static const struct {
	const char *what;
	const uint8_t *octets;
	size_t len;
} signatures[] = {
	{ "whose owner points nowhere", OCTETS(HEAD ONE_AND("\1") WEB A_IN
	  "\xf9\0\0\xfa\0\xff\0\0\0\0\0\0") },
	{ "whose owner points at itself", OCTETS(HEAD ONE_AND("\1") WEB A_IN
	  "\xc0\x23\0\xfa\0\xff\0\0\0\0\0\0") },
	{ "without rdata", OCTETS(HEAD ONE_AND("\1") WEB A_IN
	  "\1k\0\0\xfa\0\xff\0\0\0\0\0\0") },
	{ "before OPT", OCTETS(HEAD ONE_AND("\2") WEB A_IN
	  "\1k\0\0\xfa\0\xff\0\0\0\0\0\0" OPT) },
};

START_TEST(a_tsig_that_cannot_be_read_is_formerr)
{
	struct asking *asking = asking_new();

	memcpy(asking->buf, signatures[_i].octets, signatures[_i].len);
	asking->buf[3] = 0x72;          /* AD and Z are ignored, CD is copied */
	asking->query_len = signatures[_i].len;
	asking_send(asking, TRANSPORT_UDP);
	ck_assert_msg(asking->len >= 12 && (asking->buf[3] & 15) == DNS_FORMERR, "%s: %zu octets, %u",
	    signatures[_i].what, asking->len, asking->buf[3] & 15);
	ck_assert_uint_eq(asking->buf[3], 0x10 | DNS_FORMERR);
	asking_free(asking);
}
END_TEST

Suite *
suite(void)
{
	Suite *query = suite_create("query");
	TCase *tests = tcase_create("query");

	tcase_add_loop_test(tests, each_kind_of_octets_is_told_apart, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, a_query_cut_anywhere_is_no_good);
	tcase_add_loop_test(tests, opt_says_what_the_client_takes, 0,
	    (int)(sizeof(opts) / sizeof(opts[0])));
	tcase_add_loop_test(tests, errors_are_replies_with_the_question, 0,
	    (int)(sizeof(replies) / sizeof(replies[0])));
	tcase_add_loop_test(tests, a_tsig_that_cannot_be_read_is_formerr, 0,
	    (int)(sizeof(signatures) / sizeof(signatures[0])));
	tcase_add_test(tests, without_a_readable_question_the_header_comes_back_alone);
	suite_add_tcase(query, tests);
	return query;
}
