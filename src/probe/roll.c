/* roll.c - the table of all targets by id and by owner. */
#include "probe/roll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/err.h"
#include "model/history.h"
#include "probe/spec_pool.h"

/*
 * pod/ + namespace 63 + name 253 + container 63 + /readiness; a longer id is no Pod's and has
 * no siblings.
 */
#define POD_ID_MAX 512

struct roll_owner {
	struct roll_entry *entries;
	UT_hash_handle hh;
	char name[];
};

/* ---- entries ------------------------------------------------------------------------------- */

static size_t
text_size(const char *text)
{
	return text == NULL ? 0 : strlen(text) + 1;
}

/* Copy a text to where `at` stands and move on; NULL stays NULL. */
static const char *
put_text(char **at, const char *text)
{
	char *copy = *at;
	size_t size = text_size(text);

	if (size == 0)
		return NULL;
	memcpy(copy, text, size);
	*at += size;
	return copy;
}

static struct roll_entry *
entry_new(struct roll *roll, const struct target *target)
{
	struct roll_entry *entry = calloc(1, sizeof(*entry) + text_size(target->id) +
	    text_size(target->ns) + text_size(target->pod_name) + text_size(target->service_name) +
	    text_size(target->container));

	if (entry == NULL)
		return NULL;
	char *at = (char *)(entry + 1);

	entry->target = *target;
	entry->target.id = put_text(&at, target->id);
	entry->target.ns = put_text(&at, target->ns);
	entry->target.pod_name = put_text(&at, target->pod_name);
	entry->target.service_name = put_text(&at, target->service_name);
	entry->target.container = put_text(&at, target->container);
	entry->target.spec = spec_pool_take(roll->specs, target->spec);
	if (entry->target.spec == NULL) {
		free(entry);
		return NULL;
	}
	entry->whom = (struct probe_target){
		.spec = entry->target.spec,
		.addr = target->addr,
		.port = target->port,
		.trusted = target->trusted,
		.pod_name = entry->target.pod_name == NULL ? "" : entry->target.pod_name,
		.ns = entry->target.ns == NULL ? "" : entry->target.ns,
	};
	return entry;
}

