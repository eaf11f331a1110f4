/*
 * target.h - who has to be probed, how and where; derived from the objects.  Thread: control;
 * pure.
 */
#ifndef ROLLCALL_MODEL_TARGET_H
#define ROLLCALL_MODEL_TARGET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "model/probe_spec.h"

struct pod;

/*
 * One thing to be probed.  `id` names it over reloads and restarts:
 *     pod/NAMESPACE/POD/CONTAINER/readiness           (startup, liveness)
 *     service/NAMESPACE/SERVICE/ADDRESS:PORT          (rollcall/readiness-probe)
 * All pointers are borrowed from the object it was derived from; the prober copies what it keeps.
 */
struct target {
	const char *id;
	enum probe_kind kind;
	const struct probe_spec *spec;
	struct addr addr;               /* the Pod's primary IP, or the endpoint's */
	/* resolved; 0 where the named port is unknown, or for exec without ports */
	uint16_t port;
	bool trusted;                   /* exec commands and foreign hosts may be believed */
	/*
	 * No attempts now, the tally is kept: readiness and liveness until the startup probe
	 * of their container has passed, and a startup probe once it has (kubelet stops it
	 * then).
	 */
	bool held;
	const char *ns;                 /* for logs and POD_NAMESPACE */
	const char *pod_name;           /* NULL: no Pod */
	const char *service_name;       /* NULL: a Pod's own probe */
	const char *container;          /* NULL: a Service's probe */
};

/*
 * Who answers there: another address, port or Pod under the same id has another mark.  Kept with
 * verdicts over a restart, on which a Pod may have been made anew.
 */
uint64_t target_mark(const struct target *target);

struct arena;

/* The id of a Pod container's probe; in `arena`, NULL: no memory. */
char *target_id_pod(struct arena *arena, const char *ns, const char *pod, const char *container,
    enum probe_kind kind);
/*
 * The same, and that of a Service's endpoint, into a buffer; "" where it does not fit.  Returns
 * buf.
 */
#define TARGET_ID_SIZE 1024     /* longer names do not get past the store */
const char *target_write_pod(char *buf, size_t size, const char *ns, const char *pod,
    const char *container, enum probe_kind kind);
const char *target_write_endpoint(char *buf, size_t size, const char *ns, const char *service,
    const struct addr_port *where);

/*
 * The port of a Pod's own probe: a number, or the named port of this container with any
 * protocol; not stated: the container's first port.  0: unknown.
 */
uint16_t target_container_port(const struct pod *pod, size_t container,
    const struct port_ref *port);
#endif
