/* request_head.c - the head of an HTTP request, read strictly before the server sees it. */
#include "ops/request_head.h"

#include <string.h>
#include <strings.h>

#define FIELDS_MAX 100
#define LENGTH_DIGITS 18

static const struct {
	const char *name;
	enum visit_method method;
} methods[] = {
	{ "GET", VISIT_GET }, { "HEAD", VISIT_HEAD }, { "POST", VISIT_POST }, { "PUT", VISIT_PUT },
	{ "PATCH", VISIT_PATCH }, { "DELETE", VISIT_DELETE }, { "OPTIONS", VISIT_OPTIONS },
};

/* A head under way. */
struct reading {
	struct request_head *head;
	bool has_length;
	const char *why;
};

size_t
request_head_len(const char *text, size_t len)
{
	const char *end = len < 4 ? NULL : memmem(text, len, "\r\n\r\n", 4);

	return end == NULL ? 0 : (size_t)(end - text) + 4;
}

bool
head_value_is(const struct head_value *value, const char *text)
{
	return value->text != NULL && strlen(text) == value->len &&
	    strncasecmp(value->text, text, value->len) == 0;
}

static int
fail(struct reading *reading, int code, const char *why)
{
	reading->why = why;
	return code;
}

/* RFC 9110, 5.6.2. */
static bool
is_token(const char *text, size_t len)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c != '\0' && strchr(others, c) != NULL)))
			return false;
	}
	return len > 0;
}

static bool
is_printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= 0x20 || text[i] == 0x7f)
			return false;
	return len > 0;
}

/* ---- the first line ---- */

static enum visit_method
method_of(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strlen(methods[i].name) == len && memcmp(methods[i].name, text, len) == 0)
			return methods[i].method;
	return VISIT_OTHER;
}

/* "/path?query" or "http://host/path?query" (RFC 9112, 3.2.1 and 3.2.2). */
static bool
read_target(struct request_head *head, const char *text, size_t len)
{
	const char *query;
	size_t scheme = len > 7 && strncasecmp(text, "http://", 7) == 0 ? 7 :
	    len > 8 && strncasecmp(text, "https://", 8) == 0 ? 8 : 0;

	if (!is_printable(text, len))
		return false;
	if (scheme > 0) {
		const char *slash = memchr(text + scheme, '/', len - scheme);

		if (slash == NULL || slash == text + scheme)
			return false;
		head->host = (struct head_value){ text + scheme,
			(size_t)(slash - text) - scheme };
		len -= (size_t)(slash - text);
		text = slash;
	}
	query = memchr(text, '?', len);
	head->path = (struct head_value){ text, query == NULL ? len : (size_t)(query - text) };
	return text[0] == '/';
}

