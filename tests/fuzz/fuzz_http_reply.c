/* fuzz_http_reply.c - any octets as an HTTP reply: the same in pieces, in bounds, never stuck. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_in_pieces(struct http_reply *reply, const uint8_t *data, size_t size, size_t piece)
{
	http_reply_init(reply);
	for (size_t at = 0; at < size; at += piece)
		http_reply_feed(reply, data + at, size - at < piece ? size - at : piece);
	if (http_reply_end(reply) == HTTP_REPLY_MORE)
		abort();        /* the end leaves nothing open */
}

/* What must hold whatever came. */
static void
check(const struct http_reply *reply)
{
	if (reply->head_len > HTTP_REPLY_HEAD_MAX + 1 || reply->body_len > HTTP_REPLY_BODY_MAX)
		abort();
	if ((reply->step == HTTP_REPLY_BAD) != (reply->fault != HTTP_REPLY_OK))
		abort();
	if (reply->step == HTTP_REPLY_DONE && (reply->status < 101 || reply->status > 999))
		abort();
	if (reply->location != NULL && strlen(reply->location) >= HTTP_REPLY_LOCATION_MAX)
		abort();
	if (http_reply_fault_text(reply->fault) == NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 2, 7, 4096 };
	struct http_reply whole, pieced;

	read_in_pieces(&whole, data, size, size + 1);
	check(&whole);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		read_in_pieces(&pieced, data, size, pieces[i]);
		check(&pieced);
		if (pieced.step != whole.step || pieced.fault != whole.fault ||
		    pieced.status != whole.status || pieced.body_len != whole.body_len)
			abort();
		http_reply_release(&pieced);
	}
	http_reply_release(&whole);
	return 0;
}
