/* jsonpath.c - follow a path of kubectl's JSONPath through a value. */
#include "cli/jsonpath.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "cli/jsonpath_parts.h"

#define FOUND_MAX 1000000
#define NAME_MAX_LEN 512
#define DEPTH_MAX 64

/* A path on its way. */
struct walk {
	const json_t *root;             /* "$" */
	const json_t *here;             /* "@" */
	struct jsonpath_found now;      /* what the steps so far found */
	struct strbuf *problem;
	unsigned depth;                 /* of filters in filters */
};

void
jsonpath_found_release(struct jsonpath_found *found)
{
	free(found->items);
	memset(found, 0, sizeof(*found));
}

int
jsonpath_found_add(struct jsonpath_found *found, const json_t *value)
{
	if (found->count == FOUND_MAX)
		return ERR_LIMIT;
	if (found->count == found->room) {
		size_t room = found->room > 0 ? found->room * 2 : 16;
		const json_t **items = reallocarray(found->items, room, sizeof(*items));

		if (items == NULL)
			return ERR_NOMEM;
		found->items = items;
		found->room = room;
	}
	found->items[found->count++] = value;
	return 0;
}

static int
syntax(const struct walk *walk, const char *what, const char *at)
{
	strbuf_addf(walk->problem, "%s at \"%.40s\"", what, at);
	return ERR_SYNTAX;
}

/* All members of a map, in the order of their keys' making, or of a list. */
static int
add_members(struct jsonpath_found *next, const json_t *value)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < json_array_size(value); i++)
		err = jsonpath_found_add(next, json_array_get(value, i));
	if (!json_is_object(value))
		return err;
	for (void *at = json_object_iter((json_t *)(uintptr_t)value); at != NULL && err == 0;
	    at = json_object_iter_next((json_t *)(uintptr_t)value, at))
		err = jsonpath_found_add(next, json_object_iter_value(at));
	return err;
}

static int
add_named(struct jsonpath_found *next, const json_t *value, const char *name)
{
	const json_t *member;

	if (strcmp(name, "*") == 0)
		return add_members(next, value);
	member = json_object_get(value, name);
	return member != NULL ? jsonpath_found_add(next, member) : 0;
}

/* The value itself and everything in it; only collections lead further. */
static int
add_below(struct jsonpath_found *next, const json_t *value, unsigned depth)
{
	struct jsonpath_found members = { 0 };
	int err = jsonpath_found_add(next, value);

	if (err == 0 && depth < DEPTH_MAX)
		err = add_members(&members, value);
	for (size_t i = 0; err == 0 && i < members.count; i++)
		if (json_is_object(members.items[i]) || json_is_array(members.items[i]))
			err = add_below(next, members.items[i], depth + 1);
	jsonpath_found_release(&members);
	return err;
}

/* Replace what was found by what a step makes of each of them. */
static int
step_name(struct walk *walk, const char *name)
{
	struct jsonpath_found next = { 0 };
	int err = 0;

	for (size_t i = 0; err == 0 && i < walk->now.count; i++)
		err = add_named(&next, walk->now.items[i], name);
	jsonpath_found_release(&walk->now);
	walk->now = next;
	return err;
}

static int
step_below(struct walk *walk)
{
	struct jsonpath_found next = { 0 };
	int err = 0;

	for (size_t i = 0; err == 0 && i < walk->now.count; i++)
		err = add_below(&next, walk->now.items[i], 0);
	jsonpath_found_release(&walk->now);
	walk->now = next;
	return err;
}

/* A name up to a dot, a bracket or the end; "\." is a dot in it. */
static int
read_name(const struct walk *walk, const char **at, char name[NAME_MAX_LEN])
{
	const char *text = *at;
	size_t len = 0;

	while (*text != '\0' && *text != '.' && *text != '[') {
		if (*text == '\\' && text[1] != '\0')
			text++;
		if (len == NAME_MAX_LEN - 1)
			return syntax(walk, "too long a name", *at);
		name[len++] = *text++;
	}
	name[len] = '\0';
	*at = text;
	return 0;
}

/* FROM:TO:STEP of a list, as Python has it; STEP only forwards. */
struct slice {
	long from;
	long to;
	long step;
	bool has_to;
	bool single;
};

