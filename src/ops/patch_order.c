/* patch_order.c - the order of a list that was merged, as $setElementOrder asks. */
#include "ops/patch_order.h"

#include <stdbool.h>

json_t *
patch_order_identity(json_t *item, const char *key)
{
	return *key == '\0' ? item : json_object_get(item, key);
}

size_t
patch_order_find(json_t *list, json_t *identity, const char *key)
{
	size_t i;
	json_t *item;

	if (identity == NULL)
		return json_array_size(list);
	json_array_foreach(list, i, item) {
		json_t *other = patch_order_identity(item, key);

		if (other != NULL && json_equal(other, identity))
			break;
	}
	return i;
}

/* Items that are, or are not, among those wanted; the wanted ones in their new order. */
static int
split(json_t *merged, json_t *wanted, const char *key, json_t *named, json_t *others)
{
	size_t i;
	json_t *item;

	json_array_foreach(wanted, i, item) {
		json_t *found = json_array_get(merged, patch_order_find(merged,
		    patch_order_identity(item, key), key));

		if (found != NULL && json_array_append(named, found) != 0)
			return -1;
	}
	json_array_foreach(merged, i, item) {
		json_t *identity = patch_order_identity(item, key);

		if (patch_order_find(wanted, identity, key) == json_array_size(wanted) &&
		    json_array_append(others, item) != 0)
			return -1;
	}
	return 0;
}

/* Does the item that nobody named stand before the named one, as it did? */
static bool
goes_first(json_t *other, json_t *named, json_t *before, const char *key)
{
	size_t end = json_array_size(before);
	size_t mine = patch_order_find(before, patch_order_identity(other, key), key);
	size_t its = patch_order_find(before, patch_order_identity(named, key), key);

	return mine < end && its < end && mine < its;
}

static int
zip(json_t *named, json_t *others, json_t *before, const char *key, json_t *out)
{
	size_t i = 0, j = 0;

	while (i < json_array_size(named) || j < json_array_size(others)) {
		json_t *left = json_array_get(named, i);
		json_t *right = json_array_get(others, j);
		bool other = left == NULL ||
		    (right != NULL && goes_first(right, left, before, key));

		if (json_array_append(out, other ? right : left) != 0)
			return -1;
		i += !other;
		j += other;
	}
	return 0;
}

json_t *
patch_order_list(json_t *merged, json_t *wanted, json_t *before, const char *key)
{
	json_t *named = json_array();
	json_t *others = json_array();
	json_t *out = json_array();

	if (named == NULL || others == NULL || out == NULL ||
	    split(merged, wanted, key, named, others) != 0 ||
	    zip(named, others, before, key, out) != 0) {
		json_decref(out);
		out = NULL;
	}
	json_decref(named);
	json_decref(others);
	return out;
}
