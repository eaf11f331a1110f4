/* patch_bounds.c - how deep and how large an object may become by a patch. */
#include "ops/patch_bounds.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

int
patch_why_say(struct patch_why *why, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return err;
}

static size_t
weigh_object(json_t *value, unsigned depth)
{
	size_t sum = 2;
	const char *key;
	json_t *member;

	json_object_foreach(value, key, member) {
		size_t below = patch_bounds_weight(member, depth - 1);

		if (below == SIZE_MAX)
			return SIZE_MAX;
		sum += strlen(key) + 4 + below;
	}
	return sum;
}

static size_t
weigh_list(json_t *value, unsigned depth)
{
	size_t sum = 2;
	size_t i;
	json_t *item;

	json_array_foreach(value, i, item) {
		size_t below = patch_bounds_weight(item, depth - 1);

		if (below == SIZE_MAX)
			return SIZE_MAX;
		sum += 1 + below;
	}
	return sum;
}

size_t
patch_bounds_weight(json_t *value, unsigned depth)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return depth == 0 ? SIZE_MAX : weigh_object(value, depth);
	case JSON_ARRAY:
		return depth == 0 ? SIZE_MAX : weigh_list(value, depth);
	case JSON_STRING:
		return 2 + json_string_length(value);
	case JSON_INTEGER:
	case JSON_REAL:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return 5;
}

int
patch_bounds_check(json_t *value, struct patch_why *why)
{
	size_t weight = patch_bounds_weight(value, PATCH_DEPTH_MAX);

	if (weight == SIZE_MAX)
		return patch_why_say(why, ERR_LIMIT, "is nested deeper than %d levels",
		    PATCH_DEPTH_MAX);
	if (weight > PATCH_WEIGHT_MAX)
		return patch_why_say(why, ERR_LIMIT, "is larger than %lu octets", PATCH_WEIGHT_MAX);
	return 0;
}