static void
entry_free(struct roll *roll, struct roll_entry *entry)
{
	spec_pool_give_back(roll->specs, entry->target.spec);
	history_free(entry->history);
	free(entry);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Another Pod behind the same address is another target: its verdicts are not inherited. */
static bool
same_place(const struct target *a, const struct target *b)
{
	return a->kind == b->kind && a->port == b->port && addr_compare(&a->addr, &b->addr) == 0 &&
	    same_text(a->pod_name, b->pod_name);
}

static bool
same_target(const struct target *a, const struct target *b)
{
	return same_place(a, b) && probe_spec_equal(a->spec, b->spec);
}

static struct roll_entry *
find_entry(struct roll_entry *table, const char *id)
{
	struct roll_entry *entry;

	HASH_FIND(hh, table, id, strlen(id), entry);
	return entry;
}

static void
remove_entry(struct roll *roll, struct roll_entry *entry, roll_drop_fn *drop, void *arg)
{
	drop(arg, entry);
	HASH_DEL(roll->by_id, entry);
	DL_DELETE(entry->owner->entries, entry);
	entry->removed = true;
	if (entry->pins == 0)
		entry_free(roll, entry);
}

/* ---- owners -------------------------------------------------------------------------------- */

static struct roll_owner *
find_owner(const struct roll *roll, const char *name)
{
	struct roll_owner *owner;

	HASH_FIND_STR(roll->owners, name, owner);
	return owner;
}

static struct roll_owner *
new_owner(struct roll *roll, const char *name)
{
	size_t size = strlen(name) + 1;
	struct roll_owner *owner = calloc(1, sizeof(*owner) + size);

	if (owner == NULL)
		return NULL;
	memcpy(owner->name, name, size);
	HASH_ADD(hh, roll->owners, name[0], size - 1, owner);
	if (owner->hh.tbl == NULL) {
		free(owner);
		return NULL;
	}
	return owner;
}

static void
forget_empty_owner(struct roll *roll, struct roll_owner *owner)
{
	if (owner == NULL || owner->entries != NULL)
		return;
	HASH_DEL(roll->owners, owner);
	free(owner);
}

/* ---- public -------------------------------------------------------------------------------- */

int
roll_init(struct roll *roll)
{
	*roll = (struct roll){ .specs = spec_pool_new() };
	return roll->specs == NULL ? ERR_NOMEM : 0;
}

void
roll_release(struct roll *roll, roll_drop_fn *drop, void *arg)
{
	struct roll_owner *owner, *next;

	HASH_ITER(hh, roll->owners, owner, next) {
		while (owner->entries != NULL)
			remove_entry(roll, owner->entries, drop, arg);
		forget_empty_owner(roll, owner);
	}
	spec_pool_free(roll->specs);
}

size_t
roll_count(const struct roll *roll)
{
	return HASH_COUNT(roll->by_id);
}

struct roll_entry *
roll_find(const struct roll *roll, const char *id)
{
	return find_entry(roll->by_id, id);
}

struct roll_entry *
roll_first(const struct roll *roll, const char *name)
{
	struct roll_owner *owner = find_owner(roll, name);

	return owner == NULL ? NULL : owner->entries;
}

struct roll_entry *
roll_sibling(const struct roll *roll, const struct roll_entry *entry, enum probe_kind kind)
{
	const char *slash = strrchr(entry->target.id, '/');
	char id[POD_ID_MAX];

	if (slash == NULL || strncmp(entry->target.id, "pod/", 4) != 0 ||
	    strcmp(slash + 1, probe_kind_text(entry->target.kind)) != 0)
		return NULL;
	int len = snprintf(id, sizeof(id), "%.*s/%s", (int)(slash - entry->target.id),
	    entry->target.id, probe_kind_text(kind));
	return len < 0 || (size_t)len >= sizeof(id) ? NULL : find_entry(roll->by_id, id);
}

struct roll_entry *
roll_entry_of(struct due_node *node)
{
	return (struct roll_entry *)((char *)node - offsetof(struct roll_entry, due));
}

static int
prepare_one(struct roll *roll, const struct target *target, struct roll_change *change)
{
	struct roll_entry *known = find_entry(roll->by_id, target->id);

	if (find_entry(change->added, target->id) != NULL ||
	    (known != NULL && known->generation == roll->generation))
		return 0;
	if (known != NULL && known->owner == change->owner && same_target(&known->target, target)) {
		known->generation = roll->generation;
		known->target.trusted = target->trusted;
		known->whom.trusted = target->trusted;
		return 0;
	}
	struct roll_entry *entry = entry_new(roll, target);

	if (entry == NULL)
		return ERR_NOMEM;
	entry->owner = change->owner;
	entry->generation = roll->generation;
	HASH_ADD_KEYPTR(hh, change->added, entry->target.id, strlen(entry->target.id), entry);
	if (entry->hh.tbl != NULL)
		return 0;
	entry_free(roll, entry);
	return ERR_NOMEM;
}

int
roll_prepare(struct roll *roll, const char *owner, const struct target *targets, size_t count,
    struct roll_change *change)
{
	int err = 0;

	roll->generation++;
	change->owner = find_owner(roll, owner);
	if (change->owner == NULL && count > 0) {
		change->owner = new_owner(roll, owner);
		if (change->owner == NULL)
			return ERR_NOMEM;
	}
	for (size_t i = 0; i < count && err == 0; i++)
		err = prepare_one(roll, &targets[i], change);
	return err;
}

void
roll_abandon(struct roll *roll, struct roll_change *change)
{
	struct roll_entry *entry, *next;

	HASH_ITER(hh, change->added, entry, next) {
		HASH_DEL(change->added, entry);
		entry_free(roll, entry);
	}
	forget_empty_owner(roll, change->owner);
}

static int
add_entry(struct roll *roll, struct roll_entry *entry, roll_drop_fn *drop, void *arg)
{
	struct roll_entry *elsewhere = find_entry(roll->by_id, entry->target.id);

	if (elsewhere != NULL) {
		struct roll_owner *owner = elsewhere->owner;

		remove_entry(roll, elsewhere, drop, arg);
		forget_empty_owner(roll, owner);
	}
	HASH_ADD_KEYPTR(hh, roll->by_id, entry->target.id, strlen(entry->target.id), entry);
	if (entry->hh.tbl == NULL) {
		entry_free(roll, entry);
		return ERR_NOMEM;
	}
	DL_APPEND(entry->owner->entries, entry);
	return 0;
}

/* The same endpoint asked in another way: an edit of a probe must not empty the answers. */
static void
hand_on(struct roll_entry *entry, struct roll_entry *heir)
{
	if (heir == NULL || !same_place(&entry->target, &heir->target))
		return;
	heir->inherited = entry->tally.verdict;
	heir->history = entry->history;
	entry->history = NULL;
	entry->succeeded = true;
}

int
roll_commit(struct roll *roll, struct roll_change *change, roll_drop_fn *drop, void *arg)
{
	struct roll_entry *entry, *next;
	int err = 0;

	if (change->owner == NULL)
		return 0;
	DL_FOREACH_SAFE(change->owner->entries, entry, next) {
		if (entry->generation == roll->generation)
			continue;
		hand_on(entry, find_entry(change->added, entry->target.id));
		remove_entry(roll, entry, drop, arg);
	}
	HASH_ITER(hh, change->added, entry, next) {
		HASH_DEL(change->added, entry);
		if (add_entry(roll, entry, drop, arg) != 0)
			err = ERR_NOMEM;
	}
	forget_empty_owner(roll, change->owner);
	return err;
}

void
roll_unpin(struct roll *roll, struct roll_entry *entry)
{
	entry->pins--;
	if (entry->removed && entry->pins == 0)
		entry_free(roll, entry);
}

void
roll_queue_put(struct roll_queue *queue, struct roll_entry *entry)
{
	entry->queued = true;
	DL_APPEND2(queue->head, entry, queue_prev, queue_next);
}

void
roll_queue_remove(struct roll_queue *queue, struct roll_entry *entry)
{
	if (!entry->queued)
		return;
	entry->queued = false;
	DL_DELETE2(queue->head, entry, queue_prev, queue_next);
}

struct roll_entry *
roll_queue_take(struct roll_queue *queue)
{
	struct roll_entry *entry = queue->head;

	if (entry != NULL)
		roll_queue_remove(queue, entry);
	return entry;
}
