/* store_dirty.c - the lists of Services, Pods, Ingresses and namespaces that have changed. */
#include <stdlib.h>

#include "base/array.h"
#include "model/store_parts.h"

#define OWNER_OF(type, member) ((type *)(void *)((char *)(member) - offsetof(type, dirty)))
#define SLOT_OF(member) (&OWNER_OF(struct told_slot, member)->slot)
#define SPACE_OF(member) OWNER_OF(struct space, member)

void
store_dirty_init(struct dirty_list *list)
{
	*list = (struct dirty_list){ .last = &list->first, .held_last = &list->held_first };
}

void
store_dirty_release(struct dirty_list *list)
{
	free(list->lent);
	free(list->out);
}

/* Behind those that are kept back. */
static void
list_hold(struct dirty_list *list, struct dirty *dirty)
{
	dirty->next = NULL;
	*list->held_last = dirty;
	list->held_last = &dirty->next;
	list->held_count++;
}

static void
list_append(const struct store *store, struct dirty_list *list, struct dirty *dirty)
{
	if (store->replacing)
		dirty->held = 1;
	if (dirty->listed) {
		if (dirty->mark == 0)
			dirty->mark = store->mark & STORE_MARK_MAX;
		return;
	}
	dirty->listed = 1;
	dirty->mark = store->mark & STORE_MARK_MAX;
	if (store->replacing) {
		list_hold(list, dirty);
		return;
	}
	dirty->next = NULL;
	*list->last = dirty;
	list->last = &dirty->next;
	list->count++;
}

void
store_slot_mark(struct store *store, struct slot *slot)
{
	if (slot->kind == KIND_SERVICE) {
		struct dirty *dirty = store_slot_dirty(slot);

		dirty->stated_too = dirty->listed && dirty->by_verdict;
		list_append(store, &store->dirty_services, dirty);
	} else if (slot->kind == KIND_POD) {
		list_append(store, &store->dirty_pods, store_slot_dirty(slot));
	} else if (slot->kind == KIND_INGRESS) {
		list_append(store, &store->dirty_ingresses, store_slot_dirty(slot));
	}
}

void
store_slot_mark_verdict(struct store *store, struct slot *slot)
{
	struct dirty *dirty = store_slot_dirty(slot);

	if (!dirty->listed)
		dirty->by_verdict = 1;
	list_append(store, &store->dirty_verdicts, dirty);
}

void
store_space_mark(struct store *store, struct space *space)
{
	list_append(store, &store->dirty_spaces, &space->dirty);
}

/* What a file touched after it was listed is kept back, too. */
static void
list_sift(struct dirty_list *list)
{
	struct dirty **at = &list->first;

	while (*at != NULL) {
		struct dirty *dirty = *at;

		if (!dirty->held) {
			at = &dirty->next;
			continue;
		}
		*at = dirty->next;
		list->count--;
		list_hold(list, dirty);
	}
	list->last = at;
}

static void
list_release(struct dirty_list *list)
{
	if (list->held_first == NULL)
		return;
	*list->last = list->held_first;
	list->last = list->held_last;
	list->count += list->held_count;
	list->held_first = NULL;
	list->held_last = &list->held_first;
	list->held_count = 0;
}

void
store_hold(struct store *store)
{
	store->holding = true;
}

void
store_release(struct store *store)
{
	store->holding = false;
	list_release(&store->dirty_services);
	list_release(&store->dirty_pods);
	list_release(&store->dirty_spaces);
	list_release(&store->dirty_ingresses);
}

/*
 * Move the first `max` of the list into `lent`; false leaves it, for want of memory, to be
 * taken another time.
 */
static bool
list_lend(const struct store *store, struct dirty_list *list, size_t out_size, size_t max)
{
	size_t count;

	if (store->holding)
		list_sift(list);
	count = list->count < max ? list->count : max;
	if (count == 0 ||
	    array_reserve(&list->lent, &list->lent_room, count, sizeof(*list->lent)) != 0 ||
	    array_reserve(&list->out, &list->out_room, count, out_size) != 0)
		return false;
	while (list->lent_count < count) {
		struct dirty *dirty = list->first;

		list->first = dirty->next;
		list->lent[list->lent_count++] = dirty;
		dirty->listed = dirty->held = 0;
		dirty->lent = 1;
	}
	list->count -= count;
	if (list->first == NULL)
		list->last = &list->first;
	return true;
}

static void
slots_return(struct store *store, struct dirty_list *list)
{
	for (size_t i = 0; i < list->lent_count; i++) {
		list->lent[i]->lent = 0;
		store_slot_prune(store, SLOT_OF(list->lent[i]));
	}
	list->lent_count = 0;
}

