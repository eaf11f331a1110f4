/* test_doc_names.c - a small hash table from text to a pointer. */
#include <stdio.h>
#include <string.h>

#include "source/doc_names.h"
#include "tests/suite.h"

START_TEST(names_are_found_again_after_growing)
{
	struct doc_names names = { 0 };
	char texts[1000][8];

	ck_assert_ptr_null(doc_names_find(&names, "a", 1));
	for (size_t i = 0; i < 1000; i++) {
		snprintf(texts[i], sizeof(texts[i]), "n%zu", i);
		struct doc_name *slot = doc_names_at(&names, texts[i], strlen(texts[i]));

		ck_assert_ptr_nonnull(slot);
		ck_assert_ptr_null(slot->value);
		slot->value = texts[i];
	}
	ck_assert_uint_eq(names.count, 1000);
	for (size_t i = 0; i < 1000; i++)
		ck_assert_ptr_eq(doc_names_find(&names, texts[i], strlen(texts[i]))->value,
		    texts[i]);
	ck_assert_ptr_null(doc_names_find(&names, "n1000", 5));
	ck_assert_ptr_eq(doc_names_at(&names, "n7", 2)->value, texts[7]);
	doc_names_release(&names);
}
END_TEST

START_TEST(a_reset_table_is_empty)
{
	struct doc_names names = { 0 };

	ck_assert_int_eq(doc_names_reset(&names, 100), 0);
	doc_names_at(&names, "a", 1)->value = "x";
	ck_assert_int_eq(doc_names_reset(&names, 0), 0);
	ck_assert_ptr_null(doc_names_find(&names, "a", 1));
	/* Octets behind the length, NUL included, tell names apart. */
	doc_names_at(&names, "a\0b", 3)->value = "x";
	ck_assert_ptr_null(doc_names_find(&names, "a\0c", 3));
	ck_assert_ptr_null(doc_names_find(&names, "a", 1));
	doc_names_release(&names);
}
END_TEST

Suite *
suite(void)
{
	Suite *names = suite_create("doc_names");
	TCase *tcase = tcase_create("doc_names");

	tcase_add_test(tcase, names_are_found_again_after_growing);
	tcase_add_test(tcase, a_reset_table_is_empty);
	suite_add_tcase(names, tcase);
	return names;
}
