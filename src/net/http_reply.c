/* http_reply.c - read one HTTP/1.1 reply as it arrives, naming each way in which it is bad. */
#include "net/http_reply.h"

#include <stdlib.h>
#include <string.h>

enum state {
	STATE_VERSION,          /* "HTTP/1." and a digit */
	STATE_STATUS,
	STATE_REASON,
	STATE_LINE,             /* at the first octet of a header line */
	STATE_NAME,
	STATE_SPACE,            /* between ':' and the value */
	STATE_HEADER_VALUE,
	STATE_LINE_LF,          /* CR seen at the end of a line */
	STATE_HEAD_LF,          /* CR seen in the empty line */
	STATE_BODY,             /* Content-Length octets, or up to the end */
	STATE_CHUNK,            /* in the framing of chunks */
	STATE_CHUNK_DATA,
};

enum header { HEADER_OTHER, HEADER_LENGTH, HEADER_CODING, HEADER_LOCATION };

static const struct {
	const char *name;
	enum header header;
} headers[] = {
	{ "content-length", HEADER_LENGTH },
	{ "transfer-encoding", HEADER_CODING },
	{ "location", HEADER_LOCATION },
};

static const char *const fault_texts[HTTP_REPLY_FAULT_COUNT] = {
	[HTTP_REPLY_OK] = "no fault",
	[HTTP_REPLY_CLOSED] = "closed before a reply",
	[HTTP_REPLY_HEAD_SHORT] = "closed within the headers",
	[HTTP_REPLY_BODY_SHORT] = "closed within the body",
	[HTTP_REPLY_HEAD_LARGE] = "headers over 64 KiB",
	[HTTP_REPLY_NOT_HTTP] = "the reply is not HTTP",
	[HTTP_REPLY_VERSION] = "the version is not HTTP/1.0 or 1.1",
	[HTTP_REPLY_STATUS] = "the status is not a number from 100 to 999",
	[HTTP_REPLY_NAME] = "a header's name is malformed",
	[HTTP_REPLY_VALUE] = "a control character in the headers",
	[HTTP_REPLY_LENGTH] = "bad Content-Length",
	[HTTP_REPLY_CODING] = "unknown Transfer-Encoding",
	[HTTP_REPLY_CHUNK_SIZE] = "bad chunk size",
	[HTTP_REPLY_CHUNK_END] = "a chunk without line end",
	[HTTP_REPLY_LOCATION_LARGE] = "Location over 8 KiB",
	[HTTP_REPLY_NOMEM] = "out of memory",
};

const char *
http_reply_fault_text(enum http_reply_fault fault)
{
	return fault_texts[fault];
}

void
http_reply_init(struct http_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->state = STATE_VERSION;
}

void
http_reply_release(struct http_reply *reply)
{
	free(reply->location);
	reply->location = NULL;
}

static void
bad(struct http_reply *reply, enum http_reply_fault fault)
{
	reply->step = HTTP_REPLY_BAD;
	reply->fault = fault;
}

static void
done(struct http_reply *reply)
{
	reply->step = HTTP_REPLY_DONE;
}

