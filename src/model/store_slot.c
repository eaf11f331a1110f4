/* store_slot.c - identities of objects, and their namespaces. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/store_parts.h"

/* Namespace (63) and name (253) with their NULs, and room to spare. */
#define NAMES_SIZE 512

struct dirty *
store_slot_dirty(const struct slot *slot)
{
	if (slot->kind != KIND_SERVICE && slot->kind != KIND_POD && slot->kind != KIND_INGRESS)
		return NULL;
	return &((struct told_slot *)(uintptr_t)slot)->dirty;
}

const char *
store_slot_name(const struct slot *slot)
{
	if (slot->named)
		return ((const struct service_slot *)(const void *)slot)->name;
	return slot->serving.object->name;
}

static bool
is_named(const void *item, const void *key)
{
	const struct slot *slot = item;
	const struct store_key *wanted = key;

	return strcmp(store_slot_name(slot), wanted->name) == 0 &&
	    (slot->kind == KIND_NAMESPACE || strcmp(slot->space->name, wanted->ns) == 0);
}

static struct slot *
find(const struct store *store, enum object_kind kind, uint32_t hash, const char *ns,
    const char *name)
{
	const struct store_key key = { .ns = ns, .name = name };

	return keyset_find(&store->slots[kind], hash, is_named, &key);
}

struct slot *
store_slot_find(const struct store *store, enum object_kind kind, const char *ns, const char *name)
{
	return find(store, kind, keyset_hash_names(&store->slots[kind], ns, name), ns, name);
}

/* ---- namespaces ---- */

static bool
is_space(const void *item, const void *name)
{
	return strcmp(((const struct space *)item)->name, name) == 0;
}

static struct space *
space_find(const struct store *store, const char *name)
{
	return keyset_find(&store->spaces, keyset_hash(&store->spaces, name, strlen(name)),
	    is_space, name);
}

static struct space *
space_obtain(struct store *store, const char *name)
{
	struct space *space = space_find(store, name);
	size_t len = strlen(name);

	if (space != NULL)
		return space;
	space = calloc(1, sizeof(*space) + len + 1);
	if (space == NULL)
		return NULL;
	memcpy(space->name, name, len + 1);
	space->hash = keyset_hash(&store->spaces, name, len);
	if (keyset_add(&store->spaces, space->hash, space) != 0) {
		free(space);
		return NULL;
	}
	return space;
}

void
store_space_prune(struct store *store, struct space *space)
{
	if (space->references > 0 || space->dirty.listed || space->dirty.lent)
		return;
	keyset_remove(&store->spaces, space->hash, space);
	free(space);
}

static bool
space_exists(const struct space *space)
{
	return space->stated || space->objects > 0;
}

bool
store_has_namespace(const struct store *store, const char *ns)
{
	const struct space *space = space_find(store, ns);

	return space != NULL && space_exists(space);
}

void
store_touch_namespace(struct store *store, const char *name)
{
	struct space *space = space_find(store, name);

	if (space != NULL)
		store_space_mark(store, space);
}

/* ---- slots ---- */

static size_t
size_of(enum object_kind kind)
{
	switch (kind) {
	case KIND_SERVICE:
		return sizeof(struct service_slot);
	case KIND_ENDPOINTS:
	case KIND_ENDPOINT_SLICE:
		return sizeof(struct slice_slot);
	case KIND_POD:
	case KIND_INGRESS:
		return sizeof(struct told_slot);
	case KIND_NAMESPACE:
		break;
	}
	return sizeof(struct slot);
}

/* A Namespace lies in the space that it names. */
static const char *
space_name(enum object_kind kind, const char *ns, const char *name)
{
	return kind == KIND_NAMESPACE ? name : ns;
}

