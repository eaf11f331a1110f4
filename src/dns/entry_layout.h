/*
 * entry_layout.h - how an entry lies in memory; for those who build entries and those who answer
 * from them.
 *
 * One allocation: the fixed part, a set for each type, the name, the sets' records one after the
 * other, then what goes with the kind: additional records, or the Extended DNS Error option; then
 * the SRV records of names below, and these names themselves (below.h).
 * Records are stored as they go out when the question is the entry's own name in lower case: the
 * owner is the pointer 0xC00C, and names in rdata (and owners of additional records) end in a
 * pointer into the question where they share labels with it.  The target of an SRV record is stored
 * so too, but must go out in full (RFC 2782).
 */
#ifndef ROLLCALL_DNS_ENTRY_LAYOUT_H
#define ROLLCALL_DNS_ENTRY_LAYOUT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dns/entry.h"
#include "dns/wire.h"

struct below;

#define ENTRY_RECORD_HEAD 12    /* owner pointer, type, class, TTL, length of rdata */

struct entry_set {
	uint16_t type;
	uint16_t count;
	uint16_t len;           /* octets stored */
};

struct entry {
	uint32_t size;          /* octets of the allocation */
	/* where the names below lie, or the address of a network's page root; 0: there are none */
	uint32_t below_at;
	uint16_t more_len;      /* octets of additional records, or of the error option */
	uint16_t more_count;    /* additional records */
	uint8_t kind;           /* enum entry_kind */
	uint8_t name_len;
	uint8_t zone_len;       /* of the zone's name, the last octets of the entry's name */
	uint8_t set_count;
	struct entry_set sets[];
};

static inline const uint8_t *
entry_key(const struct entry *entry)
{
	return (const uint8_t *)&entry->sets[entry->set_count];
}

static inline const uint8_t *
entry_records(const struct entry *entry)
{
	return entry_key(entry) + entry->name_len;
}

/* The set of this type and where its records lie; NULL: none. */
static inline const struct entry_set *
entry_find_set(const struct entry *entry, uint16_t type, const uint8_t **records)
{
	const uint8_t *at = entry_records(entry);

	for (unsigned i = 0; i < entry->set_count; i++) {
		const struct entry_set *set = &entry->sets[i];

		if (set->type == type) {
			*records = at;
			return set;
		}
		at += set->len;
	}
	return NULL;
}

/* Additional records, or the error option. */
static inline const uint8_t *
entry_more(const struct entry *entry)
{
	const uint8_t *at = entry_records(entry);

	for (unsigned i = 0; i < entry->set_count; i++)
		at += entry->sets[i].len;
	return at;
}

/* The names below that it holds; NULL: none. */
static inline const struct below *
entry_below(const struct entry *entry)
{
	if (entry->below_at == 0 || entry->kind == ENTRY_NETWORK)
		return NULL;
	return (const struct below *)(const void *)((const uint8_t *)entry + entry->below_at);
}

/* The page root of a network; NULL: it is none. */
static inline const struct page_root *
entry_root(const struct entry *entry)
{
	const struct page_root *root = NULL;

	if (entry->kind == ENTRY_NETWORK)
		memcpy(&root, (const uint8_t *)entry + entry->below_at, sizeof(root));
	return root;
}

/*
 * Where a name begins in the rdata of this type, -1 where it holds none that may be compressed
 * or is ours to case.
 */
static inline int
entry_name_offset(uint16_t type)
{
	switch (type) {
	case DNS_TYPE_NS:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_PTR:
		return 0;
	case DNS_TYPE_MX:
		return 2;
	case DNS_TYPE_SRV:
		return 6;
	}
	return -1;
}

/*
 * A stored name in full: labels and, where it ends in a pointer, the rest out of the entry's own
 * name. *used: octets stored.  Returns its length.
 */
size_t entry_expand(const struct entry *entry, const uint8_t *stored, uint8_t name[DNS_NAME_MAX],
    size_t *used);
#endif
