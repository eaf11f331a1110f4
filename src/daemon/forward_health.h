/*
 * forward_health.h - the running daemon's eye on those it forwards to: what upstreams.h wants to
 * know, ask and tell, and the metrics of it.  Thread: control.
 */
#ifndef ROLLCALL_DAEMON_FORWARD_HEALTH_H
#define ROLLCALL_DAEMON_FORWARD_HEALTH_H
#include <stddef.h>

#include "ops/health.h"

struct forward_health;
struct rollcall;

/* When there is a resolver, and a prober.  NULL: no memory. */
struct forward_health *forward_health_new(struct rollcall *rollcall);
/* Before the resolver and the prober go.  NULL is allowed. */
void forward_health_free(struct forward_health *health);

/* Once a second, and when the settings have changed. */
void forward_health_look(struct forward_health *health);

/* How often all upstreams of a zone were down; 0 for NULL. */
double forward_health_broken(const struct forward_health *health);

/* For overview.c. */
extern const struct health_family forward_health_families[];
extern const size_t forward_health_family_count;
#endif
