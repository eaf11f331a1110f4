/* test_field_value.c - one value into one member: every type at its bounds, and what is said beyond them. */
#include "source/field_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/diag.h"
#include "base/strbuf.h"
#include "model/object.h"
#include "model/probe_spec.h"
#include "source/doc.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

/* One member of each kind behind a guard that nobody may touch. */
struct values {
	uint8_t tiny;
	uint8_t tiny_guard;
	uint16_t small;
	uint16_t small_guard;
	uint32_t middle;
	uint32_t middle_guard;
	uint64_t large;
	bool flag;
	uint8_t tri;
	unsigned word;
	const char *text;
	struct addr addr;
	struct port_ref port;
	struct pairs pairs;
	const char **texts;
	size_t text_count;
	struct addr *addrs;
	size_t addr_count;
};

static const char *
rule_short(const char *text)
{
	return strlen(text) <= 4 ? NULL : "is longer than 4";
}

static const struct field_word words[] = { { "off", 0 }, { "soft", 7 }, { NULL, 0 } };
static const struct field_word autos[] = { { "auto", 200 }, { NULL, 0 } };
static const struct field_word only[] = { { "RuntimeDefault", 3 }, { NULL, 0 } };

static const struct field tiny = { FIELD("", FIELD_INT, values, tiny) };
static const struct field tiny_word = { FIELD("", FIELD_INT, values, tiny), .words = autos, .min = 1,
	.max = 64 };
static const struct field small = { FIELD("", FIELD_INT, values, small) };
static const struct field middle = { FIELD("", FIELD_INT, values, middle), .min = 5 };
static const struct field large = { FIELD("", FIELD_INT, values, large) };
static const struct field absent = { FIELD("", FIELD_INT, values, small), .min = 1,
	.flags = FIELD_ZERO_ABSENT };
static const struct field flag = { FIELD("", FIELD_BOOL, values, flag) };
static const struct field tri = { FIELD("", FIELD_TRISTATE, values, tri) };
static const struct field word = { FIELD("", FIELD_ENUM, values, word), .words = words,
	.hint_word = "on", .hint = "say how" };
static const struct field one_word = { FIELD("", FIELD_ENUM, values, word), .words = only };
static const struct field text = { FIELD("", FIELD_TEXT, values, text), .rule = rule_short };
static const struct field line = { FIELD("", FIELD_TEXT, values, text), .flags = FIELD_ONE_LINE };
static const struct field duration = { FIELD("", FIELD_DURATION, values, large), .min = 100,
	.max = 60000 };
static const struct field addr = { FIELD("", FIELD_ADDR, values, addr) };
static const struct field port = { FIELD("", FIELD_PORT, values, port) };
static const struct field pairs = { FIELD("", FIELD_PAIRS, values, pairs), .key_rule = rule_short,
	.hint_word = "match", .hint = "has no match here" };
static const struct field texts = { FIELD_ITEMS("", FIELD_TEXTS, values, texts, text_count),
	.rule = rule_short };
static const struct field scalar_texts = { FIELD_ITEMS("", FIELD_TEXTS, values, texts, text_count),
	.flags = FIELD_SCALAR_OK };
static const struct field addrs = { FIELD_ITEMS("", FIELD_ADDRS, values, addrs, addr_count) };

/* The member that a field fills, in words. */
static char *
shown(const struct field *field, const struct values *values)
{
	struct strbuf out = STRBUF_INIT;
	char buf[ADDR_TEXT_SIZE];

	strbuf_add(&out, "");
	if (field->type == FIELD_TEXT)
		strbuf_add(&out, values->text == NULL ? "NULL" : values->text);
	else if (field->type == FIELD_ADDR)
		strbuf_add(&out, addr_text(&values->addr, buf));
	else if (field->type == FIELD_PORT)
		strbuf_addf(&out, "%u %s", values->port.number,
		    values->port.name == NULL ? "-" : values->port.name);
	for (size_t i = 0; field->type == FIELD_PAIRS && i < values->pairs.count; i++)
		strbuf_addf(&out, "%s=%s;", values->pairs.items[i].key, values->pairs.items[i].value);
	for (size_t i = 0; field->type == FIELD_TEXTS && i < values->text_count; i++)
		strbuf_addf(&out, "%s;", values->texts[i]);
	for (size_t i = 0; field->type == FIELD_ADDRS && i < values->addr_count; i++)
		strbuf_addf(&out, "%s;", addr_text(&values->addrs[i], buf));
	if (field->type == FIELD_INT || field->type == FIELD_ENUM || field->type == FIELD_DURATION)
		strbuf_addf(&out, "%" PRIu64, field->offset == offsetof(struct values, tiny) ?
		    values->tiny : field->offset == offsetof(struct values, small) ? values->small :
		    field->offset == offsetof(struct values, middle) ? values->middle :
		    field->type == FIELD_ENUM ? values->word : values->large);
	if (field->type == FIELD_BOOL || field->type == FIELD_TRISTATE)
		strbuf_addf(&out, "%d", field->type == FIELD_BOOL ? values->flag : values->tri);
	return out.text != NULL ? strbuf_take(&out) : strdup("");
}

