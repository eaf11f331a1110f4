/*
 * request_head.h - the head of an HTTP request, read strictly before the server sees it.
 * Thread: any; pure.
 *
 * RFC 9112, sections 2.2, 3, 5 and 6: lines end with CRLF, names and colons touch, no folding, one
 * Host, one length.  What two readers could take differently is refused, not guessed at.
 */
#ifndef ROLLCALL_OPS_REQUEST_HEAD_H
#define ROLLCALL_OPS_REQUEST_HEAD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ops/visit.h"

#define REQUEST_HEAD_MAX 8192
#define REQUEST_BODY_MAX (1024 * 1024)

/* Borrowed from the head, no C string; text NULL: not there. */
struct head_value {
	const char *text;
	size_t len;
};

struct request_head {
	enum visit_method method;
	bool is_http10;
	struct head_value path;         /* raw, without query */
	struct head_value host;         /* of the target where that is absolute */
	struct head_value origin;
	struct head_value authorization;
	struct head_value fetch_site;   /* Sec-Fetch-Site */
	uint64_t content_length;
	bool is_chunked;
};

/* How many octets the head has, with the empty line at its end; 0: it is not all there. */
size_t request_head_len(const char *text, size_t len);
/* 0, or the status that refuses it, with a sentence in *why. */
int request_head_read(const char *text, size_t len, struct request_head *out, const char **why);
/* Is the value this text, whatever its case? */
bool head_value_is(const struct head_value *value, const char *text);
#endif
