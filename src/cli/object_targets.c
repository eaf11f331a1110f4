/* object_targets.c - what Pods and Services want probed. */
#include "cli/object_targets.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/diag.h"
#include "base/err.h"
#include "model/membership.h"
#include "model/object.h"
#include "model/store.h"
#include "source/decode.h"

struct object_targets {
	struct store *store;
	struct arena *arena;
	struct target *items;
	size_t count;
	size_t room;
	const char *container;
	int err;
};

struct object_targets *
object_targets_new(void)
{
	struct object_targets *targets = calloc(1, sizeof(*targets));

	if (targets == NULL)
		return NULL;
	targets->store = store_new();
	targets->arena = arena_new(0);
	if (targets->store != NULL && targets->arena != NULL)
		return targets;
	object_targets_free(targets);
	return NULL;
}

void
object_targets_free(struct object_targets *targets)
{
	if (targets == NULL)
		return;
	free(targets->items);
	arena_free(targets->arena);
	store_free(targets->store);
	free(targets);
}

int
object_targets_add(struct object_targets *targets, const char *name, const char *text, size_t len,
    struct diag *diag)
{
	static const struct decode_settings settings = { .trusted = true, .exec_enabled = true };
	struct object_list list = { NULL, 0, 0 };
	int err = decode_text(name, text, len, &settings, &list, diag);
	int stored;

	/* What was sound in it is taken; the store owns it from here on. */
	stored = store_replace_file(targets->store, name, list.items, list.count, diag);
	list.count = 0;
	object_list_release(&list);
	return err != 0 ? err : stored;
}

static void
add_all(struct object_targets *targets, const struct target *found, size_t count)
{
	for (size_t i = 0; i < count && targets->err == 0; i++) {
		if (targets->container != NULL && (found[i].container == NULL ||
		    strcmp(found[i].container, targets->container) != 0))
			continue;
		targets->err = array_reserve(&targets->items, &targets->room, targets->count + 1,
		    sizeof(*targets->items));
		if (targets->err == 0)
			targets->items[targets->count++] = found[i];
	}
}

static int
visit_pod(void *arg, const struct object *object)
{
	struct object_targets *targets = arg;
	struct target *found = NULL;
	size_t count = 0;

	targets->err = membership_pod_targets(targets->store, (const void *)object, targets->arena,
	    &found, &count);
	add_all(targets, found, count);
	return targets->err;
}

static int
visit_service(void *arg, const struct object *object)
{
	struct object_targets *targets = arg;
	struct target *found = NULL;
	size_t count = 0;

	targets->err = membership_service_targets(targets->store, (const void *)object, targets->arena,
	    &found, &count);
	add_all(targets, found, count);
	return targets->err;
}

int
object_targets_list(struct object_targets *targets, const char *container,
    const struct target **list, size_t *count)
{
	targets->container = container;
	targets->count = 0;
	targets->err = 0;
	(void)store_each(targets->store, KIND_POD, visit_pod, targets);
	if (targets->err == 0)
		(void)store_each(targets->store, KIND_SERVICE, visit_service, targets);
	*list = targets->items;
	*count = targets->count;
	return targets->err;
}
