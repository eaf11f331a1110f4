/* played.h - a world whose clock, disk and probes are played by the test, for the tests of the daemon's inside. */
#ifndef ROLLCALL_TESTS_DAEMON_PLAYED_H
#define ROLLCALL_TESTS_DAEMON_PLAYED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dns/dns_settings.h"
#include "probe/probe.h"

#define PLAYED_ATTEMPTS 256

/* An attempt under way; played_end() says how it ends. */
struct probe {
	bool used;
	struct addr addr;
	probe_done_fn *done;
	void *arg;
};

struct played {
	struct clock *clock;
	struct index *index;
	struct dns_settings dns;
	struct world *world;
	struct probe attempts[PLAYED_ATTEMPTS];
	/* the disk */
	bool disk_full;
	unsigned saves, drops, syncs, failed_syncs, wakes;
	char last_saved[300];           /* "shop/web 10.96.0.7" */
	uint64_t next_ms;               /* what world_run() said */
	uint64_t random;
	unsigned slow_ms;               /* that pass with each choice of an address */
	uint32_t serial_saved;
};

/* service_cidr: "10.96.0.0/24". */
struct played *played_new(const char *service_cidr);
void played_free(struct played *played);
/* The daemon ends and starts anew: the world is gone; what a state file keeps is restored by the
 * caller. */
void played_restart(struct played *played);

/* The file states this YAML now ("": nothing); the world has not been run.  How many errors were said. */
size_t played_state(struct played *played, const char *file, const char *yaml);
/* The file states this YAML now ("": nothing), and the world has been run.  How many errors were
 * said. */
size_t played_file(struct played *played, const char *file, const char *yaml);
/* Time passes, the world is run. */
void played_turn(struct played *played, uint64_t ms);
/* All attempts under way at this address end so; the world has been run.  How many there were. */
unsigned played_end(struct played *played, const char *addr, enum outcome_code code);

/* The addresses a name answers, sorted, with spaces between; "NXDOMAIN", "NODATA". */
const char *played_ask(struct played *played, const char *name);
/* The TTL of the first answer. */
uint32_t played_ttl(struct played *played, const char *name);
#endif