/* RFC 9110, 5.6.2: tchar. */
static bool
is_token(uint8_t c)
{
	if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
		return true;
	return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool
is_control(uint8_t c)
{
	return (c < 0x20 && c != '\t') || c == 0x7f;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Keep an octet of a name or value; one that does not fit makes it match nothing that we know. */
static void
keep(struct http_reply *reply, uint8_t c)
{
	if (reply->value_len < sizeof(reply->value))
		reply->value[reply->value_len++] = (char)lower(c);
	else
		reply->value[0] = '\0';
}

static bool
kept_is(const struct http_reply *reply, const char *text)
{
	return strlen(text) == reply->value_len &&
	    memcmp(text, reply->value, reply->value_len) == 0;
}

static void
keep_location(struct http_reply *reply, uint8_t c)
{
	if (reply->location_len + 1 >= reply->location_size) {
		size_t size = reply->location_size == 0 ? 128 : 2 * reply->location_size;
		char *more = size > HTTP_REPLY_LOCATION_MAX ? NULL : realloc(reply->location, size);

		if (more == NULL) {
			bad(reply, size > HTTP_REPLY_LOCATION_MAX ? HTTP_REPLY_LOCATION_LARGE :
			    HTTP_REPLY_NOMEM);
			return;
		}
		reply->location = more;
		reply->location_size = size;
	}
	reply->location[reply->location_len++] = (char)c;
	reply->location[reply->location_len] = '\0';
}

/* ---- the meaning of lines ---- */

static void
take_length(struct http_reply *reply)
{
	uint64_t length = 0;

	for (uint8_t i = 0; i < reply->value_len; i++) {
		char c = reply->value[i];

		/* 18 digits are an exabyte, and cannot overflow. */
		if (c < '0' || c > '9' || reply->value_len > 18) {
			bad(reply, HTTP_REPLY_LENGTH);
			return;
		}
		length = 10 * length + (uint64_t)(c - '0');
	}
	if (reply->value_len == 0 || (reply->has_length && length != reply->length)) {
		bad(reply, HTTP_REPLY_LENGTH);
		return;
	}
	reply->has_length = true;
	reply->length = length;
}

/* The current header line is complete. */
static void
take_header(struct http_reply *reply)
{
	while (reply->value_len > 0 && reply->header != HEADER_OTHER &&
	    (reply->value[reply->value_len - 1] == ' ' ||
	    reply->value[reply->value_len - 1] == '\t'))
		reply->value_len--;
	switch ((enum header)reply->header) {
	case HEADER_OTHER:
		break;
	case HEADER_LOCATION:
		while (reply->location_len > 0 &&
		    (reply->location[reply->location_len - 1] == ' ' ||
		    reply->location[reply->location_len - 1] == '\t'))
			reply->location[--reply->location_len] = '\0';
		break;
	case HEADER_LENGTH:
		take_length(reply);
		break;
	case HEADER_CODING:
		if (kept_is(reply, "chunked") && !reply->chunked)
			reply->chunked = true;
		else
			bad(reply, HTTP_REPLY_CODING);
		break;
	}
}

/* The name is complete: which header is it? */
static void
take_name(struct http_reply *reply)
{
	reply->header = HEADER_OTHER;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		if (kept_is(reply, headers[i].name))
			reply->header = (uint8_t)headers[i].header;
	}
	/* The first Location counts, as in Go's http.Header.Get. */
	if (reply->header == HEADER_LOCATION && reply->location != NULL)
		reply->header = HEADER_OTHER;
	reply->value_len = 0;
}

/* An interim reply is over: the next one begins.  What was counted so far stays counted. */
static void
begin_next(struct http_reply *reply)
{
	http_reply_release(reply);
	reply->location_len = reply->location_size = 0;
	reply->status = 0;
	reply->header = HEADER_OTHER;
	reply->chunked = reply->has_length = false;
	reply->matched = 0;
	reply->state = STATE_VERSION;
}

/* All headers are in.  RFC 9112, 6.3: how long is the body? */
static void
take_head(struct http_reply *reply)
{
	if (reply->status < 200 && reply->status != 101) {
		begin_next(reply);
		return;
	}
	reply->head_done = true;
	if (reply->status == 101 || reply->status == 204 || reply->status == 304) {
		done(reply);
	} else if (reply->chunked) {
		reply->state = STATE_CHUNK;
	} else {
		reply->state = STATE_BODY;
		if (reply->has_length && reply->length == 0)
			done(reply);
	}
}

/* ---- octets ---- */

static void
feed_version(struct http_reply *reply, uint8_t c)
{
	static const char literal[] = "HTTP/1.";
	uint8_t at = reply->matched++;

	if (at < sizeof(literal) - 1) {
		if (c != (uint8_t)literal[at])
			bad(reply, at < 5 ? HTTP_REPLY_NOT_HTTP : HTTP_REPLY_VERSION);
	} else if (at == sizeof(literal) - 1) {
		if (c != '0' && c != '1')
			bad(reply, HTTP_REPLY_VERSION);
	} else if (c != ' ') {
		bad(reply, HTTP_REPLY_VERSION);
	} else {
		reply->state = STATE_STATUS;
		reply->matched = 0;
	}
}

static void
feed_status(struct http_reply *reply, uint8_t c)
{
	if (reply->matched < 3) {
		reply->matched++;
		reply->status = 10 * reply->status + (c - '0');
		if (c < '0' || c > '9' || reply->status == 0)
			bad(reply, HTTP_REPLY_STATUS);
	} else if (c == ' ') {
		reply->state = STATE_REASON;
	} else if (c == '\r') {
		reply->state = STATE_LINE_LF;
	} else if (c == '\n') {
		reply->state = STATE_LINE;
	} else {
		bad(reply, HTTP_REPLY_STATUS);
	}
}

static void
feed_reason(struct http_reply *reply, uint8_t c)
{
	if (c == '\r')
		reply->state = STATE_LINE_LF;
	else if (c == '\n')
		reply->state = STATE_LINE;
	else if (is_control(c))
		bad(reply, HTTP_REPLY_VALUE);
}

/*
 * RFC 9112, 5.2: a line that begins with space goes on with the value before.  Nobody folds a
 * header that matters here except to be understood in two ways.
 */
static void
feed_line(struct http_reply *reply, uint8_t c)
{
	if (c == '\r') {
		reply->state = STATE_HEAD_LF;
	} else if (c == '\n') {
		take_head(reply);
	} else if ((c == ' ' || c == '\t') && reply->header == HEADER_OTHER) {
		reply->state = STATE_REASON;
	} else if (is_token(c)) {
		reply->state = STATE_NAME;
		reply->value_len = 0;
		keep(reply, c);
	} else {
		bad(reply, HTTP_REPLY_NAME);
	}
}

static void
feed_name(struct http_reply *reply, uint8_t c)
{
	if (c == ':') {
		take_name(reply);
		reply->state = STATE_SPACE;
	} else if (is_token(c)) {
		keep(reply, c);
	} else {
		bad(reply, HTTP_REPLY_NAME);
	}
}

static void
feed_value(struct http_reply *reply, uint8_t c)
{
	if (c == '\r' || c == '\n') {
		take_header(reply);
		reply->state = c == '\r' ? STATE_LINE_LF : STATE_LINE;
	} else if (is_control(c)) {
		bad(reply, HTTP_REPLY_VALUE);
	} else if (reply->state == STATE_SPACE && (c == ' ' || c == '\t')) {
		return;
	} else {
		reply->state = STATE_HEADER_VALUE;
		if (reply->header == HEADER_LOCATION)
			keep_location(reply, c);
		else if (reply->header != HEADER_OTHER)
			keep(reply, c);
	}
}

static void
feed_chunk(struct http_reply *reply, uint8_t c)
{
	switch (http_chunk_feed(&reply->chunk, c)) {
	case HTTP_CHUNK_MORE:
		break;
	case HTTP_CHUNK_DATA:
		reply->state = STATE_CHUNK_DATA;
		reply->length = reply->chunk.size;
		break;
	case HTTP_CHUNK_DONE:
		done(reply);
		break;
	case HTTP_CHUNK_BAD_SIZE:
		bad(reply, HTTP_REPLY_CHUNK_SIZE);
		break;
	case HTTP_CHUNK_BAD_END:
		bad(reply, HTTP_REPLY_CHUNK_END);
		break;
	}
}

static void
expect_lf(struct http_reply *reply, uint8_t c)
{
	if (c != '\n')
		bad(reply, HTTP_REPLY_VALUE);
	else if (reply->state == STATE_LINE_LF)
		reply->state = STATE_LINE;
	else
		take_head(reply);
}

static void
feed_octet(struct http_reply *reply, uint8_t c)
{
	switch ((enum state)reply->state) {
	case STATE_VERSION:
		feed_version(reply, c);
		break;
	case STATE_STATUS:
		feed_status(reply, c);
		break;
	case STATE_REASON:
		feed_reason(reply, c);
		break;
	case STATE_LINE:
		feed_line(reply, c);
		break;
	case STATE_NAME:
		feed_name(reply, c);
		break;
	case STATE_SPACE:
	case STATE_HEADER_VALUE:
		feed_value(reply, c);
		break;
	case STATE_LINE_LF:
	case STATE_HEAD_LF:
		expect_lf(reply, c);
		break;
	case STATE_CHUNK:
		feed_chunk(reply, c);
		break;
	case STATE_BODY:
	case STATE_CHUNK_DATA:
		break;          /* taken in larger pieces */
	}
}

/* Throw away what there is of the body; returns how much that was. */
static size_t
skip_body(struct http_reply *reply, size_t len)
{
	bool endless = reply->state == STATE_BODY && !reply->has_length;
	size_t take = HTTP_REPLY_BODY_MAX - reply->body_len;

	if (take > len)
		take = len;
	if (!endless && take > reply->length)
		take = (size_t)reply->length;
	reply->body_len += (uint32_t)take;
	if (!endless)
		reply->length -= take;
	if (reply->body_len == HTTP_REPLY_BODY_MAX)
		done(reply);
	else if (!endless && reply->length == 0 && reply->state == STATE_CHUNK_DATA)
		reply->state = STATE_CHUNK;
	else if (!endless && reply->length == 0)
		done(reply);
	return take;
}

enum http_reply_step
http_reply_feed(struct http_reply *reply, const void *data, size_t len)
{
	const uint8_t *octets = data;
	size_t at = 0;

	while (at < len && reply->step == HTTP_REPLY_MORE) {
		if (reply->state == STATE_BODY || reply->state == STATE_CHUNK_DATA) {
			at += skip_body(reply, len - at);
		} else if (reply->head_len++ == HTTP_REPLY_HEAD_MAX) {
			bad(reply, HTTP_REPLY_HEAD_LARGE);
		} else {
			feed_octet(reply, octets[at++]);
		}
	}
	return reply->step;
}

enum http_reply_step
http_reply_end(struct http_reply *reply)
{
	if (reply->step != HTTP_REPLY_MORE)
		return reply->step;
	if (reply->head_len == 0)
		bad(reply, HTTP_REPLY_CLOSED);
	else if (!reply->head_done)
		bad(reply, HTTP_REPLY_HEAD_SHORT);
	else if (reply->state == STATE_BODY && !reply->has_length)
		done(reply);
	else
		bad(reply, HTTP_REPLY_BODY_SHORT);
	return reply->step;
}
