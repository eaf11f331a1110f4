/* test_doc.c - YAML and JSON text as a tree, its places and its limits. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "source/doc.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

/* Read all parts; their dumps are joined by '|', an item begins with '-', a rest with '='. */
static int
read_parts(const char *text, size_t len, unsigned flags, char **dumps, char **said)
{
	struct diag *diag = diag_new();
	struct doc_reader *reader = doc_reader_new("f.yaml", text, len, flags, diag);
	char *all = calloc(1, 65536);
	struct doc_part part;
	int err;

	ck_assert_ptr_nonnull(reader);
	while ((err = doc_next(reader, &part)) == 0 && part.kind != DOC_PART_END) {
		char *dump = help_dump(part.root);

		if (strlen(all) + strlen(dump) + 3 < 65536) {
			strcat(all, *all == '\0' ? "" : "|");
			strcat(all, part.kind == DOC_PART_ITEM ? "-" : part.kind == DOC_PART_REST ?
			    "=" : "");
			strcat(all, dump);
		}
		free(dump);
	}
	ck_assert_int_eq(doc_next(reader, &part), err);
	*dumps = all;
	*said = help_diag(diag);
	doc_reader_free(reader);
	diag_free(diag);
	return err;
}

static const struct {
	const char *text;
	const char *dumps;
} good[] = {
	{ "", "" },
	{ "# only a comment\n", "" },
	{ "a: 1\n", "{a: 1}" },
	{ "---\n---\na: 1\n...\n---\nb: 2\n", "null|{a: 1}|{b: 2}" },
	{ "\xef\xbb\xbf" "a: 1\n", "{a: 1}" },
	{ "a: 1\r\nb:\r\n- x\r\n- z\r\n", "{a: 1, b: [\"x\", \"z\"]}" },
	{ "a: 1   # \xed\x95\x9c\xea\xb5\xad\xec\x96\xb4 \xf0\x9f\x98\x80\nb: 2   \n",
	    "{a: 1, b: 2}" },
	{ "{\"a\":1,\"b\":[true,null,\"x\\/y\"]}", "{a: 1, b: [true, null, \"x/y\"]}" },
	{ "{\n\t\"a\": {\n\t\t\"b\": 1.5\n\t}\n}\n", "{a: {b: 1.5f}}" },
	{ "{\"a\": \"\\ud83d\\ude00!\"}", "{a: \"\xf0\x9f\x98\x80!\"}" },
	{ "[\"\\\\ud83d\\\\ude00\"]", "[\"\\ud83d\\ude00\"]" },
	{ "a: '\\ud83d\\ude00'\n---\n[\"\\uD83D\\uDE00\"]\n",
	    "{a: \"\\ud83d\\ude00\"}|[\"\xf0\x9f\x98\x80\"]" },
	{ "a: &x {k: 1}\nb: *x\nc: *x\n", "{a: {k: 1}, b: {k: 1}, c: {k: 1}}" },
	{ "a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}" },
	{ "base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\n",
	    "{base: {x: 1, y: 2}, use: {y: 3, x: 1}}" },
	{ "p: &p {x: 1}\nq: &q {x: 2, z: 3}\nuse: {<<: [*p, *q]}\n",
	    "{p: {x: 1}, q: {x: 2, z: 3}, use: {x: 1, z: 3}}" },
	{ "'<<': 1\n", "{<<: 1}" },
	{ "80: a\ntrue: b\n", "{80: \"a\", true: \"b\"}" },
	{ "a: |\n  x\n  y\nb: >\n  x\n  y\n", "{a: \"x\ny\n\", b: \"x y\n\"}" },
	{ "%YAML 1.1\n---\na: 1\n", "{a: 1}" },
};

