/* test_onlooker_line.c - lines of the query log, whatever was asked. */
#include "dns/onlooker_line.h"

#include <string.h>

#include "base/strbuf.h"
#include "dns/respond.h"
#include "dns/onlooker.h"
#include "tests/suite.h"

#define ASKED(flags, counts, rest) "\x12\x67" flags counts "\0\0\0\0\0\0" rest
#define ONE "\0\1"

static const struct {
	const char *octets;
	size_t len;
	struct onlooker_record record;
	const char *line;
	const char *members;
} rows[] = {
	{ ASKED("\x85\0", ONE, "\3Web\4shop\0\0\1\0\1"), 26,
	  { .took_us = 31, .query_len = 56, .reply_len = 92, .payload = 1232 },
	  "192.0.2.7:40212 - 4711 \"A IN Web.shop. udp 56 false 1232\" NOERROR qr,aa,rd 92 0.000031s",
	  "\"client\":\"192.0.2.7:40212\",\"id\":4711,\"type\":\"A\",\"class\":\"IN\",\"name\":\"Web.shop.\","
	  "\"transport\":\"udp\",\"size\":56,\"do\":false,\"bufsize\":1232,\"rcode\":\"NOERROR\","
	  "\"flags\":\"qr,aa,rd\",\"rsize\":92,\"duration_us\":31" },
	{ ASKED("\x82\xb3", ONE, "\0\0\xff\0\3"), 17,
	  { .took_us = 1500000, .transport = TRANSPORT_TLS, .dnssec_ok = true, .payload = 512,
	    .reply_len = 17 },
	  "192.0.2.7:40212 - 4711 \"ANY CH . tls 0 true 512\" NXDOMAIN qr,tc,ra,ad,cd 17 1.500000s",
	  NULL },
	/* Types and classes without a name; a name that would break the line. */
	{ ASKED("\x80\x05", ONE, "\6a\n\"\\b.\0\xff\x01\0\x20"), 24,
	  { .transport = TRANSPORT_TCP, .payload = 512, .reply_len = 24 },
	  "192.0.2.7:40212 - 4711 \"TYPE65281 CLASS32 a\\010\\\"\\\\b\\.. tcp 0 false 512\" REFUSED qr 24 0.000000s",
	  NULL },
	/* Half a question, and none. */
	{ ASKED("\x80\x01", ONE, "\3We"), 15, { .payload = 512, .reply_len = 15 },
	  "192.0.2.7:40212 - 4711 \"- - - udp 0 false 512\" FORMERR qr 15 0.000000s", NULL },
	{ ASKED("\x80\x0b", "\0\0", ""), 12, { .payload = 512, .reply_len = 12 },
	  "192.0.2.7:40212 - 4711 \"- - - udp 0 false 512\" RCODE11 qr 12 0.000000s", NULL },
	{ "\0\0", 2, { .payload = 512 }, "", "" },
};

START_TEST(a_line_says_it_as_is_known)
{
	struct onlooker_record record = rows[_i].record;
	struct strbuf line = STRBUF_INIT, members = STRBUF_INIT;

	record.octets = (const uint8_t *)rows[_i].octets;
	record.len = rows[_i].len;
	ck_assert_int_eq(addr_port_parse("192.0.2.7:40212", &record.client), 0);
	onlooker_line(&record, &line, &members);
	ck_assert_str_eq(line.text, rows[_i].line);
	if (rows[_i].members != NULL)
		ck_assert_str_eq(members.text, rows[_i].members);
	strbuf_release(&line);
	strbuf_release(&members);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("onlooker_line");
	TCase *tc = tcase_create("onlooker_line");

	tcase_add_loop_test(tc, a_line_says_it_as_is_known, 0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(s, tc);
	return s;
}
