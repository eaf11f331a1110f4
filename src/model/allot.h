/*
 * allot.h - give every Service its addresses and node ports, and keep them.  Thread: control;
 * pure: what must be on disk is handed to the caller, who writes it before anything is
 * answered.
 *
 * The caller hands in all Services of a load before it asks for dynamic choices:
 * allot_reserve() for each, then allot_assign() for each.  Services already assigned keep what
 * they have.
 */
#ifndef ROLLCALL_MODEL_ALLOT_H
#define ROLLCALL_MODEL_ALLOT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "model/service.h"

struct diag;
struct allot;

struct allot_settings {
	const struct cidr *service_cidrs;
	size_t service_cidr_count;
	const struct cidr *load_balancer_cidrs;
	size_t load_balancer_cidr_count;
	uint16_t node_port_first;
	uint16_t node_port_last;
	uint64_t hold_ms;               /* a removed Service's address waits this long: one hour */
};

/* What one Service has been given.  Also the unit that the state file keeps. */
struct allotment {
	const char *ns;
	const char *name;
	enum addr_family families[2];   /* effective spec.ipFamilies */
	size_t family_count;
	struct addr cluster_ips[2];
	size_t cluster_ip_count;        /* 0 for headless and ExternalName, or while pending */
	struct addr load_balancer_ip;   /* ADDR_NONE: none */
	struct allotted_port {
		uint16_t port;          /* spec.ports[].port */
		enum protocol protocol;
		uint16_t node_port;
	} *node_ports;
	size_t node_port_count;
	/* is on disk as it stands (or needs not be): may be answered */
	bool saved;
};

struct allot *allot_new(const struct allot_settings *settings);
void allot_free(struct allot *allot);

/*
 * Put back what the state file says, before anything else.  Out of range is kept; warns.  0 or
 * ERR_EXISTS (doubled), ERR_NOMEM.
 */
int allot_restore(struct allot *allot, const struct allotment *allotment, struct diag *diag);

/*
 * Reserve what the Service states explicitly.  Errors name both places: spec.clusterIP
 * 10.96.0.5: is taken by ...
 */
int allot_reserve(struct allot *allot, const struct service *service, struct diag *diag);

/*
 * Choose what is missing.  *out is borrowed, valid until the next call for this allot.
 * ERR_FULL, ERR_EXISTS, ERR_RANGE and ERR_INVALID (families) leave a new Service pending, with
 * an error in diag; one that has something keeps it.  A stated address that allot_reserve()
 * refused is no error where the Service has another one already: it keeps that.  A balancer
 * without address is no error.
 */
int allot_assign(struct allot *allot, const struct service *service, uint64_t random,
    struct diag *diag,
    const struct allotment **out);

/* The Service is gone; its addresses are held for hold_ms. */
void allot_remove(struct allot *allot, const char *ns, const char *name, uint64_t now_ms);
void allot_expire(struct allot *allot, uint64_t now_ms);

/* How full a pool is (G05). */
enum allot_pool_kind { POOL_CLUSTER_IPS, POOL_BALANCERS, POOL_NODE_PORTS };
struct allot_pool {
	enum allot_pool_kind kind;
	char range[CIDR_TEXT_SIZE];     /* "10.96.0.0/12", "30000-32767" */
	uint64_t size;                  /* that may be allotted */
	uint64_t taken;                 /* of those, what is held for their owners included */
};
#define ALLOT_POOLS_MAX 40
/* All of them, at most ALLOT_POOLS_MAX; returns how many.  Work by size, not by what is taken. */
size_t allot_pools(const struct allot *allot, struct allot_pool pools[ALLOT_POOLS_MAX]);

/* What a Service has, valid until the next call for this allot; NULL: nothing. */
const struct allotment *allot_find(const struct allot *allot, const char *ns, const char *name);

/*
 * Visit every allotment that is not saved yet / all of them, in byte order of namespace/name.
 * Some have nothing (headless); one that has lost what it had is unsaved once.  Non-zero stops
 * and is returned.
 */
typedef int allot_visit_fn(void *arg, const struct allotment *allotment);
int allot_each_unsaved(struct allot *allot, allot_visit_fn *visit, void *arg);
int allot_each(struct allot *allot, allot_visit_fn *visit, void *arg);
/* All that each_unsaved visited, and that have not changed since, are on disk now. */
void allot_mark_saved(struct allot *allot);
/*
 * Removed since the last call (ns/name), so that the state file can drop them; count returned,
 * texts borrowed until the next call.
 */
size_t allot_take_removed(struct allot *allot, const char *const **names);
#endif