START_TEST(documents_become_trees)
{
	char *dumps;
	char *said;

	int err = read_parts(good[_i].text, strlen(good[_i].text), 0, &dumps, &said);

	ck_assert_str_eq(said, "");
	ck_assert_int_eq(err, 0);
	ck_assert_str_eq(dumps, good[_i].dumps);
	free(dumps);
	free(said);
}
END_TEST

static const struct {
	const char *text;
	int err;
	const char *said;       /* a part of it */
} bad[] = {
	{ "a: 1\nb: [1, 2\nc: 3\n", ERR_SYNTAX,
	    "f.yaml:3:2: error: did not find expected ',' or ']'" },
	{ "a: 1\na: 2\n", 0,
	    "f.yaml:2:1: error: key a is doubled; the first is in line 1, column 1" },
	{ "a: 1\nb: {c: 1, d: 2, c: 3}\n", 0,
	    "f.yaml:2:17: error: key c is doubled; the first is in line 2, column 5" },
	{ "a: &x [*x]\n", ERR_SYNTAX, "f.yaml:1:8: error: alias *x lies inside its own anchor" },
	{ "a: *x\n", ERR_SYNTAX, "f.yaml:1:4: error: alias *x has no anchor" },
	{ "a: 1\nb: \"\x01\"\n", ERR_SYNTAX,
	    "f.yaml:2:5: error: control characters are not allowed" },
	{ "a: 1\nb: x\xff\n", ERR_SYNTAX, "f.yaml:2:5: error: invalid leading UTF-8 octet: 0xFF" },
	{ "a: \xed\x95\x9c \xed\x95\n", ERR_SYNTAX,
	    "f.yaml:1:7: error: invalid trailing UTF-8 octet" },
	{ "a:\n\t- b\n", ERR_SYNTAX, "indent with spaces, not tabs" },
	{ "{a: 1}: 2\n", 0, "f.yaml:1:1: error: a key must be a text, not a mapping" },
	{ "a: {<<: 3}\n", ERR_SYNTAX, "f.yaml:1:5: error: a merge key << needs a mapping" },
	{ "%YAML 9.9\n---\na: 1\n", ERR_SYNTAX, "incompatible YAML document" },
	{ "spec:\n  externalTrafficPolicy: Local\n...\nkind: Service\n", ERR_SYNTAX,
	    "f.yaml:4:1: error: `...` ends the document (line 3); what follows must begin with "
	    "---" },
	{ "spec:\n  externalTrafficPolicy: Local\n  ...\n", ERR_SYNTAX,
	    "`...` is no placeholder in YAML" },
	{ "{\"a\": \"\\ud83d\"}", ERR_SYNTAX, "f.yaml:1:10: error: found invalid Unicode" },
	{ "{\"a\": 1}\n{\"b\": 2}\n", ERR_SYNTAX, "a further document must begin with ---" },
	/* Two octets are lost by the rewritten pair: the column is right all the same. */
	{ "[\"\\ud83d\\ude00\", \"\\ud83d\\ude00\", *x]\n", ERR_SYNTAX,
	    "f.yaml:1:34: error: alias *x has no" },
	{ "[\"\\ud83d\\ude00\",\n \"\\ud83d\\ude00\", *x]\n", ERR_SYNTAX,
	    "f.yaml:2:18: error: alias *x has no" },
};

START_TEST(broken_text_is_said_with_its_place)
{
	char *dumps;
	char *said;
	int err = read_parts(bad[_i].text, strlen(bad[_i].text), 0, &dumps, &said);

	ck_assert_msg(strstr(said, bad[_i].said) != NULL, "said: %swanted: %s", said, bad[_i].said);
	ck_assert_int_eq(err, bad[_i].err);
	free(dumps);
	free(said);
}
END_TEST

