/* test_pack.c - numbers and texts survive packing, and short records are noticed. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "daemon/pack.h"
#include "tests/suite.h"

static void
pack_sample(struct pack_writer *writer)
{
	struct addr addr;

	pack_number(writer, 0xfedcba9876543210ULL, 8);
	pack_number(writer, 7, 1);
	pack_text(writer, "shop/web");
	ck_assert_int_eq(addr_parse("2001:db8::1", &addr), 0);
	pack_addr(writer, &addr);
	memset(&addr, 0, sizeof(addr));
	pack_addr(writer, &addr);
	ck_assert_int_eq(writer->err, 0);
}

static int
unpack_sample(const uint8_t *data, size_t len)
{
	struct pack_reader reader = { .data = data, .len = len };
	struct arena *arena = arena_new(0);
	char text[ADDR_TEXT_SIZE];
	struct addr addr;
	int err;

	uint64_t big = unpack_number(&reader, 8);
	uint64_t small = unpack_number(&reader, 1);
	const char *name = unpack_text(&reader, arena);
	unpack_addr(&reader, &addr);
	if (reader.err == 0) {
		ck_assert_uint_eq(big, 0xfedcba9876543210ULL);
		ck_assert_uint_eq(small, 7);
		ck_assert_str_eq(name, "shop/web");
		ck_assert_str_eq(addr_text(&addr, text), "2001:db8::1");
	}
	unpack_addr(&reader, &addr);
	if (reader.err == 0)
		ck_assert_uint_eq(addr.family, ADDR_NONE);
	err = unpack_end(&reader);
	arena_free(arena);
	return err;
}

START_TEST(what_was_packed_is_unpacked)
{
	struct pack_writer writer = PACK_WRITER_INIT;

	pack_sample(&writer);
	ck_assert_int_eq(unpack_sample(writer.data, writer.len), 0);
	pack_writer_release(&writer);
}
END_TEST

START_TEST(a_record_cut_anywhere_is_an_error)
{
	struct pack_writer writer = PACK_WRITER_INIT;

	pack_sample(&writer);
	for (size_t len = 0; len < writer.len; len++) {
		uint8_t *copy = malloc(len + 1);        /* its end is where a sanitizer looks */

		memcpy(copy, writer.data, len);
		ck_assert_int_eq(unpack_sample(copy, len), ERR_SYNTAX);
		free(copy);
	}
	pack_number(&writer, 0, 1);
	ck_assert_int_eq(unpack_sample(writer.data, writer.len), ERR_SYNTAX);
	pack_writer_release(&writer);
}
END_TEST

START_TEST(texts_with_nul_and_too_long_ones_are_refused)
{
	static const uint8_t with_nul[] = { 0, 2, 'a', 0 };
	struct pack_reader reader = { .data = with_nul, .len = sizeof(with_nul) };
	struct pack_writer writer = PACK_WRITER_INIT;
	struct arena *arena = arena_new(0);
	char *text = malloc(70000);

	ck_assert_str_eq(unpack_text(&reader, arena), "");
	ck_assert_int_eq(unpack_end(&reader), ERR_SYNTAX);
	memset(text, 'x', 69999);
	text[69999] = '\0';
	pack_text(&writer, text);
	ck_assert_int_eq(writer.err, ERR_LIMIT);
	pack_writer_release(&writer);
	arena_free(arena);
	free(text);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("pack");
	TCase *t = tcase_create("pack");

	tcase_add_test(t, what_was_packed_is_unpacked);
	tcase_add_test(t, a_record_cut_anywhere_is_an_error);
	tcase_add_test(t, texts_with_nul_and_too_long_ones_are_refused);
	suite_add_tcase(s, t);
	return s;
}
