/*
 * managed.h - objects written through the API: into files of the state folder, and from there into
 * the world.  Thread: control.
 *
 * The life of a change: it is queued; a turn of the loop writes some of them, each a file of its
 * own, and makes them last; the world states them; and when the world has dealt with them, and what
 * a Service was given is on disk too, who asked is told.  What cannot be kept or
 * given is taken back as if it had never been.  At a start the files are read before
 * all others, and their objects are as little trusted as when they came.
 */
#ifndef ROLLCALL_DAEMON_MANAGED_H
#define ROLLCALL_DAEMON_MANAGED_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/allot_check.h"

struct clock;
struct diag;
struct event_base;
struct managed;
struct squeeze;
struct world;

struct managed_settings {
	const char *state_dir;          /* copied; NULL: --no-state, nothing is kept or taken */
	struct event_base *loop;
	const struct clock *clock;
	struct world *world;
	bool exec_enabled;              /* as of all manifests */
	struct squeeze *squeeze;        /* borrowed: packs what they state; NULL: nobody looks */
	/* Why the addresses of Services cannot be written, or NULL (state_problem). */
	const char *(*problem)(void *arg);
	void *arg;
};

/* An object's place: "services", "" for what is in no namespace. */
struct managed_key {
	const char *resource;
	const char *ns;
	const char *name;
};

/*
 * `err`: 0; ERR_FULL: no space left on disk; ERR_SYSTEM, ERR_NOMEM, ERR_TIMEOUT; ERR_EXISTS, ERR_RANGE:
 * there is no address for it; ERR_CLOSED: the daemon stops.  `why` in words, "" with 0.
 */
typedef void managed_done_fn(void *arg, int err, const char *why);

/* NULL: no memory. */
struct managed *managed_new(const struct managed_settings *settings);
/* Those who wait are told ERR_CLOSED. */
void managed_free(struct managed *managed);

/* Read all files, before any other source does.  0 or ERR_NOMEM; what is broken is logged. */
int managed_load(struct managed *managed);
/* Files that could not be read or used. */
size_t managed_broken_count(const struct managed *managed);

/* Why nothing can be written at all, or NULL. */
const char *managed_problem(const struct managed *managed);
/* Is this file, that states an object, one of ours? */
bool managed_owns(const struct managed *managed, const char *file);
/* Is a change of that object under way? */
bool managed_is_busy(const struct managed *managed, const struct managed_key *key);

/*
 * Would the object be taken?  Nothing is kept.  ERR_INVALID: errors are in diag (warnings may be there
 * with 0, too), or `tell` was told of addresses that it cannot have.  ERR_NOMEM.
 */
int managed_check(struct managed *managed, json_t *object, struct diag *diag,
    allot_refusal_fn *tell, void *arg);

/*
 * The object is to be stated so from now on, or to be no more; `done` is called, never inside.
 * ERR_INVALID (said in diag), ERR_LIMIT, ERR_DENIED (managed_problem), ERR_NOMEM: it will not be.
 */
int managed_put(struct managed *managed, const struct managed_key *key, json_t *object,
    struct diag *diag, managed_done_fn *done, void *arg);
int managed_drop(struct managed *managed, const struct managed_key *key, managed_done_fn *done,
    void *arg);

/* The world has been run. */
void managed_look(struct managed *managed);
#endif
