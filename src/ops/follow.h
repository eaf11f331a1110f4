/*
 * follow.h - watches: what is there and what changes, told to a client as it happens.
 * Thread: control.
 *
 *     ledger --(something changed)--> follows: a turn of the loop for all who are behind
 *         follow  walks what is there (ADDED) -> lives on ledger_since() -> visit_more()
 *
 * No queue is kept for anybody: a follow remembers only up to which version it has told.  Who reads
 * slowly gets, when his socket has room again, what has changed since, each object as it is then;
 * whose version is forgotten meanwhile gets ERROR with 410 and has to list anew.  An object is made
 * and written once for each change, however many watch it in the same form.
 */
#ifndef ROLLCALL_OPS_FOLLOW_H
#define ROLLCALL_OPS_FOLLOW_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ops/ledger.h"

struct clock;
struct event_base;
struct follows;
struct visit;

#define FOLLOW_KEY_SIZE 128
#define FOLLOW_MAX 500          /* more are 429 */

struct follow_settings {
	enum api_kind kind;
	const char *ns;                 /* NULL or "": all; copied */
	/* Of this kind and version; for bookmarks: "v1", "Service".  Static texts. */
	const char *api_version;
	const char *kind_text;
	const char *type;               /* Content-Type */

	/*
	 * What object() and shaped() give depends on nothing but these and the entry: follows with
	 * the same keys share it.
	 */
	char object_key[FOLLOW_KEY_SIZE];       /* "all", "hidden", "all v1beta1" ... */
	char shape_key[FOLLOW_KEY_SIZE];        /* "json", "table v1 metadata" ... */

	/* Does the key alone allow it?  NULL: any does. */
	bool (*wants)(void *arg, const char *ns, const char *name);
	/* A new reference: the object, as matches() needs it.  NULL: no memory. */
	json_t *(*object)(void *arg, const struct ledger_entry *entry);
	/*
	 * Does it match?  NULL: whatever wants() lets through does.  With it an object that begins or
	 * ceases to match is ADDED or DELETED.
	 */
	bool (*matches)(void *arg, const json_t *object);
	/*
	 * The object in the form that was asked for; takes it.  `first`: nothing was sent before (a
	 * Table says its columns).  NULL: no memory.
	 */
	json_t *(*shaped)(void *arg, json_t *object, bool first);
	/* When the follow has ended; or failed to begin.  NULL: nothing to do. */
	void (*release)(void *arg);
	void *arg;
};

/* All borrowed.  ERR_NOMEM. */
int follows_new(struct event_base *loop, const struct clock *clock, struct ledger *ledger,
    struct follows **out);
/* Ends them all.  Before the ledger. */
void follows_free(struct follows *follows);
size_t follows_count(const struct follows *follows);

/*
 * Answer a watch: takes the visit over, and settings->arg until release().  Read from the query:
 * resourceVersion (absent, "0": ADDED for all there is, then changes; else the changes behind that
 * version), resourceVersionMatch, sendInitialEvents, allowWatchBookmarks, timeoutSeconds.  What cannot
 * be had is answered with a Status: 400, 410, 422, 429, 500.
 */
void follow_start(struct follows *follows, struct visit *visit,
    const struct follow_settings *settings);
#endif
