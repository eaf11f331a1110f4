/* test_http_chunk.c - the framing of chunks is followed to its end, and what breaks it is told apart. */
#include <string.h>

#include "net/http_chunk.h"
#include "tests/suite.h"

static const struct {
	const char *framing;            /* without the data, which goes elsewhere */
	enum http_chunk_step step;      /* of the last octet */
	uint64_t size;
} framings[] = {
	{ "5\r\n", HTTP_CHUNK_DATA, 5 },
	{ "aF\n", HTTP_CHUNK_DATA, 0xaf },
	{ "00005\r\n", HTTP_CHUNK_DATA, 5 },
	{ "5 ; name=value\r\n", HTTP_CHUNK_DATA, 5 },
	{ "fffffffffffffff\r\n", HTTP_CHUNK_DATA, 0xfffffffffffffff },
	{ "5\r\n\r\n7\r\n", HTTP_CHUNK_DATA, 7 },
	{ "5\r\n\n7\n", HTTP_CHUNK_DATA, 7 },
	{ "0\r\n\r\n", HTTP_CHUNK_DONE, 0 },
	{ "0\n\n", HTTP_CHUNK_DONE, 0 },
	{ "5\r\n\r\n0;last\r\nTrailer: a\r\nOther: b\r\n\r\n", HTTP_CHUNK_DONE, 0 },
	{ "0\r\n", HTTP_CHUNK_MORE, 0 },
	{ "\r", HTTP_CHUNK_BAD_SIZE, 0 },
	{ ";", HTTP_CHUNK_BAD_SIZE, 0 },
	{ "-", HTTP_CHUNK_BAD_SIZE, 0 },
	{ "5x", HTTP_CHUNK_BAD_SIZE, 5 },
	{ "5\rx", HTTP_CHUNK_BAD_SIZE, 5 },
	{ "5;\001", HTTP_CHUNK_BAD_SIZE, 5 },
	{ "0000000000000000", HTTP_CHUNK_BAD_SIZE, 0 },
	{ "5\r\nx", HTTP_CHUNK_BAD_END, 5 },
	{ "5\r\n\rx", HTTP_CHUNK_BAD_END, 5 },
	{ "0\r\n\rx", HTTP_CHUNK_BAD_END, 0 },
};

START_TEST(framing_is_followed_to_its_end)
{
	const char *framing = framings[_i].framing;
	struct http_chunk chunk = { 0 };
	enum http_chunk_step step = HTTP_CHUNK_MORE;

	for (size_t i = 0; i < strlen(framing); i++) {
		ck_assert_msg(step == HTTP_CHUNK_MORE || step == HTTP_CHUNK_DATA, "over at %zu", i);
		step = http_chunk_feed(&chunk, (uint8_t)framing[i]);
	}
	ck_assert_int_eq(step, framings[_i].step);
	ck_assert_uint_eq(chunk.size, framings[_i].size);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("http_chunk");
	TCase *tc = tcase_create("http_chunk");

	tcase_add_loop_test(tc, framing_is_followed_to_its_end, 0,
	    sizeof(framings) / sizeof(framings[0]));
	suite_add_tcase(s, tc);
	return s;
}
