/* said.h - an upstream's reply written in words, read into a parcel, and a parcel as words. */
#ifndef ROLLCALL_TESTS_DNS_SAID_H
#define ROLLCALL_TESTS_DNS_SAID_H
#include <stddef.h>
#include <stdint.h>

#include "dns/parcel.h"

/* "NAME TYPE" and any of: do cd. */
struct asked said_asked(const char *question);

/*
 * The octets of a reply with id 0x1234.  The first line is the rcode and any of: aa tc ad; each
 * following one is AN, NS or AR and a record in master file form ("NAME TTL TYPE RDATA").  "opt N"
 * for a line is an OPT record whose rcode octet is N.  Names are compressed as ldns does it.
 */
size_t said_write(const struct asked *asked, const char *reply, uint8_t octets[65535]);

/* Caps of 3,600 and 1,800 s; names below cluster.local are ours. */
extern const struct parcel_rules said_rules;

/* All of it; a parcel must come of it. */
struct parcel *said(const char *question, const char *reply);

/*
 * Many, and fast: nN.ZONE has the address N for an hour (N: 4 octets), or is missing for half an
 * hour.  *asked is the question.
 */
struct parcel *said_number(uint32_t n, const char *zone, bool missing, struct asked *asked);

/*
 * A reply that is made of nothing but the parcel: the rcode and any of "ad tc us", then a line for
 * each record as above with what was left out of them.  Read by ldns; borrowed until the next call.
 */
const char *said_text(const struct parcel *parcel, const struct parcel_placing *placing,
    size_t limit);
#endif
