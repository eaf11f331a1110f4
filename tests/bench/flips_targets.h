/*
 * flips_targets.h - endpoints that are probed and change their minds, and how soon the answers follow.
 *
 * Thousands of addresses of 127/8 on one HTTP and one TCP port.  While flipping, each HTTP reply is the
 * opposite of the endpoint's last one; of some, the name of the Service is asked for from the moment it
 * is written until the answer has as many records as there are well endpoints.
 */
#ifndef ROLLCALL_TESTS_BENCH_FLIPS_TARGETS_H
#define ROLLCALL_TESTS_BENCH_FLIPS_TARGETS_H
#include <stdbool.h>
#include <stdint.h>

#include "base/latency.h"

struct flips_figures {
	uint64_t flips;
	uint64_t overtaken;             /* changed again before the answer was seen */
	uint64_t missed;                /* not seen within 2 s */
	struct latency took;            /* from the reply to the changed answer */
};

struct flips_targets;

/* Endpoint e of Service s has the address 127.64.0.0 + s * endpoints + e + 1. */
struct flips_targets *flips_targets_new(unsigned services, unsigned endpoints);
void flips_targets_free(struct flips_targets *targets);
uint16_t flips_targets_http(const struct flips_targets *targets);
uint16_t flips_targets_tcp(const struct flips_targets *targets);
/* "127.64.0.1" */
char *flips_targets_addr(const struct flips_targets *targets, unsigned service, unsigned endpoint,
    char text[16]);

/* Answer probes, and ask the DNS server on 127.0.0.1:dns; after at most 5 ms without either it returns. */
void flips_targets_run(struct flips_targets *targets, uint16_t dns);
/* From now on all change, or none does. */
void flips_targets_flip(struct flips_targets *targets, bool flip);
/* Changes whose answer has not been seen yet. */
unsigned flips_targets_watched(const struct flips_targets *targets);
/* What was measured since the last call. */
void flips_targets_take(struct flips_targets *targets, struct flips_figures *figures);
#endif
