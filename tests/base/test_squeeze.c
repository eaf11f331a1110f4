/* test_squeeze.c - what is packed is read back; anything else is refused. */
#include "base/squeeze.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/suite.h"

static struct squeeze *squeeze;

static void
setup(void)
{
	squeeze = squeeze_new();
	ck_assert_ptr_nonnull(squeeze);
}

static void
teardown(void)
{
	squeeze_free(squeeze);
}

static size_t
there_and_back(const char *text, size_t len)
{
	const void *packed;
	const char *out;
	size_t packed_len, out_len;
	void *copy;

	ck_assert_int_eq(squeeze_pack(squeeze, text, len, &packed, &packed_len), 0);
	copy = malloc(packed_len);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, packed, packed_len);
	ck_assert_int_eq(squeeze_unpack(squeeze, copy, packed_len, &out, &out_len), 0);
	ck_assert_uint_eq(out_len, len);
	ck_assert_int_eq(memcmp(out, text, len), 0);
	ck_assert_int_eq(out[len], '\0');
	free(copy);
	return packed_len;
}

START_TEST(what_is_packed_is_read_back)
{
	char large[300000];

	there_and_back("", 0);
	there_and_back("{}", 2);
	there_and_back("a\0b", 3);
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (char)(i * i >> 7);
	there_and_back(large, sizeof(large));
	there_and_back("{}", 2);
}
END_TEST

START_TEST(what_manifests_say_becomes_small)
{
	static const char service[] = "{\"spec\":{\"selector\":{\"app\":\"shop\"},\"ports\":[{\"name\":"
	    "\"http\",\"port\":80,\"targetPort\":8080}]}}";

	ck_assert_uint_lt(there_and_back(service, sizeof(service) - 1), sizeof(service) / 2);
}
END_TEST

START_TEST(two_understand_each_other)
{
	struct squeeze *other = squeeze_new();
	const void *packed;
	const char *out;
	size_t packed_len, len;

	ck_assert_int_eq(squeeze_pack(other, "{\"spec\":{}}", 11, &packed, &packed_len), 0);
	ck_assert_int_eq(squeeze_unpack(squeeze, packed, packed_len, &out, &len), 0);
	ck_assert_str_eq(out, "{\"spec\":{}}");
	squeeze_free(other);
}
END_TEST

START_TEST(anything_else_is_refused)
{
	static const uint8_t bomb[] = { 0xa0, 0xff, 0xff, 0xff, 0x7f };
	const char *out;
	size_t len;

	ck_assert_int_eq(squeeze_unpack(squeeze, "", 0, &out, &len), ERR_SYNTAX);
	ck_assert_int_eq(squeeze_unpack(squeeze, "nonsense", 8, &out, &len), ERR_SYNTAX);
	/* It says that it holds 2 GiB. */
	ck_assert_int_eq(squeeze_unpack(squeeze, bomb, sizeof(bomb), &out, &len), ERR_LIMIT);
	ck_assert_int_eq(squeeze_pack(squeeze, "", SQUEEZE_MAX + 1, (const void **)&out, &len),
	    ERR_LIMIT);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("squeeze");
	TCase *tcase = tcase_create("squeeze");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_is_packed_is_read_back);
	tcase_add_test(tcase, what_manifests_say_becomes_small);
	tcase_add_test(tcase, two_understand_each_other);
	tcase_add_test(tcase, anything_else_is_refused);
	suite_add_tcase(suite, tcase);
	return suite;
}