/* Read a text made of parts repeated, and look for what is said. */
static void
expect(const char *head, const char *body, size_t count, const char *tail, unsigned flags, int want,
    const char *saying)
{
	char *many = help_repeat(body, count);
	size_t len = strlen(head) + strlen(many) + strlen(tail);
	char *text = malloc(len + 1);
	char *dumps;
	char *said;

	snprintf(text, len + 1, "%s%s%s", head, many, tail);
	int err = read_parts(text, len, flags, &dumps, &said);

	ck_assert_msg(err == want && (*saying == '\0' ? *said == '\0' : strstr(said,
	    saying) != NULL),
	    "%d, said: %.200s", err, said);
	free(dumps);
	free(said);
	free(text);
	free(many);
}

START_TEST(depth_is_limited)
{
	expect("", "[", 64, "", 0, ERR_SYNTAX, "did not find");
	expect("", "[", 65, "", 0, ERR_LIMIT, "f.yaml:1:65: error: nested deeper than 64 levels");
	expect("a: &a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\nb: ",
	    "[", 40, "*a",
	    0, ERR_SYNTAX, "did not find");
	char *close = help_repeat("]", 40);
	char tail[64];

	snprintf(tail, sizeof(tail), "*a%s\n", close);
	expect("a: &a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\nb: ",
	    "[", 40, tail,
	    0, ERR_LIMIT, "levels once aliases are followed");
	free(close);
}
END_TEST

START_TEST(alias_bombs_are_refused)
{
	const char *bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
	    "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
	    "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
	    "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
	    "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\n";

	expect(bomb, "", 0, "", 0, ERR_LIMIT, "blow this up");
	expect("a: &a {x: 1, y: 2}\nb: [", "*a, ", 2000, "]\n", 0, 0, "");
	expect("a: &a {<<: {x: 1}}\nb: [", "{<<: *a}, ", 2000, "]\n", 0, 0, "");
	char *wide = malloc(200000);
	size_t len = (size_t)snprintf(wide, 200000, "a: &a {");

	for (int i = 0; i < 9000; i++)
		len += (size_t)snprintf(wide + len, 200000 - len, "k%d: 1, ", i);
	snprintf(wide + len, 200000 - len, "}\nb: [");
	expect(wide, "{<<: *a}, ", 2000, "]\n", 0, ERR_LIMIT, "too many merged");
	free(wide);
}
END_TEST

START_TEST(a_mapping_has_at_most_ten_thousand_keys)
{
	char *text = malloc(300000);
	size_t len = 0;

	for (int i = 0; i < 10000; i++)
		len += (size_t)snprintf(text + len, 300000 - len, "k%d: 1\n", i);
	expect(text, "", 0, "", 0, 0, "");
	expect(text, "", 0, "k5000: 2\n", 0, ERR_LIMIT, "more than 10000 keys");
	expect(text + strlen("k0: 1\n"), "", 0, "k5000: 2\n", 0, 0,
	    "10000:1: error: key k5000 is doubled");
	free(text);
}
END_TEST

START_TEST(an_object_has_at_most_one_mebibyte)
{
	expect("a: ", "x", DOC_MAX_OBJECT - 16, "\n", 0, 0, "");
	expect("a: ", "x", DOC_MAX_OBJECT + 16, "\n", 0, ERR_LIMIT,
	    "the object is larger than 1 MiB");
	expect("a: \"", "x", 5 * DOC_MAX_OBJECT, "\"\n", 0, ERR_LIMIT,
	    "the object is larger than 1 MiB");
	expect("", "a: 1\n---\n", DOC_MAX_OBJECT / 4, "", 0, 0, "");
	expect("items:\n", "- {a: 1}\n", DOC_MAX_OBJECT / 4, "", DOC_SPLIT_LISTS, 0, "");
	expect("items:\n", "- {a: 1}\n", DOC_MAX_OBJECT / 4, "", 0, ERR_LIMIT,
	    "the object is larger");
	expect("", "%TAG !a! tag:x,2000:\n", 70, "--- a\n", 0, ERR_LIMIT, "%TAG");
}
END_TEST

