/*
 * allot_parts.h - what the allotter is made of; for the files allot*.c only.  Thread:
 * control.
 *
 * The life of a record: allot_restore(), or the first allot_reserve() of a Service, makes
 * it; allot_assign() gives it something; allot_remove() lays it aside with its addresses
 * held, from where the same Service may come back to them; allot_expire() forgets it.
 */
#ifndef ROLLCALL_MODEL_ALLOT_PARTS_H
#define ROLLCALL_MODEL_ALLOT_PARTS_H
#include <sys/queue.h>

#include "model/allot.h"
#include "model/hashed.h"
#include "model/pool_addr.h"
#include "model/pool_port.h"

/* What a Service states and has got so far, whether or not it has been assigned. */
struct reserved {
	struct addr cluster_ips[2];
	size_t cluster_ip_count;
	struct addr load_balancer_ip;
	struct reserved_port {
		uint16_t node_port;
		enum protocol protocol;
	} *ports;
	size_t port_count;
};

struct allot_record {
	UT_hash_handle hh;
	struct allotment given;         /* ns and name lie in key */
	struct reserved reserved;
	bool live;                      /* else laid aside until until_ms */
	bool assigned;                  /* given is what the Service has */
	bool visited;                   /* by allot_each_unsaved, as it stands */
	bool untold;                    /* removed, and in the list of those to be told */
	bool unsaved;                   /* in that list */
	uint64_t until_ms;
	struct place place;             /* where addresses are stated; file is owned */
	TAILQ_ENTRY(allot_record) unsaved_link;
	TAILQ_ENTRY(allot_record) held_link;
	TAILQ_ENTRY(allot_record) removed_link;
	char key[];                     /* "ns/name", then ns, then name, each with its NUL */
};
TAILQ_HEAD(allot_list, allot_record);

struct allot {
	struct pool_addr *services;
	struct pool_addr *balancers;
	struct pool_port *ports;
	uint16_t node_port_first;
	uint16_t node_port_last;
	uint64_t hold_ms;
	uint64_t now_ms;                /* as last heard */
	struct allot_record *records;
	struct allot_list unsaved;
	struct allot_list held;         /* by until_ms */
	struct allot_list removed;
	void *told;                     /* names handed out by allot_take_removed */
};

/* allot.c: the record, made or brought back from being laid aside.  NULL: no memory. */
struct allot_record *allot_record_obtain(struct allot *allot, const char *ns, const char *name);
/* Is there anything that a state file would keep? */
bool allot_has_something(const struct allotment *allotment);
/* It is not on disk as it stands. */
void allot_record_changed(struct allot *allot, struct allot_record *record);
/* The node port that was given for this port; 0: none. */
uint16_t allot_given_port(const struct allotment *given, uint16_t port, enum protocol protocol);

/* allot_reserve.c: give back what was reserved and is not given. */
void allot_unreserve(struct allot *allot, struct allot_record *record);

/*
 * allot_family.c: spec.ipFamilies as the API server would default them.  ERR_INVALID with
 * an error in diag.
 */
int allot_choose_families(const struct pool_addr *pool, const struct service *service,
    struct diag *diag, enum addr_family families[2], size_t *count);
#endif
