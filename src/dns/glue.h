/*
 * glue.h - the addresses by which a Service makes us the zone's name server (DNS.md 2.6).
 * Thread: any; pure.
 */
#ifndef ROLLCALL_DNS_GLUE_H
#define ROLLCALL_DNS_GLUE_H
#include <stddef.h>

struct entry_record;
struct subject;

/*
 * Where one of our own addresses is among the answered endpoints, the Service names us: the
 * records' owners (the Service, or our endpoint names below a headless one) are the apex's name
 * servers.  ERR_NOMEM.
 */
int glue_build(const struct subject *subject, const struct entry_record **records, size_t *count);
#endif
