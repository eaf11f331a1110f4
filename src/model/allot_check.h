/* allot_check.h - could a Service have what it states?  Thread: control; pure. */
#ifndef ROLLCALL_MODEL_ALLOT_CHECK_H
#define ROLLCALL_MODEL_ALLOT_CHECK_H
#include <stdbool.h>
#include <stddef.h>

struct allot;
struct service;

/* Something stated that it cannot have. */
struct allot_refusal {
	enum { ALLOT_CLUSTER_IP, ALLOT_NODE_PORT, ALLOT_BALANCER_IP } what;
	size_t index;                   /* of the cluster address or the port */
	bool taken;                     /* by another Service; else outside what is configured */
	const char *range;              /* "30000-32767", of node ports; else "" */
};
typedef void allot_refusal_fn(void *arg, const struct allot_refusal *refusal);

/*
 * Tell of all that allot_reserve() would refuse, and change nothing.  What the Service of that name
 * has already it may state.  Returns how many there were.
 */
size_t allot_check(const struct allot *allot, const struct service *service, allot_refusal_fn *tell,
    void *arg);
#endif
