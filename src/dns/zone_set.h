/*
 * zone_set.h - the zones and hosts that files state: who serves which zone, and what is answered of
 * it.  Thread: control.
 *
 *     a file's text  -> zone_build(), hosts_build() by any thread -> content
 *     content        -> zone_set_take() -> claims (stated.h) -> index
 *
 * The order of who is heard: the cluster's names and its reverse zones; zone files, of two the one
 * with the longer origin; hosts, an earlier file before a later one; local zones.  A zone answers
 * for all names in it, so a host whose name lies in a zone of a file is heard only where
 * dns.fallthrough lets that zone's missing names go on.
 */
#ifndef ROLLCALL_DNS_ZONE_SET_H
#define ROLLCALL_DNS_ZONE_SET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct content;
struct diag;
struct dns_settings;
struct index;
struct zone_set;

enum zone_origin {
	ZONE_OF_FILE,           /* the user's own */
	ZONE_OF_HOSTS,
	ZONE_LOCAL,             /* RFC 6303, RFC 6761; given up where somebody else knows better */
};

struct zone_set_settings {
	const struct dns_settings *dns;         /* borrowed until zone_set_configure() */
	const struct cidr *networks;            /* serviceCIDRs: their reverse names are ours */
	size_t network_count;
	const char *const *forward_zones;       /* that are asked elsewhere; "." is none of them */
	size_t forward_zone_count;
	size_t turn_from;                       /* zones of so many names wait for zone_set_work(); 0: none */
};

/* The index is borrowed.  NULL: no memory. */
struct zone_set *zone_set_new(const struct zone_set_settings *settings, struct index *index);
/* The index keeps what is in it. */
void zone_set_free(struct zone_set *set);

/*
 * The file states this now; NULL: it is gone.  The content is the set's, also on failure.  A
 * zone that is not the file's to serve is an error in diag (NULL: it is known) that names both
 * places, and what the file stated before stays; it is taken once nobody is in its way any more.
 * `rank` orders hosts files: a lower one is heard.  ERR_NOMEM: state it once more.
 */
int zone_set_take(struct zone_set *set, enum zone_origin origin, const char *path, unsigned rank,
    struct content *content, struct diag *diag);

/*
 * End of a batch: what waited is taken, local zones and hosts make way.  ERR_NOMEM: call it again.
 */
int zone_set_settle(struct zone_set *set);

/*
 * Zones out of files that are large (turn_from) are taken up here, until `pause` (NULL: never)
 * says that it was long enough.  Meanwhile each name is answered as the file stated it before or as
 * it states it now, never between the two, and the SOA stays the old one until all are new; a name
 * that is not there yet of a zone that was not there before is SERVFAIL, so that nobody keeps that
 * it is missing.  A later content of the file waits for the end; the last one counts.  Who follows
 * changes sees one change, which ends with the SOA.  ERR_NOMEM: call it again later.
 */
int zone_set_work(struct zone_set *set, bool (*pause)(void *arg), void *arg);
/* Is there more for zone_set_work() to do? */
bool zone_set_is_busy(const struct zone_set *set);

/* Other settings, while nothing is busy; then zone_set_settle(). */
void zone_set_configure(struct zone_set *set, const struct zone_set_settings *settings);
/*
 * Before that is done with another index: what these settings make the cluster's goes already, so
 * that it does not come into that index, where the cluster has it, and is not taken out of it.
 * Where the settings come to nothing: zone_set_configure() with those of before.  ERR_NOMEM.
 */
int zone_set_yield(struct zone_set *set, const struct zone_set_settings *settings);
/*
 * Everything, while nothing is busy, into another index, which may still come to nothing.
 * ERR_NOMEM: it has to.  Then,
 * with nothing changed in between: that one is written to from now on.
 */
int zone_set_copy(const struct zone_set *set, struct index *index);
void zone_set_switch(struct zone_set *set, struct index *index);

/* Zones that are served, local ones and hosts not counted; names that are heard. */
size_t zone_set_zones(const struct zone_set *set);
size_t zone_set_names(const struct zone_set *set);
#endif
