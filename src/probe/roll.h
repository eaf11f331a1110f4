/* roll.h - the table of all targets by id and by owner, for schedule.c.  Thread: control; pure. */
#ifndef ROLLCALL_PROBE_ROLL_H
#define ROLLCALL_PROBE_ROLL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "model/tally.h"
#include "model/target.h"
#include "probe/due_heap.h"
#include "probe/probe.h"

struct history;
struct roll_owner;
struct schedule;
struct spec_pool;

/* One target with all that is known of it; one allocation, its texts behind it. */
struct roll_entry {
	struct target target;           /* texts are its own, the spec is shared */
	struct probe_target whom;       /* what the engines are handed; points into `target` */
	struct tally tally;
	struct schedule *schedule;      /* for the end of an attempt, which knows only the entry */
	struct probe *probe;            /* the attempt in flight; NULL: none */
	struct due_node due;
	uint64_t identity;              /* cadence.h */
	uint64_t appeared_ms;
	uint64_t started_ms;            /* the last attempt */
	uint32_t attempts;
	uint32_t faults;                /* in a row */
	bool counted;                   /* has had an outcome that is no fault */
	bool held;                      /* not to be started: a startup probe is in the way */
	bool waiting;                   /* counted in schedule_waiting() */
	bool queued;                    /* in a roll_queue */
	bool removed;                   /* out of the table, only pinned */
	bool succeeded;                 /* another takes its place, and its verdict */
	enum verdict inherited;         /* from whom it succeeds; VERDICT_UNKNOWN: none */
	uint8_t pins;
	uint32_t generation;            /* of the last roll_prepare that named it */
	struct history *history;        /* NULL: no result so far */
	struct roll_owner *owner;
	struct roll_entry *prev, *next; /* of the same owner */
	struct roll_entry *queue_prev, *queue_next;
	UT_hash_handle hh;              /* by id */
};

struct roll {
	struct roll_entry *by_id;
	struct roll_owner *owners;
	struct spec_pool *specs;
	uint32_t generation;
};

int roll_init(struct roll *roll);       /* 0 or ERR_NOMEM */

/* Called for an entry that leaves the table, while it is still whole. */
typedef void roll_drop_fn(void *arg, struct roll_entry *entry);
void roll_release(struct roll *roll, roll_drop_fn *drop, void *arg);

size_t roll_count(const struct roll *roll);
/* By the target's id; NULL: none. */
struct roll_entry *roll_find(const struct roll *roll, const char *id);
/* The first of an owner's entries (go on with ->next), NULL: none. */
struct roll_entry *roll_first(const struct roll *roll, const char *owner);
/* The target of another kind on the same container, by the ids of target.h; NULL: none. */
struct roll_entry *roll_sibling(const struct roll *roll, const struct roll_entry *entry,
    enum probe_kind kind);
struct roll_entry *roll_entry_of(struct due_node *node);

/*
 * A change of one owner's targets in two steps, so that running out of memory finds the table
 * untouched.
 */
struct roll_change {
	struct roll_owner *owner;
	struct roll_entry *added;       /* go on with ->hh.next until committed */
};
/* Build what is new, mark what is kept.  0 or ERR_NOMEM: then abandon. */
int roll_prepare(struct roll *roll, const char *owner, const struct target *targets, size_t count,
    struct roll_change *change);
void roll_abandon(struct roll *roll, struct roll_change *change);
/* Drop what is no longer named, then add what is new.  ERR_NOMEM: not all could be added. */
int roll_commit(struct roll *roll, struct roll_change *change, roll_drop_fn *drop, void *arg);

/* Give up a pin (entry->pins++); an entry removed meanwhile is freed with its last pin. */
void roll_unpin(struct roll *roll, struct roll_entry *entry);

/* First in, first out; an entry is in at most one. */
struct roll_queue {
	struct roll_entry *head;
};
void roll_queue_put(struct roll_queue *queue, struct roll_entry *entry);
void roll_queue_remove(struct roll_queue *queue, struct roll_entry *entry);
struct roll_entry *roll_queue_take(struct roll_queue *queue);   /* NULL: empty */
#endif