static bool
read_slice(const char *text, struct slice *slice)
{
	char *end;

	*slice = (struct slice){ .step = 1 };
	slice->from = strtol(text, &end, 10);
	slice->single = *end == '\0' && end != text;
	if (slice->single)
		return true;
	if (*end != ':')
		return false;
	text = end + 1;
	slice->to = strtol(text, &end, 10);
	slice->has_to = end != text;
	if (*end == ':')
		slice->step = strtol(end + 1, &end, 10);
	return *end == '\0' && slice->step > 0;
}

static int
add_slice(struct jsonpath_found *next, const json_t *list, const struct slice *slice)
{
	long size = (long)json_array_size(list);
	long from = slice->from < 0 ? slice->from + size : slice->from;
	long to = slice->single ? from + 1 : slice->has_to ? slice->to : size;
	int err = 0;

	if (to < 0)
		to += size;
	if (slice->single && (from < 0 || from >= size))
		return 0;
	if (from < 0)
		from = 0;
	for (; err == 0 && from < to && from < size; from += slice->step)
		err = jsonpath_found_add(next, json_array_get(list, (size_t)from));
	return err;
}

/* One member of a union: a quoted name, "*", a number or a slice. */
static int
add_subscript(const struct walk *walk, struct jsonpath_found *next, const json_t *value,
    char *text)
{
	size_t len = strlen(text);
	struct slice slice;

	if (len >= 2 && (*text == '\'' || *text == '"') && text[len - 1] == *text) {
		text[len - 1] = '\0';
		return add_named(next, value, text + 1);
	}
	if (strcmp(text, "*") == 0)
		return add_members(next, value);
	if (!read_slice(text, &slice))
		return syntax(walk, "no number, name, * or filter", text);
	return add_slice(next, value, &slice);
}

/* The length of text up to one of `ends` outside quotes; what else is nested is skipped. */
static size_t
span_unquoted(const char *text, const char *ends)
{
	char quote = '\0';
	int depth = 0;
	size_t i;

	for (i = 0; text[i] != '\0'; i++) {
		if (quote != '\0') {
			if (text[i] == '\\' && text[i + 1] != '\0')
				i++;
			else if (text[i] == quote)
				quote = '\0';
			continue;
		}
		if (depth == 0 && strchr(ends, text[i]) != NULL)
			break;
		if (text[i] == '\'' || text[i] == '"')
			quote = text[i];
		else if (text[i] == '[' || text[i] == '(')
			depth++;
		else if (text[i] == ']' || text[i] == ')')
			depth--;
	}
	return i;
}

/* A union's members one after the other, of one value. */
static int
add_union(const struct walk *walk, struct jsonpath_found *next, const json_t *value,
    const char *inner)
{
	int err = 0;

	while (err == 0) {
		char part[NAME_MAX_LEN];
		size_t len;

		inner += strspn(inner, " ");
		len = span_unquoted(inner, ",");
		if (len >= sizeof(part))
			return syntax(walk, "too long a name", inner);
		memcpy(part, inner, len);
		part[len] = '\0';
		while (len > 0 && part[len - 1] == ' ')
			part[--len] = '\0';
		inner += span_unquoted(inner, ",");
		err = add_subscript(walk, next, value, part);
		if (*inner != ',')
			return err;
		inner++;
	}
	return err;
}

static int walk_path(struct walk *walk, const char *path);

/* What one side of a comparison is: a literal, which is a new reference, or what a path finds. */
static int
side_value(const struct walk *walk, const json_t *here, const char *text, json_t **value)
{
	struct walk sub = { walk->root, here, { 0 }, walk->problem, walk->depth + 1 };
	size_t len = strlen(text);
	int err;

	*value = NULL;
	if (*text != '@' && *text != '$') {
		if (len >= 2 && (*text == '\'' || *text == '"') && text[len - 1] == *text)
			*value = json_stringn(text + 1, len - 2);
		else
			*value = json_loads(text, JSON_DECODE_ANY, NULL);
		return *value != NULL ? 0 : syntax(walk, "no value", text);
	}
	if (sub.depth > DEPTH_MAX)
		return syntax(walk, "too deep a filter", text);
	err = walk_path(&sub, text);
	if (err == 0 && sub.now.count > 0)
		*value = json_incref((json_t *)(uintptr_t)sub.now.items[0]);
	jsonpath_found_release(&sub.now);
	return err;
}

