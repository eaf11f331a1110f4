/*
 * dnstap.h - answers to a collector, as dnstap frames over a Unix socket (dnstap.info; Frame
 * Streams).  Thread: the teller's.
 */
#ifndef ROLLCALL_DAEMON_DNSTAP_H
#define ROLLCALL_DAEMON_DNSTAP_H

struct dnstap;
struct onlooker_record;

/*
 * Write to the collector behind this socket from now on; where nobody listens it is tried again, and
 * frames are lost meanwhile.  ERR_NOMEM; ERR_NOTFOUND where dnstap was left out.
 */
int dnstap_open(const char *path, struct dnstap **out);
/* One CLIENT_RESPONSE.  ERR_NOMEM; ERR_LIMIT: the collector is too slow. */
int dnstap_put(struct dnstap *dnstap, const struct onlooker_record *record);
/* Writes what is left; NULL is allowed. */
void dnstap_close(struct dnstap *dnstap);
#endif
