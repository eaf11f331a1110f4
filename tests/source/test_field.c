/* test_field.c - tables into plain structs, as rollcall.yaml is read. */
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/diag.h"
#include "model/probe_spec.h"
#include "model/object.h"
#include "source/doc.h"
#include "source/field.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

struct inner {
	uint32_t size;
	const char *name;
	struct place place;
};

struct outer {
	bool flag;
	uint8_t tri;
	uint8_t tiny;
	uint16_t port;
	uint32_t threads;
	uint64_t idle_ms;
	unsigned mode;
	const char *dir;
	struct addr addr;
	struct port_ref target;
	struct pairs labels;
	const char **zones;
	size_t zone_count;
	struct addr *addrs;
	size_t addr_count;
	struct inner in;
	struct inner *made;
	struct inner *list;
	size_t list_count;
	int hooked;
};

static const struct field_word mode_words[] = { { "off", 0 }, { "soft", 7 }, { "hard", 9 }, { NULL,
    0 } };
static const struct field_word thread_words[] = { { "auto", 0 }, { NULL, 0 } };

static const char *
rule_short(const char *text)
{
	return strlen(text) <= 4 ? NULL : "is longer than 4";
}

static void
hook(struct field_context *context, const struct doc_node *node, void *target)
{
	((struct outer *)target)->hooked = 1;
	if (node->type != DOC_INT)
		field_error(context, node, ".sub", "is odd");
}

static void
check_inner(struct field_context *context, const struct doc_node *node, void *target)
{
	if (((struct inner *)target)->size == 13)
		field_error(context, doc_find(node, "size"), ".size", "13 brings bad luck");
}

static const struct field inner_fields[] = {
	{ FIELD("size", FIELD_INT, inner, size), .max = 100, .fallback = "5" },
	{ FIELD("name", FIELD_TEXT, inner, name), .flags = FIELD_REQUIRED },
};
static const struct field_table inner_table = { .fields = inner_fields, .count = 2,
    .size = sizeof(struct inner),
    .place_offset = offsetof(struct inner, place), .check = check_inner };

static const struct field outer_fields[] = {
	{ FIELD("flag", FIELD_BOOL, outer, flag), .fallback = "true" },
	{ FIELD("tri", FIELD_TRISTATE, outer, tri) },
	{ FIELD("tiny", FIELD_INT, outer, tiny) },
	{ FIELD("port", FIELD_INT, outer, port), .min = 1, .flags = FIELD_ZERO_ABSENT,
	    .fallback = "53" },
	{ FIELD("threads", FIELD_INT, outer, threads), .words = thread_words, .min = 1, .max = 64 },
	{ FIELD("idle", FIELD_DURATION, outer, idle_ms), .fallback = "10s", .min = 100,
	    .max = 60000 },
	{ FIELD("mode", FIELD_ENUM, outer, mode), .words = mode_words, .fallback = "soft",
	    .hint_word = "on",
	    .hint = "say how" },
	{ FIELD("dir", FIELD_TEXT, outer, dir), .rule = rule_short, .fallback = "/x",
	    .flags = FIELD_ONE_LINE },
	{ FIELD("addr", FIELD_ADDR, outer, addr), .fallback = "127.0.0.1" },
	{ FIELD("target", FIELD_PORT, outer, target) },
	{ FIELD("labels", FIELD_PAIRS, outer, labels) },
	{ FIELD_ITEMS("zones", FIELD_TEXTS, outer, zones, zone_count), .fallback = "[a, b]",
	    .rule = rule_short,
	    .flags = FIELD_SCALAR_OK },
	{ FIELD_ITEMS("addrs", FIELD_ADDRS, outer, addrs, addr_count) },
	{ FIELD("in", FIELD_MAP, outer, in), .sub = &inner_table },
	{ FIELD("made", FIELD_MAP_NEW, outer, made), .sub = &inner_table },
	{ FIELD_ITEMS("list", FIELD_LIST, outer, list, list_count), .sub = &inner_table },
	{ .name = "hooked", .type = FIELD_HOOK, .hook = hook },
	FIELD_UNUSED("later"),
};
static const struct field_table outer_table = { FIELD_TABLE(outer_fields, outer) };

/* Decode and return what was said. */
static char *
decode(const char *text, struct arena *arena, struct outer *outer)
{
	struct diag *diag = diag_new();
	struct field_context context = { .arena = arena, .diag = diag, .file = "kept" };
	const struct doc_node *root;

	memset(outer, 0, sizeof(*outer));
	ck_assert_int_eq(doc_read("f", text, strlen(text), arena, diag, &root), 0);
	field_decode(&outer_table, root, outer, &context);
	ck_assert_int_eq(context.err, 0);
	ck_assert_uint_eq(context.errors, diag_count(diag, SEVERITY_ERROR));
	ck_assert_uint_eq(context.depth, 0);
	char *said = help_diag(diag);

	diag_free(diag);
	return said;
}

