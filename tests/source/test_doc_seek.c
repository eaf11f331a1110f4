/* test_doc_seek.c - look ahead for a text at the root of a document. */
#include <string.h>

#include "base/arena.h"
#include "source/doc_input.h"
#include "source/doc_seek.h"
#include "tests/suite.h"

static const struct {
	const char *text;
	size_t octet;
	const char *found;      /* under "kind"; NULL: nothing */
} rows[] = {
	{ "kind: a\n", 0, "a" },
	{ "items: [{kind: x}, kind]\nmeta: {kind: z}\nkind: b\n", 0, "b" },
	{ "kind: [a]\n", 0, NULL },
	{ "kind: {kind: a}\nother: kind\n", 0, NULL },
	{ "other: kind\nname: a\n", 0, NULL },
	{ "- kind\n- a\n", 0, NULL },
	{ "a: &x kind\nkind: *x\n", 0, NULL },
	{ "{kind: a}: kind\nkind: b\n", 0, "b" },
	{ "a: 1\n---\nkind: b\n", 0, NULL },
	{ "a: 1\n---\nkind: b\n", 5, "b" },
	{ "items: [\n", 0, NULL },
	{ "", 0, NULL },
};

START_TEST(only_scalars_of_the_root_are_found)
{
	struct arena *arena = arena_new(0);
	struct doc_input input;
	const char *found = "untouched";

	ck_assert_int_eq(doc_input_init(&input, rows[_i].text, strlen(rows[_i].text)), 0);
	ck_assert_int_eq(doc_seek_root_text(&input, rows[_i].octet, "kind", arena, &found), 0);
	ck_assert_pstr_eq(found, rows[_i].found);
	doc_input_release(&input);
	arena_free(arena);
}
END_TEST

Suite *
suite(void)
{
	Suite *seek = suite_create("doc_seek");
	TCase *tcase = tcase_create("doc_seek");

	tcase_add_loop_test(tcase, only_scalars_of_the_root_are_found, 0,
	    (int)(sizeof(rows) / sizeof(*rows)));
	suite_add_tcase(seek, tcase);
	return seek;
}
