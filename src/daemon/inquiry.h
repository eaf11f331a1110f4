/*
 * inquiry.h - what the daemon answers a name with, and from what: index, cache, or by asking
 * elsewhere.  Thread: control.
 *
 *     GET /rollcall/v1/query?name=NAME[&type=A][&search=NS][&dnssec=1]
 *
 * It is answered as a client on loopback would be over TCP.  `search`: a short name goes through the
 * search list of that namespace, as glibc would with ndots:5 (J02).
 */
#ifndef ROLLCALL_DAEMON_INQUIRY_H
#define ROLLCALL_DAEMON_INQUIRY_H

struct inquiry;
struct rollcall;

/* Takes its route.  ERR_NOMEM, ERR_FULL, ERR_SYSTEM. */
int inquiry_new(struct rollcall *rollcall, struct inquiry **out);
/* The settings that hold now are others; before those of before are given up. */
void inquiry_set(struct inquiry *inquiry);
/* When the resolver has stopped and nobody visits any more. */
void inquiry_free(struct inquiry *inquiry);
#endif
