/* lookout_parts.h - what the lookout is made of; for the files lookout*.c only.  Thread: control. */
#ifndef ROLLCALL_OPS_LOOKOUT_PARTS_H
#define ROLLCALL_OPS_LOOKOUT_PARTS_H
#include "ops/lookout.h"

struct asking;
struct board;
struct event;
struct site;
struct stream;

struct lookout {
	struct lookout_settings settings;
	struct board *board;
	struct stream *stream;
	struct pulse *pulse;
	struct site *site;
	struct asking *askings;         /* wait for the board, or for their next turn */
	struct event *turn;             /* of those */
	struct event *settle;           /* tells the rest of what changed in this round */
	struct event *tick;             /* once a second */
	uint64_t beat_ms;
	uint64_t seen_version;          /* of the ledger: Events up to here are told */
	size_t changes;                 /* of rows, told since the last settling */
	size_t told;                    /* Events */
	bool events_due;
	bool again;                     /* more changed than can be told one by one */
};

struct board_sight lookout_sight(const struct lookout *lookout);
/* Sums, the last so many beats and Events; a new reference, NULL: no memory.  The board is made. */
json_t *lookout_glance(const struct lookout *lookout, size_t beat_count, size_t event_count);
#endif
