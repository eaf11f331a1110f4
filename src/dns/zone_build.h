/*
 * zone_build.h - a zone's text to its entries, or what is wrong with it.  Thread: any; pure.
 *
 * Everything that a query needs is made here: empty non-terminals are entries (RFC 4592, 2.2.2),
 * wildcards are entries of their own name, a cut's entry has its glue, and what lies below a cut
 * has none, so that the first entry above a missing name tells what holds for it.
 */
#ifndef ROLLCALL_DNS_ZONE_BUILD_H
#define ROLLCALL_DNS_ZONE_BUILD_H
#include <stdatomic.h>
#include <stddef.h>

struct content;
struct diag;

/*
 * All problems are said in diag, with their lines.  ERR_INVALID: there was an error;
 * ERR_CLOSED: *stop (NULL: never) became true; ERR_NOMEM.
 */
int zone_build(const char *path, const char *text, size_t len, const atomic_bool *stop,
    struct diag *diag, struct content **out);
#endif
