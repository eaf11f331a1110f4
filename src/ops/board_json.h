/* board_json.h - what the board, a Service and its endpoints look like as JSON.  Thread: control. */
#ifndef ROLLCALL_OPS_BOARD_JSON_H
#define ROLLCALL_OPS_BOARD_JSON_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tally.h"

struct board_row;
struct board_search;
struct board_sums;
struct history;
struct pulse_beat;
struct recorder_event;
struct roster_entry;
struct store;

/* What came of a target so far. */
struct board_probe {
	const struct history *history;  /* NULL: no result */
	struct tally tally;
	uint32_t threshold;             /* of the run in the tally */
	uint64_t period_ms;
	uint64_t now_ms;                /* of the clock that the next two are of */
	uint64_t next_ms;               /* 0: not planned */
	bool in_flight;
	bool held;
};
/* False: nobody is probed by this id. */
typedef bool board_probe_fn(void *arg, const char *target_id, struct board_probe *out);
typedef const struct roster_entry *board_roster_fn(void *arg, const char *ns, const char *name);

struct board_sight {
	const struct store *store;
	board_roster_fn *roster;
	board_probe_fn *probe;
	void *arg;
	uint64_t unix_ms;               /* now */
};

/* New references; NULL: no memory. */
json_t *board_json_sums(const struct board_sums *sums);
/* ns, name, ready, total, state; what a change says. */
json_t *board_json_counts(const struct board_row *row);
/* The same with type, addresses, ports. */
json_t *board_json_row(const struct board_sight *sight, const struct board_row *row);
/* The Service with `limit` of its endpoints from `offset` on.  `row` as board_judge() has it. */
json_t *board_json_service(const struct board_sight *sight, const struct board_row *row,
    size_t offset, size_t limit);
json_t *board_json_beat(const struct pulse_beat *beat);
json_t *board_json_event(const struct recorder_event *event);
#endif
