/* request_target.c - the path and the query of an HTTP request, decoded once. */
#include "ops/request_target.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* -1: not a hexadecimal digit. */
static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Decode text[0..len) to `out`, which has room for it and a NUL; returns the octet behind that.
 * NULL: a broken escape or a control character.
 */
static char *
decode(const char *text, size_t len, bool form, char *out)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '%') {
			int high = i + 2 < len ? digit_of(text[i + 1]) : -1;
			int low = i + 2 < len ? digit_of(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = (unsigned char)(high * 16 + low);
			i += 2;
		} else if (form && c == '+') {
			c = ' ';
		}
		if (c < 0x20 || c == 0x7f)
			return NULL;
		*out++ = (char)c;
	}
	*out = '\0';
	return out + 1;
}

/* Is each segment a name?  Only the last may be empty. */
static bool
is_straight(const char *path)
{
	while (*path == '/') {
		size_t len = strcspn(++path, "/");

		if ((len == 0 && path[0] != '\0') || (len == 1 && path[0] == '.') ||
		    (len == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += len;
	}
	return true;
}

static int
parse_path(const char *path, struct request_target *target)
{
	size_t len = strlen(path);

	if (path[0] != '/')
		return ERR_INVALID;
	target->path = malloc(len + 1);
	if (target->path == NULL)
		return ERR_NOMEM;
	if (decode(path, len, false, target->path) == NULL)
		return ERR_INVALID;
	/* After decoding: %2e%2e and %2f are no way around. */
	return is_straight(target->path) ? 0 : ERR_NOTFOUND;
}

static int
parse_query(const char *query, struct request_target *target)
{
	char *out;

	/* A key of one octet without value is the most that an octet and its "&" can become: three. */
	target->pairs = out = malloc(2 * strlen(query) + 2);
	if (out == NULL)
		return ERR_NOMEM;
	while (*query != '\0') {
		size_t len = strcspn(query, "&");
		const char *equals = memchr(query, '=', len);
		size_t key_len = equals == NULL ? len : (size_t)(equals - query);

		if (len > 0) {
			out = decode(query, key_len, true, out);
			if (out != NULL && equals == NULL)
				*out++ = '\0';
			else if (out != NULL)
				out = decode(equals + 1, len - key_len - 1, true, out);
			if (out == NULL)
				return ERR_INVALID;
			target->pair_count++;
		}
		query += len;
		query += *query == '&';
	}
	return 0;
}

int
request_target_parse(const char *path, const char *query, struct request_target *out)
{
	struct request_target target = { 0 };
	int err = parse_path(path, &target);

	if (err == 0 && query != NULL)
		err = parse_query(query, &target);
	if (err != 0)
		request_target_release(&target);
	else
		*out = target;
	return err;
}

void
request_target_release(struct request_target *target)
{
	free(target->path);
	free(target->pairs);
	*target = (struct request_target){ 0 };
}

const char *
request_target_query(const struct request_target *target, const char *key)
{
	const char *at = target->pairs;

	for (size_t i = 0; i < target->pair_count; i++) {
		const char *value = at + strlen(at) + 1;

		if (strcmp(at, key) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return NULL;
}