static const struct {
	const char *text;
	const char *dumps;
} lists[] = {
	{ "kind: List\nitems:\n- {a: 1}\n- {a: 2}\nmetadata: {}\n",
	    "-{a: 1}|-{a: 2}|={kind: \"List\", items: [], metadata: {}}" },
	{ "items: []\n", "={items: []}" },
	{ "items: {a: 1}\n", "{items: {a: 1}}" },
	{ "spec: {items: [1, 2]}\n", "{spec: {items: [1, 2]}}" },
	{ "items: [1, {items: [2]}, [3]]\n", "-1|-{items: [2]}|-[3]|={items: []}" },
	{ "items: [&x {a: 1}, *x, [*x]]\nb: *x\n",
	    "-{a: 1}|-{a: 1}|-[{a: 1}]|={items: [], b: {a: 1}}" },
	{ "a: &x [1]\nitems: [*x]\n---\nitems: [2]\n",
	    "-[1]|={a: [1], items: []}|-2|={items: []}" },
};

START_TEST(items_of_lists_are_handed_out_one_by_one)
{
	char *dumps;
	char *said;
	int err = read_parts(lists[_i].text, strlen(lists[_i].text), DOC_SPLIT_LISTS, &dumps,
	    &said);

	ck_assert_str_eq(said, "");
	ck_assert_int_eq(err, 0);
	ck_assert_str_eq(dumps, lists[_i].dumps);
	free(dumps);
	free(said);
}
END_TEST

START_TEST(the_kind_of_a_list_is_found_behind_its_items)
{
	static const char text[] = "\xef\xbb\xbf" "a: \xed\x95\x9c\n---\n"
	    "{\"items\": [{\"kind\": \"x\", \"a\": [\"kind\"]}], \"b\": {\"kind\": 1}, \"kind\": "
	    "\"PodList\"}\n"
	    "---\nitems: [1]\n";
	struct doc_reader *reader = doc_reader_new("f", text, strlen(text), DOC_SPLIT_LISTS, NULL);
	struct doc_part part;
	const char *kind = NULL;

	ck_assert_int_eq(doc_next(reader, &part), 0);
	ck_assert_int_eq(doc_next(reader, &part), 0);
	ck_assert_int_eq(part.kind, DOC_PART_ITEM);
	ck_assert_int_eq(doc_root_text(reader, "kind", &kind), 0);
	ck_assert_str_eq(kind, "PodList");
	ck_assert_int_eq(doc_root_text(reader, "apiVersion", &kind), 0);
	ck_assert_ptr_null(kind);
	ck_assert_int_eq(doc_next(reader, &part), 0);
	ck_assert_int_eq(doc_next(reader, &part), 0);
	ck_assert_int_eq(part.kind, DOC_PART_ITEM);
	ck_assert_int_eq(doc_root_text(reader, "kind", &kind), 0);
	ck_assert_ptr_null(kind);
	doc_reader_free(reader);
}
END_TEST

