/*
 * store_replace.c - make the store state exactly what a file states now.
 *
 * Everything that needs memory is made first (prepare); only then is anything changed
 * (commit), and that cannot fail.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/store_parts.h"

/* The claims a file will have, in its order; those prepared so far. */
struct plan {
	struct file *file;
	struct claim **claims;
	size_t count;
};

static struct file *
file_obtain(struct store *store, const char *name)
{
	size_t len = strlen(name);
	struct file *file = NULL;

	HASH_FIND(hh, store->files, name, len, file);
	if (file != NULL)
		return file;
	file = calloc(1, sizeof(*file) + len + 1);
	if (file == NULL)
		return NULL;
	memcpy(file->name, name, len + 1);
	HASH_ADD_KEYPTR(hh, store->files, file->name, len, file);
	if (file->hh.tbl == NULL) {
		free(file);
		return NULL;
	}
	return file;
}

static void
file_prune(struct store *store, struct file *file)
{
	if (file->count > 0)
		return;
	HASH_DEL(store->files, file);
	free(file->claims);
	free(file);
}

/* Trust is a property of the file, not of its text, and so no part of the digest. */
static bool
same_object(const struct object *a, const struct object *b)
{
	return a->digest == b->digest && a->trusted == b->trusted;
}

/* The file's claim on the slot that no object of the new text has got yet. */
static struct claim *
find_claim(const struct slot *slot, const struct file *file)
{
	for (struct claim *claim = slot->claims; claim != NULL; claim = claim->next)
		if (claim->file == file && claim->incoming == NULL)
			return claim;
	return NULL;
}

static struct claim *
claim_new(struct slot *slot, struct file *file)
{
	struct claim *claim = calloc(1, sizeof(*claim));

	if (claim == NULL)
		return NULL;
	claim->slot = slot;
	claim->file = file;
	claim->fresh = true;
	slot->fresh++;
	return claim;
}

static int
prepare_object(struct store *store, struct plan *plan, struct object *object)
{
	struct slot *slot;
	struct claim *claim;
	int err = store_slot_obtain(store, object, &slot);

	if (err != 0)
		return err;
	claim = find_claim(slot, plan->file);
	if (claim == NULL)
		claim = claim_new(slot, plan->file);
	if (claim == NULL) {
		store_slot_prune(store, slot);
		return ERR_NOMEM;
	}
	claim->incoming = object;
	plan->claims[plan->count++] = claim;
	if (!claim->fresh && same_object(claim->object, object))
		return 0;
	return store_postings_new(store, claim, object, &claim->incoming_postings);
}

static void
abandon(struct store *store, struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct claim *claim = plan->claims[i];

		store_postings_free(store, &claim->incoming_postings);
		claim->incoming = NULL;
		if (claim->fresh) {
			claim->slot->fresh--;
			store_slot_prune(store, claim->slot);
			free(claim);
		}
	}
	free(plan->claims);
	file_prune(store, plan->file);
}

static int
prepare(struct store *store, const char *name, struct object **objects, size_t count,
    struct plan *plan)
{
	int err = 0;

	*plan = (struct plan){ .file = file_obtain(store, name) };
	if (plan->file == NULL)
		return ERR_NOMEM;
	plan->claims = calloc(count > 0 ? count : 1, sizeof(struct claim *));
	if (plan->claims == NULL) {
		file_prune(store, plan->file);
		return ERR_NOMEM;
	}
	for (size_t i = 0; err == 0 && i < count; i++)
		err = prepare_object(store, plan, objects[i]);
	if (err != 0)
		abandon(store, plan);
	return err;
}

static void
claim_append(struct slot *slot, struct claim *claim)
{
	struct claim **end = &slot->claims;

	while (*end != NULL)
		end = &(*end)->next;
	*end = claim;
}

