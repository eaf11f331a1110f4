/* roster_text.h - a roster entry out of a few lines that a person can read, for tests. */
#ifndef ROLLCALL_TESTS_DNS_ROSTER_TEXT_H
#define ROLLCALL_TESTS_DNS_ROSTER_TEXT_H

struct roster_entry;

/*
 * Lines (a name of "-" is unnamed):
 *
 *     service NS/NAME clusterip ADDR... | service NS/NAME headless | service NS/NAME external TARGET
 *     outside ADDR...                    external addresses
 *     balancer NAME                      what its load balancer is called
 *     pending
 *     port NAME PROTO PORT
 *     group NAME/PROTO/PORT...           endpoints that follow have these ports
 *     ep ADDR [out] [host=H] [pod=P] [zone=Z]
 *
 * The caller owns the one reference.  A text that cannot be read fails the test.
 */
struct roster_entry *roster_text(const char *text);
#endif