START_TEST(one_document_is_read_into_the_callers_arena)
{
	struct arena *arena = arena_new(0);
	struct diag *diag = diag_new();
	const struct doc_node *root = NULL;
	const char *text = "a:\n  b: [1, {c: x}]\n";

	ck_assert_int_eq(doc_read("c.yaml", text, strlen(text), arena, diag, &root), 0);
	const struct doc_node *c = doc_find(doc_item(doc_find(doc_find(root, "a"), "b"), 1), "c");

	ck_assert_str_eq(c->text, "x");
	ck_assert_str_eq(c->place.file, "c.yaml");
	ck_assert_uint_eq(c->place.line, 2);
	ck_assert_uint_eq(c->place.column, 14);
	ck_assert_int_eq(doc_read("c.yaml", "", 0, arena, diag, &root), 0);
	ck_assert_int_eq(root->type, DOC_NULL);
	ck_assert_int_eq(doc_read("c.yaml", "a: 1\n---\nb: 2\n", 14, arena, diag, &root),
	    ERR_SYNTAX);
	ck_assert_int_eq(doc_read("c.yaml", "a: 1\na: 2\n", 10, arena, diag, &root), ERR_SYNTAX);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

START_TEST(text_inside_a_scalar_keeps_the_places_of_the_file)
{
	struct arena *arena = arena_new(0);
	const struct doc_node *root = NULL;
	const struct doc_node *inner = NULL;
	const char *text = "a: |\n\n  x: 1\n  y: 2\nb: 'z: 3'\n";

	ck_assert_int_eq(doc_read("c.yaml", text, strlen(text), arena, NULL, &root), 0);
	ck_assert_int_eq(doc_read_inner(doc_find(root, "a"), arena, NULL, &inner), 0);
	ck_assert_uint_eq(doc_find(inner, "y")->place.line, 4);
	ck_assert_uint_eq(doc_find(inner, "y")->place.column, 0);
	ck_assert_int_eq(doc_read_inner(doc_find(root, "b"), arena, NULL, &inner), 0);
	ck_assert_uint_eq(doc_find(inner, "z")->place.line, 5);
	ck_assert_uint_eq(doc_find(inner, "z")->place.column, 4);
	arena_free(arena);
}
END_TEST

static uint64_t
digest_of(const char *text)
{
	struct arena *arena = arena_new(0);
	const struct doc_node *root = NULL;

	ck_assert_int_eq(doc_read("c.yaml", text, strlen(text), arena, NULL, &root), 0);
	uint64_t digest = doc_digest(root);

	arena_free(arena);
	return digest;
}

START_TEST(the_digest_is_of_what_is_stated)
{
	uint64_t digest = digest_of("a: 1\nb: [x, y]\nc: {d: 1, e: 2}\n");

	ck_assert_uint_eq(digest,
	    digest_of("# hi\nc: {e: 2, \"d\": 1}\n\nb:\n- 'x'\n- y\na: 0x1\n"));
	ck_assert_uint_ne(digest, digest_of("a: 1\nb: [y, x]\nc: {d: 1, e: 2}\n"));
	ck_assert_uint_ne(digest, digest_of("a: '1'\nb: [x, y]\nc: {d: 1, e: 2}\n"));
	ck_assert_uint_ne(digest, digest_of("a: 1\nb: [x, y]\nc: {d: 2, e: 1}\n"));
	ck_assert_uint_ne(digest, digest_of("a: 1\nb: [x, y]\nc: {d: 1}\ne: 2\n"));
	ck_assert_uint_ne(digest_of("a: true\n"), digest_of("a: false\n"));
}
END_TEST

Suite *
suite(void)
{
	Suite *doc = suite_create("doc");
	TCase *tcase = tcase_create("doc");

	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, documents_become_trees, 0, (int)(sizeof(good) / sizeof(*good)));
	tcase_add_loop_test(tcase, broken_text_is_said_with_its_place, 0,
	    (int)(sizeof(bad) / sizeof(*bad)));
	tcase_add_loop_test(tcase, items_of_lists_are_handed_out_one_by_one, 0,
	    (int)(sizeof(lists) / sizeof(*lists)));
	tcase_add_test(tcase, depth_is_limited);
	tcase_add_test(tcase, alias_bombs_are_refused);
	tcase_add_test(tcase, a_mapping_has_at_most_ten_thousand_keys);
	tcase_add_test(tcase, an_object_has_at_most_one_mebibyte);
	tcase_add_test(tcase, the_kind_of_a_list_is_found_behind_its_items);
	tcase_add_test(tcase, one_document_is_read_into_the_callers_arena);
	tcase_add_test(tcase, text_inside_a_scalar_keeps_the_places_of_the_file);
	tcase_add_test(tcase, the_digest_is_of_what_is_stated);
	suite_add_tcase(doc, tcase);
	return doc;
}
