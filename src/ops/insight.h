/*
 * insight.h - what answers about the inside are made from: tables that the daemon hands over.
 * Thread: control.
 */
#ifndef ROLLCALL_OPS_INSIGHT_H
#define ROLLCALL_OPS_INSIGHT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tally.h"

struct addr;
struct clock;
struct history;
struct roster_entry;
struct service;
struct store;
struct target;

/* What is known of one target.  Borrowed until anything changes. */
struct insight_look {
	const struct target *target;
	const struct history *history;  /* NULL: no result so far */
	struct tally tally;
	uint64_t next_ms;               /* from now until it is asked next */
	bool planned;                   /* false: it is not going to be asked */
	bool in_flight;
	bool held;                      /* until its container's startup probe has passed */
};

/* All borrowed for the time of one answer. */
struct insight {
	const struct store *store;
	const struct clock *clock;
	const char *domain;             /* "cluster.local" */
	const struct addr *nodes;       /* where node ports are reached: this host */
	size_t node_count;
	/* As published; NULL: not so far. */
	const struct roster_entry *(*roster)(void *arg, const char *ns, const char *name);
	/*
	 * The Service behind that name, in octet order, of one namespace or of all (`ns` NULL); needs not
	 * be there.  `after_name` NULL: the first one.  NULL: no more.
	 */
	const struct service *(*next_service)(void *arg, const char *ns, const char *after_ns,
	    const char *after_name);
	/* false: there is no target of this id. */
	bool (*look)(void *arg, const char *target_id, struct insight_look *out);
	void *arg;
};
#endif
