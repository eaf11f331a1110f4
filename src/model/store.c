/* store.c - all objects as last stated: life cycle, look-ups, and what a change touches. */
#include "model/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/store_parts.h"

struct store *
store_new(void)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	for (size_t kind = 0; kind < KIND_COUNT; kind++)
		keyset_init(&store->slots[kind]);
	keyset_init(&store->spaces);
	keyset_init(&store->files);
	keyset_init(&store->terms);
	keyset_init(&store->verdicts);
	store_dirty_init(&store->dirty_services);
	store_dirty_init(&store->dirty_verdicts);
	store_dirty_init(&store->dirty_pods);
	store_dirty_init(&store->dirty_spaces);
	store_dirty_init(&store->dirty_ingresses);
	return store;
}

static void
free_all(struct keyset *set)
{
	size_t at = 0;
	void *item;

	while ((item = keyset_next(set, &at)) != NULL)
		free(item);
	keyset_release(set);
}

static void
free_statement(enum object_kind kind, struct statement *statement)
{
	object_unref(statement->object);
	if (kind == KIND_POD || kind == KIND_SERVICE)
		free(statement->found.postings);
}

static void
free_slots(struct keyset *slots, enum object_kind kind)
{
	size_t at = 0;
	struct slot *slot;

	while ((slot = keyset_next(slots, &at)) != NULL) {
		struct claim *waiting = slot->waiting;

		free_statement(kind, &slot->serving);
		while (waiting != NULL) {
			struct claim *next = waiting->next;

			free_statement(kind, &waiting->statement);
			free(waiting);
			waiting = next;
		}
	}
	free_all(slots);
}

void
store_free(struct store *store)
{
	size_t at = 0;
	struct file *file;

	if (store == NULL)
		return;
	for (unsigned kind = 0; kind < KIND_COUNT; kind++)
		free_slots(&store->slots[kind], (enum object_kind)kind);
	while ((file = keyset_next(&store->files, &at)) != NULL)
		free(file->slots);
	free_all(&store->files);
	free_all(&store->spaces);
	free_all(&store->terms);
	store_verdicts_free(store);
	store_dirty_release(&store->dirty_services);
	store_dirty_release(&store->dirty_pods);
	store_dirty_release(&store->dirty_spaces);
	store_dirty_release(&store->dirty_ingresses);
	free(store);
}

static const struct object *
find_object(const struct store *store, enum object_kind kind, const char *ns, const char *name)
{
	const struct slot *slot = store_slot_find(store, kind, ns, name);

	return slot != NULL && slot->stated ? slot->serving.object : NULL;
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

const struct object *
store_object(const struct store *store, enum object_kind kind, const char *ns, const char *name)
{
	return find_object(store, kind, ns, name);
}

static struct store_key
key_of(struct service_slot *service)
{
	const struct slot *slot = &service->told.slot;

	return (struct store_key){
		.ns = slot->space->name, .name = store_slot_name(slot),
		.object = slot->stated ? slot->serving.object : NULL,
		.cargo = &service->cargo,
	};
}

bool
store_find_key(const struct store *store, const char *ns, const char *name, struct store_key *out)
{
	struct slot *slot = store_slot_find(store, KIND_SERVICE, ns, name);

	if (slot == NULL)
		return false;
	*out = key_of((struct service_slot *)(void *)slot);
	return out->object != NULL || *out->cargo != NULL;
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
	size_t ingresses = store_count(store, KIND_INGRESS);
	int len = snprintf(buf, STORE_SUMMARY_SIZE,
	    "%zu Service%s, %zu Pod%s, %zu EndpointSlice%s, %zu Endpoints", services,
	    text_plural(services), pods, text_plural(pods), slices, text_plural(slices),
	    store_count(store, KIND_ENDPOINTS));

	if (ingresses > 0 && len > 0 && len < STORE_SUMMARY_SIZE)
		(void)snprintf(buf + len, STORE_SUMMARY_SIZE - (size_t)len, ", %zu Ingress%s",
		    ingresses, ingresses == 1 ? "" : "es");
	return buf;
}

int
store_each(const struct store *store, enum object_kind kind, store_visit_fn *visit, void *arg)
{
	const struct slot *slot;
	size_t at = 0;

	while ((slot = keyset_next(&store->slots[kind], &at)) != NULL) {
		int stop = slot->stated ? visit(arg, slot->serving.object) : 0;

		if (stop != 0)
			return stop;
	}
	return 0;
}

int
store_each_laden(struct store *store, store_laden_fn *visit, void *arg)
{
	struct service_slot *service;
	size_t at = 0;

	while ((service = keyset_next(&store->slots[KIND_SERVICE], &at)) != NULL) {
		const struct store_key key = key_of(service);
		int stop = service->cargo != NULL ? visit(arg, &key) : 0;

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

	/* Slices may hang from a Service that nobody states: that one is nobody's business. */
	if (slot == NULL || !(slot->stated || store_slot_dirty(slot)->lent))
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

void
store_touch_ingress(struct store *store, const char *ns, const char *name)
{
	struct slot *slot = store_slot_find(store, KIND_INGRESS, ns, name);

	if (slot != NULL)
		store_slot_mark(store, slot);
}

void
store_set_told(struct store *store, store_told_fn *fn, void *arg)
{
	store->told = fn;
	store->told_arg = arg;
}

void
store_slot_tell(const struct store *store, const struct slot *slot)
{
	if (store->told == NULL || (slot->kind != KIND_NAMESPACE && slot->kind != KIND_ENDPOINTS &&
	    slot->kind != KIND_ENDPOINT_SLICE))
		return;
	store->told(store->told_arg, (enum object_kind)slot->kind,
	    slot->kind == KIND_NAMESPACE ? "" : slot->space->name, store_slot_name(slot),
	    slot->stated ? slot->serving.object : NULL);
}

void
store_slot_touch(struct store *store, struct slot *slot)
{
	store->generation++;
	switch ((enum object_kind)slot->kind) {
	case KIND_SERVICE:
	case KIND_INGRESS:
		store_slot_mark(store, slot);
		break;
	case KIND_POD:
		store_slot_mark(store, slot);
		store_mark_selecting(store, slot->serving.object);
		break;
	case KIND_ENDPOINTS:
	case KIND_ENDPOINT_SLICE:
		if (slot->serving.found.service != NULL &&
		    slot->serving.found.service->told.slot.stated)
			store_slot_mark(store, &slot->serving.found.service->told.slot);
		break;
	case KIND_NAMESPACE:
		break;
	}
}