static int
read_first(struct reading *reading, const char *line, size_t len)
{
	struct request_head *head = reading->head;
	const char *space = memchr(line, ' ', len);
	const char *last = space == NULL ? NULL : memrchr(line, ' ', len);
	const char *version;

	if (space == NULL || last == space || !is_token(line, (size_t)(space - line)))
		return fail(reading, 400, "the first line is not that of an HTTP request");
	version = last + 1;
	if (len - (size_t)(version - line) != 8 || memcmp(version, "HTTP/", 5) != 0)
		return fail(reading, 400, "the first line is not that of an HTTP request");
	head->is_http10 = memcmp(version, "HTTP/1.0", 8) == 0;
	if (!head->is_http10 && memcmp(version, "HTTP/1.1", 8) != 0)
		return fail(reading, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
	head->method = method_of(line, (size_t)(space - line));
	if (head->method == VISIT_OTHER)
		return fail(reading, 405, "the server does not know this method");
	if (!read_target(head, space + 1, (size_t)(last - space) - 1))
		return fail(reading, 400, "the path or the query of the request is malformed");
	return 0;
}

/* ---- fields ---- */

static int
take_length(struct reading *reading, const struct head_value *value)
{
	uint64_t length = 0;

	if (reading->has_length)
		return fail(reading, 400, "Content-Length is stated twice");
	if (value->len == 0 || value->len > LENGTH_DIGITS)
		return fail(reading, value->len == 0 ? 400 : 413, "Content-Length is out of range");
	for (size_t i = 0; i < value->len; i++) {
		if (value->text[i] < '0' || value->text[i] > '9')
			return fail(reading, 400, "Content-Length is no number");
		length = length * 10 + (uint64_t)(value->text[i] - '0');
	}
	reading->has_length = true;
	reading->head->content_length = length;
	return length <= REQUEST_BODY_MAX ? 0 :
	    fail(reading, 413, "the body is larger than 1 MiB");
}

static int
take_once(struct reading *reading, struct head_value *into, const struct head_value *value,
    const char *why)
{
	if (into->text != NULL)
		return fail(reading, 400, why);
	*into = *value;
	return 0;
}

static int
take_field(struct reading *reading, const struct head_value *name, const struct head_value *value,
    struct head_value *host)
{
	struct request_head *head = reading->head;

	if (head_value_is(name, "Host"))
		return take_once(reading, host, value, "Host is stated twice");
	if (head_value_is(name, "Origin"))
		return take_once(reading, &head->origin, value, "Origin is stated twice");
	if (head_value_is(name, "Authorization"))
		return take_once(reading, &head->authorization, value,
		    "Authorization is stated twice");
	if (head_value_is(name, "Sec-Fetch-Site"))
		return take_once(reading, &head->fetch_site, value,
		    "Sec-Fetch-Site is stated twice");
	if (head_value_is(name, "Content-Length"))
		return take_length(reading, value);
	if (head_value_is(name, "Transfer-Encoding")) {
		if (head->is_chunked || head->is_http10)
			return fail(reading, 400, "Transfer-Encoding is stated twice, or in HTTP/1.0");
		head->is_chunked = head_value_is(value, "chunked");
		return head->is_chunked ? 0 :
		    fail(reading, 501, "Transfer-Encoding can only be chunked");
	}
	if (head_value_is(name, "Expect") && !head_value_is(value, "100-continue"))
		return fail(reading, 417, "Expect can only be 100-continue");
	return 0;
}

static int
read_field(struct reading *reading, const char *line, size_t len, struct head_value *host)
{
	const char *colon = memchr(line, ':', len);
	struct head_value name = { line, colon == NULL ? 0 : (size_t)(colon - line) };
	struct head_value value;

	/* A name that begins with space is a folded line, which is no more (RFC 9112, 5.2). */
	if (colon == NULL || !is_token(name.text, name.len))
		return fail(reading, 400, "a header field has no proper name");
	value = (struct head_value){ colon + 1, len - name.len - 1 };
	while (value.len > 0 && (value.text[0] == ' ' || value.text[0] == '\t')) {
		value.text++;
		value.len--;
	}
	while (value.len > 0 && (value.text[value.len - 1] == ' ' ||
	    value.text[value.len - 1] == '\t'))
		value.len--;
	for (size_t i = 0; i < value.len; i++)
		if (((unsigned char)value.text[i] < 0x20 && value.text[i] != '\t') ||
		    value.text[i] == 0x7f)
			return fail(reading, 400, "a header field holds a control character");
	return take_field(reading, &name, &value, host);
}

static int
finish(struct reading *reading, const struct head_value *host)
{
	struct request_head *head = reading->head;

	/* RFC 9112, 3.2: a target that names a host is believed over the field, which must be there. */
	if (host->text == NULL && !head->is_http10)
		return fail(reading, 400, "there is no Host");
	if (head->host.text == NULL)
		head->host = *host;
	if (head->is_chunked && reading->has_length)
		return fail(reading, 400, "the body has a length and is chunked");
	return 0;
}

int
request_head_read(const char *text, size_t len, struct request_head *out, const char **why)
{
	struct reading reading = { .head = out };
	struct head_value host = { NULL, 0 };
	const char *at = text, *end = text + len - 2;   /* the empty line */
	int code = 0;

	*out = (struct request_head){ .method = VISIT_OTHER };
	for (size_t i = 0; at < end && code == 0; i++) {
		const char *line_end = memmem(at, (size_t)(text + len - at), "\r\n", 2);
		size_t line_len = (size_t)(line_end - at);

		if (memchr(at, '\n', line_len) != NULL || memchr(at, '\r', line_len) != NULL)
			code = fail(&reading, 400, "a line does not end with CRLF");
		else if (i > FIELDS_MAX)
			code = fail(&reading, 431, "there are more than 100 header fields");
		else
			code = i == 0 ? read_first(&reading, at, line_len) :
			    read_field(&reading, at, line_len, &host);
		at = line_end + 2;
	}
	if (code == 0)
		code = out->path.text == NULL ?
		    fail(&reading, 400, "the first line is not that of an HTTP request") :
		    finish(&reading, &host);
	*why = reading.why;
	return code;
}
