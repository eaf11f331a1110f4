/* object.c - what all kinds of objects share: kind names, labels, release. */
#include "model/object.h"

#include <stdlib.h>
#include <string.h>

#include "model/origin.h"

const char *
object_kind_text(enum object_kind kind)
{
	switch (kind) {
	case KIND_SERVICE:
		return "Service";
	case KIND_POD:
		return "Pod";
	case KIND_ENDPOINTS:
		return "Endpoints";
	case KIND_ENDPOINT_SLICE:
		return "EndpointSlice";
	case KIND_NAMESPACE:
		return "Namespace";
	case KIND_INGRESS:
		return "Ingress";
	}
	return "object";
}

/* The one part of an object that changes. */
static uint32_t *
count_of(const struct object *object)
{
	return &((struct object *)(uintptr_t)object)->references;
}

const struct object *
object_ref(const struct object *object)
{
	if (object != NULL)
		++*count_of(object);
	return object;
}

void
object_unref(const struct object *object)
{
	if (object == NULL || --*count_of(object) > 0)
		return;
	origin_unref(object->origin);
	free((void *)(uintptr_t)object);
}

const char *
pairs_find(const struct pairs *pairs, const char *key)
{
	size_t low = 0;
	size_t high = pairs->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(pairs->items[mid].key, key);

		if (order == 0)
			return pairs->items[mid].value;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool
pairs_match(const struct pairs *selector, const struct pairs *labels)
{
	if (selector->count == 0)
		return false;
	for (size_t i = 0; i < selector->count; i++) {
		const char *value = pairs_find(labels, selector->items[i].key);

		if (value == NULL || strcmp(value, selector->items[i].value) != 0)
			return false;
	}
	return true;
}