static void
spaces_return(struct store *store)
{
	struct dirty_list *list = &store->dirty_spaces;

	for (size_t i = 0; i < list->lent_count; i++) {
		list->lent[i]->lent = 0;
		store_space_prune(store, SPACE_OF(list->lent[i]));
	}
	list->lent_count = 0;
}

static struct store_key
key_of(struct slot *slot)
{
	return (struct store_key){
		.ns = slot->space->name, .name = store_slot_name(slot),
		.mark = store_slot_dirty(slot)->mark,
		.object = slot->stated ? slot->serving.object : NULL,
		.cargo = slot->kind == KIND_SERVICE ?
		    &((struct service_slot *)(void *)slot)->cargo : NULL,
		.slot = slot,
	};
}

static size_t
slots_take(struct store *store, struct dirty_list *list, size_t max, const struct store_key **keys)
{
	struct store_key *out;

	slots_return(store, list);
	if (!list_lend(store, list, sizeof(*out), max))
		return 0;
	out = list->out;
	for (size_t i = 0; i < list->lent_count; i++)
		out[i] = key_of(SLOT_OF(list->lent[i]));
	*keys = out;
	return list->lent_count;
}

bool
store_renew_key(const struct store_key *key, struct store_key *out)
{
	struct slot *slot = (struct slot *)(uintptr_t)key->slot;
	const struct dirty *dirty = store_slot_dirty(slot);

	*out = key_of(slot);
	out->mark = key->mark;
	return !dirty->listed || (dirty->by_verdict && !dirty->stated_too);
}

static struct dirty *
list_take_first(struct dirty_list *list)
{
	struct dirty *dirty = list->first;

	if (dirty == NULL)
		return NULL;
	list->first = dirty->next;
	if (list->first == NULL)
		list->last = &list->first;
	list->count--;
	dirty->listed = dirty->by_verdict = 0;
	return dirty;
}

bool
store_take_dirty_verdict(struct store *store, struct store_key *key)
{
	struct dirty *dirty;

	while ((dirty = list_take_first(&store->dirty_verdicts)) != NULL) {
		if (!dirty->stated_too) {
			*key = key_of(SLOT_OF(dirty));
			return true;
		}
		uint64_t mark = dirty->mark;

		dirty->stated_too = 0;
		list_append(store, &store->dirty_services, dirty);
		dirty->mark = mark & STORE_MARK_MAX;
	}
	return false;
}

size_t
store_take_dirty_services(struct store *store, size_t max, const struct store_key **keys)
{
	return slots_take(store, &store->dirty_services, max, keys);
}

size_t
store_take_dirty_pods(struct store *store, size_t max, const struct store_key **keys)
{
	return slots_take(store, &store->dirty_pods, max, keys);
}

size_t
store_take_dirty_ingresses(struct store *store, size_t max, const struct store_key **keys)
{
	return slots_take(store, &store->dirty_ingresses, max, keys);
}

size_t
store_take_dirty_namespaces(struct store *store, const char *const **names)
{
	struct dirty_list *list = &store->dirty_spaces;
	const char **out;

	spaces_return(store);
	if (!list_lend(store, list, sizeof(*out), SIZE_MAX))
		return 0;
	out = list->out;
	for (size_t i = 0; i < list->lent_count; i++)
		out[i] = SPACE_OF(list->lent[i])->name;
	*names = out;
	return list->lent_count;
}

/* Room for a thousand is kept: what changes a little at a time asks for no memory. */
static void
list_shrink(struct dirty_list *list)
{
	if (list->lent_room <= 1024)
		return;
	store_dirty_release(list);
	list->lent = NULL;
	list->out = NULL;
	list->lent_room = list->out_room = 0;
}

void
store_return_dirty(struct store *store)
{
	slots_return(store, &store->dirty_services);
	slots_return(store, &store->dirty_pods);
	slots_return(store, &store->dirty_ingresses);
	spaces_return(store);
	list_shrink(&store->dirty_services);
	list_shrink(&store->dirty_pods);
	list_shrink(&store->dirty_ingresses);
	list_shrink(&store->dirty_spaces);
}

void
store_set_mark(struct store *store, uint64_t mark)
{
	store->mark = mark;
}

bool
store_is_dirty(const struct store *store)
{
	return store->dirty_services.count > 0 || store->dirty_verdicts.count > 0 ||
	    store->dirty_pods.count > 0 || store->dirty_spaces.count > 0 ||
	    store->dirty_ingresses.count > 0;
}
