/*
 * http_reply.h - read one HTTP/1.1 reply as it arrives, and name each way in which it can be bad.
 * Thread: any; no I/O.
 *
 * Fed with octets in pieces of any size, it keeps the status, the framing and the Location,
 * counts the body and throws it away.  It needs no memory besides itself, Location aside.  RFC
 * 9112.
 */
#ifndef ROLLCALL_NET_HTTP_REPLY_H
#define ROLLCALL_NET_HTTP_REPLY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/http_chunk.h"

/* Everything but the body, interim replies, chunk sizes and trailers included. */
#define HTTP_REPLY_HEAD_MAX 65536
/* So much of a body is read; what follows does not matter (kubelet: 10 KiB). */
#define HTTP_REPLY_BODY_MAX 10240
#define HTTP_REPLY_LOCATION_MAX 8192

enum http_reply_step { HTTP_REPLY_MORE, HTTP_REPLY_DONE, HTTP_REPLY_BAD };

enum http_reply_fault {
	HTTP_REPLY_OK,
	HTTP_REPLY_CLOSED,              /* closed before the first octet */
	HTTP_REPLY_HEAD_SHORT,          /* closed within the headers */
	HTTP_REPLY_BODY_SHORT,          /* closed before the promised end of the body */
	HTTP_REPLY_HEAD_LARGE,          /* more than HTTP_REPLY_HEAD_MAX */
	HTTP_REPLY_NOT_HTTP,            /* does not begin with "HTTP/" */
	HTTP_REPLY_VERSION,             /* not 1.0 or 1.1 */
	HTTP_REPLY_STATUS,              /* not three digits from 100 */
	/* a header's name is empty, or holds what it may not, or has no ':' */
	HTTP_REPLY_NAME,
	HTTP_REPLY_VALUE,               /* a control character in a value or reason */
	HTTP_REPLY_LENGTH,              /* Content-Length is no number, or two differ */
	HTTP_REPLY_CODING,              /* Transfer-Encoding other than chunked */
	HTTP_REPLY_CHUNK_SIZE,
	HTTP_REPLY_CHUNK_END,           /* no line end after a chunk's data */
	HTTP_REPLY_LOCATION_LARGE,
	HTTP_REPLY_NOMEM,
};
#define HTTP_REPLY_FAULT_COUNT (HTTP_REPLY_NOMEM + 1)

/* Read `status`, `location` and `fault`; the rest is private. */
struct http_reply {
	int status;             /* of the final reply; 0 until known */
	bool head_done;         /* the final reply's headers are complete */
	enum http_reply_fault fault;
	char *location;         /* NULL: no such header; the first one counts */

	enum http_reply_step step;
	uint8_t state;
	uint8_t header;
	bool chunked, has_length;
	uint8_t matched;        /* octets of the current literal, digits of the current number */
	uint32_t head_len;
	uint32_t body_len;
	struct http_chunk chunk;
	uint64_t length;        /* promised octets of body, or of the chunk, that have not come */
	uint8_t value_len;
	char value[32];         /* the name, then the value, of a header that matters */
	size_t location_len, location_size;
};

void http_reply_init(struct http_reply *reply);
void http_reply_release(struct http_reply *reply);

/* Take in octets.  After DONE or BAD the answer stays the same whatever is fed. */
enum http_reply_step http_reply_feed(struct http_reply *reply, const void *data, size_t len);

/* The other side will send no more. */
enum http_reply_step http_reply_end(struct http_reply *reply);

/* "no HTTP", "bad Content-Length"; never NULL. */
const char *http_reply_fault_text(enum http_reply_fault fault);
#endif