START_TEST(nothing_stated_gives_the_defaults)
{
	struct arena *arena = arena_new(0);
	struct outer outer;
	char addr[ADDR_TEXT_SIZE];
	char *said = decode("", arena, &outer);

	ck_assert_str_eq(said, "");
	ck_assert(outer.flag && outer.tri == 0 && outer.port == 53 && outer.threads == 0);
	ck_assert_uint_eq(outer.idle_ms, 10000);
	ck_assert_uint_eq(outer.mode, 7);
	ck_assert_str_eq(outer.dir, "/x");
	ck_assert_str_eq(addr_text(&outer.addr, addr), "127.0.0.1");
	ck_assert_uint_eq(outer.zone_count, 2);
	ck_assert_str_eq(outer.zones[1], "b");
	ck_assert_uint_eq(outer.in.size, 5);
	ck_assert_ptr_null(outer.made);
	ck_assert_uint_eq(outer.list_count, 0);
	arena_free(arena);
	free(said);
}
END_TEST

START_TEST(what_is_stated_is_decoded)
{
	struct arena *arena = arena_new(0);
	struct outer outer;
	char *said =
	    decode("flag: false\ntri: false\ntiny: 255\nport: 0\nthreads: 4\nidle: 1s500ms\nmode: "
	    "hard\ndir: ''\n"
	    "addr: ::1\ntarget: http\nlabels: {b: x, a: null}\nzones: one\naddrs: [192.0.2.1, "
	    "'::1']\n"
	    "in: {size: 0, name: n1}\nmade: {name: n2}\nlist:\n- {name: n3}\n- {name: n4, size: "
	    "100}\nhooked: 1\n"
	    "later: {a: [b, {c: d}]}\n", arena, &outer);

	ck_assert_str_eq(said, "");
	ck_assert(!outer.flag && outer.tri == 1 && outer.tiny == 255 && outer.port == 53 &&
	    outer.threads == 4);
	ck_assert_uint_eq(outer.idle_ms, 1500);
	ck_assert_uint_eq(outer.mode, 9);
	ck_assert_str_eq(outer.dir, "/x");
	ck_assert_int_eq(outer.addr.family, ADDR_IP6);
	ck_assert_str_eq(outer.target.name, "http");
	ck_assert_str_eq(outer.labels.items[0].key, "a");
	ck_assert_str_eq(outer.labels.items[0].value, "");
	ck_assert_uint_eq(outer.zone_count, 1);
	ck_assert_uint_eq(outer.addr_count, 2);
	ck_assert_uint_eq(outer.in.size, 0);
	ck_assert_str_eq(outer.made->name, "n2");
	ck_assert_uint_eq(outer.made->size, 5);
	ck_assert_uint_eq(outer.list[1].size, 100);
	ck_assert_uint_eq(outer.list[1].place.line, 18);
	ck_assert_str_eq(outer.list[1].place.file, "kept");
	ck_assert_int_eq(outer.hooked, 1);
	arena_free(arena);
	free(said);
}
END_TEST

