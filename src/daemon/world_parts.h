/* world_parts.h - what the world is made of; for the files world*.c only.  Thread: control. */
#ifndef ROLLCALL_DAEMON_WORLD_PARTS_H
#define ROLLCALL_DAEMON_WORLD_PARTS_H
#include "base/log.h"
#include "daemon/programming.h"
#include "daemon/refresh.h"
#include "daemon/world.h"
#include "probe/schedule.h"

struct witness;

struct world {
	const struct clock *clock;
	const struct world_ops *ops;
	void *arg;
	struct store *store;
	struct allot *allot;
	struct catalog *catalog;
	struct schedule *schedule;
	struct refresh *refresh;
	struct refresh_ops refresh_ops;
	const struct witness *witness;  /* NULL: nobody looks */
	void *witness_arg;
	struct programming programming;
	uint64_t began_us;              /* this turn */
	bool ran;                       /* the first load is over: from here on durations count */
	bool holding;                   /* world_hold() */
	uint64_t rounds;                /* runs that have worked off all there was */
	bool settling;                  /* verdicts of what is not probed are to be let go */
	uint64_t attempts[3];
	struct attempts by_engine[ENGINES];
	uint64_t verdict_changes;
	struct schedule_lateness lateness;
	uint32_t serial;
	struct log_gate verdict_gate;
	struct log_gate fault_gate;
};
#endif
