/* managed.c - objects written through the API. */
#include "daemon/managed.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "daemon/managed_file.h"
#include "daemon/managed_parts.h"
#include "daemon/managed_yaml.h"
#include "daemon/world.h"
#include "model/object.h"
#include "model/store.h"
#include "net/turn.h"

/* A turn of the loop may take about so long; one file may be an fsync or two. */
#define TURN_US 4000
/* A change that the world has not dealt with by then is taken back. */
#define WAIT_MS 10000

static const struct timeval wait_time = { .tv_sec = WAIT_MS / 1000 };

/* ---- one change ---- */

void
managed_change_free(struct managed_change *change)
{
	if (change == NULL)
		return;
	object_list_release(&change->objects);
	free(change->text);
	free(change->ns);
	free(change->name);
	free(change);
}

static struct managed_change *
change_new(const struct managed_key *key, managed_done_fn *done, void *arg)
{
	struct managed_change *change = calloc(1, sizeof(*change));

	if (change == NULL)
		return NULL;
	change->done = done;
	change->arg = arg;
	change->ns = strdup(key->ns);
	change->name = strdup(key->name);
	if (change->ns == NULL || change->name == NULL) {
		managed_change_free(change);
		return NULL;
	}
	return change;
}

static void
unlink_change(struct managed *managed, struct managed_change *change)
{
	struct managed_change **link = &managed->changes;

	while (*link != change)
		link = &(*link)->next;
	*link = change->next;
}

/* Whoever is told may come with the next change at once. */
static void
finish(struct managed *managed, struct managed_change *change, int err, const char *why)
{
	managed_done_fn *done = change->done;
	void *arg = change->arg;

	unlink_change(managed, change);
	managed_change_free(change);
	done(arg, err, why);
}

static void
fail(struct managed *managed, struct managed_change *change, int err)
{
	char why[512];

	snprintf(why, sizeof(why), "%.380s: %s", change->path,
	    err == ERR_SYSTEM || err == ERR_FULL ? strerror(errno) : err_text(err));
	log_error("managed: not written: %s", why);
	finish(managed, change, err, why);
}

/* ---- into the world ---- */

/* The file states these objects; they are the world's then.  ERR_EXISTS: somebody else does. */
static int
state_objects(struct managed *managed, const char *path, struct object_list *objects,
    char *why, size_t size)
{
	struct diag *diag = diag_new();
	const struct diag_entry *entry;
	int err = diag == NULL ? ERR_NOMEM : world_replace_file(managed->world, path,
	    clock_now_us(managed->clock), objects->items, objects->count, diag);

	if (diag != NULL)
		objects->count = 0;
	entry = diag_at(diag, 0);
	if (err == 0 && entry != NULL) {
		snprintf(why, size, "%s", entry->text);
		err = ERR_EXISTS;
	}
	diag_free(diag);
	return err;
}

static void
state_as_before(struct managed *managed, const char *path)
{
	struct object_list objects = { 0 };
	char why[256];

	/* What cannot be read states nothing, as at the next start. */
	(void)managed_load_text(managed, path, &objects);
	if (state_objects(managed, path, &objects, why, sizeof(why)) == ERR_NOMEM)
		log_error("managed: %s: no memory to take it back", path);
	object_list_release(&objects);
}

static void
take_back(struct managed *managed, struct managed_change *change, int err, const char *why)
{
	char text[512];

	snprintf(text, sizeof(text), "%s", why);
	if (managed_file_revert(change->path) != 0)
		log_errno(LOG_ERROR, "managed: %s cannot be put back", change->path);
	state_as_before(managed, change->path);
	finish(managed, change, err, text);
}

static void
state_change(struct managed *managed, struct managed_change *change)
{
	char why[512] = "";
	int err = state_objects(managed, change->path, &change->objects, why, sizeof(why));

	if (err != 0) {
		take_back(managed, change, err, *why != '\0' ? why : err_text(err));
		return;
	}
	change->stated = true;
	change->round = world_rounds(managed->world);
	change->due_ms = clock_now_ms(managed->clock) + WAIT_MS;
	/* It fires for the one that has waited longest, and then for the next. */
	if (!evtimer_pending(managed->late, NULL))
		evtimer_add(managed->late, &wait_time);
}

/* ---- to disk ---- */

static void
write_change(struct managed *managed, struct managed_change *change)
{
	int err = change->text == NULL ? managed_file_drop(change->path) :
	    managed_file_put(managed->root, change->path, change->text, strlen(change->text));

	if (err != 0) {
		fail(managed, change, err);
		return;
	}
	err = managed_file_sync(change->path);
	if (err == 0) {
		state_change(managed, change);
		return;
	}
	err = errno;
	(void)managed_file_revert(change->path);
	errno = err;
	fail(managed, change, ERR_SYSTEM);
}

static struct managed_change *
next_unwritten(const struct managed *managed)
{
	struct managed_change *change = managed->changes;

	while (change != NULL && change->stated)
		change = change->next;
	return change;
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct managed *managed = arg;
	uint64_t began_us = clock_now_us(managed->clock);
	struct managed_change *change;

	(void)fd, (void)what;
	while ((change = next_unwritten(managed)) != NULL) {
		write_change(managed, change);
		if (clock_now_us(managed->clock) - began_us >= TURN_US)
			break;
	}
	if (next_unwritten(managed) != NULL)
		turn_plan(managed->turn);
}

/* ---- what became of it ---- */

