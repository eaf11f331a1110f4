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

/* One object of the new text. */
struct step {
	struct slot *slot;
	struct object *object;
	union found found;              /* of it, where it differs from what the file said before */
	struct claim *waiting;          /* room for a claim behind another one */
	bool fresh;                     /* a claim the file does not have so far */
	bool first;                     /* of the slot; else the text states it more than once */
	bool made;                      /* the slot is new */
	bool equal;                     /* to what the file said before */
};

struct plan {
	struct file *file;
	struct slot **slots;            /* as the file will have them */
	struct step *steps;
	size_t count;
};

/* ---- files ---- */

static bool
is_file(const void *item, const void *name)
{
	return strcmp(((const struct file *)item)->name, name) == 0;
}

static struct file *
file_find(const struct store *store, const char *name)
{
	return keyset_find(&store->files, keyset_hash(&store->files, name, strlen(name)), is_file,
	    name);
}

static struct file *
file_obtain(struct store *store, const char *name)
{
	size_t len = strlen(name);
	struct file *file = file_find(store, name);

	if (file != NULL)
		return file;
	file = calloc(1, sizeof(*file) + len + 1);
	if (file == NULL)
		return NULL;
	memcpy(file->name, name, len + 1);
	file->number = ++store->last_file;
	file->hash = keyset_hash(&store->files, name, len);
	if (keyset_add(&store->files, file->hash, file) != 0) {
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
	keyset_remove(&store->files, file->hash, file);
	free(file->slots);
	free(file);
}

size_t
store_count_file(const struct store *store, const char *file)
{
	const struct file *found = file_find(store, file);

	return found != NULL ? found->count : 0;
}

/* ---- claims ---- */

/* Trust is a property of the file, not of its text, and so no part of the digest. */
static bool
same_object(const struct object *a, const struct object *b)
{
	return a->digest == b->digest && a->trusted == b->trusted;
}

/* What the file states of the slot: its first claim. */
static struct statement *
find_statement(struct slot *slot, const struct file *file)
{
	struct claim *claim = slot->waiting;

	if (slot->stated && slot->file == file->number)
		return &slot->serving;
	while (claim != NULL && claim->file != file->number)
		claim = claim->next;
	return claim != NULL ? &claim->statement : NULL;
}

/* The claim that served is to go, and one waits: that one takes over. */
static void
succeed(struct store *store, struct slot *slot)
{
	struct claim *next = slot->waiting;
	struct statement old = slot->serving;
	bool same = same_object(old.object, next->statement.object);

	if (!same)
		store_slot_touch(store, slot);
	store_found_unlink(slot);
	slot->serving = next->statement;
	slot->file = next->file;
	slot->waiting = next->next;
	store_found_link(slot);
	if (!same) {
		store_slot_touch(store, slot);
		store_slot_tell(store, slot);
	}
	store_found_free(store, slot, &old.found);
	object_unref(old.object);
	free(next);
}

/* Its object stays in the slot for the sake of its name. */
static void
vacate(struct store *store, struct slot *slot)
{
	store_slot_touch(store, slot);
	store_found_unlink(slot);
	store_slot_empty(store, slot);
	store_slot_tell(store, slot);
	store_found_free(store, slot, &slot->serving.found);
	store_slot_prune(store, slot);
}

static void
withdraw_waiting(struct store *store, struct slot *slot, struct claim *claim)
{
	struct claim **link = &slot->waiting;

	while (*link != claim)
		link = &(*link)->next;
	*link = claim->next;
	store_found_free(store, slot, &claim->statement.found);
	object_unref(claim->statement.object);
	free(claim);
}

static void
withdraw(struct store *store, struct slot *slot, const struct file *file)
{
	struct statement *statement = find_statement(slot, file);

	if (statement != &slot->serving)
		withdraw_waiting(store, slot, (struct claim *)(void *)statement);
	else if (slot->waiting != NULL)
		succeed(store, slot);
	else
		vacate(store, slot);
}

/* ---- preparing ---- */

static int
prepare_object(struct store *store, struct plan *plan, struct object *object)
{
	struct step *step = &plan->steps[plan->count];
	const struct statement *before;
	int err = store_slot_obtain(store, object, &step->slot, &step->made);

	if (err != 0)
		return err;
	plan->slots[plan->count++] = step->slot;
	step->object = object;
	step->first = !step->slot->planned;
	step->slot->planned = 1;
	/* A second mention waits behind the first one anew each time. */
	before = step->first ? find_statement(step->slot, plan->file) : NULL;
	step->fresh = before == NULL;
	step->equal = before != NULL && same_object(before->object, object);
	if (step->fresh && (step->slot->stated || !step->first)) {
		step->waiting = calloc(1, sizeof(*step->waiting));
		if (step->waiting == NULL)
			return ERR_NOMEM;
	}
	return step->equal ? 0 : store_found_new(store, step->slot, object, &step->found);
}

static void
plan_release(struct store *store, struct plan *plan)
{
	free(plan->steps);
	free(plan->slots);
	file_prune(store, plan->file);
}

/* Backwards: what was made for a later object may refer to the slot of an earlier one. */
static void
abandon(struct store *store, struct plan *plan)
{
	while (plan->count-- > 0) {
		struct step *step = &plan->steps[plan->count];

		store_found_free(store, step->slot, &step->found);
		free(step->waiting);
		if (!step->first)
			continue;
		step->slot->planned = 0;
		if (step->made)
			object_ref(step->object);       /* the slot's; its own is the caller's again */
		store_slot_prune(store, step->slot);
	}
	plan_release(store, plan);
}

static int
prepare(struct store *store, const char *name, struct object **objects, size_t count,
    struct plan *plan)
{
	int err = 0;

	*plan = (struct plan){ .file = file_obtain(store, name) };
	if (plan->file == NULL)
		return ERR_NOMEM;
	plan->slots = calloc(count > 0 ? count : 1, sizeof(struct slot *));
	plan->steps = calloc(count > 0 ? count : 1, sizeof(*plan->steps));
	if (plan->slots == NULL || plan->steps == NULL) {
		plan_release(store, plan);
		return ERR_NOMEM;
	}
	for (size_t i = 0; err == 0 && i < count; i++)
		err = prepare_object(store, plan, objects[i]);
	if (err != 0)
		abandon(store, plan);
	return err;
}

/* ---- committing ---- */

static void
commit_waiting(const struct plan *plan, struct step *step)
{
	struct claim **end = &step->slot->waiting;

	while (*end != NULL)
		end = &(*end)->next;
	*step->waiting = (struct claim){
		.statement = { step->object, step->found }, .file = plan->file->number,
	};
	*end = step->waiting;
}

static void
commit_first(struct store *store, const struct plan *plan, struct step *step)
{
	struct slot *slot = step->slot;

	if (slot->serving.object != step->object)
		object_unref(slot->serving.object);     /* that was kept for its name */
	slot->serving = (struct statement){ step->object, step->found };
	slot->file = plan->file->number;
	store_slot_fill(store, slot);
	store_found_link(slot);
	store_slot_touch(store, slot);
	store_slot_tell(store, slot);
}

/* What the file has said before goes; whoever it touched, and whoever the new one touches. */
static void
commit_other(struct store *store, const struct plan *plan, struct step *step)
{
	struct slot *slot = step->slot;
	struct statement *statement = find_statement(slot, plan->file);
	bool serves = statement == &slot->serving;
	struct statement old = *statement;

	if (serves) {
		store_slot_touch(store, slot);
		store_found_unlink(slot);
	}
	*statement = (struct statement){ step->object, step->found };
	if (serves) {
		store_found_link(slot);
		store_slot_touch(store, slot);
		store_slot_tell(store, slot);
	}
	store_found_free(store, slot, &old.found);
	object_unref(old.object);
}

static void
commit_step(struct store *store, const struct plan *plan, struct step *step)
{
	struct statement *statement;

	if (step->waiting != NULL) {
		commit_waiting(plan, step);
	} else if (step->fresh) {
		commit_first(store, plan, step);
	} else if (step->equal) {
		statement = find_statement(step->slot, plan->file);
		/* The one that roster entries hold stays; its place may have moved. */
		object_take_places(statement->object, step->object);
		object_unref(step->object);
		step->object = statement->object;
	} else {
		commit_other(store, plan, step);
	}
}

/* Second mentions of the old text, before those of the new one come. */
static void
withdraw_repeated(struct store *store, struct slot *slot, const struct file *file)
{
	const struct statement *first = find_statement(slot, file);
	struct claim *claim = slot->waiting;

	while (claim != NULL) {
		struct claim *next = claim->next;

		if (claim->file == file->number && &claim->statement != first)
			withdraw_waiting(store, slot, claim);
		claim = next;
	}
}

/*
 * Withdrawals of what is stated no more come last: a namespace whose objects are exchanged
 * never ceases to exist in between.
 */
static void
commit(struct store *store, struct plan *plan)
{
	struct file *file = plan->file;
	size_t gone = 0;

	for (size_t i = 0; i < file->count; i++) {
		if (file->slots[i]->planned)
			withdraw_repeated(store, file->slots[i], file);
		else
			file->slots[gone++] = file->slots[i];
	}
	for (size_t i = 0; i < plan->count; i++)
		commit_step(store, plan, &plan->steps[i]);
	for (size_t i = 0; i < gone; i++)
		withdraw(store, file->slots[i], file);
	for (size_t i = 0; i < plan->count; i++)
		plan->slots[i]->planned = 0;
	free(file->slots);
	file->slots = plan->slots;
	file->count = plan->count;
}

static void
report_waiting(const struct plan *plan, struct diag *diag)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct object *object = plan->steps[i].object;
		const struct object *first = plan->file->slots[i]->serving.object;

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
	store->replacing = store->holding;
	commit(store, &plan);
	store->replacing = false;
	report_waiting(&plan, diag);
	free(plan.steps);
	file_prune(store, plan.file);
	return 0;
}