/* Put in the object and postings that were prepared; what was there goes. */
static void
claim_exchange(struct store *store, struct claim *claim, bool postings_too)
{
	object_unref(claim->object);
	claim->object = claim->incoming;
	claim->incoming = NULL;
	if (!postings_too)
		return;
	store_postings_free(store, &claim->postings);
	claim->postings = claim->incoming_postings;
	claim->incoming_postings = (struct postings){ NULL, 0 };
}

static void
commit_fresh(struct store *store, struct claim *claim)
{
	claim->fresh = false;
	claim->slot->fresh--;
	claim_append(claim->slot, claim);
	claim_exchange(store, claim, true);
	if (claim->slot->claims != claim)
		return;
	store_slot_fill(store, claim->slot);
	store_postings_link(&claim->postings);
	store_touch_object(store, claim->object);
}

static void
commit_claim(struct store *store, struct claim *claim)
{
	bool serves = claim->slot->claims == claim;

	if (claim->fresh) {
		commit_fresh(store, claim);
	} else if (same_object(claim->object, claim->incoming)) {
		claim_exchange(store, claim, false);    /* its place may have moved */
	} else if (!serves) {
		claim_exchange(store, claim, true);
	} else {
		/* Whoever the old one touched, and whoever the new one touches. */
		store_touch_object(store, claim->object);
		store_postings_unlink(&claim->postings);
		claim_exchange(store, claim, true);
		store_postings_link(&claim->postings);
		store_touch_object(store, claim->object);
	}
}

/* The claim served and is out of its slot; the next one takes over. */
static void
succeed(struct store *store, const struct claim *claim)
{
	struct slot *slot = claim->slot;
	struct claim *next = slot->claims;

	if (next == NULL) {
		store_touch_object(store, claim->object);
		store_slot_empty(store, slot);
		return;
	}
	store_postings_link(&next->postings);
	if (same_object(claim->object, next->object))
		return;
	store_touch_object(store, claim->object);
	store_touch_object(store, next->object);
}

static void
withdraw(struct store *store, struct claim *claim)
{
	struct slot *slot = claim->slot;
	bool served = slot->claims == claim;
	struct claim **link = &slot->claims;

	while (*link != claim)
		link = &(*link)->next;
	*link = claim->next;
	store_postings_unlink(&claim->postings);
	if (served)
		succeed(store, claim);
	store_postings_free(store, &claim->postings);
	object_unref(claim->object);
	free(claim);
	store_slot_prune(store, slot);
}

/*
 * Withdrawals come last: a namespace whose objects are exchanged never ceases to exist in
 * between.
 */
static void
commit(struct store *store, struct plan *plan)
{
	struct file *file = plan->file;
	size_t gone = 0;

	for (size_t i = 0; i < file->count; i++)
		if (file->claims[i]->incoming == NULL)
			file->claims[gone++] = file->claims[i];
	for (size_t i = 0; i < plan->count; i++)
		commit_claim(store, plan->claims[i]);
	for (size_t i = 0; i < gone; i++)
		withdraw(store, file->claims[i]);
	free(file->claims);
	file->claims = plan->claims;
	file->count = plan->count;
}

static void
report_waiting(const struct file *file, struct diag *diag)
{
	for (size_t i = 0; i < file->count; i++) {
		const struct object *object = file->claims[i]->object;
		const struct object *first = file->claims[i]->slot->claims->object;

		if (first == object)
			continue;
		diag_add(diag, SEVERITY_ERROR, &object->place,
		    "%s %s%s%s: is already stated at %s:%u:%u; that one keeps serving",
		    object_kind_text(object->kind), object->ns, *object->ns != '\0' ? "/" : "",
		    object->name, first->place.file != NULL ? first->place.file : "?",
		    first->place.line, first->place.column);
	}
}

int
store_replace_file(struct store *store, const char *file, struct object **objects, size_t count,
    struct diag *diag)
{
	struct plan plan;
	int err = prepare(store, file, objects, count, &plan);

	if (err != 0) {
		for (size_t i = 0; i < count; i++)
			object_unref(objects[i]);
		return err;
	}
	commit(store, &plan);
	report_waiting(plan.file, diag);
	file_prune(store, plan.file);
	return 0;
}
