/*
 * hosts.h - a hosts file (hosts(5)) to entries: A, AAAA and PTR.  Thread: any; pure.
 *
 * Every name of a line has the line's address; an address's PTR is the first name of the first line
 * that has it, but for 0.0.0.0 and ::, to which block lists send thousands of names.
 */
#ifndef ROLLCALL_DNS_HOSTS_H
#define ROLLCALL_DNS_HOSTS_H
#include <stdatomic.h>
#include <stddef.h>

struct content;
struct diag;

#define HOSTS_TTL_S 5           /* the file is watched: what it says may change any time */

/*
 * A line that is wrong is a warning with its place, and the others hold; addresses with a zone
 * (fe80::1%eth0) mean nothing to others and are skipped.  ERR_CLOSED: *stop (NULL: never) became
 * true; ERR_NOMEM.
 */
int hosts_build(const char *path, const char *text, size_t len, const atomic_bool *stop,
    struct diag *diag, struct content **out);
#endif
