/* patch_json.c - JSON patches (RFC 6902) with JSON pointers (RFC 6901). */
#include "ops/patch_json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ops/patch_bounds.h"

#define TOKEN_SIZE 512                  /* the longest key of an object has 317 octets */

/* One patch at work. */
struct work {
	json_t *root;                   /* owned */
	struct patch_why *why;
	size_t index;                   /* of the operation */
	size_t copied;                  /* octets by `copy` so far */
};

/* Where an operation is to happen: the container and the last token. */
struct spot {
	json_t *parent;                 /* NULL: the root itself */
	char token[TOKEN_SIZE];
	unsigned depth;                 /* levels above the place */
};

static int
refuse(struct work *work, int err, const char *pointer, const char *problem)
{
	return patch_why_say(work->why, err, "operation %zu of the JSON patch: \"%.120s\" %s",
	    work->index, pointer, problem);
}

/* RFC 6901, section 4: ~1 is a slash, ~0 a tilde.  The rest of the pointer, or NULL. */
static const char *
next_token(const char *at, char token[TOKEN_SIZE])
{
	size_t len = 0;

	for (; *at != '\0' && *at != '/'; at++) {
		char letter = *at;

		if (letter == '~') {
			at++;
			if (*at != '0' && *at != '1')
				return NULL;
			letter = *at == '0' ? '~' : '/';
		}
		if (len + 1 == TOKEN_SIZE)
			return NULL;
		token[len++] = letter;
	}
	token[len] = '\0';
	return at;
}

/* An index of a list: digits without leading zeros.  `end` is what "-" stands for. */
static bool
token_to_index(const char *token, size_t end, size_t *index)
{
	char *rest;
	unsigned long number;

	if (strcmp(token, "-") == 0) {
		*index = end;
		return true;
	}
	if (*token < '0' || *token > '9' || (*token == '0' && token[1] != '\0') ||
	    strlen(token) > 9)
		return false;
	number = strtoul(token, &rest, 10);
	*index = (size_t)number;
	return *rest == '\0';
}

static json_t *
child_of(json_t *parent, const char *token)
{
	size_t index;

	if (json_is_object(parent))
		return json_object_get(parent, token);
	/* "-" is behind the last one, where nothing is. */
	if (json_is_array(parent) && token_to_index(token, json_array_size(parent), &index))
		return json_array_get(parent, index);
	return NULL;
}

static int
find_spot(struct work *work, const char *pointer, struct spot *spot)
{
	const char *at = pointer;
	json_t *here = work->root;

	*spot = (struct spot){ .parent = NULL };
	if (*at != '\0' && *at != '/')
		return refuse(work, ERR_SYNTAX, pointer, "is no JSON pointer");
	while (*at == '/') {
		if (spot->parent != NULL)
			here = child_of(spot->parent, spot->token);
		if (!json_is_object(here) && !json_is_array(here))
			return refuse(work, ERR_INVALID, pointer, "leads nowhere");
		spot->parent = here;
		at = next_token(at + 1, spot->token);
		if (at == NULL)
			return refuse(work, ERR_SYNTAX, pointer, "is no JSON pointer");
		if (++spot->depth > PATCH_DEPTH_MAX)
			return refuse(work, ERR_LIMIT, pointer, "is too deep");
	}
	return 0;
}

/* The value at a spot, borrowed; NULL: there is none. */
static json_t *
value_at(const struct work *work, const struct spot *spot)
{
	return spot->parent == NULL ? work->root : child_of(spot->parent, spot->token);
}

/* Takes `value` over. */
static int
put(struct work *work, const struct spot *spot, const char *pointer, json_t *value, bool replace)
{
	size_t index;
	int failed;

	if (spot->parent == NULL) {
		json_decref(work->root);
		work->root = value;
		return 0;
	}
	if (json_is_object(spot->parent)) {
		failed = json_object_set_new(spot->parent, spot->token, value);
		return failed == 0 ? 0 : ERR_NOMEM;
	}
	if (!token_to_index(spot->token, json_array_size(spot->parent), &index) ||
	    index > json_array_size(spot->parent)) {
		json_decref(value);
		return refuse(work, ERR_INVALID, pointer, "is no place in the list");
	}
	failed = replace ? json_array_set_new(spot->parent, index, value) :
	    json_array_insert_new(spot->parent, index, value);
	return failed == 0 ? 0 : ERR_NOMEM;
}

static int
take_away(struct work *work, const struct spot *spot, const char *pointer)
{
	size_t index;

	if (value_at(work, spot) == NULL)
		return refuse(work, ERR_INVALID, pointer, "is not there to be removed");
	if (spot->parent == NULL)
		return refuse(work, ERR_INVALID, pointer, "is the whole object");
	if (json_is_object(spot->parent))
		json_object_del(spot->parent, spot->token);
	else if (token_to_index(spot->token, json_array_size(spot->parent), &index))
		json_array_remove(spot->parent, index);
	return 0;
}

/* ---- operations ---- */

struct operation {
	const char *path;
	const char *from;               /* NULL: not stated */
	json_t *value;                  /* NULL: not stated */
};