static void
settle(struct managed *managed, struct managed_change *change)
{
	char why[256];
	int err = managed_outcome(managed, change, why, sizeof(why));

	if (err == MANAGED_WAITS)
		return;
	if (err != 0) {
		take_back(managed, change, err, why);
		return;
	}
	managed_file_commit(managed->root, change->path);
	finish(managed, change, 0, "");
}

/* Whoever is told may change the list: begin anew after each, for there are few. */
static struct managed_change *
next_settled(const struct managed *managed)
{
	uint64_t round = world_rounds(managed->world);
	struct managed_change *change = managed->changes;
	char why[256];

	while (change != NULL && (!change->stated || change->round >= round ||
	    managed_outcome(managed, change, why, sizeof(why)) == MANAGED_WAITS))
		change = change->next;
	return change;
}

void
managed_look(struct managed *managed)
{
	struct managed_change *change;

	if (managed == NULL)
		return;
	while ((change = next_settled(managed)) != NULL)
		settle(managed, change);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct managed *managed = arg;
	uint64_t now_ms = clock_now_ms(managed->clock);
	struct managed_change *change = managed->changes;

	(void)fd, (void)what;
	while (change != NULL && (!change->stated || change->due_ms > now_ms))
		change = change->next;
	if (change != NULL)
		take_back(managed, change, ERR_TIMEOUT, "the daemon was too busy to deal with it");
	if (managed->changes != NULL)
		evtimer_add(managed->late, &wait_time);
}

/* ---- asking for changes ---- */

const char *
managed_problem(const struct managed *managed)
{
	return managed->root != NULL ? NULL :
	    "nothing can be written: rollcalld runs with --no-state and keeps nothing";
}

bool
managed_owns(const struct managed *managed, const char *file)
{
	size_t len = managed->root == NULL ? 0 : strlen(managed->root);

	return len > 0 && file != NULL && strncmp(file, managed->root, len) == 0 &&
	    file[len] == '/';
}

bool
managed_is_busy(const struct managed *managed, const struct managed_key *key)
{
	char path[MANAGED_PATH_SIZE];
	const struct managed_change *change = managed->changes;

	if (managed->root == NULL ||
	    managed_file_path(managed->root, key->resource, key->ns, key->name, path) != 0)
		return false;
	while (change != NULL && strcmp(change->path, path) != 0)
		change = change->next;
	return change != NULL;
}

static int
queue(struct managed *managed, const struct managed_key *key, struct managed_change *change)
{
	struct managed_change **end = &managed->changes;
	int err = managed_file_path(managed->root, key->resource, key->ns, key->name,
	    change->path);

	if (err != 0)
		return err;
	change->service = strcmp(key->resource, "services") == 0;
	while (*end != NULL)
		end = &(*end)->next;
	*end = change;
	turn_plan(managed->turn);
	return 0;
}

static int
fill(struct managed *managed, const struct managed_key *key, struct managed_change *change,
    json_t *object, struct diag *diag)
{
	char path[MANAGED_PATH_SIZE];
	struct strbuf text = STRBUF_INIT;
	int err = managed_file_path(managed->root, key->resource, key->ns, key->name, path);

	if (err == 0)
		err = managed_yaml_write(object, &text);
	if (err == 0)
		err = managed_decode(managed, path, text.text, text.len, &change->objects, diag);
	if (err == 0)
		change->text = strbuf_take(&text);
	strbuf_release(&text);
	return err != 0 ? err : change->text == NULL ? ERR_NOMEM : 0;
}

int
managed_put(struct managed *managed, const struct managed_key *key, json_t *object,
    struct diag *diag, managed_done_fn *done, void *arg)
{
	struct managed_change *change;
	int err;

	if (managed->root == NULL)
		return ERR_DENIED;
	change = change_new(key, done, arg);
	if (change == NULL)
		return ERR_NOMEM;
	err = fill(managed, key, change, object, diag);
	if (err == 0)
		err = queue(managed, key, change);
	if (err != 0)
		managed_change_free(change);
	return err;
}

int
managed_drop(struct managed *managed, const struct managed_key *key, managed_done_fn *done,
    void *arg)
{
	struct managed_change *change;
	int err;

	if (managed->root == NULL)
		return ERR_DENIED;
	change = change_new(key, done, arg);
	err = change == NULL ? ERR_NOMEM : queue(managed, key, change);
	if (err != 0)
		managed_change_free(change);
	return err;
}

/* ---- life ---- */

struct managed *
managed_new(const struct managed_settings *settings)
{
	struct managed *managed = calloc(1, sizeof(*managed));
	struct strbuf root = STRBUF_INIT;

	if (managed == NULL)
		return NULL;
	managed->clock = settings->clock;
	managed->world = settings->world;
	managed->exec_enabled = settings->exec_enabled;
	managed->squeeze = settings->squeeze;
	managed->problem = settings->problem;
	managed->arg = settings->arg;
	managed->turn = event_new(settings->loop, -1, EV_PERSIST, on_turn, managed);
	managed->late = evtimer_new(settings->loop, on_late, managed);
	if (settings->state_dir != NULL) {
		strbuf_addf(&root, "%s/objects", settings->state_dir);
		managed->root = strbuf_take(&root);
	}
	if (managed->turn == NULL || managed->late == NULL ||
	    (settings->state_dir != NULL && managed->root == NULL)) {
		managed_free(managed);
		return NULL;
	}
	return managed;
}

void
managed_free(struct managed *managed)
{
	if (managed == NULL)
		return;
	while (managed->changes != NULL)
		finish(managed, managed->changes, ERR_CLOSED, "rollcalld stops");
	if (managed->turn != NULL)
		event_free(managed->turn);
	if (managed->late != NULL)
		event_free(managed->late);
	free(managed->root);
	free(managed);
}
