/* store_slot.c - identities of objects, their namespaces, and the lists of those that changed. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/err.h"
#include "model/store_parts.h"

/* Namespace (63) and name (253) with their NULs, and room to spare. */
#define KEY_SIZE 512

#define OWNER_OF(type, member) ((type *)(void *)((char *)(member) - offsetof(type, dirty)))
#define SLOT_OF(member) OWNER_OF(struct slot, member)
#define SPACE_OF(member) OWNER_OF(struct space, member)

static size_t
key_write(char key[KEY_SIZE], const char *ns, const char *name)
{
	size_t ns_size = strlen(ns) + 1;
	size_t name_size = strlen(name) + 1;

	if (ns_size + name_size > KEY_SIZE)
		return 0;
	memcpy(key, ns, ns_size);
	memcpy(key + ns_size, name, name_size);
	return ns_size + name_size;
}

static struct slot *
slot_find_key(const struct store *store, enum object_kind kind, const char *key, size_t len)
{
	struct slot *slot = NULL;

	HASH_FIND(hh, store->slots[kind], key, len, slot);
	return slot;
}

struct slot *
store_slot_find(const struct store *store, enum object_kind kind, const char *ns, const char *name)
{
	char key[KEY_SIZE];
	size_t len = key_write(key, ns, name);

	return len > 0 ? slot_find_key(store, kind, key, len) : NULL;
}

static struct space *
space_find(const struct store *store, const char *name)
{
	struct space *space = NULL;

	HASH_FIND_STR(store->spaces, name, space);
	return space;
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
	HASH_ADD_KEYPTR(hh, store->spaces, space->name, len, space);
	if (space->hh.tbl == NULL) {
		free(space);
		return NULL;
	}
	return space;
}

static void
space_prune(struct store *store, struct space *space)
{
	if (space->references > 0 || space->dirty.listed || space->dirty.lent)
		return;
	HASH_DEL(store->spaces, space);
	free(space);
}

/* A Namespace lies in the space that it names. */
static const char *
space_name(enum object_kind kind, const char *ns, const char *name)
{
	return kind == KIND_NAMESPACE ? name : ns;
}

static struct slot *
slot_new(struct store *store, enum object_kind kind, const char *key, size_t len)
{
	struct slot *slot = calloc(1, sizeof(*slot) + len);

	if (slot == NULL)
		return NULL;
	memcpy(slot->key, key, len);
	slot->kind = kind;
	slot->ns = slot->key;
	slot->name = slot->key + strlen(slot->key) + 1;
	slot->space = space_obtain(store, space_name(kind, slot->ns, slot->name));
	if (slot->space == NULL)
		goto fail;
	HASH_ADD_KEYPTR(hh, store->slots[kind], slot->key, len, slot);
	if (slot->hh.tbl == NULL)
		goto fail;
	slot->space->references++;
	return slot;
fail:
	if (slot->space != NULL)
		space_prune(store, slot->space);
	free(slot);
	return NULL;
}

int
store_slot_obtain(struct store *store, const struct object *object, struct slot **out)
{
	char key[KEY_SIZE];
	size_t len = key_write(key, object->ns, object->name);
	struct slot *slot;

	if (len == 0)
		return ERR_LIMIT;
	slot = slot_find_key(store, object->kind, key, len);
	if (slot == NULL)
		slot = slot_new(store, object->kind, key, len);
	if (slot == NULL)
		return ERR_NOMEM;
	*out = slot;
	return 0;
}