/* A value below as many levels as lie above its new place. */
static int
check_growth(struct work *work, const struct spot *spot, const char *path, json_t *value)
{
	size_t weight = patch_bounds_weight(value, PATCH_DEPTH_MAX - spot->depth);

	if (weight == SIZE_MAX)
		return refuse(work, ERR_LIMIT, path, "would become too deep");
	work->copied += weight;
	if (work->copied > PATCH_WEIGHT_MAX)
		return refuse(work, ERR_LIMIT, path, "makes the object too large");
	return 0;
}

static int
put_copy(struct work *work, const char *path, json_t *value, bool must_exist)
{
	struct spot spot;
	int err = find_spot(work, path, &spot);
	json_t *copy;

	if (err == 0 && must_exist && value_at(work, &spot) == NULL)
		err = refuse(work, ERR_INVALID, path, "is not there to be replaced");
	if (err == 0)
		err = check_growth(work, &spot, path, value);
	if (err != 0)
		return err;
	copy = json_deep_copy(value);
	return copy == NULL ? ERR_NOMEM : put(work, &spot, path, copy, must_exist);
}

static int
do_add(struct work *work, const struct operation *operation)
{
	return put_copy(work, operation->path, operation->value, false);
}

static int
do_replace(struct work *work, const struct operation *operation)
{
	return put_copy(work, operation->path, operation->value, true);
}

static int
do_remove(struct work *work, const struct operation *operation)
{
	struct spot spot;
	int err = find_spot(work, operation->path, &spot);

	return err != 0 ? err : take_away(work, &spot, operation->path);
}

static int
find_source(struct work *work, const char *from, struct spot *spot, json_t **value)
{
	int err = find_spot(work, from, spot);

	if (err != 0)
		return err;
	*value = value_at(work, spot);
	return *value != NULL ? 0 : refuse(work, ERR_INVALID, from, "is not there");
}

static int
do_copy(struct work *work, const struct operation *operation)
{
	struct spot spot;
	json_t *value;
	int err = find_source(work, operation->from, &spot, &value);

	return err != 0 ? err : put_copy(work, operation->path, value, false);
}

static int
do_move(struct work *work, const struct operation *operation)
{
	size_t len = strlen(operation->from);
	struct spot from;
	json_t *value;
	int err = find_source(work, operation->from, &from, &value);

	if (err != 0 || strcmp(operation->from, operation->path) == 0)
		return err;
	/* Section 4.4: not into one of its own children. */
	if (strncmp(operation->from, operation->path, len) == 0 && operation->path[len] == '/')
		return refuse(work, ERR_INVALID, operation->path, "lies in what is to be moved");
	json_incref(value);
	err = take_away(work, &from, operation->from);
	if (err == 0)
		err = put_copy(work, operation->path, value, false);
	json_decref(value);
	return err;
}

static int
do_test(struct work *work, const struct operation *operation)
{
	struct spot spot;
	json_t *value = NULL;
	int err = find_source(work, operation->path, &spot, &value);

	if (err != 0)
		return err;
	return json_equal(value, operation->value) ? 0 :
	    refuse(work, ERR_INVALID, operation->path, "is not what the patch expects");
}

static const struct verb {
	const char *name;
	int (*run)(struct work *work, const struct operation *operation);
	bool value, from;               /* that it needs */
} verbs[] = {
	{ "add", do_add, true, false },
	{ "remove", do_remove, false, false },
	{ "replace", do_replace, true, false },
	{ "move", do_move, false, true },
	{ "copy", do_copy, false, true },
	{ "test", do_test, true, false },
};

static int
run(struct work *work, json_t *step)
{
	const char *name = json_string_value(json_object_get(step, "op"));
	const struct operation operation = {
		.path = json_string_value(json_object_get(step, "path")),
		.from = json_string_value(json_object_get(step, "from")),
		.value = json_object_get(step, "value"),
	};

	for (size_t i = 0; name != NULL && i < sizeof(verbs) / sizeof(*verbs); i++) {
		const struct verb *verb = &verbs[i];

		if (strcmp(verb->name, name) != 0)
			continue;
		if (operation.path == NULL || (verb->value && operation.value == NULL) ||
		    (verb->from && operation.from == NULL))
			return refuse(work, ERR_SYNTAX, name, "lacks a member");
		return verb->run(work, &operation);
	}
	return refuse(work, ERR_SYNTAX, name == NULL ? "op" : name, "is no operation");
}

int
patch_json(json_t *target, json_t *patch, struct patch_why *why, json_t **out)
{
	struct work work = { .why = why };
	int err = patch_bounds_check(patch, why);

	if (err != 0)
		return err;
	if (!json_is_array(patch))
		return patch_why_say(why, ERR_SYNTAX, "a JSON patch must be a list of operations");
	if (json_array_size(patch) > PATCH_OPERATIONS_MAX)
		return patch_why_say(why, ERR_LIMIT, "has more than %d operations",
		    PATCH_OPERATIONS_MAX);
	work.root = json_deep_copy(target);
	if (work.root == NULL)
		return ERR_NOMEM;
	for (; err == 0 && work.index < json_array_size(patch); work.index++)
		err = run(&work, json_array_get(patch, work.index));
	if (err == 0)
		err = patch_bounds_check(work.root, why);
	if (err == 0)
		*out = work.root;
	else
		json_decref(work.root);
	return err;
}