/* An operator outside quotes; its length, or 0. */
static size_t
find_operator(const char *text, size_t *at)
{
	*at = span_unquoted(text, "=!<>");
	if (text[*at] == '\0')
		return 0;
	return text[*at + 1] == '=' ? 2 : 1;
}

static char *
trimmed(const char *text, size_t len)
{
	while (len > 0 && *text == ' ') {
		text++;
		len--;
	}
	while (len > 0 && text[len - 1] == ' ')
		len--;
	return strndup(text, len);
}

/* "@.path" or "@.path OP value" for one value. */
static int
filter_takes(const struct walk *walk, const json_t *here, const char *filter, bool *takes)
{
	size_t at, len = find_operator(filter, &at);
	char *left = trimmed(filter, at), *right = trimmed(filter + at + len, strlen(filter + at + len));
	json_t *a = NULL, *b = NULL;
	int err = left != NULL && right != NULL ? 0 : ERR_NOMEM;

	if (err == 0)
		err = side_value(walk, here, left, &a);
	if (err == 0 && len > 0)
		err = side_value(walk, here, right, &b);
	if (err == 0)
		*takes = len == 0 ? a != NULL : jsonpath_compare(a, b, filter + at, len);
	json_decref(a);
	json_decref(b);
	free(left);
	free(right);
	return err;
}

static int
add_filtered(const struct walk *walk, struct jsonpath_found *next, const json_t *list,
    const char *filter)
{
	struct jsonpath_found members = { 0 };
	int err = add_members(&members, list);

	for (size_t i = 0; err == 0 && i < members.count; i++) {
		bool takes = false;

		err = filter_takes(walk, members.items[i], filter, &takes);
		if (err == 0 && takes)
			err = jsonpath_found_add(next, members.items[i]);
	}
	jsonpath_found_release(&members);
	return err;
}

/* "[...]"; `inner` is what is between the brackets. */
static int
step_bracket(struct walk *walk, const char *inner)
{
	struct jsonpath_found next = { 0 };
	size_t len = strlen(inner);
	bool filters = len > 3 && strncmp(inner, "?(", 2) == 0 && inner[len - 1] == ')';
	char *filter = filters ? strndup(inner + 2, len - 3) : NULL;
	int err = filters && filter == NULL ? ERR_NOMEM : 0;

	for (size_t i = 0; err == 0 && i < walk->now.count; i++)
		err = filters ? add_filtered(walk, &next, walk->now.items[i], filter)
			      : add_union(walk, &next, walk->now.items[i], inner);
	free(filter);
	jsonpath_found_release(&walk->now);
	walk->now = next;
	return err;
}

static int
take_bracket(struct walk *walk, const char **at)
{
	const char *text = *at + 1;
	size_t len = span_unquoted(text, "]");
	char *inner;
	int err;

	if (text[len] != ']')
		return syntax(walk, "a bracket that is not closed", *at);
	inner = strndup(text, len);
	if (inner == NULL)
		return ERR_NOMEM;
	err = step_bracket(walk, inner);
	free(inner);
	*at = text + len + 1;
	return err;
}

static int
take_name(struct walk *walk, const char **at)
{
	char name[NAME_MAX_LEN];
	int err = read_name(walk, at, name);

	return err != 0 ? err : step_name(walk, name);
}

/* One step; *at moves on. */
static int
take_step(struct walk *walk, const char **at)
{
	int err = 0;

	if (**at == '[')
		return take_bracket(walk, at);
	if (strncmp(*at, "..", 2) == 0) {
		err = step_below(walk);
		*at += 2;
	} else if (**at == '.') {
		(*at)++;
	}
	if (err != 0 || **at == '\0' || **at == '[')
		return err;
	return take_name(walk, at);
}

static int
walk_path(struct walk *walk, const char *path)
{
	int err = jsonpath_found_add(&walk->now, *path == '@' ? walk->here : walk->root);

	if (*path == '@' || *path == '$')
		path++;
	while (err == 0 && *path != '\0')
		err = take_step(walk, &path);
	return err;
}

int
jsonpath_follow(const char *path, const json_t *root, const json_t *here,
    struct jsonpath_found *found, struct strbuf *problem)
{
	struct walk walk = { root, here, { 0 }, problem, 0 };
	/* In a range, a path begins where the range is. */
	int err;

	if (*path != '$' && *path != '@')
		walk.root = here;
	err = walk_path(&walk, path);
	*found = walk.now;
	if (err != 0)
		jsonpath_found_release(found);
	return err;
}
