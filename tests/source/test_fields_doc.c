/* test_fields_doc.c - zones/README.md is what the decoder's tables say. */
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "source/field.h"
#include "source/fields_doc.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

START_TEST(the_readme_in_the_tree_is_the_generated_one)
{
	struct strbuf out = STRBUF_INIT;
	size_t len;
	char *text = help_file("zones/README.md", &len);

	fields_doc_write(&out);
	ck_assert_int_eq(out.err, 0);
	ck_assert_msg(out.len == len && memcmp(out.text, text, len) == 0,
	    "zones/README.md is not what the tables say: make zones-readme");
	strbuf_release(&out);
	free(text);
}
END_TEST

struct target {
	uint8_t size;
	const char *name;
};

START_TEST(fields_below_fields_are_named_by_their_path)
{
	static const struct field inner[] = {
		{ FIELD("size", FIELD_INT, target, size), .min = 1, .fallback = "3",
		    .doc = "how big" },
		FIELD_UNUSED("colour"),
	};
	static const struct field_table inner_table = { FIELD_TABLE(inner, target) };
	static const struct field outer[] = {
		{ FIELD("name", FIELD_TEXT, target, name), .flags = FIELD_REQUIRED },
		{ FIELD_FLAT("spec", &inner_table) },
	};
	static const struct field_table table = { FIELD_TABLE(outer, target), .title = "Thing" };
	struct strbuf out = STRBUF_INIT;

	fields_doc_table(&out, &table);
	ck_assert_str_eq(out.text,
	    "\n## Thing\n\n| field | type | default | meaning |\n|---|---|---|---|\n"
	    "| `name` | text | required |  |\n"
	    "| `spec.size` | number, 1-255 | `3` | how big |\n"
	    "\nAccepted and not used: `spec.colour`.\n");
	strbuf_release(&out);
}
END_TEST

Suite *
suite(void)
{
	Suite *doc = suite_create("fields_doc");
	TCase *tcase = tcase_create("fields_doc");

	tcase_add_test(tcase, the_readme_in_the_tree_is_the_generated_one);
	tcase_add_test(tcase, fields_below_fields_are_named_by_their_path);
	suite_add_tcase(doc, tcase);
	return doc;
}
