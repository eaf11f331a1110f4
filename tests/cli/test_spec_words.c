/* test_spec_words.c - what is to be probed, by a word. */
#include "cli/spec_words.h"

#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "tests/suite.h"

/* "ENGINE ADDRESS:PORT host=... path=..."; or the end of what is wrong. */
static const struct {
	const char *word;
	const char *want;
} words[] = {
	{ "http://127.0.0.1:8080/healthz?x=1", "httpGet 127.0.0.1:8080 /healthz?x=1" },
	{ "http://127.0.0.1", "httpGet 127.0.0.1:80 /" },
	{ "https://[::1]/", "httpGet tls [::1]:443 /" },
	{ "https://web.test:8443", "httpGet tls 127.0.0.1:8443 / host=web.test" },
	{ "tcp://127.0.0.1:5432", "tcpSocket 127.0.0.1:5432" },
	{ "tcp://db.test:5432", "tcpSocket 127.0.0.1:5432 host=db.test" },
	{ "grpc://127.0.0.1:50051/shop.Cart", "grpc 127.0.0.1:50051 shop.Cart" },
	{ "grpc://[2001:db8::1]:50051", "grpc [2001:db8::1]:50051 " },
	{ "dns://127.0.0.1:1053/web.test?AAAA", "dns 127.0.0.1:1053 web.test 28" },
	{ "dns://[::1]", "dns [::1]:53 . 1" },
	{ "dns://127.0.0.1/web.test?TYPE65", "dns 127.0.0.1:53 web.test 65" },
	{ "exec:/bin/true", "exec /bin/true" },
	{ "ftp://x/", "!begins with none of" },
	{ "web", "!begins with none of" },
	{ "exec:", "!needs a command" },
	{ "tcp://127.0.0.1", "!no HOST:PORT" },
	{ "tcp://127.0.0.1:0", "!no HOST:PORT" },
	{ "tcp://127.0.0.1:65536", "!no HOST:PORT" },
	{ "tcp://:80", "!no HOST:PORT" },
	{ "tcp://[::1", "!no HOST:PORT" },
	{ "tcp://127.0.0.1:80/x", "!has no path" },
	{ "dns://127.0.0.1/x?NONE", "!no record type" },
};

static void
add_details(const struct spec_words *found, struct strbuf *text)
{
	struct addr_port where = { found->target.addr, found->target.port };
	char address[ADDR_PORT_TEXT_SIZE];

	strbuf_addf(text, " %s", addr_port_text(&where, address));
	if (found->spec.engine == ENGINE_HTTP)
		strbuf_addf(text, " %s", found->spec.path);
	if (found->spec.engine == ENGINE_GRPC)
		strbuf_addf(text, " %s", found->spec.grpc_service);
	if (found->spec.engine == ENGINE_DNS)
		strbuf_addf(text, " %s %u", found->spec.dns_name, found->spec.dns_type);
	if (found->spec.host != NULL)
		strbuf_addf(text, " host=%s", found->spec.host);
}

START_TEST(a_word_says_engine_address_and_path)
{
	struct strbuf text = STRBUF_INIT;
	struct spec_words found;
	const char *wrong = spec_words_read(words[_i].word, NULL, 0, 1000, &found);

	if (words[_i].want[0] == '!') {
		ck_assert_ptr_nonnull(wrong);
		ck_assert_msg(strstr(wrong, words[_i].want + 1) != NULL, "%s", wrong);
	} else {
		ck_assert_msg(wrong == NULL, "%s", wrong);
		strbuf_addf(&text, "%s%s", probe_engine_text(found.spec.engine),
		    found.spec.https ? " tls" : "");
		if (found.spec.engine == ENGINE_EXEC)
			strbuf_addf(&text, " %s", found.spec.command[0]);
		else
			add_details(&found, &text);
		ck_assert_str_eq(text.text, words[_i].want);
		ck_assert(spec_words_is(words[_i].word));
	}
	spec_words_release(&found);
	strbuf_release(&text);
}
END_TEST

START_TEST(names_are_looked_up_for_engines_that_take_addresses_only)
{
	struct spec_words found;

	ck_assert_ptr_null(spec_words_read("grpc://api.test:1", NULL, 0, 1000, &found));
	ck_assert(found.lookup);
	ck_assert_ptr_null(spec_words_read("http://api.test:1", NULL, 0, 1000, &found));
	ck_assert(!found.lookup);
}
END_TEST

START_TEST(a_command_takes_the_words_behind_it)
{
	char one[] = "-c", two[] = "exit 1";
	char *rest[] = { one, two };
	struct spec_words found;

	ck_assert_ptr_null(spec_words_read("exec:/bin/sh", rest, 2, 1000, &found));
	ck_assert_uint_eq(found.spec.command_count, 3);
	ck_assert_str_eq(found.spec.command[2], "exit 1");
	spec_words_release(&found);
	ck_assert_ptr_nonnull(spec_words_read("tcp://127.0.0.1:1", rest, 2, 1000, &found));
	spec_words_release(&found);
}
END_TEST

START_TEST(what_is_too_long_is_refused)
{
	char word[2000];
	struct spec_words found;

	memset(word, 'a', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	memcpy(word, "http://127.0.0.1/", 17);
	ck_assert_ptr_nonnull(spec_words_read(word, NULL, 0, 1000, &found));
	memcpy(word, "http://aaaaaaaaaa", 17);
	ck_assert_ptr_nonnull(spec_words_read(word, NULL, 0, 1000, &found));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("spec_words");
	TCase *tc = tcase_create("spec_words");

	tcase_add_loop_test(tc, a_word_says_engine_address_and_path, 0,
	    sizeof(words) / sizeof(words[0]));
	tcase_add_test(tc, names_are_looked_up_for_engines_that_take_addresses_only);
	tcase_add_test(tc, a_command_takes_the_words_behind_it);
	tcase_add_test(tc, what_is_too_long_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
