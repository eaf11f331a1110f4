/* test_wire.c - cursors never leave their bounds, and their errors stick. */
#include "dns/wire.h"

#include "dns/entry.h"

#include "tests/suite.h"

START_TEST(reads_numbers_in_network_order)
{
	static const uint8_t octets[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07 };
	struct wire_reader reader;

	wire_reader_init(&reader, octets, sizeof(octets));
	ck_assert_uint_eq(wire_read_u8(&reader), 0x01);
	ck_assert_uint_eq(wire_read_u16(&reader), 0x0203);
	ck_assert_uint_eq(wire_read_u32(&reader), 0x04050607);
	ck_assert_int_eq(reader.err, 0);
	ck_assert_uint_eq(wire_left(&reader), 0);
}
END_TEST

START_TEST(a_read_past_the_end_sticks)
{
	static const uint8_t octets[] = { 0xff, 0xff, 0xff };
	struct wire_reader reader;

	wire_reader_init(&reader, octets, sizeof(octets));
	ck_assert_uint_eq(wire_read_u32(&reader), 0);
	ck_assert_int_eq(reader.err, ERR_SYNTAX);
	ck_assert_uint_eq(wire_read_u8(&reader), 0);
	ck_assert_ptr_null(wire_read_octets(&reader, 1));
	ck_assert_uint_eq(wire_read_name(&reader), 0);
	ck_assert_uint_eq(reader.at, 0);
}
END_TEST

static const struct {
	const char *octets;
	size_t size;
	size_t skipped;         /* 0: an error */
	size_t read;            /* 0: an error */
} names[] = {
	{ "\0", 1, 1, 1 },
	{ "\1a\0", 3, 3, 3 },
	{ "\1a\0more", 7, 3, 3 },
	{ "\1a", 2, 0, 0 },
	{ "\2a", 2, 0, 0 },
	{ "", 0, 0, 0 },
	{ "\xC0\x0C", 2, 2, 0 },
	{ "\1a\xC0\x0C", 4, 4, 0 },
	{ "\xC0", 1, 0, 0 },
	{ "\x40", 1, 0, 0 },
	{ "\x80\0", 2, 0, 0 },
	{ "\1\0\0", 3, 3, 3 },          /* a label may hold NUL (RFC 2181, 11) */
	{ "\1\xff\0", 3, 3, 3 },
};

START_TEST(names_are_bounded_and_pointers_only_skipped)
{
	struct wire_reader reader;

	wire_reader_init(&reader, (const uint8_t *)names[_i].octets, names[_i].size);
	wire_skip_name(&reader);
	ck_assert_int_eq(reader.err, names[_i].skipped > 0 ? 0 : ERR_SYNTAX);
	if (names[_i].skipped > 0)
		ck_assert_uint_eq(reader.at, names[_i].skipped);
	wire_reader_init(&reader, (const uint8_t *)names[_i].octets, names[_i].size);
	ck_assert_uint_eq(wire_read_name(&reader), names[_i].read);
	ck_assert_int_eq(reader.err, names[_i].read > 0 ? 0 : ERR_SYNTAX);
}
END_TEST

static const struct {
	const char *octets;
	size_t size;
	size_t at;
	const char *name;       /* NULL: an error */
	size_t len;
	size_t end;
} compressed[] = {
	{ "\1a\0", 3, 0, "\1a", 3, 3 },
	{ "\1a\0\1b\xC0\0more", 11, 3, "\1b\1a", 5, 7 },
	{ "\1a\0\xC0\0\xC0\3", 7, 5, "\1a", 3, 7 },
	{ "\1a\0\1b\xC0\0\1c\xC0\3", 11, 7, "\1c\1b\1a", 7, 11 },
	{ "\0\xC0\0", 3, 1, "", 1, 3 },
	{ "\xC0\0", 2, 0, NULL, 0, 0 },                 /* itself */
	{ "\1a\xC0\0", 4, 0, NULL, 0, 0 },              /* the name it ends */
	{ "\1a\xC0\2", 4, 0, NULL, 0, 0 },
	{ "\xC0\2\1a\0", 5, 0, NULL, 0, 0 },            /* forward */
	{ "\xC0\2\xC0\0", 4, 2, NULL, 0, 0 },           /* to and fro */
	{ "\1a\0\xC0", 4, 3, NULL, 0, 0 },
	{ "\1a\0\x40\0", 5, 3, NULL, 0, 0 },
	{ "\1a", 2, 0, NULL, 0, 0 },
	{ "\2a", 2, 0, NULL, 0, 0 },
	{ "", 0, 0, NULL, 0, 0 },
};

