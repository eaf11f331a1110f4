/*
 * world.h - the whole inside of the daemon without sockets, threads or files: objects and outcomes
 * in, names and attempts out.  Thread: control.
 *
 *     world_replace_file()  objects of a file  -> store ---+
 *     probe outcome -> schedule -> verdict     -> store ---+--> world_run(): refresh -> index,
 * attempts started
 *
 * Time is the clock's; attempts, disk and the wish to be run go through world_ops, so that tests
 * drive exactly what the daemon runs.
 */
#ifndef ROLLCALL_DAEMON_WORLD_H
#define ROLLCALL_DAEMON_WORLD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/programming.h"
#include "daemon/refresh.h"
#include "base/latency.h"
#include "model/allot.h"
#include "model/probe_spec.h"
#include "probe/schedule.h"

struct clock;
struct diag;
struct dns_settings;
struct index;
struct object;
struct verdict_state;
struct roster_entry;
struct witness;
struct world;

struct world_ops {
	/* Disk; all may be NULL together: nothing is kept, everything counts as saved. */
	int (*save)(void *arg, const struct allotment *allotment);
	int (*drop)(void *arg, const char *ns, const char *name);
	int (*sync)(void *arg);
	void (*save_verdict)(void *arg, const char *target_id, const struct verdict_state *verdict);
	int (*save_serial)(void *arg, uint32_t serial);
	/* Attempts: probe_start, probe_cancel. */
	struct probe *(*start)(
	    void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg);
	void (*cancel)(void *arg, struct probe *probe);
	/* Something changed: call world_run() in this round of the loop.  May be NULL. */
	void (*wake)(void *arg);
	/* An attempt is due sooner than world_run() said; call it then.  May be NULL. */
	void (*wake_at)(void *arg, uint64_t next_ms);
	uint64_t (*random)(void *arg);
};

struct world_settings {
	const struct clock *clock;
	const struct dns_settings *dns;         /* borrowed until world_set_dns */
	struct index *index;                    /* borrowed; the world is its only writer */
	struct allot_settings allot;
	struct schedule_settings schedule;
	uint32_t serial;                        /* the SOA's last one; 0: none */
};

/* NULL: no memory. */
struct world *world_new(
    const struct world_settings *settings, const struct world_ops *ops, void *arg);
/* Cancels attempts in flight. */
void world_free(struct world *world);

/* What the state file says; before the first file comes in.  Shaped as struct state_restore_ops
 * wants them. */
int world_restore_allotment(void *world, const struct allotment *allotment, bool removed);
int world_restore_verdict(void *world, const char *target_id, const struct verdict_state *verdict);

/*
 * The file states these objects now; ownership moves, on failure too.  See store_replace_file().
 * `since_us` (clock_now_us): when that it changed was noticed.
 */
int world_replace_file(struct world *world, const char *file, uint64_t since_us,
    struct object **objects, size_t count, struct diag *diag);
/*
 * Between the two, what files touch is neither answered nor probed otherwise than before, so that
 * nobody sees half of a batch; verdicts of the rest go their way.
 */
void world_hold(struct world *world);
void world_release(struct world *world);
/*
 * Everything there is has been stated: what was restored and belongs to nothing is let go,
 * addresses now and verdicts by the next world_run(), which finds out what is probed.  Not to be
 * called while a file is broken or a folder missing, for what they state would lose its address.
 */
void world_settle(struct world *world);

/*
 * Bring answers and attempts up to date; where there is much to do, a few ms of it.  Returns when
 * to be called again at the latest, UINT64_MAX: never.
 */
uint64_t world_run(struct world *world);
/* Is there more to do at once than fitted into the last turn, or has there been none so far? */
bool world_is_busy(const struct world *world);

/*
 * New dns settings: everything that is answered is built anew, by them, into `index`, which is
 * empty.  When this returns 0 the index is complete and the one before is no longer written to.
 * ERR_NOMEM: all as before.
 */
int world_set_dns(struct world *world, const struct dns_settings *dns, struct index *index);

/* Is all that is answered of the serial that is answered? */
bool world_is_settled(const struct world *world);

/* probes.maxConcurrent. */
void world_set_max_concurrent(struct world *world, uint32_t max_concurrent);

/*
 * An operator takes an endpoint out, or back in: an id of drain.h, and why in words.  ERR_EXISTS: it
 * is so already; ERR_NOMEM.
 */
int world_set_drained(struct world *world, const char *id, bool drained, const char *reason);
/* Grows whenever a run has worked off all there was to do, what files keep back (world_hold) aside. */
uint64_t world_rounds(const struct world *world);
bool world_is_holding(const struct world *world);

/* Visit all verdicts (state_each_verdict_fn). */
int world_each_verdict(
    void *world, int (*visit)(void *, const char *, const struct verdict_state *), void *arg);

const struct store *world_store(const struct world *world);
/* Who is probed, and what came of it. */
const struct schedule *world_schedule(const struct world *world);

/* From now on tell what becomes of the world; both borrowed, NULL: nobody. */
void world_set_witness(struct world *world, const struct witness *witness, void *arg);
/* What is answered of a Service, and what it was given; NULL: nothing. */
const struct roster_entry *world_entry(const struct world *world, const char *ns, const char *name);
const struct allot *world_allot(const struct world *world);
const struct allotment *world_allotment(const struct world *world, const char *ns,
    const char *name);
/* How full the pools of addresses are (allot.h). */
size_t world_pools(const struct world *world, struct allot_pool pools[ALLOT_POOLS_MAX]);

/* Attempts of one engine that have ended. */
#define ENGINES 5
struct attempts {
	uint64_t ended[PROBE_KIND_COUNT][3];    /* by enum probe_kind, enum outcome_class */
	struct latency took;
};
/* By enum probe_engine. */
const struct attempts *world_attempts(const struct world *world, enum probe_engine engine);

struct world_counts {
	struct refresh_counts refresh;
	size_t targets;
	size_t targets_waiting;                 /* without a first result */
	size_t in_flight;
	uint64_t attempts[3];                   /* by enum outcome_class */
	uint64_t verdict_changes;
	uint64_t starts;
	uint64_t late_starts;                   /* over 50 ms after their time */
	uint64_t late_worst_ms;
	size_t records_left_out;                /* catalog_left_out */
	uint64_t delayed_starts;                /* because the probe table was full */
	uint32_t serial;
};
void world_counts(struct world *world, struct world_counts *counts);
/* From the moment a verdict came in, or a file's change was noticed, to the answer, by Service. */
const struct latency *world_programming(const struct world *world, enum programming_cause cause);
#endif
