/*
 * answer.h - what an entry answers to a question, and what is said where nothing is.  Thread:
 * readers; pure.
 */
#ifndef ROLLCALL_DNS_ANSWER_H
#define ROLLCALL_DNS_ANSWER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/reply.h"
#include "dns/wire.h"

/* The entry of a folded name; NULL: none. */
const struct entry *answer_find(const struct reply *reply, const uint8_t *name, size_t len);

/* The zone an entry lies in; NULL: it is gone. */
const struct zone *answer_zone(const struct reply *reply, const struct entry *entry);

/* What stands at an entry; false: nothing of this type. */
bool answer_type(struct reply *reply, const struct hop *hop);

/* To ANY, one small record where there are others (RFC 8482, 4.2); false: something else is asked. */
bool answer_some(struct reply *reply, uint16_t owner);

/* Nothing, with the zone's SOA: of this type, or at all. */
void answer_negative(struct reply *reply, const struct zone *zone, enum dns_rcode rcode);
void answer_no_data(struct reply *reply, const struct entry *entry);
#endif
