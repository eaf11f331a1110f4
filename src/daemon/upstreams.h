/*
 * upstreams.h - which of the servers we forward to are up, judged by useful answers.  Thread:
 * control; time, attempts and what the resolver knows are handed in.
 *
 * The life of an upstream: up, until a client's question fails on it and none succeeds; then it
 * is probed by the dns engine every second, more rarely when it stays away, at most each ten
 * seconds.  Two failures in a row: down.  One useful answer, to a probe or to a client: up, and
 * nobody probes it any more.  Whether it is up only says who is asked first; when all are down
 * all are tried.
 *
 * NODATA and NXDOMAIN are useful here, other than to a readiness probe: a server that knows that
 * there is no such record works.
 */
#ifndef ROLLCALL_DAEMON_UPSTREAMS_H
#define ROLLCALL_DAEMON_UPSTREAMS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "model/outcome.h"
#include "probe/probe.h"

struct clock;
struct upstreams;

/* What the resolver knows of one that the settings name. */
struct upstream_seen {
	struct addr_port address;
	/* The zone it is asked for, as text: "." is asked for its NS, any other for its SOA. */
	const char *zone;
	uint64_t useful, failed;        /* clients' questions since the start, by how they ended */
	bool looping;                   /* it leads back to us: never asked, so never probed */
};

struct upstreams_ops {
	/* probe_start, probe_cancel. */
	struct probe *(*start)(void *arg, const struct probe_target *target, probe_done_fn *done,
	    void *done_arg);
	void (*cancel)(void *arg, struct probe *probe);
	/* Ask it first, or only when nobody else is there. */
	void (*set_healthy)(void *arg, const struct addr_port *address, bool healthy);
	/* Call upstreams_run() then at the latest.  May be NULL. */
	void (*wake_at)(void *arg, uint64_t due_ms);
};

/* NULL: no memory. */
struct upstreams *upstreams_new(const struct clock *clock, const struct upstreams_ops *ops,
    void *arg);
/* Cancels probes under way.  NULL is allowed. */
void upstreams_free(struct upstreams *upstreams);

/*
 * These are all that the settings name now, once a second or so; one that is new is up.  Of an
 * address named twice the first counts.  ERR_NOMEM: some new ones are missing until next time.
 */
int upstreams_look(struct upstreams *upstreams, const struct upstream_seen *seen, size_t count);

/* Start what is due; returns when the next is, UINT64_MAX: never. */
uint64_t upstreams_run(struct upstreams *upstreams);

struct upstream_state {
	struct addr_port address;
	bool up;
	bool probed;
	bool looping;
	uint64_t since_ms;              /* up, or down; of the clock */
	uint64_t probe_failures;        /* since it is known */
	struct outcome outcome;         /* of the last probe */
};
size_t upstreams_count(const struct upstreams *upstreams);
void upstreams_at(const struct upstreams *upstreams, size_t i, struct upstream_state *state);
/* How often all upstreams of a zone were found to be down. */
uint64_t upstreams_broken(const struct upstreams *upstreams);
#endif
