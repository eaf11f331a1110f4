/* test_doc_input.c - the octets libyaml reads, and where each of them stands. */
#include <stdlib.h>
#include <string.h>

#include "source/doc_input.h"
#include "tests/suite.h"

/* Pairs of escapes are rewritten in JSON, and nowhere else. */
static const struct {
	const char *text;
	const char *seen;
} rows[] = {
	{ "[\"\\ud83d\\ude00\"]", "[\"\\U0001f600\"]" },
	{ "[\"\\uD83D\\uDE00\"]", "[\"\\U0001f600\"]" },
	{ "[\"\\udbff\\udfff\"]", "[\"\\U0010ffff\"]" },
	{ "[\"\\ud800\\udc00\"]", "[\"\\U00010000\"]" },
	{ "[\"\\\\ud83d\\ude00\"]", "[\"\\\\ud83d\\ude00\"]" },
	{ "[\"\\ud83d\\ud83d\"]", "[\"\\ud83d\\ud83d\"]" },
	{ "[\"\\ud83d\"]", "[\"\\ud83d\"]" },
	{ "[\"\\ud83d\\ude0g\"]", "[\"\\ud83d\\ude0g\"]" },
	{ "a: \"\\ud83d\\ude00\"", "a: \"\\ud83d\\ude00\"" },
	{ "\xef\xbb\xbf \n{\"a\":\"\\ud83d\\ude00\"}", "\xef\xbb\xbf \n{\"a\":\"\\U0001f600\"}" },
	{ "a: 1\n---\n[\"\\ud83d\\ude00\"]", "a: 1\n---\n[\"\\U0001f600\"]" },
	{ "[1]\n---\na: '\\ud83d\\ude00'", "[1]\n---\na: '\\ud83d\\ude00'" },
};

START_TEST(pairs_of_escapes_become_one_in_json)
{
	struct doc_input input;

	ck_assert_int_eq(doc_input_init(&input, rows[_i].text, strlen(rows[_i].text)), 0);
	ck_assert_uint_eq(input.len, strlen(rows[_i].seen));
	ck_assert_mem_eq(input.text, rows[_i].seen, input.len);
	doc_input_release(&input);
}
END_TEST

START_TEST(places_are_those_of_the_file)
{
	static const char text[] = "[\"\\ud83d\\ude00\", 1,\n 2, \"\\ud83d\\ude00\\ud83d\\ude00\", 3]\n";
	struct doc_input input;
	unsigned line;
	unsigned column;

	ck_assert_int_eq(doc_input_init(&input, text, strlen(text)), 0);
	/* What libyaml calls line 0, column 15 is the 1, which stands in column 18. */
	ck_assert_int_eq(input.text[15], '1');
	doc_input_place(&input, 0, 15, &line, &column);
	ck_assert_uint_eq(line, 1);
	ck_assert_uint_eq(column, 18);
	doc_input_place(&input, 1, 1, &line, &column);
	ck_assert_uint_eq(line, 2);
	ck_assert_uint_eq(column, 2);
	doc_input_place(&input, 1, 28, &line, &column);
	ck_assert_uint_eq(column, 33);
	doc_input_release(&input);
}
END_TEST

START_TEST(octets_are_turned_into_lines_and_columns)
{
	static const char text[] = "\xef\xbb\xbf" "a\r\nb\rc\n\xed\x95\x9c\xc2\x85x\xe2\x80\xa8y";
	static const struct { size_t offset; unsigned line; unsigned column; } places[] = {
		{ 3, 1, 1 }, { 4, 1, 2 }, { 6, 2, 1 }, { 8, 3, 1 }, { 10, 4, 1 }, { 13, 4, 2 },
		    { 15, 5, 1 },
		{ 19, 6, 1 }, { 99, 6, 2 },
	};
	struct doc_input input;
	unsigned line;
	unsigned column;

	ck_assert_int_eq(doc_input_init(&input, text, strlen(text)), 0);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		doc_input_place_offset(&input, places[i].offset, &line, &column);
		ck_assert_msg(line == places[i].line && column == places[i].column, "%zu: %u:%u",
		    places[i].offset, line, column);
	}
	doc_input_release(&input);
}
END_TEST

START_TEST(reading_stops_at_the_allowance)
{
	char text[1000];
	unsigned char buffer[400];
	struct doc_input input;
	size_t got;

	memset(text, 'x', sizeof(text));
	ck_assert_int_eq(doc_input_init(&input, text, sizeof(text)), 0);
	ck_assert_int_eq(doc_input_handler(&input, buffer, sizeof(buffer), &got), 0);
	ck_assert(input.too_large);
	input.too_large = false;
	doc_input_allow(&input, 2000);
	for (size_t left = 1000; left > 0; left -= got) {
		ck_assert_int_eq(doc_input_handler(&input, buffer, sizeof(buffer), &got), 1);
		ck_assert_uint_eq(got, left < 400 ? left : 400);
	}
	ck_assert_int_eq(doc_input_handler(&input, buffer, sizeof(buffer), &got), 1);
	ck_assert_uint_eq(got, 0);
	ck_assert(!input.too_large);
	doc_input_release(&input);
}
END_TEST

START_TEST(characters_are_found_by_number)
{
	static const char text[] = "\xef\xbb\xbf" "a\xed\x95\x9c" "b\xf0\x9f\x98\x80" "c";
	struct doc_input input;
	struct doc_seek seek = { 0 };

	ck_assert_int_eq(doc_input_init(&input, text, strlen(text)), 0);
	doc_input_seek(&input, 0, &seek);
	ck_assert_uint_eq(seek.octet, 3);
	doc_input_seek(&input, 2, &seek);
	ck_assert_int_eq(text[seek.octet], 'b');
	doc_input_seek(&input, 4, &seek);
	ck_assert_int_eq(text[seek.octet], 'c');
	doc_input_seek(&input, 99, &seek);
	ck_assert_uint_eq(seek.octet, strlen(text));
	doc_input_release(&input);
}
END_TEST

Suite *
suite(void)
{
	Suite *input = suite_create("doc_input");
	TCase *tcase = tcase_create("doc_input");

	tcase_add_loop_test(tcase, pairs_of_escapes_become_one_in_json, 0,
	    (int)(sizeof(rows) / sizeof(*rows)));
	tcase_add_test(tcase, places_are_those_of_the_file);
	tcase_add_test(tcase, octets_are_turned_into_lines_and_columns);
	tcase_add_test(tcase, reading_stops_at_the_allowance);
	tcase_add_test(tcase, characters_are_found_by_number);
	suite_add_tcase(input, tcase);
	return input;
}