static int
slot_add(struct store *store, struct slot *slot, uint32_t hash, const char *ns, const char *name)
{
	enum object_kind kind = (enum object_kind)slot->kind;
	struct space *space = space_obtain(store, space_name(kind, ns, name));
	int err;

	if (space == NULL)
		return ERR_NOMEM;
	err = keyset_add(&store->slots[kind], hash, slot);
	if (err != 0) {
		store_space_prune(store, space);
		return err;
	}
	slot->space = space;
	space->references++;
	return 0;
}

/* Without an object it holds its name itself. */
static int
slot_new(struct store *store, enum object_kind kind, uint32_t hash, const char *ns,
    const char *name, struct object *object, struct slot **out)
{
	size_t name_size = object == NULL ? strlen(name) + 1 : 0;
	struct slot *slot = calloc(1, size_of(kind) + name_size);
	int err;

	if (slot == NULL)
		return ERR_NOMEM;
	slot->kind = kind & 7u;
	slot->serving.object = object;
	if (object == NULL) {
		slot->named = 1;
		memcpy(((struct service_slot *)(void *)slot)->name, name, name_size);
	}
	err = slot_add(store, slot, hash, ns, name);
	if (err != 0)
		free(slot);
	else
		*out = slot;
	return err;
}

static int
obtain(struct store *store, enum object_kind kind, const char *ns, const char *name,
    struct object *object, struct slot **out, bool *made)
{
	uint32_t hash = keyset_hash_names(&store->slots[kind], ns, name);
	struct slot *slot = find(store, kind, hash, ns, name);

	*made = slot == NULL;
	if (slot == NULL)
		return strlen(ns) + strlen(name) + 2 > NAMES_SIZE ? ERR_LIMIT :
		    slot_new(store, kind, hash, ns, name, object, out);
	*out = slot;
	return 0;
}

int
store_slot_obtain(struct store *store, struct object *object, struct slot **out, bool *made)
{
	return obtain(store, object->kind, object->ns, object->name, object, out, made);
}

int
store_slot_obtain_service(struct store *store, const char *ns, const char *name,
    struct service_slot **out)
{
	struct slot *slot;
	bool made;
	int err = obtain(store, KIND_SERVICE, ns, name, NULL, &slot, &made);

	if (err == 0)
		*out = (struct service_slot *)(void *)slot;
	return err;
}

static bool
is_needed(const struct slot *slot)
{
	const struct dirty *dirty = store_slot_dirty(slot);

	return slot->stated || slot->planned || slot->references > 0 ||
	    (dirty != NULL && (dirty->listed || dirty->lent)) || (slot->kind == KIND_SERVICE &&
	    ((const struct service_slot *)(const void *)slot)->cargo != NULL);
}

/* Not kept, for it is needed no more but once. */
static uint32_t
slot_hash(const struct store *store, const struct slot *slot)
{
	bool nowhere = slot->kind == KIND_NAMESPACE;

	return keyset_hash_names(&store->slots[slot->kind], nowhere ? "" : slot->space->name,
	    store_slot_name(slot));
}

void
store_slot_prune(struct store *store, struct slot *slot)
{
	struct space *space = slot->space;

	if (is_needed(slot))
		return;
	keyset_remove(&store->slots[slot->kind], slot_hash(store, slot), slot);
	object_unref(slot->serving.object);
	free(slot);
	space->references--;
	store_space_prune(store, space);
}

void
store_slot_fill(struct store *store, struct slot *slot)
{
	struct space *space = slot->space;
	bool existed = space_exists(space);

	slot->stated = 1;
	store->counts[slot->kind]++;
	if (slot->kind == KIND_NAMESPACE)
		space->stated = true;
	else
		space->objects++;
	if (!existed)
		store_space_mark(store, space);
}

void
store_slot_empty(struct store *store, struct slot *slot)
{
	struct space *space = slot->space;

	slot->stated = 0;
	store->counts[slot->kind]--;
	if (slot->kind == KIND_NAMESPACE)
		space->stated = false;
	else
		space->objects--;
	if (!space_exists(space))
		store_space_mark(store, space);
}
