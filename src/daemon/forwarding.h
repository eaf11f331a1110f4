/*
 * forwarding.h - the resolver in the daemon: made, fed with upstreams, watched files
 * included, and stopped.  Thread: control.
 *
 * What is forwarded hangs from a generation's dns settings and changes with them; of whom it is
 * asked changes with resolv.conf files too, and only the resolver knows.
 *
 * NULL, which does nothing, is allowed everywhere but in forwarding_new().
 */
#ifndef ROLLCALL_DAEMON_FORWARDING_H
#define ROLLCALL_DAEMON_FORWARDING_H

struct forwarding;
struct resolver;
struct rollcall;

/* The resolver, when there is a cache and before sockets are bound; nothing is asked yet.  ERR_NOMEM, ERR_SYSTEM. */
int forwarding_new(struct rollcall *rollcall, struct forwarding **out);
/* Look for upstreams and begin to ask, when the sockets are bound.  ERR_NOMEM, ERR_SYSTEM. */
int forwarding_start(struct forwarding *forwarding);
/* Who waits is told; nothing is asked any more. */
void forwarding_stop(struct forwarding *forwarding);
/* When nobody answers any more. */
void forwarding_free(struct forwarding *forwarding);

/* The settings that hold now are others.  ERR_NOMEM: upstreams are as before. */
int forwarding_set(struct forwarding *forwarding);
/* Files have named other names as ours: what leads to them is not what upstreams said any more. */
void forwarding_names_changed(struct forwarding *forwarding);
/* About once a second: files are looked at, in case that nothing tells of their changes. */
void forwarding_tick(struct forwarding *forwarding);

struct resolver *forwarding_resolver(const struct forwarding *forwarding);
#endif