static const struct {
	const struct field *field;
	const char *yaml;
	const char *is;         /* the value then */
	const char *said;       /* NULL: nothing; else a part of it, and the value is what it was */
} rows[] = {
	{ &tiny, "0", "0", NULL }, { &tiny, "255", "255", NULL },
	{ &tiny, "256", "9", "256 is outside 0-255" }, { &tiny, "-1", "9", "-1 must not be negative" },
	{ &tiny, "1e2", "100", NULL }, { &tiny, "80.0", "80", NULL },
	{ &tiny, "80.5", "9", "must be a whole number, not a number" },
	{ &tiny, "'80'", "9", "must be a whole number; leave out the quotes: 80" },
	{ &tiny, "x", "9", "must be a whole number, not a text" },
	{ &tiny, ".nan", "9", "must be a whole number" }, { &tiny, ".inf", "9", "must be a whole number" },
	{ &tiny, "1e300", "9", "must be a whole number" },
	{ &tiny_word, "auto", "200", NULL }, { &tiny_word, "64", "64", NULL },
	{ &tiny_word, "65", "9", "65 is outside 1-64" }, { &tiny_word, "0", "9", "0 is outside 1-64" },
	{ &tiny_word, "autos", "9", "must be a whole number" },
	{ &small, "65535", "65535", NULL }, { &small, "65536", "9", "65536 is outside 0-65535" },
	{ &middle, "4294967295", "4294967295", NULL },
	{ &middle, "4294967296", "9", "is outside 5-4294967295" },
	{ &middle, "4", "9", "4 is outside 5-" }, { &middle, "5", "5", NULL },
	{ &middle, "-6", "9", "-6 is outside 5-" },
	{ &large, "9223372036854775807", "9223372036854775807", NULL },
	{ &large, "9007199254740992.0", "9007199254740992", NULL },
	{ &large, "18014398509481984.0", "9", "must be a whole number" },
	{ &absent, "0", "9", NULL }, { &absent, "1", "1", NULL },
	{ &flag, "true", "1", NULL }, { &flag, "false", "0", NULL },
	{ &flag, "'true'", "1", "must be true or false, not a text" },
	{ &flag, "1", "1", "must be true or false, not a whole number" },
	{ &tri, "false", "1", NULL }, { &tri, "true", "2", NULL },
	{ &word, "'off'", "0", NULL }, { &word, "soft", "7", NULL },
	{ &word, "sofd", "9", "\"sofd\" is none of off, soft; did you mean soft?" },
	{ &word, "'on'", "9", "\"on\" is none of off, soft; say how" },
	{ &word, "7", "9", "must be a text; put it in quotes: \"7\"" },
	{ &word, "\"off\\0x\"", "9", "is none of off, soft" },
	{ &one_word, "zzzzz", "9", "\"zzzzz\" is not RuntimeDefault" },
	{ &text, "abcd", "abcd", NULL }, { &text, "abcde", "old", "\"abcde\" is longer than 4" },
	{ &text, "1", "old", "must be a text; put it in quotes: \"1\"" },
	{ &text, "[a]", "old", "must be a text, not a list" },
	{ &text, "\"a\\0b\"", "old", "must not contain NUL" },
	{ &line, "plain text", "plain text", NULL },
	{ &line, "\"a\\nb\"", "old", "must not contain control characters (0x0A)" },
	{ &line, "\"a\\x7fb\"", "old", "must not contain control characters (0x7F)" },
	{ &duration, "100ms", "100", NULL }, { &duration, "99ms", "9", "99ms is outside 100-60000 ms" },
	{ &duration, "60s", "60000", NULL }, { &duration, "1m1ms", "9", "is outside 100-60000 ms" },
	{ &duration, "10", "9", "must be a duration like 250ms, 10s or 1h30m" },
	{ &duration, "[1s]", "9", "must be a duration" },
	{ &addr, "10.0.0.1", "10.0.0.1", NULL }, { &addr, "'fd00::1'", "fd00::1", NULL },
	{ &addr, "10.0.0.256", "0.0.0.0", "\"10.0.0.256\" is not an IP address" },
	{ &addr, "10", "0.0.0.0", "must be a text; put it in quotes: \"10\"" },
	{ &addr, "\"10.0.0.1\\0\"", "0.0.0.0", "is not an IP address" },
	{ &port, "1", "1 -", NULL }, { &port, "65535", "65535 -", NULL }, { &port, "http", "0 http", NULL },
	{ &port, "0", "9 -", "0 is outside 1-65535" }, { &port, "65536", "9 -", "65536 is outside 1-65535" },
	{ &port, "'80'", "9 -", "\"80\" is neither a port number nor a port name" },
	{ &port, "'80'", "9 -", "; leave out the quotes" },
	{ &port, "[80]", "9 -", "must be a port number or name, not a list" },
	{ &port, "a--b", "9 -", "is neither a port number nor a port name" },
	{ &pairs, "{b: x, a: 'y'}", "a=y;b=x;", NULL }, { &pairs, "{}", "", NULL },
	{ &pairs, "{a: null}", "a=;", NULL }, { &pairs, "{1: x}", "1=x;", NULL },
	{ &pairs, "[a]", "", "must be a mapping, not a list" },
	{ &pairs, "{a: 1, b: x}", "b=x;", "a must be a text; put it in quotes: \"1\"" },
	{ &pairs, "{abcde: x}", "", "\"abcde\" is longer than 4" },
	{ &pairs, "{match: {a: b}}", "", "has no match here" },
	{ &texts, "[a, b]", "a;b;", NULL }, { &texts, "[]", "", NULL },
	{ &texts, "a", "", "must be a list, not a text" },
	{ &texts, "[a, 1, abcde, b]", "a;b;", "[1] must be a text; put it in quotes: \"1\"" },
	{ &texts, "[a, 1, abcde, b]", "a;b;", "[2] \"abcde\" is longer than 4" },
	{ &scalar_texts, "a", "a;", NULL }, { &scalar_texts, "[a, b]", "a;b;", NULL },
	{ &scalar_texts, "1", "", "must be a list, not a whole number" },
	{ &addrs, "[10.0.0.1, 'fd00::1']", "10.0.0.1;fd00::1;", NULL },
	{ &addrs, "[x, 10.0.0.1]", "10.0.0.1;", "[0] \"x\" is not an IP address" },
	{ &addrs, "10.0.0.1", "", "must be a list, not a text" },
};