static const struct {
	const char *text;
	const char *said;
} wrong[] = {
	{ "[]", "f:1:1: error: must be a mapping, not a list\n" },
	{ "flag: 1", "f:1:7: error: flag must be true or false, not a whole number\n" },
	{ "tiny: 256", "f:1:7: error: tiny 256 is outside 0-255\n" },
	{ "tiny: -1", "f:1:7: error: tiny -1 must not be negative\n" },
	{ "threads: 0", "f:1:10: error: threads 0 is outside 1-64\n" },
	{ "threads: many", "f:1:10: error: threads must be a whole number, not a text\n" },
	{ "threads: auto", "" },
	{ "idle: 10", "f:1:7: error: idle must be a duration like 250ms, 10s or 1h30m\n" },
	{ "idle: 10x", "f:1:7: error: idle must be a duration like 250ms, 10s or 1h30m\n" },
	{ "idle: 1h", "f:1:7: error: idle 1h is outside 100-60000 ms\n" },
	{ "mode: sfot",
	    "f:1:7: error: mode \"sfot\" is none of off, soft, hard; did you mean soft?\n" },
	{ "mode: 'on'", "f:1:7: error: mode \"on\" is none of off, soft, hard; say how\n" },
	{ "mode: on", "f:1:7: error: mode must be a text; put it in quotes: \"on\"\n" },
	{ "mode: off", "f:1:7: error: mode must be a text; put it in quotes: \"off\"\n" },
	{ "dir: 12345678", "f:1:6: error: dir must be a text; put it in quotes: \"12345678\"\n" },
	{ "dir: abcde", "f:1:6: error: dir \"abcde\" is longer than 4\n" },
	{ "dir: \"a\\nb\"", "f:1:6: error: dir must not contain control characters (0x0A)\n" },
	{ "dir: \"a\\0b\"", "f:1:6: error: dir must not contain NUL\n" },
	{ "addr: 1.2.3", "f:1:7: error: addr \"1.2.3\" is not an IP address\n" },
	{ "target: 0", "f:1:9: error: target 0 is outside 1-65535\n" },
	{ "labels: [a]", "f:1:9: error: labels must be a mapping, not a list\n" },
	{ "labels: {a: true, b: 1.5, c: {}}",
	    "f:1:13: error: labels.a must be a text; put it in quotes: \"true\"\n"
	    "f:1:22: error: labels.b must be a text; put it in quotes: \"1.5\"\n"
	    "f:1:30: error: labels.c must be a text, not a mapping\n" },
	{ "zones: {a: b}", "f:1:8: error: zones must be a list, not a mapping\n" },
	{ "zones: [abcde, x]", "f:1:9: error: zones[0] \"abcde\" is longer than 4\n" },
	{ "addrs: ['::1', x]", "f:1:16: error: addrs[1] \"x\" is not an IP address\n" },
	{ "in: {size: 101, name: x}", "f:1:12: error: in.size 101 is outside 0-100\n" },
	{ "in: {size: 13, name: x}", "f:1:12: error: in.size 13 brings bad luck\n" },
	{ "in: {}", "f:1:5: error: in.name is required\n" },
	{ "made: {name: ''}", "f:1:7: error: made.name is required\n" },
	{ "list: [{name: a}, x]", "f:1:19: error: list[1] must be a mapping, not a text\n" },
	{ "list: {name: a}", "f:1:7: error: list must be a list, not a mapping\n" },
	{ "list: [{nam: a, name: b}]",
	    "f:1:9: warning: list[0].nam is unknown; did you mean name?\n" },
	{ "hooked: x", "f:1:9: error: hooked.sub is odd\n" },
	{ "Flag: true", "f:1:1: warning: Flag is unknown; did you mean flag?\n" },
	{ "qqqqqq: true", "f:1:1: warning: qqqqqq is unknown\n" },
};

START_TEST(wrong_values_say_what_was_expected)
{
	struct arena *arena = arena_new(0);
	struct outer outer;
	char *said = decode(wrong[_i].text, arena, &outer);

	ck_assert_str_eq(said, wrong[_i].said);
	arena_free(arena);
	free(said);
}
END_TEST

START_TEST(a_path_that_is_too_long_is_cut)
{
	struct field_context context = { .diag = diag_new() };
	size_t marks[40];

	for (size_t i = 0; i < 40; i++)
		marks[i] = i % 2 == 0 ? field_enter(&context, "abcdefghijklmnopqrst") :
		    field_enter_item(&context, i);
	field_error(&context, NULL, ".below", "is wrong");
	for (size_t i = 40; i > 0; i--)
		field_leave(&context, marks[i - 1]);
	ck_assert_uint_eq(context.depth, 0);
	field_error(&context, NULL, ".below", "is wrong, too");

	const char *said = diag_at(context.diag, 0)->text;

	ck_assert_ptr_eq(strstr(said, "abcdefghijklmnopqrst[1].abcdefghijklmnopqrst[3]."), said);
	ck_assert_uint_eq(strlen(said), FIELD_PATH_SIZE - 1 + strlen(".below is wrong"));
	ck_assert_str_eq(strstr(said, ".below"), ".below is wrong");
	ck_assert_str_eq(diag_at(context.diag, 1)->text, "below is wrong, too");
	diag_free(context.diag);
}
END_TEST

START_TEST(durations_are_parsed)
{
	static const struct { const char *text; uint64_t ms; } good[] = {
		{ "0", 0 }, { "250ms", 250 }, { "10s", 10000 }, { "1h30m", 5400000 }, { "1d",
		    86400000 }, { "0s", 0 },
	};
	static const char *const bad[] = { "", "1", "s", "1x", "1s1", "-1s", "1.5s", "9999999999s",
	    "1 s" };
	uint64_t ms;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		ck_assert(field_parse_duration(good[i].text, &ms));
		ck_assert_uint_eq(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!field_parse_duration(bad[i], &ms), "%s", bad[i]);
}
END_TEST

Suite *
suite(void)
{
	Suite *field = suite_create("field");
	TCase *tcase = tcase_create("field");

	tcase_add_test(tcase, nothing_stated_gives_the_defaults);
	tcase_add_test(tcase, what_is_stated_is_decoded);
	tcase_add_loop_test(tcase, wrong_values_say_what_was_expected, 0,
	    (int)(sizeof(wrong) / sizeof(*wrong)));
	tcase_add_test(tcase, a_path_that_is_too_long_is_cut);
	tcase_add_test(tcase, durations_are_parsed);
	suite_add_tcase(field, tcase);
	return field;
}
