/* store.c - all objects as last stated: life cycle, look-ups, and what a change touches. */
#include "model/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/pod.h"
#include "model/service.h"
#include "model/slice.h"
#include "model/store_parts.h"

struct store *
store_new(void)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store_dirty_init(&store->dirty_services);
	store_dirty_init(&store->dirty_pods);
	store_dirty_init(&store->dirty_spaces);
	return store;
}

static void
free_files(struct store *store)
{
	struct file *file;
	struct file *next;

	HASH_ITER(hh, store->files, file, next) {
		for (size_t i = 0; i < file->count; i++) {
			struct claim *claim = file->claims[i];

			store_postings_unlink(&claim->postings);
			store_postings_free(store, &claim->postings);
			object_unref(claim->object);
			free(claim);
		}
		HASH_DEL(store->files, file);
		free(file->claims);
		free(file);
	}
}

static void
free_slots(struct store *store)
{
	struct slot *slot;
	struct slot *next_slot;
	struct space *space;
	struct space *next_space;

	for (size_t kind = 0; kind < KIND_COUNT; kind++) {
		HASH_ITER(hh, store->slots[kind], slot, next_slot) {
			HASH_DEL(store->slots[kind], slot);
			free(slot);
		}
	}
	HASH_ITER(hh, store->spaces, space, next_space) {
		HASH_DEL(store->spaces, space);
		free(space);
	}
}

void
store_free(struct store *store)
{
	if (store == NULL)
		return;
	free_files(store);
	free_slots(store);
	store_verdicts_free(store);
	store_dirty_release(&store->dirty_services);
	store_dirty_release(&store->dirty_pods);
	store_dirty_release(&store->dirty_spaces);
	free(store);
}

static const struct object *
find_object(const struct store *store, enum object_kind kind, const char *ns, const char *name)
{
	const struct slot *slot = store_slot_find(store, kind, ns, name);

	return slot != NULL && slot->claims != NULL ? slot->claims->object : NULL;
}

const struct service *
store_service(const struct store *store, const char *ns, const char *name)
{
	return (const void *)find_object(store, KIND_SERVICE, ns, name);
}

const struct pod *
store_pod(const struct store *store, const char *ns, const char *name)
{
	return (const void *)find_object(store, KIND_POD, ns, name);
}

size_t
store_count_file(const struct store *store, const char *file)
{
	const struct file *found = NULL;

	HASH_FIND_STR(store->files, file, found);
	return found != NULL ? found->count : 0;
}

size_t
store_count(const struct store *store, enum object_kind kind)
{
	return store->counts[kind];
}

char *
store_summary(const struct store *store, char buf[STORE_SUMMARY_SIZE])
{
	size_t services = store_count(store, KIND_SERVICE), pods = store_count(store, KIND_POD);
	size_t slices = store_count(store, KIND_ENDPOINT_SLICE);

	(void)snprintf(buf, STORE_SUMMARY_SIZE,
	    "%zu Service%s, %zu Pod%s, %zu EndpointSlice%s, %zu Endpoints", services,
	    text_plural(services), pods, text_plural(pods), slices, text_plural(slices),
	    store_count(store, KIND_ENDPOINTS));
	return buf;
}

int
store_each(const struct store *store, enum object_kind kind, store_visit_fn *visit, void *arg)
{
	for (const struct slot *slot = store->slots[kind]; slot != NULL; slot = slot->hh.next) {
		int stop = slot->claims != NULL ? visit(arg, slot->claims->object) : 0;

		if (stop != 0)
			return stop;
	}
	return 0;
}

uint64_t
store_generation(const struct store *store)
{
	return store->generation;
}

void
store_touch_service(struct store *store, const char *ns, const char *name)
{
	struct slot *slot = store_slot_find(store, KIND_SERVICE, ns, name);

	if (slot == NULL)
		return;
	store->generation++;
	store_slot_mark(store, slot);
}

void
store_touch_pod(struct store *store, const char *ns, const char *name)
{
	struct slot *slot = store_slot_find(store, KIND_POD, ns, name);

	if (slot != NULL)
		store_slot_mark(store, slot);
}

static int
mark_service(void *arg, const struct object *object)
{
	store_touch_service(arg, object->ns, object->name);
	return 0;
}

void
store_touch_object(struct store *store, const struct object *object)
{
	const char *service;

	store->generation++;
	switch (object->kind) {
	case KIND_SERVICE:
		store_touch_service(store, object->ns, object->name);
		break;
	case KIND_POD:
		store_slot_mark(store, store_slot_find(store, KIND_POD, object->ns, object->name));
		store_each_selecting_service(store, (const void *)object, mark_service, store);
		break;
	case KIND_ENDPOINTS:
	case KIND_ENDPOINT_SLICE:
		service = ((const struct slice *)(const void *)object)->service_name;
		if (service != NULL)
			store_touch_service(store, object->ns, service);
		break;
	case KIND_NAMESPACE:
		break;
	}
}
