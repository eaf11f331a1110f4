/* test_http_reply.c - each reply is read the same in one piece and octet by octet, and each fault is named. */
#include <stdlib.h>
#include <string.h>

#include "net/http_reply.h"
#include "tests/suite.h"

#define H11 "HTTP/1.1 200 OK\r\n"

static const struct {
	const char *text;
	bool closed;                    /* the other side closes after it */
	enum http_reply_step step;
	enum http_reply_fault fault;
	int status;
	const char *location;
} replies[] = {
	/* framing */
	{ H11 "Content-Length: 2\r\n\r\nok", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "content-LENGTH:2 \r\n\r\nok and more", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "Content-Length: 0\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "Content-Length: 3\r\n\r\nok", false, HTTP_REPLY_MORE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "Content-Length: 3\r\n\r\nok", true, HTTP_REPLY_BAD, HTTP_REPLY_BODY_SHORT, 200, NULL },
	{ H11 "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "\r\nuntil the end", false, HTTP_REPLY_MORE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "\r\nuntil the end", true, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "\r\n", true, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ "HTTP/1.0 200\r\n\r\n", true, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ "HTTP/1.1 200 \n\nlines end in LF alone", true, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 503, NULL },
	{ "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 204, NULL },
	{ "HTTP/1.1 304 Not Modified\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 304, NULL },
	/* chunks */
	{ H11 "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "Transfer-Encoding: Chunked\r\nContent-Length: 1\r\n\r\n00A ;x=\"y\"\r\n0123456789\r\n0;z\r\nTrailer: t\r\n\r\n", false,
	    HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\n\n1\na\n0\n\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", true, HTTP_REPLY_BAD, HTTP_REPLY_BODY_SHORT, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n0\r\n", true, HTTP_REPLY_BAD, HTTP_REPLY_BODY_SHORT, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n2\r\nokk\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_CHUNK_END, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_CHUNK_SIZE, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n-1\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_CHUNK_SIZE, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n2x\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_CHUNK_SIZE, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n1000000000000000\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_CHUNK_SIZE, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n1\rx", false, HTTP_REPLY_BAD, HTTP_REPLY_CHUNK_SIZE, 200, NULL },
	{ H11 "Transfer-Encoding: gzip\r\n\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_CODING, 200, NULL },
	{ H11 "Transfer-Encoding: chunked, chunked\r\n\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_CODING, 200, NULL },
	{ H11 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_CODING, 200, NULL },
	{ H11 "Transfer-Encoding: chunked                                x\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_CODING, 200, NULL },
	/* interim replies */
	{ "HTTP/1.1 100 Continue\r\n\r\n" H11 "Content-Length: 0\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ "HTTP/1.1 103 Early Hints\r\nLocation: /a\r\nContent-Length: 5\r\n\r\nHTTP/1.1 302 F\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
	    false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 302, "/b" },
	{ "HTTP/1.1 101 Switching Protocols\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 101, NULL },
	{ "HTTP/1.1 100 Continue\r\n\r\n", true, HTTP_REPLY_BAD, HTTP_REPLY_HEAD_SHORT, 0, NULL },
	/* redirects */
	{ "HTTP/1.1 301 Moved\r\nLocation:  /there?x=y \r\nContent-Length: 0\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 301, "/there?x=y" },
	{ "HTTP/1.1 301 Moved\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 301, "/a" },
	{ "HTTP/1.1 301 Moved\r\nLocation:\r\nContent-Length: 0\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 301, NULL },
	{ "HTTP/1.1 301 Moved\r\nX-Location: /x\r\nContent-Length: 0\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 301, NULL },
	/* heads that are none */
	{ "", true, HTTP_REPLY_BAD, HTTP_REPLY_CLOSED, 0, NULL },
	{ "HTTP/1.1 2", true, HTTP_REPLY_BAD, HTTP_REPLY_HEAD_SHORT, 2, NULL },
	{ H11 "A: b\r\n", true, HTTP_REPLY_BAD, HTTP_REPLY_HEAD_SHORT, 200, NULL },
	{ "SSH-2.0-OpenSSH_9.2\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_NOT_HTTP, 0, NULL },
	{ "\r\n" H11, false, HTTP_REPLY_BAD, HTTP_REPLY_NOT_HTTP, 0, NULL },
	{ "HTTP/2.0 200 OK\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_VERSION, 0, NULL },
	{ "HTTP/1.2 200 OK\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_VERSION, 0, NULL },
	{ "HTTP/1.11 200 OK\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_VERSION, 0, NULL },
	{ "HTTP/1.1 099 OK\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_STATUS, 0, NULL },
	{ "HTTP/1.1 2OO OK\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_STATUS, -1, NULL },
	{ "HTTP/1.1 2000 OK\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_STATUS, 200, NULL },
	{ "HTTP/1.1 200 O\001K\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_VALUE, 200, NULL },
	{ "HTTP/1.1 200 OK\rX", false, HTTP_REPLY_BAD, HTTP_REPLY_VALUE, 200, NULL },
	{ H11 "Name : x\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_NAME, 200, NULL },
	{ H11 ": x\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_NAME, 200, NULL },
	{ H11 "no colon\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_NAME, 200, NULL },
	{ H11 "<html>\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_NAME, 200, NULL },
	{ H11 "A: b\033[2J\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_VALUE, 200, NULL },
	{ H11 "A: b\rc\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_VALUE, 200, NULL },
	{ H11 "A: b\r\n folded\r\nContent-Length: 0\r\n\r\n", false, HTTP_REPLY_DONE, HTTP_REPLY_OK, 200, NULL },
	{ H11 "Content-Length: 1\r\n 2\r\n\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_NAME, 200, NULL },
	{ H11 "Content-Length: 1x\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_LENGTH, 200, NULL },
	{ H11 "Content-Length: -1\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_LENGTH, 200, NULL },
	{ H11 "Content-Length:\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_LENGTH, 200, NULL },
	{ H11 "Content-Length: 1\r\nContent-Length: 2\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_LENGTH, 200, NULL },
	{ H11 "Content-Length: 18446744073709551617\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_LENGTH, 200, NULL },
	{ H11 "Content-Length: 0000000000000000000000000000000000001\r\n", false, HTTP_REPLY_BAD, HTTP_REPLY_LENGTH, 200, NULL },
};
#define REPLY_COUNT (sizeof(replies) / sizeof(replies[0]))

static void
feed_pieces(struct http_reply *reply, const char *text, size_t len, size_t piece)
{
	http_reply_init(reply);
	for (size_t at = 0; at < len; at += piece)
		http_reply_feed(reply, text + at, len - at < piece ? len - at : piece);
}

static void
check_reply(size_t i, size_t piece)
{
	struct http_reply reply;

	feed_pieces(&reply, replies[i].text, strlen(replies[i].text), piece);
	if (replies[i].closed)
		http_reply_end(&reply);
	ck_assert_msg(reply.step == replies[i].step && reply.fault == replies[i].fault, "%zu: step %d, %s",
	    i, reply.step, http_reply_fault_text(reply.fault));
	if (replies[i].status >= 0)
		ck_assert_int_eq(reply.status, replies[i].status);
	ck_assert_pstr_eq(reply.location, replies[i].location);
	http_reply_release(&reply);
}

START_TEST(a_reply_is_read_the_same_in_pieces_of_any_size)
{
	size_t len = strlen(replies[_i].text);

	for (size_t piece = 1; piece <= len + 1; piece++)
		check_reply((size_t)_i, piece);
}
END_TEST

/* A head, then `unit` over and over; what comes of it, and how much was looked at. */
static enum http_reply_step
flood(struct http_reply *reply, const char *head, const char *unit)
{
	http_reply_init(reply);
	http_reply_feed(reply, head, strlen(head));
	for (int i = 0; i < 100000 && reply->step == HTTP_REPLY_MORE; i++)
		http_reply_feed(reply, unit, strlen(unit));
	return reply->step;
}

static const struct {
	const char *head, *unit;
	enum http_reply_step step;
	enum http_reply_fault fault;
} floods[] = {
	{ H11, "A: b\r\n", HTTP_REPLY_BAD, HTTP_REPLY_HEAD_LARGE },
	{ H11 "A: ", "b", HTTP_REPLY_BAD, HTTP_REPLY_HEAD_LARGE },
	{ H11, "a", HTTP_REPLY_BAD, HTTP_REPLY_HEAD_LARGE },
	{ "HTTP/1.1 200 ", "b", HTTP_REPLY_BAD, HTTP_REPLY_HEAD_LARGE },
	{ "", "HTTP/1.1 100 Continue\r\n\r\n", HTTP_REPLY_BAD, HTTP_REPLY_HEAD_LARGE },
	{ H11 "Location: ", "b", HTTP_REPLY_BAD, HTTP_REPLY_LOCATION_LARGE },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n1;", "x", HTTP_REPLY_BAD, HTTP_REPLY_HEAD_LARGE },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n0\r\n", "T: t\r\n", HTTP_REPLY_BAD, HTTP_REPLY_HEAD_LARGE },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n", "1;xxxxxxx\r\ny\r\n", HTTP_REPLY_BAD, HTTP_REPLY_HEAD_LARGE },
	/* an endless body is enough at 10 KiB */
	{ H11 "\r\n", "body", HTTP_REPLY_DONE, HTTP_REPLY_OK },
	{ H11 "Content-Length: 999999999999\r\n\r\n", "body", HTTP_REPLY_DONE, HTTP_REPLY_OK },
	{ H11 "Transfer-Encoding: chunked\r\n\r\n", "1\r\ny\r\n", HTTP_REPLY_DONE, HTTP_REPLY_OK },
	{ H11 "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", "y", HTTP_REPLY_DONE, HTTP_REPLY_OK },
};

START_TEST(what_never_ends_is_bounded)
{
	struct http_reply reply;

	ck_assert_int_eq(flood(&reply, floods[_i].head, floods[_i].unit), floods[_i].step);
	ck_assert_int_eq(reply.fault, floods[_i].fault);
	ck_assert_uint_le(reply.head_len, HTTP_REPLY_HEAD_MAX + 1);
	ck_assert_uint_le(reply.body_len, HTTP_REPLY_BODY_MAX);
	http_reply_release(&reply);
}
END_TEST

START_TEST(a_body_of_just_under_the_limit_must_be_complete)
{
	struct http_reply reply;
	char body[HTTP_REPLY_BODY_MAX] = { 0 };

	flood(&reply, H11 "Content-Length: 10240\r\n\r\n", "");
	ck_assert_int_eq(http_reply_feed(&reply, body, sizeof(body) - 1), HTTP_REPLY_MORE);
	ck_assert_int_eq(http_reply_feed(&reply, body, 1), HTTP_REPLY_DONE);
	ck_assert_int_eq(http_reply_end(&reply), HTTP_REPLY_DONE);
	http_reply_release(&reply);
}
END_TEST

START_TEST(each_fault_has_a_text)
{
	for (int i = 0; i < HTTP_REPLY_FAULT_COUNT; i++)
		ck_assert_ptr_nonnull(http_reply_fault_text((enum http_reply_fault)i));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("http_reply");
	TCase *tc = tcase_create("http_reply");

	tcase_add_loop_test(tc, a_reply_is_read_the_same_in_pieces_of_any_size, 0, (int)REPLY_COUNT);
	tcase_add_loop_test(tc, what_never_ends_is_bounded, 0, (int)(sizeof(floods) / sizeof(floods[0])));
	tcase_add_test(tc, a_body_of_just_under_the_limit_must_be_complete);
	tcase_add_test(tc, each_fault_has_a_text);
	suite_add_tcase(s, tc);
	return s;
}
