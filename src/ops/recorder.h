/*
 * recorder.h - core/v1 Events: what became of objects, counted and bounded.  Thread: control.
 *
 * Events of the same object, type, reason and message are one, whose count and last time grow.  The
 * newest 2,000 are kept, for an hour.  They are in the ledger as any other object.
 */
#ifndef ROLLCALL_OPS_RECORDER_H
#define ROLLCALL_OPS_RECORDER_H
#include <stddef.h>
#include <stdint.h>

#include "ops/ledger.h"

struct clock;
struct recorder;

#define RECORDER_MAX 2000
#define RECORDER_HOURS 1

enum event_type { EVENT_NORMAL, EVENT_WARNING };

/* One Event; borrowed until the recorder changes. */
struct recorder_event {
	const char *ns;                 /* of the Event */
	const char *name;
	const char *about_kind;         /* involvedObject: "Pod" ... */
	const char *about_ns;
	const char *about_name;
	char about_uid[LEDGER_UID_SIZE]; /* "": it was not known */
	enum event_type type;
	const char *reason;             /* one word: "Unhealthy" */
	const char *message;            /* a sentence */
	uint32_t count;
	uint64_t first_unix_s;
	uint64_t last_unix_s;
};

/* The ledger is borrowed; the recorder goes first.  NULL: no memory. */
struct recorder *recorder_new(struct ledger *ledger, const struct clock *clock);
void recorder_free(struct recorder *recorder);

/*
 * Note that something became of an object, which needs not be in the ledger (an involvedObject of
 * no known kind: "Node").  NULL recorder: nothing.  Without memory the note is lost.
 */
void recorder_note(struct recorder *recorder, const char *kind, const char *ns, const char *name,
    enum event_type type, const char *reason, const char *message);
/* Let go of what is older than an hour; once a minute is often enough. */
void recorder_expire(struct recorder *recorder);

/* The Event of this name; NULL: none. */
const struct recorder_event *recorder_find(const struct recorder *recorder, const char *ns,
    const char *name);
/* Visit them, newest first; anything but 0 stops and is returned. */
typedef int recorder_visit_fn(void *arg, const struct recorder_event *event);
int recorder_each(const struct recorder *recorder, recorder_visit_fn *visit, void *arg);
#endif
