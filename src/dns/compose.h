/*
 * compose.h - write records whose stored form does not fit the question as it stands.  Thread:
 * readers; pure.
 *
 * That is: SRV targets, which go out in full; additional records; sets of another name than the
 * question's (the end of a CNAME chain); and any name of ours where the question has capitals: what
 * we add is lower case, but for the zone's name, which is copied from the question (DNS.md 3).
 */
#ifndef ROLLCALL_DNS_COMPOSE_H
#define ROLLCALL_DNS_COMPOSE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

struct entry_set;
struct wire_writer;
struct zone;

struct compose {
	/* stands in the message that begins with the question's header */
	struct wire_writer *writer;
	const uint8_t *asked;           /* the question's name as it was asked */
	size_t asked_len;
	size_t zone_len;                /* the zone the question is in: its last octets */
	bool mixed;                     /* the question has capitals */
	uint8_t folded[DNS_NAME_MAX];   /* its name in lower case */
};

/* Everything is borrowed. */
void compose_init(struct compose *compose, struct wire_writer *writer, const uint8_t *asked,
    size_t asked_len,
    size_t zone_len, bool mixed);

/*
 * The records of one set of an entry, from the `first`-th on and then those before it, all owned by
 * where the pointer `owner` points.  A set that does not fit leaves an error in the writer.
 */
void compose_set(struct compose *compose, const struct entry *entry, const struct entry_set *set,
    const uint8_t *records, uint16_t owner, uint32_t first);

/* The same under the entry's own name, wherever that stands. */
void compose_named(struct compose *compose, const struct entry *entry, const struct entry_set *set,
    const uint8_t *records);

/*
 * The addresses at an entry's own name; *count grows by them.  false: they do not fit, and there
 * is no error in the writer.
 */
bool compose_addresses(struct compose *compose, const struct entry *entry, uint16_t *count);

/* Additional records, whole sets as long as they fit; returns how many.  Never leaves an error. */
uint16_t compose_additional(struct compose *compose, const struct entry *entry);

/*
 * The same for an entry that holds the addresses of its SRV targets itself: its own, and those of
 * the endpoints below it.  `records` are the ones the targets stand in.
 */
uint16_t compose_targets(struct compose *compose, const struct entry *entry,
    const struct entry_set *set, const uint8_t *records);

/* One PTR record that leads to an entry's name, or to `label` (NULL: none) below it. */
void compose_pointer(struct compose *compose, const struct entry *entry, const uint8_t *label,
    uint16_t owner, uint32_t ttl_s);

/* The SOA record of a zone. */
void compose_soa(struct compose *compose, const struct zone *zone);
#endif
