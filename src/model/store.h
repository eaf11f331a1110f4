/*
 * store.h - all objects as last stated, and which Services that touches.  Thread: control;
 * owned by it alone.
 *
 * Objects come in by file: store_replace_file() makes the store state exactly what a file
 * states now. Whatever changes marks Services and probe owners dirty; refresh takes them and
 * rebuilds their roster entries and targets.  Work is proportional to the change.
 */
#ifndef ROLLCALL_MODEL_STORE_H
#define ROLLCALL_MODEL_STORE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/object.h"
#include "model/tally.h"

struct diag;
struct namespace_object;
struct pod;
struct service;
struct slice;
struct slot;
struct store;
struct store_key;

struct store *store_new(void);
void store_free(struct store *store);

/*
 * The objects of `file` are now exactly objects[0..count-1]; takes ownership of each, on
 * failure too. An object that equals the held one (digest) is not a change.  One whose kind,
 * namespace and name another file states already is an error in diag that names both places:
 * the first keeps serving, the other waits and takes over when the first goes.  count 0
 * removes the file's objects.  ERR_NOMEM: nothing changed.
 */
int store_replace_file(struct store *store, const char *file, struct object **objects, size_t count,
    struct diag *diag);

/* How many objects `file` has in the store; how many there are of a kind. */
size_t store_count_file(const struct store *store, const char *file);
size_t store_count(const struct store *store, enum object_kind kind);

/* "1 Service, 2 Pods, 0 EndpointSlices, 0 Endpoints", and ", 1 Ingress" if any; returns buf. */
#define STORE_SUMMARY_SIZE 160
char *store_summary(const struct store *store, char buf[STORE_SUMMARY_SIZE]);

/* Look-ups; NULL: none. */
const struct service *store_service(const struct store *store, const char *ns, const char *name);
const struct pod *store_pod(const struct store *store, const char *ns, const char *name);
const struct object *store_object(const struct store *store, enum object_kind kind, const char *ns,
    const char *name);
/* The Service's key, with its cargo; false: there is no such Service and no cargo. */
bool store_find_key(const struct store *store, const char *ns, const char *name,
    struct store_key *out);

/* Does the namespace exist: stated, or holding any object? */
bool store_has_namespace(const struct store *store, const char *ns);

/*
 * Visit in no particular order; a visitor must not change the store.  Non-zero stops and is
 * returned.
 */
typedef int store_visit_fn(void *arg, const struct object *object);
int store_each(const struct store *store, enum object_kind kind, store_visit_fn *visit, void *arg);
/*
 * Pods of the namespace that the selector matches; slices and Endpoints of a Service; Services
 * that select a Pod.
 */
int store_each_selected_pod(const struct store *store, const char *ns, const struct pairs *selector,
    store_visit_fn *visit, void *arg);
int store_each_slice(const struct store *store, const char *ns, const char *service,
    store_visit_fn *visit, void *arg);
int store_each_selecting_service(const struct store *store, const struct pod *pod,
    store_visit_fn *visit, void *arg);

/*
 * Verdicts of targets (target.h ids).  Setting one marks the Services it matters to dirty.
 * VERDICT_UNKNOWN forgets.  `reason` is copied (a sentence), `since_unix_ms` is for people.
 */
struct verdict_state {
	enum verdict verdict;
	bool restored;          /* from before a restart, not yet confirmed */
	uint64_t since_unix_ms;
	uint64_t mark;          /* target_mark() of whom it was found of */
	const char *reason;     /* "" where there is none */
};
int store_set_verdict(struct store *store, const char *target_id,
    const struct verdict_state *state);
const struct verdict_state *store_verdict(const struct store *store, const char *target_id);
/* How many verdicts are drains (drain.h). */
size_t store_count_drained(const struct store *store);
typedef int store_verdict_fn(void *arg, const char *target_id, const struct verdict_state *state);
int store_each_verdict(const struct store *store, store_verdict_fn *visit, void *arg);

/*
 * A mark of the caller's, for when and why: what becomes dirty from now on carries it until it is
 * taken, and the first one stays.  0: none.
 */
#define STORE_MARK_MAX (UINT64_MAX >> 5)
void store_set_mark(struct store *store, uint64_t mark);

/*
 * From store_hold() on, what store_replace_file() touches is not taken, whatever else touches it,
 * before store_release(): an object that moves between files, or whose parts lie in several, is half
 * there while they come in.  What no file touched can be taken as ever.
 */
void store_hold(struct store *store);
void store_release(struct store *store);

/*
 * The first `max` of what has changed since the last call.  Each name is given once; a removed
 * Service or Pod is given too.  The texts stay valid until the next call of the same function, or
 * until a file states the object anew.  Out of memory they give 0 and keep what is dirty for the
 * next call.
 */
struct store_key {
	const char *ns;
	const char *name;
	uint64_t mark;
	const struct object *object;    /* NULL: it is removed */
	/*
	 * Of a Service: a place for what the caller knows of it, which stays, stated or not, for as
	 * long as it is not NULL.  NULL for a Pod.
	 */
	void **cargo;
	const struct slot *slot;        /* for store_renew_key() */
};
size_t store_take_dirty_services(struct store *store, size_t max, const struct store_key **keys);
size_t store_take_dirty_pods(struct store *store, size_t max, const struct store_key **keys);
size_t store_take_dirty_ingresses(struct store *store, size_t max, const struct store_key **keys);
size_t store_take_dirty_namespaces(struct store *store, const char *const **names);
/*
 * A Service of which only verdicts have changed, one at a time; its texts stay valid until the store
 * changes.  Those that have changed otherwise, too, are left to the next take of Services.
 */
bool store_take_dirty_verdict(struct store *store, struct store_key *key);
/*
 * What the store states by now under a key of the last take.  False: it has changed again, and
 * will be given again.
 */
bool store_renew_key(const struct store_key *key, struct store_key *out);
/* Nothing that these have given is looked at any more: what is removed may be forgotten. */
void store_return_dirty(struct store *store);
bool store_is_dirty(const struct store *store);

/*
 * Visit the Services that have cargo.  A visitor may change that, and mark dirty; nothing else.
 * Non-zero stops and is returned.  Cargo must be gone before store_free().
 */
typedef int store_laden_fn(void *arg, const struct store_key *key);
int store_each_laden(struct store *store, store_laden_fn *visit, void *arg);

/*
 * Mark dirty from outside: a setting changed, or what was taken could not be dealt with.  One that is
 * removed can be marked again until the next call of the function that gave it.  Needs no memory.
 */
void store_touch_service(struct store *store, const char *ns, const char *name);
void store_touch_pod(struct store *store, const char *ns, const char *name);
void store_touch_ingress(struct store *store, const char *ns, const char *name);
void store_touch_namespace(struct store *store, const char *name);

/*
 * Call `fn` whenever what is stated of a Namespace, Endpoints or EndpointSlice changes, which no
 * list of what is dirty tells; it must not change the store.  NULL object: nothing is stated.
 */
typedef void store_told_fn(void *arg, enum object_kind kind, const char *ns, const char *name,
    const struct object *object);
void store_set_told(struct store *store, store_told_fn *fn, void *arg);

/* Grows with each change. */
uint64_t store_generation(const struct store *store);
#endif
