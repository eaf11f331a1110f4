/* test_reply_json.c - a DNS message for people and programs. */
#include "daemon/reply_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "tests/suite.h"

/* web.test A 192.0.2.1, TTL 5, with an extended error 0 "x". */
static const uint8_t reply[] = {
	0, 0, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 1,
	3, 'w', 'e', 'b', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 1,
	0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 7, 0, 15, 0, 3, 0, 0, 'x',
};

START_TEST(a_reply_is_shown_with_flags_errors_and_records)
{
	struct strbuf text = STRBUF_INIT;
	json_t *shown = reply_json(reply, sizeof(reply), &text);
	char *compact = json_dumps(shown, JSON_COMPACT);

	ck_assert_str_eq(compact, "{\"rcode\":\"NOERROR\",\"flags\":[\"aa\",\"rd\",\"ra\"],"
	    "\"errors\":[{\"code\":0,\"text\":\"x\"}],\"answer\":[{\"name\":\"web.test.\",\"ttl\":5,"
	    "\"type\":\"A\",\"data\":\"192.0.2.1\"}],\"authority\":[],\"additional\":[]}");
	ck_assert_str_eq(text.text, "; NOERROR\n; flags: aa rd ra\n; extended error 0: x\n;; answer:\n"
	    "web.test.                                     5 A      192.0.2.1\n");
	free(compact);
	json_decref(shown);
	strbuf_release(&text);
}
END_TEST

START_TEST(what_is_cut_short_or_broken_does_no_harm)
{
	uint8_t broken[sizeof(reply)];

	for (size_t len = 0; len < sizeof(reply); len++) {
		struct strbuf text = STRBUF_INIT;
		uint8_t *exact = malloc(len + 1);

		memcpy(exact, reply, len);
		json_decref(reply_json(exact, len, &text));
		free(exact);
		strbuf_release(&text);
	}
	for (size_t at = 0; at < sizeof(reply); at++) {
		struct strbuf text = STRBUF_INIT;

		memcpy(broken, reply, sizeof(reply));
		broken[at] = 0xff;
		json_decref(reply_json(broken, sizeof(broken), &text));
		strbuf_release(&text);
	}
}
END_TEST

START_TEST(types_have_names_and_numbers)
{
	ck_assert_uint_eq(reply_json_type("A"), 1);
	ck_assert_uint_eq(reply_json_type("srv"), 33);
	ck_assert_uint_eq(reply_json_type("TYPE65"), 65);
	ck_assert_uint_eq(reply_json_type("NOTYPE"), 0);
	ck_assert_uint_eq(reply_json_type(""), 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("reply_json");
	TCase *tc = tcase_create("reply_json");

	tcase_add_test(tc, a_reply_is_shown_with_flags_errors_and_records);
	tcase_add_test(tc, what_is_cut_short_or_broken_does_no_harm);
	tcase_add_test(tc, types_have_names_and_numbers);
	suite_add_tcase(s, tc);
	return s;
}
