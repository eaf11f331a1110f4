/* test_text.c - the grammars of names, likeness, numbers, and what is fit to print. */
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "tests/suite.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define A10 "aaaaaaaaaa"
#define A63 A10 A10 A10 A10 A10 A10 "aaa"
#define A126 A63 A63

START_TEST(names_follow_their_grammar)
{
	/* l: RFC 1123 label, d: subdomain, k: label key, v: label value, p: port name. */
	static const struct { const char *text, *kinds; } cases[] = {
		{ "", "v" }, { "a", "ldkvp" }, { "web-1", "ldkvp" }, { "1web", "ldkvp" }, { "80", "ldkv" },
		{ "-a", "" }, { "a-", "" }, { "a--b", "ldkv" }, { "A", "kv" }, { "a_b", "kv" },
		{ "a.b", "dkv" }, { "a..b", "kv" }, { ".a", "" }, { "a.", "" }, { "a.-b", "kv" },
		{ "a b", "" }, { "a\n", "" }, { "\xc3\xa4", "" }, { "app.kubernetes.io/name", "k" },
		{ "a/b/c", "" }, { "/a", "" }, { "a/", "" }, { "A/b", "" }, { "a/B_c.d", "k" },
		{ "abcdefghijklmno", "ldkvp" }, { "abcdefghijklmnop", "ldkv" },
		{ A63, "ldkv" }, { A63 "a", "d" }, { A63 "/" A63, "k" }, { A63 "/" A63 "a", "" },
		{ A126 "." A126, "d" }, { A126 ".a" A126, "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text, *kinds = cases[i].kinds;

		ck_assert_msg(text_is_dns1123_label(text) == (strchr(kinds, 'l') != NULL), "l %s", text);
		ck_assert_msg(text_is_dns1123_subdomain(text) == (strchr(kinds, 'd') != NULL), "d %s", text);
		ck_assert_msg(text_is_label_key(text) == (strchr(kinds, 'k') != NULL), "k %s", text);
		ck_assert_msg(text_is_label_value(text) == (strchr(kinds, 'v') != NULL), "v %s", text);
		ck_assert_msg(text_is_port_name(text) == (strchr(kinds, 'p') != NULL), "p %s", text);
	}
}
END_TEST

START_TEST(numbers_are_digits_that_fit)
{
	static const struct { const char *text; uint64_t max; bool good; uint64_t value; } cases[] = {
		{ "0", 0, true, 0 },
		{ "007", 10, true, 7 },
		{ "65535", 65535, true, 65535 },
		{ "65536", 65535, false, 0 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "99999999999999999999999", UINT64_MAX, false, 0 },
		{ "", 9, false, 0 },
		{ "+1", 9, false, 0 },
		{ "-1", UINT64_MAX, false, 0 },
		{ " 1", 9, false, 0 },
		{ "1 ", 9, false, 0 },
		{ "0x1", 9, false, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t value = 4711;

		ck_assert_msg(text_to_u64(cases[i].text, cases[i].max, &value) == cases[i].good, "%s",
		    cases[i].text);
		ck_assert_uint_eq(value, cases[i].good ? cases[i].value : 4711);
	}
}
END_TEST

START_TEST(distance_counts_slips_of_the_finger)
{
	static const struct { const char *a, *b; unsigned distance; } cases[] = {
		{ "", "", 0 }, { "", "abc", 3 }, { "abc", "abc", 0 }, { "abc", "ABC", 0 }, { "abc", "acb", 1 },
		{ "port", "ports", 1 }, { "selector", "slector", 1 }, { "selector", "sleector", 1 },
		{ "kitten", "sitting", 3 }, { A63, "", 63 }, { A63 "aa", "", UINT_MAX },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert_uint_eq(text_distance(cases[i].a, cases[i].b), cases[i].distance);
		ck_assert_uint_eq(text_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
}
END_TEST

START_TEST(the_closest_word_is_offered_only_for_a_slip)
{
	static const char *const words[] = { "selector", "ports", "clusterIP", "type" };

	ck_assert_str_eq(text_closest("selektor", words, COUNT(words)), "selector");
	ck_assert_str_eq(text_closest("port", words, COUNT(words)), "ports");
	ck_assert_str_eq(text_closest("clusterip", words, COUNT(words)), "clusterIP");
	ck_assert_ptr_null(text_closest("volumes", words, COUNT(words)));
	ck_assert_ptr_null(text_closest("", words, COUNT(words)));
	ck_assert_ptr_null(text_closest("xy", words, 0));
}
END_TEST

START_TEST(the_hash_is_the_published_fnv1a)
{
	ck_assert_uint_eq(text_hash(TEXT_HASH_SEED, "", 0), 0xcbf29ce484222325ULL);
	ck_assert_uint_eq(text_hash(TEXT_HASH_SEED, "a", 1), 0xaf63dc4c8601ec8cULL);
	ck_assert_uint_eq(text_hash(TEXT_HASH_SEED, "foobar", 6), 0x85944171f73967e8ULL);
	ck_assert_uint_eq(text_hash(text_hash(TEXT_HASH_SEED, "foo", 3), "bar", 3), 0x85944171f73967e8ULL);
}
END_TEST

START_TEST(the_digest_tells_texts_apart_at_every_length)
{
	char text[40] = { 0 };
	uint64_t seen[2 * sizeof(text)];
	size_t count = 0;

	for (size_t len = 0; len < sizeof(text); len++) {
		seen[count++] = text_digest(0, text, len);
		seen[count++] = text_digest(1, text, len);
		ck_assert_uint_eq(text_digest(0, text, len), seen[count - 2]);
	}
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			ck_assert_uint_ne(seen[i], seen[k]);
	for (size_t i = 0; i < sizeof(text); i++) {
		uint64_t before = text_digest(0, text, sizeof(text));

		text[i] ^= 1;
		ck_assert_uint_ne(text_digest(0, text, sizeof(text)), before);
	}
}
END_TEST

START_TEST(escaping_shows_what_a_terminal_would_obey)
{
	static const char *const cases[][2] = {
		{ "plain ~!\"\\", "plain ~!\"\\" },
		{ "\001\t\n\033", "\\x01\\x09\\x0a\\x1b" },
		{ "\xc3\xa9\xe4\xb8\x96\xf0\x9f\x99\x82", "\xc3\xa9\xe4\xb8\x96\xf0\x9f\x99\x82" },
		{ "\xc0\x80\xe0\x80\x80", "\\xc0\\x80\\xe0\\x80\\x80" },        /* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },                          /* surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },                 /* past U+10FFFF */
		{ "\xe4\xb8", "\\xe4\\xb8" },                                   /* cut off */
		{ "\xc2\x85", "\\xc2\\x85" },                                   /* C1 control */
		{ "\xe2\x80\x8b\xef\xbb\xbf", "\\xe2\\x80\\x8b\\xef\\xbb\\xbf" },
	};
	char out[64];

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = text_escape(out, sizeof(out), cases[i][0], strlen(cases[i][0]));

		ck_assert_str_eq(out, cases[i][1]);
		ck_assert_uint_eq(len, strlen(out));
	}
	ck_assert_uint_eq(text_escape(out, sizeof(out), "a\0b", 3), 6);
	ck_assert_str_eq(out, "a\\x00b");
}
END_TEST

START_TEST(escaping_never_cuts_inside_a_character)
{
	char out[8];

	ck_assert_uint_eq(text_escape(out, 8, "abcde\n", 6), 5);
	ck_assert_str_eq(out, "abcde");
	ck_assert_uint_eq(text_escape(out, 8, "abcde\xe4\xb8\x96", 8), 5);
	ck_assert_uint_eq(text_escape(out, 8, "abcdefghij", 10), 7);
	ck_assert_uint_eq(text_escape(out, 1, "abc", 3), 0);
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(a_port_range_is_two_ports_in_order)
{
	static const char *const wrong[] = { "", "-", "1", "1-", "-1", "0-1", "2-1", "1-65536", "1-2-3",
		"123456789-2", "1 - 2", "a-b" };
	uint16_t first = 7, last = 7;

	for (size_t i = 0; i < COUNT(wrong); i++)
		ck_assert_msg(!text_to_port_range(wrong[i], &first, &last), "%s", wrong[i]);
	ck_assert_uint_eq(first, 7);
	ck_assert_uint_eq(last, 7);
	ck_assert(text_to_port_range("30000-32767", &first, &last));
	ck_assert_uint_eq(first, 30000);
	ck_assert_uint_eq(last, 32767);
	ck_assert(text_to_port_range("65535-65535", &first, &last));
}
END_TEST

START_TEST(one_is_no_plural)
{
	ck_assert_str_eq(text_plural(0), "s");
	ck_assert_str_eq(text_plural(1), "");
	ck_assert_str_eq(text_plural(2), "s");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("text");
	TCase *tc = tcase_create("text");

	tcase_add_test(tc, names_follow_their_grammar);
	tcase_add_test(tc, numbers_are_digits_that_fit);
	tcase_add_test(tc, distance_counts_slips_of_the_finger);
	tcase_add_test(tc, the_closest_word_is_offered_only_for_a_slip);
	tcase_add_test(tc, the_hash_is_the_published_fnv1a);
	tcase_add_test(tc, the_digest_tells_texts_apart_at_every_length);
	tcase_add_test(tc, escaping_shows_what_a_terminal_would_obey);
	tcase_add_test(tc, a_port_range_is_two_ports_in_order);
	tcase_add_test(tc, one_is_no_plural);
	tcase_add_test(tc, escaping_never_cuts_inside_a_character);
	suite_add_tcase(s, tc);
	return s;
}
