/*
 * answer.h - what an entry answers to a question, and what is said where nothing is.  Thread:
 * readers; pure.
 */
#ifndef ROLLCALL_DNS_ANSWER_H
#define ROLLCALL_DNS_ANSWER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/entry_layout.h"
#include "dns/index.h"
#include "dns/query.h"
#include "dns/reply.h"
#include "dns/wire.h"
#include "dns/zone_table.h"

/* The entry of a folded name; NULL: none. */
const struct entry *answer_find(const struct reply *reply, const uint8_t *name, size_t len);

/* The zone an entry lies in; NULL: it is gone. */
static inline const struct zone *
answer_zone(const struct reply *reply, const struct entry *entry)
{
	const uint8_t *name = entry_key(entry) + entry->name_len - entry->zone_len;

	return zone_table_at(index_zones(reply->responder->index), name, entry->zone_len);
}

/* What stands at an entry though it is no set of this type; false: nothing. */
bool answer_other(struct reply *reply, const struct hop *hop);

/* What stands at an entry; false: nothing of this type. */
static inline bool
answer_type(struct reply *reply, const struct hop *hop)
{
	const uint8_t *records;
	const struct entry_set *set = entry_find_set(hop->entry, reply->query->type, &records);

	if (set == NULL)
		return answer_other(reply, hop);
	reply_add_set(reply, hop, set, records);
	return true;
}

/*
 * To ANY, one small record where there are others (RFC 8482, 4.2); false: something else is asked.
 */
bool answer_some(struct reply *reply, uint16_t owner);

/* Nothing, with the zone's SOA: of this type, or at all. */
void answer_negative(struct reply *reply, const struct zone *zone, enum dns_rcode rcode);
void answer_no_data(struct reply *reply, const struct entry *entry);
#endif
