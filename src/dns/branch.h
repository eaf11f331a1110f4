/*
 * branch.h - the reverse zones, and the empty non-terminals between their apex and the addresses
 * in them. Thread: control.
 *
 * 96.10.in-addr.arpa exists because something below it does (RFC 8020).  Each such branch counts
 * what grows directly on it, so that adding an address costs as many steps as it has branches
 * nobody needed before.
 */
#ifndef ROLLCALL_DNS_BRANCH_H
#define ROLLCALL_DNS_BRANCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct branches;
struct page_root;
struct dns_settings;
struct ledger;

/*
 * With the zones of settings->reverse_zones, whose apexes are put into the index; one that cannot
 * be read is warned about and left out.  NULL: no memory.
 */
struct branches *branches_new(const struct dns_settings *settings, struct ledger *ledger);
void branches_free(struct branches *branches);

/*
 * The most specific zone that a network lies in; NULL: none of ours.  Valid for the life of the
 * branches.
 */
const struct cidr *branches_zone(const struct branches *branches, const struct cidr *prefix);

/*
 * Something is put at this network's name, or is gone from it: a zone's apex, or an address.  The
 * branches above appear and vanish with it.  ERR_NOMEM: nothing was changed.
 */
int branches_hold(struct branches *branches, const struct cidr *prefix);
void branches_release(struct branches *branches, const struct cidr *prefix);

/*
 * The network of an address, where its page is (page.h); NULL: nothing is held in it.  Valid while
 * something is.
 */
struct page_root *branches_root(struct branches *branches, const struct addr *addr);
/* Is there a zone of a single address of this family? */
bool branches_has_narrow(const struct branches *branches, uint8_t family);

/* The zones' names, for their SOA; stops at and returns what is not 0. */
typedef int branches_zone_fn(void *arg, const uint8_t *zone);
int branches_each_zone(const struct branches *branches, branches_zone_fn *visit, void *arg);

/* How many branches there are, zones not counted. */
size_t branches_count(const struct branches *branches);
#endif
