/* jsonpath_fill.c - fill in a template: text, paths in braces and ranges. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "cli/jsonpath_parts.h"

#define RANGES_DEEP 8

bool
jsonpath_compare(const json_t *a, const json_t *b, const char *op, size_t len)
{
	int order;

	if (len == 2 && (*op == '=' || *op == '!'))
		return (a != NULL && b != NULL && json_equal(a, b)) == (*op == '=');
	if (json_is_number(a) && json_is_number(b))
		order = (json_number_value(a) > json_number_value(b)) -
		    (json_number_value(a) < json_number_value(b));
	else if (json_is_string(a) && json_is_string(b))
		order = strcmp(json_string_value(a), json_string_value(b));
	else
		return false;
	if (order == 0)
		return len == 2;
	return *op == '<' ? order < 0 : *op == '>' && order > 0;
}

void
jsonpath_print(struct strbuf *out, const json_t *value)
{
	char *text;

	if (json_is_string(value)) {
		strbuf_add(out, json_string_value(value));
		return;
	}
	if (json_is_null(value))
		return;         /* as kubectl: nothing */
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
	if (text == NULL)
		out->err = ERR_NOMEM;
	else
		strbuf_add(out, text);
	free(text);
}

/* Where the filling stands. */
struct filling {
	const json_t *root;
	struct strbuf *out;
	struct strbuf *problem;
	unsigned depth;
};

/* "text" in braces: \n, \t, \\ and \" are what they are elsewhere. */
static void
add_literal(struct strbuf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '\\' && i + 1 < len) {
			c = text[++i];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
		}
		strbuf_add_n(out, &c, 1);
	}
}

static int
add_path(const struct filling *filling, const char *path, const json_t *here)
{
	struct jsonpath_found found = { 0 };
	int err = jsonpath_follow(path, filling->root, here, &found, filling->problem);

	for (size_t i = 0; err == 0 && i < found.count; i++) {
		if (i > 0)
			strbuf_add(filling->out, " ");
		jsonpath_print(filling->out, found.items[i]);
	}
	jsonpath_found_release(&found);
	return err;
}

/* What is between "{" and "}": its length without blanks, and where it goes on. */
static size_t
read_braces(const char **at, const char **inner)
{
	const char *text = *at + 1;
	char quote = '\0';
	size_t len;

	for (len = 0; text[len] != '\0' && (quote != '\0' || text[len] != '}'); len++) {
		if (quote != '\0' && text[len] == '\\' && text[len + 1] != '\0')
			len++;
		else if (quote != '\0')
			quote = text[len] == quote ? '\0' : quote;
		else if (text[len] == '"' || text[len] == '\'')
			quote = text[len];
	}
	*at = text + len + (text[len] == '}' ? 1 : 0);
	while (len > 0 && *text == ' ') {
		text++;
		len--;
	}
	while (len > 0 && text[len - 1] == ' ')
		len--;
	*inner = text;
	return len;
}

static bool
is_range(const char *inner, size_t len)
{
	return len > 6 && strncmp(inner, "range ", 6) == 0;
}

static bool
is_end(const char *inner, size_t len)
{
	return len == 3 && strncmp(inner, "end", 3) == 0;
}

/* Behind the {end} that belongs to the range whose body begins here; NULL: there is none. */
static const char *
skip_range(const char *body)
{
	unsigned depth = 1;

	for (const char *at = body; *at != '\0';) {
		const char *inner;
		size_t len;

		if (*at != '{') {
			at++;
			continue;
		}
		len = read_braces(&at, &inner);
		if (is_range(inner, len))
			depth++;
		else if (is_end(inner, len) && --depth == 0)
			return at;
	}
	return NULL;
}

static int fill(struct filling *filling, const char *text, const json_t *here);

static int
fill_range(struct filling *filling, const char *path, const char *body, const json_t *here)
{
	struct jsonpath_found found = { 0 };
	int err;

	if (++filling->depth > RANGES_DEEP) {
		strbuf_add(filling->problem, "too many ranges in each other");
		return ERR_LIMIT;
	}
	err = jsonpath_follow(path, filling->root, here, &found, filling->problem);
	for (size_t i = 0; err == 0 && i < found.count; i++)
		err = fill(filling, body, found.items[i]);
	jsonpath_found_release(&found);
	filling->depth--;
	return err;
}

/* One {...}; *at is behind it, or behind its {end}. */
static int
fill_braces(struct filling *filling, const char **at, const json_t *here)
{
	const char *inner;
	size_t len = read_braces(at, &inner);
	bool range = is_range(inner, len);
	const char *body = *at;
	char *path;
	int err;

	if (len >= 2 && (*inner == '"' || *inner == '\'')) {
		add_literal(filling->out, inner + 1, len - 2);
		return 0;
	}
	if (range && (*at = skip_range(body)) == NULL) {
		*at = "";
		strbuf_add(filling->problem, "a range without its {end}");
		return ERR_SYNTAX;
	}
	path = range ? strndup(inner + 6, len - 6) : strndup(inner, len);
	if (path == NULL)
		return ERR_NOMEM;
	err = range ? fill_range(filling, path, body, here) : add_path(filling, path, here);
	free(path);
	return err;
}

/* Until the end, or the {end} of the range that this is the body of. */
static int
fill(struct filling *filling, const char *text, const json_t *here)
{
	int err = 0;

	while (*text != '\0' && err == 0) {
		size_t len = strcspn(text, "{");
		const char *ahead = text + len, *inner;

		strbuf_add_n(filling->out, text, len);
		if (*ahead == '\0')
			break;
		text = ahead;
		len = read_braces(&ahead, &inner);
		if (is_end(inner, len) && filling->depth > 0)
			return 0;
		err = fill_braces(filling, &text, here);
	}
	return err != 0 ? err : filling->out->err;
}

int
jsonpath_fill(const char *template_, const json_t *root, struct strbuf *out,
    struct strbuf *problem)
{
	struct filling filling = { root, out, problem, 0 };

	/* kubectl takes a path without braces, too. */
	if (strchr(template_, '{') == NULL)
		return add_path(&filling, template_, root);
	return fill(&filling, template_, root);
}

int
jsonpath_find(const char *path, const json_t *root, struct jsonpath_found *found,
    struct strbuf *problem)
{
	size_t len = strlen(path);
	char *bare = len >= 2 && *path == '{' && path[len - 1] == '}' ? strndup(path + 1, len - 2)
								      : strdup(path);
	int err;

	if (bare == NULL)
		return ERR_NOMEM;
	err = jsonpath_follow(bare, root, root, found, problem);
	free(bare);
	return err;
}
