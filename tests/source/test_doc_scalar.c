/* test_doc_scalar.c - what type a scalar has, as in front of the Kubernetes API. */
#include <math.h>
#include <string.h>

#include "source/doc.h"
#include "source/doc_scalar.h"
#include "tests/suite.h"

static const struct {
	const char *text;
	enum doc_type type;
	double value;           /* of numbers and truths */
} plain[] = {
	{ "", DOC_NULL, 0 }, { "~", DOC_NULL, 0 }, { "null", DOC_NULL, 0 }, { "nULL", DOC_STRING,
	    0 },
	{ "true", DOC_BOOL, 1 }, { "False", DOC_BOOL, 0 }, { "yes", DOC_BOOL, 1 }, { "off",
	    DOC_BOOL, 0 },
	{ "y", DOC_BOOL, 1 }, { "N", DOC_BOOL, 0 }, { "tRue", DOC_STRING, 0 }, { "yess", DOC_STRING,
	    0 },
	{ "0", DOC_INT, 0 }, { "80", DOC_INT, 80 }, { "-80", DOC_INT, -80 }, { "+80", DOC_INT, 80 },
	{ "0x1F", DOC_INT, 31 }, { "0b101", DOC_INT, 5 }, { "0o17", DOC_INT, 15 }, { "017", DOC_INT,
	    15 },
	{ "1_000", DOC_INT, 1000 }, { "08", DOC_FLOAT, 8 }, { "0x", DOC_STRING, 0 }, { "0xg",
	    DOC_STRING, 0 },
	{ "9223372036854775807", DOC_INT, 9223372036854775807.0 },
	{ "-9223372036854775808", DOC_INT, -9223372036854775808.0 },
	{ "9223372036854775808", DOC_FLOAT, 9223372036854775808.0 },
	{ "1.5", DOC_FLOAT, 1.5 }, { "1.", DOC_FLOAT, 1 }, { ".5", DOC_FLOAT, 0.5 }, { "1e3",
	    DOC_FLOAT, 1000 },
	{ "1.10", DOC_FLOAT, 1.1 }, { "-1.5E-1", DOC_FLOAT, -0.15 }, { ".inf", DOC_FLOAT,
	    HUGE_VAL },
	{ "-.Inf", DOC_FLOAT, -HUGE_VAL }, { "1e", DOC_STRING, 0 }, { ".", DOC_STRING, 0 }, { "-",
	    DOC_STRING, 0 },
	{ "+", DOC_STRING, 0 }, { "_", DOC_STRING, 0 }, { "1.2.3", DOC_STRING, 0 }, { "22:22",
	    DOC_STRING, 0 },
	{ "2001-01-01", DOC_STRING, 0 }, { "10.0.0.1", DOC_STRING, 0 }, { "--1", DOC_STRING, 0 },
	{ "0x1p3", DOC_STRING, 0 }, { "- 1", DOC_STRING, 0 }, { "0 1", DOC_STRING, 0 }, { "abc",
	    DOC_STRING, 0 },
	{ "1e-2", DOC_FLOAT, 0.01 }, { "1e_+2", DOC_FLOAT, 100 }, { "1.5.", DOC_STRING, 0 },
	{ "999999999999999999", DOC_INT, 999999999999999999.0 },
	{ "1234567890123456789", DOC_INT, 1234567890123456789.0 }, { "1234-5678", DOC_STRING, 0 },
	{ "00000001-1b2c-4d3e", DOC_STRING, 0 }, { "1a", DOC_STRING, 0 }, { "on", DOC_BOOL, 1 },
	{ "-+1", DOC_STRING, 0 }, { "0-1", DOC_STRING, 0 }, { "inf", DOC_STRING, 0 },
	{ "00000000000000000000000000000000000000000000000000000000000000000001", DOC_STRING, 0 },
};

static void
resolve(struct doc_node *node, const char *text, bool quoted, const char *tag)
{
	*node = (struct doc_node){ .text = text, .count = strlen(text), .quoted = quoted };
	doc_scalar_resolve(node, tag);
}

START_TEST(plain_scalars_are_typed_by_their_text)
{
	struct doc_node node;

	resolve(&node, plain[_i].text, false, NULL);
	ck_assert_msg(node.type == plain[_i].type, "%s is %s", plain[_i].text,
	    doc_type_text(node.type));
	if (node.type == DOC_INT)
		ck_assert_double_eq((double)node.integer, plain[_i].value);
	if (node.type == DOC_FLOAT)
		ck_assert_msg(node.real >= plain[_i].value && node.real <= plain[_i].value, "%s",
		    plain[_i].text);
	if (node.type == DOC_BOOL)
		ck_assert_int_eq(node.truth, plain[_i].value > 0);
}
END_TEST

START_TEST(quoted_and_tagged_scalars_are_what_they_say)
{
	struct doc_node node;

	resolve(&node, "80", true, NULL);
	ck_assert_int_eq(node.type, DOC_STRING);
	resolve(&node, "80", false, "!");
	ck_assert_int_eq(node.type, DOC_STRING);
	resolve(&node, "80", false, "tag:yaml.org,2002:str");
	ck_assert_int_eq(node.type, DOC_STRING);
	resolve(&node, "80", false, "tag:yaml.org,2002:int");
	ck_assert_int_eq(node.type, DOC_INT);
	resolve(&node, "80", false, "!other");
	ck_assert_int_eq(node.type, DOC_INT);
	node = (struct doc_node){ .text = "\0x", .count = 2 };
	doc_scalar_resolve(&node, NULL);
	ck_assert_int_eq(node.type, DOC_STRING);
}
END_TEST

Suite *
suite(void)
{
	Suite *scalar = suite_create("doc_scalar");
	TCase *tcase = tcase_create("doc_scalar");

	tcase_add_loop_test(tcase, plain_scalars_are_typed_by_their_text, 0,
	    (int)(sizeof(plain) / sizeof(*plain)));
	tcase_add_test(tcase, quoted_and_tagged_scalars_are_what_they_say);
	suite_add_tcase(scalar, tcase);
	return scalar;
}
