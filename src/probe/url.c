/* url.c - the little of RFC 3986 that httpGet.path and redirects need. */
#include "probe/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/text.h"

struct span {
	const char *text;       /* NULL: not stated */
	size_t len;
};

/* RFC 3986, appendix B, the fragment left out. */
struct parts {
	struct span scheme;
	struct span authority;
	struct span path;
	struct span query;
};

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* The length of "scheme" where text begins with "scheme:", else 0. */
static size_t
scheme_len(const char *text)
{
	size_t len = 0;

	if (!is_alpha(text[0]))
		return 0;
	while (is_alpha(text[len]) || is_digit(text[len]) ||
	    (text[len] != '\0' && strchr("+-.", text[len]) != NULL))
		len++;
	return text[len] == ':' ? len : 0;
}

static struct parts
split(const char *text)
{
	struct parts parts = { 0 };
	size_t len = scheme_len(text);

	if (len > 0) {
		parts.scheme = (struct span){ text, len };
		text += len + 1;
	}
	if (text[0] == '/' && text[1] == '/') {
		text += 2;
		parts.authority = (struct span){ text, strcspn(text, "/?#") };
		text += parts.authority.len;
	}
	parts.path = (struct span){ text, strcspn(text, "?#") };
	text += parts.path.len;
	if (text[0] == '?')
		parts.query = (struct span){ text + 1, strcspn(text + 1, "#") };
	return parts;
}

/* May stand unescaped in a path: pchar and '/', and the brackets that Go lets pass. */
static bool
is_path_char(char c)
{
	return is_alpha(c) || is_digit(c) || (c != '\0' &&
	    strchr("-._~!$&'()*+,;=:@/[]", c) != NULL);
}

static void
add_escaped(struct strbuf *out, char c)
{
	strbuf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
}

/* A stretch of path; `raw`: '%' has no meaning in it. */
static void
add_path(struct strbuf *out, struct span path, bool raw)
{
	for (size_t i = 0; i < path.len; i++) {
		char c = path.text[i];

		if (is_path_char(c) || (c == '%' && !raw))
			strbuf_add_n(out, &c, 1);
		else
			add_escaped(out, c);
	}
}

static void
add_query(struct strbuf *out, struct span query)
{
	if (query.text == NULL)
		return;
	strbuf_add_n(out, "?", 1);
	for (size_t i = 0; i < query.len; i++) {
		if (query.text[i] > ' ' && query.text[i] < 0x7f)
			strbuf_add_n(out, &query.text[i], 1);
		else
			add_escaped(out, query.text[i]);
	}
}

static bool
holds_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	}
	return false;
}

/* Is each '%' followed by two hex digits? */
static bool
escapes_well(struct span path)
{
	for (size_t i = 0; i < path.len; i++) {
		if (path.text[i] == '%' && (i + 2 >= path.len || !is_hex(path.text[i + 1]) ||
		    !is_hex(path.text[i + 2])))
			return false;
	}
	return true;
}

void
url_add_target(struct strbuf *out, const char *reference)
{
	struct parts parts = split(reference);
	/* "a:b" is a path to us; Go sees a scheme and can then make no request at all. */
	bool raw = holds_control(reference) || !escapes_well(parts.path) ||
	    (parts.scheme.text != NULL && parts.authority.text == NULL);

	if (raw)
		parts = (struct parts){ .path = { reference, strlen(reference) } };
	if (parts.path.len == 0 || parts.path.text[0] != '/')
		strbuf_add_n(out, "/", 1);
	add_path(out, parts.path, raw);
	add_query(out, parts.query);
}

/* ---- redirects ---- */

static bool
span_is(struct span span, const char *text)
{
	return span.len == strlen(text) && strncasecmp(span.text, text, span.len) == 0;
}

/* Add `path` to `out` without "." and ".." (RFC 3986, 5.2.4); it begins with '/'. */
static void
add_without_dots(struct strbuf *out, const char *path)
{
	while (*path == '/') {
		size_t len = strcspn(path + 1, "/");
		bool last = path[1 + len] == '\0';
		struct span segment = { path + 1, len };

		if (span_is(segment, "..")) {
			while (out->len > 0 && out->text[--out->len] != '/')
				out->text[out->len] = '\0';
			if (out->len == 0)
				strbuf_clear(out);
		} else if (!span_is(segment, ".")) {
			strbuf_add_n(out, path, 1 + len);
			path += 1 + len;
			continue;
		}
		if (last)
			strbuf_add(out, "/");
		path += 1 + len;
	}
}

