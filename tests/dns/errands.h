/* errands.h - a small world of ours with a forwarder, and errands in words. */
#ifndef ROLLCALL_TESTS_DNS_ERRANDS_H
#define ROLLCALL_TESTS_DNS_ERRANDS_H
#include <stdbool.h>

#include "dns/errand.h"
#include "tests/dns/asking.h"

#define ZONE "cluster.local"
#define IN_SVC "shop.svc.cluster.local"

/*
 * In cluster.local: web (an address), empty, away (CNAME db.example.com), alias (CNAME away), lost
 * (CNAME 9.9.in-addr.arpa), unasked (CNAME db.example.org).  Reverse names fall through; com and
 * they are asked elsewhere.
 */
extern struct asking *asking;
extern struct errand errand;
void errands_start(void);
void errands_end(void);

/* Ask for an errand; false: there is a reply instead, in the buffer. */
bool send_on(const char *question);
/* The same of a query that may get no reply at all. */
bool send_or_drop(const char *question);
unsigned rcode(void);
#endif