START_TEST(pointers_lead_backwards_only)
{
	struct wire_reader reader;
	uint8_t name[DNS_NAME_MAX];

	wire_reader_init(&reader, (const uint8_t *)compressed[_i].octets, compressed[_i].size);
	reader.at = compressed[_i].at;
	ck_assert_uint_eq(wire_expand_name(&reader, name), compressed[_i].len);
	ck_assert_int_eq(reader.err, compressed[_i].name != NULL ? 0 : ERR_SYNTAX);
	if (compressed[_i].name == NULL)
		return;
	ck_assert_mem_eq(name, compressed[_i].name, compressed[_i].len);
	ck_assert_uint_eq(reader.at, compressed[_i].end);
}
END_TEST

START_TEST(a_compressed_name_has_at_most_255_octets)
{
	uint8_t octets[400] = { 0 }, name[DNS_NAME_MAX];
	struct wire_reader reader;

	/* 63 + 63 + 63 + 60 octets and their lengths, then the root: 254; a label of one more. */
	for (unsigned i = 0; i < 3; i++)
		octets[64 * i] = 63;
	octets[192] = 60;
	memcpy(octets + 254, "\1a\xC0\0", 4);
	wire_reader_init(&reader, octets, sizeof(octets));
	ck_assert_uint_eq(wire_expand_name(&reader, name), 254);
	reader.at = 254;
	ck_assert_uint_eq(wire_expand_name(&reader, name), 0);
	ck_assert_int_eq(reader.err, ERR_SYNTAX);
	octets[192] = 59;
	octets[252] = 0;
	wire_reader_init(&reader, octets, sizeof(octets));
	reader.at = 254;
	ck_assert_uint_eq(wire_expand_name(&reader, name), 255);
}
END_TEST

/* `labels` labels of one octet each: 2 x labels + 1 octets. */
static size_t
long_name(uint8_t *buf, size_t labels)
{
	for (size_t i = 0; i < labels; i++) {
		buf[2 * i] = 1;
		buf[2 * i + 1] = 'a';
	}
	buf[2 * labels] = 0;
	return 2 * labels + 1;
}

START_TEST(a_name_ends_at_255_octets)
{
	uint8_t buf[300];
	struct wire_reader reader;

	wire_reader_init(&reader, buf, long_name(buf, 127));
	ck_assert_uint_eq(wire_read_name(&reader), 255);
	wire_reader_init(&reader, buf, long_name(buf, 127));
	wire_skip_name(&reader);
	ck_assert_int_eq(reader.err, 0);
	wire_reader_init(&reader, buf, long_name(buf, 128));
	ck_assert_uint_eq(wire_read_name(&reader), 0);
	wire_reader_init(&reader, buf, long_name(buf, 128));
	wire_skip_name(&reader);
	ck_assert_int_eq(reader.err, ERR_SYNTAX);
}
END_TEST

START_TEST(writes_what_fits_and_nothing_after_that)
{
	uint8_t buf[8] = { 0 };
	struct wire_writer writer;

	wire_writer_init(&writer, buf, 7);
	wire_write_u8(&writer, 1);
	wire_write_u16(&writer, 0x0203);
	wire_write_u32(&writer, 0x04050607);
	ck_assert_int_eq(writer.err, 0);
	ck_assert_mem_eq(buf, "\1\2\3\4\5\6\7", 8);
	wire_write_u8(&writer, 9);
	ck_assert_int_eq(writer.err, ERR_FULL);
	ck_assert_uint_eq(buf[7], 0);
	wire_rewind(&writer, 5);
	wire_write_u32(&writer, 1);
	ck_assert_int_eq(writer.err, ERR_FULL);
	wire_write_u8(&writer, 9);
	ck_assert_uint_eq(writer.len, 5);
}
END_TEST

START_TEST(without_a_buffer_it_counts)
{
	struct wire_writer writer;

	wire_writer_init(&writer, NULL, 100);
	wire_write_u32(&writer, 1);
	wire_write_octets(&writer, "abc", 3);
	ck_assert_uint_eq(writer.len, 7);
	ck_assert_int_eq(writer.err, 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *wire = suite_create("wire");
	TCase *tests = tcase_create("wire");

	tcase_add_test(tests, reads_numbers_in_network_order);
	tcase_add_test(tests, a_read_past_the_end_sticks);
	tcase_add_loop_test(tests, names_are_bounded_and_pointers_only_skipped, 0,
	    (int)(sizeof(names) / sizeof(names[0])));
	tcase_add_loop_test(tests, pointers_lead_backwards_only, 0,
	    (int)(sizeof(compressed) / sizeof(compressed[0])));
	tcase_add_test(tests, a_compressed_name_has_at_most_255_octets);
	tcase_add_test(tests, a_name_ends_at_255_octets);
	tcase_add_test(tests, writes_what_fits_and_nothing_after_that);
	tcase_add_test(tests, without_a_buffer_it_counts);
	suite_add_tcase(wire, tests);
	return wire;
}