/* The target that a reference's path and query lead to from the base's. */
static char *
resolve_target(const char *base, const struct parts *parts)
{
	struct strbuf merged = STRBUF_INIT, out = STRBUF_INIT;
	size_t path_len = strcspn(base, "?");
	struct span query = parts->query;

	if (parts->path.len == 0 && parts->authority.text == NULL) {
		strbuf_add_n(&merged, base, path_len);
		if (query.text == NULL && base[path_len] == '?')
			query = (struct span){ base + path_len + 1, strlen(base + path_len + 1) };
	} else if (parts->path.len == 0) {
		strbuf_add(&merged, "/");
	} else {
		if (parts->path.text[0] != '/') {
			while (path_len > 0 && base[path_len - 1] != '/')
				path_len--;
			strbuf_add_n(&merged, base, parts->authority.text != NULL ? 1 : path_len);
		}
		add_path(&merged, parts->path, false);
	}
	add_without_dots(&out, merged.text);
	add_query(&out, query);
	if (merged.err != 0 || out.err != 0)
		strbuf_release(&out);
	strbuf_release(&merged);
	return strbuf_take(&out);
}

/* "user@[::1]:80" to host and port; no port: 0. */
static int
split_authority(struct span authority, struct span *host, uint16_t *port)
{
	const char *text = authority.text, *end = text + authority.len;
	const char *at = memrchr(text, '@', authority.len);
	char digits[8] = "";
	uint64_t number = 0;

	if (at != NULL)
		text = at + 1;
	if (text < end && *text == '[') {
		const char *close = memchr(text, ']', (size_t)(end - text));

		if (close == NULL)
			return ERR_SYNTAX;
		*host = (struct span){ text + 1, (size_t)(close - text - 1) };
		text = close + 1;
	} else {
		const char *colon = memchr(text, ':', (size_t)(end - text));

		*host = (struct span){ text, (size_t)((colon != NULL ? colon : end) - text) };
		text += host->len;
	}
	if (text < end && *text++ != ':')
		return ERR_SYNTAX;
	if (host->len == 0 || (size_t)(end - text) >= sizeof(digits))
		return ERR_SYNTAX;
	memcpy(digits, text, (size_t)(end - text));
	if (digits[0] != '\0' && (!text_to_u64(digits, UINT16_MAX, &number) || number == 0))
		return ERR_SYNTAX;
	*port = (uint16_t)number;
	return 0;
}

static int
resolve_parts(const struct url *base, const struct parts *parts, struct url *out)
{
	struct span host = { base->host, strlen(base->host) };
	int err = 0;

	out->port = base->port;
	if (parts->authority.text != NULL)
		err = split_authority(parts->authority, &host, &out->port);
	if (err != 0)
		return err;
	if (out->port == 0)
		out->port = out->https ? 443 : 80;
	out->host = strndup(host.text, host.len);
	out->target = resolve_target(base->target, parts);
	return out->host == NULL || out->target == NULL ? ERR_NOMEM : 0;
}

int
url_resolve(const struct url *base, const char *location, struct url *out)
{
	struct parts parts = split(location);
	struct url url = { .https = base->https, .scheme_stated = parts.scheme.text != NULL };

	if (holds_control(location) || !escapes_well(parts.path))
		return ERR_SYNTAX;
	if (url.scheme_stated) {
		url.https = span_is(parts.scheme, "https");
		if (!url.https && !span_is(parts.scheme, "http"))
			return ERR_INVALID;
		if (parts.authority.text == NULL)
			return ERR_SYNTAX;
	}
	int err = resolve_parts(base, &parts, &url);

	if (err != 0)
		url_release(&url);
	else
		*out = url;
	return err;
}

void
url_release(struct url *url)
{
	free(url->host);
	free(url->target);
	url->host = url->target = NULL;
}

bool
url_same_host(const char *a, const char *b)
{
	struct addr first, second;

	if (addr_parse(a, &first) == 0 && addr_parse(b, &second) == 0)
		return addr_compare(&first, &second) == 0;
	return strcasecmp(a, b) == 0;
}
