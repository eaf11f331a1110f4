/* http_request.c - the request that an HTTP probe sends. */
#include "probe/http_request.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"

/* Not sent from the headers as they stand: sent elsewhere, or not to be chosen by them. */
static const char *const withheld[] = {
	"Host", "User-Agent", "Accept", "Connection", "Content-Length", "Transfer-Encoding",
	"Trailer",
};

static const struct http_header *
find(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (strcasecmp(request->headers[i].name, name) == 0)
			return &request->headers[i];
	}
	return NULL;
}

static bool
is_withheld(const char *name)
{
	for (size_t i = 0; i < sizeof(withheld) / sizeof(withheld[0]); i++) {
		if (strcasecmp(withheld[i], name) == 0)
			return true;
	}
	return false;
}

/* A request must stay one request whatever a manifest holds. */
static bool
is_clean(const struct http_header *header)
{
	if (header->name[0] == '\0')
		return false;
	for (const char *c = header->name; *c != '\0'; c++) {
		if (*c <= ' ' || *c >= 0x7f || *c == ':')
			return false;
	}
	for (const char *c = header->value; *c != '\0'; c++) {
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			return false;
	}
	return true;
}

/* "x-probe-ID" is sent as "X-Probe-Id" (Go, textproto.CanonicalMIMEHeaderKey). */
static void
add_name(struct strbuf *out, const char *name)
{
	bool first = true;

	for (; *name != '\0'; name++) {
		char c = *name;

		if (first && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		else if (!first && c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		first = c == '-';
		strbuf_add_n(out, &c, 1);
	}
}

static void
add_header(struct strbuf *out, const char *name, const char *value)
{
	add_name(out, name);
	strbuf_add_n(out, ": ", 2);
	strbuf_add(out, value);
	strbuf_add_n(out, "\r\n", 2);
}

/* Ours, unless the headers replace it or, being empty, remove it. */
static void
add_replaceable(struct strbuf *out, const struct http_request *request, const char *name,
    const char *ours)
{
	const struct http_header *header = find(request, name);
	const char *value = header != NULL ? header->value : ours;

	if (value[0] != '\0')
		add_header(out, name, value);
}

static void
add_host(struct strbuf *out, const struct http_request *request)
{
	const struct http_header *header =
	    request->host_from_headers ? find(request, "Host") : NULL;
	bool brackets = strchr(request->host, ':') != NULL;

	if (header != NULL && header->value[0] != '\0')
		add_header(out, "Host", header->value);
	else
		strbuf_addf(out, "Host: %s%s%s:%u\r\n", brackets ? "[" : "", request->host,
		    brackets ? "]" : "",
		    (unsigned)request->port);
}

int
http_request_add(struct strbuf *out, const struct http_request *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (!is_clean(&request->headers[i]))
			return ERR_INVALID;
	}
	strbuf_add(out, "GET ");
	strbuf_add(out, request->target);
	strbuf_add(out, " HTTP/1.1\r\n");
	add_host(out, request);
	add_replaceable(out, request, "User-Agent", request->user_agent);
	for (size_t i = 0; i < request->header_count; i++) {
		if (!is_withheld(request->headers[i].name))
			add_header(out, request->headers[i].name, request->headers[i].value);
	}
	add_replaceable(out, request, "Accept", "*/*");
	strbuf_add(out, "Connection: close\r\n\r\n");
	return out->err;
}