void
store_slot_prune(struct store *store, struct slot *slot)
{
	struct space *space = slot->space;

	if (slot->claims != NULL || slot->fresh > 0 || slot->dirty.listed || slot->dirty.lent)
		return;
	HASH_DEL(store->slots[slot->kind], slot);
	free(slot);
	space->references--;
	space_prune(store, space);
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

static void
list_append(struct dirty_list *list, struct dirty *dirty, uint64_t mark)
{
	if (dirty->listed) {
		if (dirty->mark == 0)
			dirty->mark = mark & STORE_MARK_MAX;
		return;
	}
	dirty->listed = true;
	dirty->mark = mark & STORE_MARK_MAX;
	dirty->next = NULL;
	*list->last = dirty;
	list->last = &dirty->next;
	list->count++;
}

void
store_slot_fill(struct store *store, struct slot *slot)
{
	bool existed = space_exists(slot->space);

	store->counts[slot->kind]++;
	if (slot->kind == KIND_NAMESPACE)
		slot->space->stated = true;
	else
		slot->space->objects++;
	if (!existed)
		list_append(&store->dirty_spaces, &slot->space->dirty, store->mark);
}

void
store_slot_empty(struct store *store, struct slot *slot)
{
	store->counts[slot->kind]--;
	if (slot->kind == KIND_NAMESPACE)
		slot->space->stated = false;
	else
		slot->space->objects--;
	if (!space_exists(slot->space))
		list_append(&store->dirty_spaces, &slot->space->dirty, store->mark);
}

void
store_slot_mark(struct store *store, struct slot *slot)
{
	if (slot->kind == KIND_SERVICE)
		list_append(&store->dirty_services, &slot->dirty, store->mark);
	else if (slot->kind == KIND_POD)
		list_append(&store->dirty_pods, &slot->dirty, store->mark);
}

void
store_touch_namespace(struct store *store, const char *name)
{
	struct space *space = space_find(store, name);

	if (space != NULL)
		list_append(&store->dirty_spaces, &space->dirty, store->mark);
}

void
store_dirty_init(struct dirty_list *list)
{
	*list = (struct dirty_list){ .last = &list->first };
}

void
store_dirty_release(struct dirty_list *list)
{
	free(list->lent);
	free(list->out);
}

/* Move the list into `lent`; false leaves it, for want of memory, to be taken another time. */
static bool
list_lend(struct dirty_list *list, size_t out_size)
{
	if (list->count == 0 ||
	    array_reserve(&list->lent, &list->lent_room, list->count, sizeof(*list->lent)) != 0 ||
	    array_reserve(&list->out, &list->out_room, list->count, out_size) != 0)
		return false;
	for (struct dirty *dirty = list->first; dirty != NULL; dirty = dirty->next) {
		list->lent[list->lent_count++] = dirty;
		dirty->listed = false;
		dirty->lent = true;
	}
	list->first = NULL;
	list->last = &list->first;
	list->count = 0;
	return true;
}

static void
slots_return(struct store *store, struct dirty_list *list)
{
	for (size_t i = 0; i < list->lent_count; i++) {
		list->lent[i]->lent = false;
		store_slot_prune(store, SLOT_OF(list->lent[i]));
	}
	list->lent_count = 0;
}

static size_t
slots_take(struct store *store, struct dirty_list *list, const struct store_key **keys)
{
	struct store_key *out;

	slots_return(store, list);
	if (!list_lend(list, sizeof(*out)))
		return 0;
	out = list->out;
	for (size_t i = 0; i < list->lent_count; i++) {
		const struct slot *slot = SLOT_OF(list->lent[i]);

		out[i] = (struct store_key){ slot->ns, slot->name, slot->dirty.mark };
	}
	*keys = out;
	return list->lent_count;
}

size_t
store_take_dirty_services(struct store *store, const struct store_key **keys)
{
	return slots_take(store, &store->dirty_services, keys);
}

size_t
store_take_dirty_pods(struct store *store, const struct store_key **keys)
{
	return slots_take(store, &store->dirty_pods, keys);
}

size_t
store_take_dirty_namespaces(struct store *store, const char *const **names)
{
	struct dirty_list *list = &store->dirty_spaces;
	const char **out;

	for (size_t i = 0; i < list->lent_count; i++) {
		list->lent[i]->lent = false;
		space_prune(store, SPACE_OF(list->lent[i]));
	}
	list->lent_count = 0;
	if (!list_lend(list, sizeof(*out)))
		return 0;
	out = list->out;
	for (size_t i = 0; i < list->lent_count; i++)
		out[i] = SPACE_OF(list->lent[i])->name;
	*names = out;
	return list->lent_count;
}

void
store_set_mark(struct store *store, uint64_t mark)
{
	store->mark = mark;
}

bool
store_is_dirty(const struct store *store)
{
	return store->dirty_services.count > 0 || store->dirty_pods.count > 0 ||
	    store->dirty_spaces.count > 0;
}
