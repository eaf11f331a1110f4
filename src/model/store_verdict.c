/* store_verdict.c - what probes have found, by target, and whom it matters to. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/drain.h"
#include "model/store_parts.h"

struct verdict_slot {
	struct verdict_state state;     /* its reason is owned, but for "" */
	uint32_t hash;
	char id[];
};

static bool
is_verdict_of(const void *item, const void *id)
{
	return strcmp(((const struct verdict_slot *)item)->id, id) == 0;
}

static struct verdict_slot *
verdict_find(const struct store *store, const char *id)
{
	return keyset_find(&store->verdicts, keyset_hash(&store->verdicts, id, strlen(id)),
	    is_verdict_of, id);
}

const struct verdict_state *
store_verdict(const struct store *store, const char *target_id)
{
	const struct verdict_slot *slot = verdict_find(store, target_id);

	return slot != NULL ? &slot->state : NULL;
}

/* The parts of an id, cut at its slashes; the last one keeps all that is left. */
static size_t
split_id(char *id, char *parts[5])
{
	size_t count = 0;

	while (count < 5) {
		char *slash = strchr(id, '/');

		parts[count++] = id;
		if (slash == NULL || count == 5)
			break;
		*slash = '\0';
		id = slash + 1;
	}
	return count;
}

static void
touch_pod(struct store *store, char *const parts[5], bool verdict_changed)
{
	struct slot *slot = store_slot_find(store, KIND_POD, parts[1], parts[2]);

	/* Liveness is shown and logged; it never changes membership. */
	if (slot == NULL || !slot->stated || strcmp(parts[4], "liveness") == 0)
		return;
	if (verdict_changed)
		store_mark_selecting_verdict(store, slot->serving.object);
	/* Other targets of the Pod are held, or let go, by its startup probe. */
	if (strcmp(parts[4], "startup") == 0)
		store_slot_mark(store, slot);
}

/* Mark whom the target matters to. */
static void
touch_target(struct store *store, const char *id, bool verdict_changed)
{
	char text[1024];
	char *parts[5];
	size_t len = strlen(id);

	if (len >= sizeof(text))
		return;
	memcpy(text, id, len + 1);
	size_t count = split_id(text, parts);
	store->generation++;
	if (count == 5 && strcmp(parts[0], "pod") == 0) {
		touch_pod(store, parts, verdict_changed);
	} else if (count >= 4 && strcmp(parts[0], "service") == 0 && verdict_changed) {
		struct slot *slot = store_slot_find(store, KIND_SERVICE, parts[1], parts[2]);

		if (slot != NULL && slot->stated)
			store_slot_mark_verdict(store, slot);
	}
}

static void
reason_free(struct verdict_slot *slot)
{
	if (*slot->state.reason != '\0')
		free((char *)(uintptr_t)slot->state.reason);
}

static void
verdict_free(struct store *store, struct verdict_slot *slot)
{
	keyset_remove(&store->verdicts, slot->hash, slot);
	store->drained -= drain_is_id(slot->id);
	reason_free(slot);
	free(slot);
}

static struct verdict_slot *
verdict_obtain(struct store *store, const char *id)
{
	struct verdict_slot *slot = verdict_find(store, id);
	size_t len = strlen(id);

	if (slot != NULL)
		return slot;
	slot = calloc(1, sizeof(*slot) + len + 1);
	if (slot == NULL)
		return NULL;
	memcpy(slot->id, id, len + 1);
	slot->state.reason = "";
	slot->hash = keyset_hash(&store->verdicts, id, len);
	if (keyset_add(&store->verdicts, slot->hash, slot) != 0) {
		free(slot);
		return NULL;
	}
	store->drained += drain_is_id(id);
	return slot;
}

static void
verdict_forget(struct store *store, const char *id)
{
	struct verdict_slot *slot = verdict_find(store, id);

	if (slot == NULL)
		return;
	verdict_free(store, slot);
	touch_target(store, id, true);
}

/* Most have none; NULL: no memory. */
static const char *
reason_copy(const char *reason)
{
	return reason == NULL || *reason == '\0' ? "" : strdup(reason);
}

int
store_set_verdict(struct store *store, const char *target_id, const struct verdict_state *state)
{
	const char *reason;
	struct verdict_slot *slot;

	if (state->verdict == VERDICT_UNKNOWN) {
		verdict_forget(store, target_id);
		return 0;
	}
	reason = reason_copy(state->reason);
	slot = reason != NULL ? verdict_obtain(store, target_id) : NULL;
	if (slot == NULL) {
		if (reason != NULL && *reason != '\0')
			free((char *)(uintptr_t)reason);
		return ERR_NOMEM;
	}
	bool changed = slot->state.verdict != state->verdict;
	bool confirmed = slot->state.restored != state->restored;
	reason_free(slot);
	slot->state = *state;
	slot->state.reason = reason;
	if (changed || confirmed)
		touch_target(store, target_id, changed);
	return 0;
}

size_t
store_count_drained(const struct store *store)
{
	return store->drained;
}

int
store_each_verdict(const struct store *store, store_verdict_fn *visit, void *arg)
{
	const struct verdict_slot *slot;
	size_t at = 0;

	while ((slot = keyset_next(&store->verdicts, &at)) != NULL) {
		int stop = visit(arg, slot->id, &slot->state);

		if (stop != 0)
			return stop;
	}
	return 0;
}

void
store_verdicts_free(struct store *store)
{
	struct verdict_slot *slot;
	size_t at = 0;

	while ((slot = keyset_next(&store->verdicts, &at)) != NULL) {
		reason_free(slot);
		free(slot);
	}
	keyset_release(&store->verdicts);
}
