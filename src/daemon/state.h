/*
 * state.h - what outlives the process: addresses given, verdicts, the SOA serial.  Thread: control.
 *
 * The folder holds two journals: `addresses`, on disk before anything in it is answered, and
 * `verdicts`, written once a second.  A second daemon on the same folder is refused.  Where the
 * folder cannot be written, everything else goes on: state_sync() keeps failing, is told once and
 * asked again later.
 */
#ifndef ROLLCALL_DAEMON_STATE_H
#define ROLLCALL_DAEMON_STATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allotment;
struct clock;
struct state;
struct verdict_state;

struct state_settings {
	const char *dir;        /* made where it is missing; NULL: --no-state, nothing is kept */
	uint64_t hold_s;        /* how long a removed Service's addresses are kept: one hour */
	const struct clock *clock;
};

/* What was read back, in the order: allotments, verdicts.  Everything is borrowed during the
 * call. */
struct state_restore_ops {
	/* `removed`: its Service was gone already, the addresses are still held. */
	int (*allotment)(void *arg, const struct allotment *allotment, bool removed);
	int (*verdict)(void *arg, const char *target_id, const struct verdict_state *verdict);
};

/*
 * Open the folder and read what is there; says in the log what is damaged and what that cost.
 * ERR_EXISTS: another daemon uses the folder.  ERR_NOMEM.  A folder that is missing or cannot be
 * read or written is no error: see state_problem().
 */
int state_open(const struct state_settings *settings, struct state **out);
/* Does not write; call state_save() before. */
void state_close(struct state *state);

/* Hand over what was read, and free it.  0 or what a function returned. */
int state_restore(struct state *state, const struct state_restore_ops *ops, void *arg);
/* The serial to start from; 0: none known. */
uint32_t state_serial(const struct state *state);

/* Note what a Service has now (all of it, only what differs is written), or that it is gone.
 * ERR_NOMEM. */
int state_put_allotment(struct state *state, const struct allotment *allotment);
int state_remove_allotment(struct state *state, const char *ns, const char *name);
/* This serial is in use: keep one that is ahead of it on disk. */
int state_put_serial(struct state *state, uint32_t serial);

/* All noted addresses are on disk when this returns 0: one fsync, none where nothing was noted.
 * ERR_SYSTEM, ERR_NOMEM. */
int state_sync(struct state *state);

/* Visits all verdicts for a new snapshot of that journal. */
typedef int state_verdict_fn(
    void *visit_arg, const char *target_id, const struct verdict_state *verdict);
typedef int state_each_verdict_fn(void *arg, state_verdict_fn *visit, void *visit_arg);
/* Note a verdict (VERDICT_UNKNOWN: forget it); in memory until the next state_save_verdicts(). */
void state_put_verdict(
    struct state *state, const char *target_id, const struct verdict_state *verdict);
/* Write what was noted; `last`: at stop, with fsync. */
int state_save_verdicts(struct state *state, state_each_verdict_fn *each, void *arg, bool last);

/* Why nothing can be saved, or NULL while all is well. */
const char *state_problem(const struct state *state);
#endif
