/*
 * programming.h - how long changes take until they are answered ("DNS programming latency"), by
 * cause.  Thread: control, which alone notes; any may look at the histograms.
 */
#ifndef ROLLCALL_DAEMON_PROGRAMMING_H
#define ROLLCALL_DAEMON_PROGRAMMING_H
#include <stddef.h>
#include <stdint.h>

#include "base/latency.h"

struct store_key;

enum programming_cause { CAUSE_VERDICT, CAUSE_FILE };
#define PROGRAMMING_CAUSES 2

struct programming {
	struct latency took[PROGRAMMING_CAUSES];
	/* the batch under way: what took too long to be nothing, and the slowest of it */
	size_t slow;
	uint64_t slowest_us;
	enum programming_cause slowest_cause;
	char slowest[320];              /* namespace 63, name 253 */
};

/* The mark (store_set_mark) of what changes by an event that was noticed at `since_us`. */
uint64_t programming_mark(enum programming_cause cause, uint64_t since_us);
/* The change of this Service is answered from now on; a key without a mark counts for nothing. */
void programming_note(struct programming *programming, const struct store_key *key,
    uint64_t now_us);
/* A batch is over: one line if anything in it took over 100 ms. */
void programming_end_batch(struct programming *programming);
#endif
