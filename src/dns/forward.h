/*
 * forward.h - which zones are asked elsewhere, of whom, and how.  Thread: any; immutable.
 *
 * A name belongs to the longest zone above it, as everywhere in DNS; "." takes all that is left.
 */
#ifndef ROLLCALL_DNS_FORWARD_H
#define ROLLCALL_DNS_FORWARD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dns/cache_settings.h"
#include "dns/entry.h"

/* What a resolv.conf or an entry may name: CoreDNS's limit. */
#define FORWARD_UPSTREAMS_MAX 15

enum forward_policy { FORWARD_RANDOM, FORWARD_ROUND_ROBIN, FORWARD_SEQUENTIAL };

struct forward_zone {
	uint8_t name_len;
	uint8_t name[DNS_NAME_MAX];     /* wire form, folded */
	uint8_t policy;                 /* enum forward_policy */
	uint8_t upstream_count;
	struct addr_port upstreams[FORWARD_UPSTREAMS_MAX];
	/* Why there is none ("/etc/resolv.conf names no upstream"), in the table; NULL: there is one. */
	const char *lack;
	struct cache_settings cache;    /* `forward[].cache`, over `cache` */
};

struct forward;

/* A table of copies.  ERR_EXISTS: two of one name; ERR_NOMEM. */
int forward_new(const struct forward_zone *zones, size_t count, struct forward **out);
void forward_free(struct forward *forward);

size_t forward_count(const struct forward *forward);
/* In the order they were given. */
const struct forward_zone *forward_at(const struct forward *forward, size_t i);

/* The longest zone that this folded wire name is in; NULL: it is not asked elsewhere.  A NULL
 * table holds nothing. */
const struct forward_zone *forward_find(const struct forward *forward, const uint8_t *name,
    size_t len);
/* Does an entry name that zone or one below it, so that it is meant to be asked elsewhere?  "."
 * means no zone in particular. */
bool forward_covers(const struct forward *forward, const uint8_t *zone, size_t len);
#endif