START_TEST(a_value_is_taken_or_refused_and_what_is_beside_it_stays)
{
	struct values values = { .tiny = 9, .tiny_guard = 0xaa, .small = 9, .small_guard = 0xbbbb,
	    .middle = 9, .middle_guard = 0xcccccccc, .large = 9, .flag = true, .word = 9,
	    .text = "old", .addr = { .family = ADDR_IP4 }, .port = { .number = 9 } };
	struct arena *arena = arena_new(0);
	struct diag *diag = diag_new();
	struct field_context context = { .arena = arena, .diag = diag, .file = "f" };
	const struct doc_node *node;

	ck_assert_int_eq(doc_read("f", rows[_i].yaml, strlen(rows[_i].yaml), arena, diag, &node), 0);
	field_value_decode(rows[_i].field, node, &values, &context);
	char *said = help_diag(diag), *is = shown(rows[_i].field, &values);

	if (rows[_i].said == NULL)
		ck_assert_msg(*said == '\0', "%s: %s", rows[_i].yaml, said);
	else
		ck_assert_msg(strstr(said, rows[_i].said) != NULL, "%s: %s", rows[_i].yaml, said);
	ck_assert_msg(strcmp(is, rows[_i].is) == 0, "%s is %s", rows[_i].yaml, is);
	ck_assert(values.tiny_guard == 0xaa && values.small_guard == 0xbbbb &&
	    values.middle_guard == 0xcccccccc);
	ck_assert((context.errors > 0) == (rows[_i].said != NULL));
	ck_assert_uint_eq(context.depth, 0);
	free(said);
	free(is);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

START_TEST(durations_are_numbers_with_units)
{
	static const struct { const char *text; bool good; uint64_t ms; } durations[] = {
		{ "0", true, 0 }, { "250ms", true, 250 }, { "10s", true, 10000 },
		{ "1h30m", true, 5400000 }, { "1d", true, 86400000 }, { "1s1ms", true, 1001 },
		{ "0s", true, 0 }, { "999999999d", true, UINT64_C(86399999913600000) },
		{ "", false, 0 }, { "1", false, 0 }, { "s", false, 0 }, { "1x", false, 0 },
		{ "1 s", false, 0 }, { "-1s", false, 0 }, { "1.5s", false, 0 }, { "1sm", false, 0 },
		{ "1s2", false, 0 }, { "1000000000s", false, 0 }, { "00", false, 0 },
	};

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		uint64_t ms = 77;
		bool good = field_parse_duration(durations[i].text, &ms);

		ck_assert_msg(good == durations[i].good, "%s", durations[i].text);
		ck_assert_uint_eq(ms, good ? durations[i].ms : 77);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("field_value");
	TCase *tcase = tcase_create("field_value");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, a_value_is_taken_or_refused_and_what_is_beside_it_stays, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tcase, durations_are_numbers_with_units);
	return suite;
}
