/* reply.h - a reply under construction: sections, what has to fit, OPT.  Thread: readers; pure. */
#ifndef ROLLCALL_DNS_REPLY_H
#define ROLLCALL_DNS_REPLY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/compose.h"
#include "dns/edns.h"
#include "dns/respond.h"
#include "dns/wire.h"

struct addr;
struct entry;
struct entry_set;
struct errand;
struct query;
struct zone;

#define REPLY_AD 0x20           /* a mark: the data is authentic (RFC 4035, 3.2.3) */
#define REPLY_OWN_NAME (DNS_POINTER | DNS_HEADER_LEN)   /* pointer to the question's name */

struct reply {
	struct responder *responder;
	const struct query *query;
	const struct addr *client;
	struct errand *errand;          /* to be filled if the answer lies elsewhere; NULL: never */
	uint8_t *buf;
	size_t limit;                   /* octets of the whole */
	struct wire_writer writer;      /* over buf; without the room that OPT needs */
	const struct zone *zone;        /* the question's */
	uint16_t answers;
	uint16_t authorities;
	uint16_t additional;
	uint8_t rcode;
	uint8_t marks;                  /* RA, and AD */
	uint8_t transport;              /* enum transport */
	uint8_t hops;                   /* CNAMEs in it */
	bool authoritative;
	bool truncated;
	bool proven;                    /* the client has shown a good cookie */
	uint16_t error_len;
	const uint8_t *error;           /* the option of an Extended DNS Error; NULL: none */
	struct edns_due due;            /* with OPT */
	struct compose compose;         /* once it is needed */
	bool composing;
};

/* A name on the way from the question to the answer. */
struct hop {
	const struct entry *entry;
	uint16_t owner;                 /* pointer to where its name stands in the reply */
	/* it is the question's, and the entry's name is the question's */
	bool own;
};

/*
 * Everything is borrowed; `client` and `errand` are the caller's to set.  The sections begin behind
 * the question, which stays in `buf` as it was asked.
 */
void reply_init(struct reply *reply, struct responder *responder, const struct query *query,
    enum transport transport, uint8_t *buf, size_t size);

/* Go on with the reply of an errand, whose octets so far stand in `buf`. */
void reply_resume(struct reply *reply, struct responder *responder, const struct errand *errand,
    uint8_t *buf, size_t size);

struct compose *reply_composer(struct reply *reply);

/* The question's name as it was asked. */
static inline const uint8_t *
reply_asked(const struct reply *reply)
{
	return reply->buf + DNS_HEADER_LEN;
}

/*
 * Add a set of a hop's entry to the answer, with its additional records where there is room.  One
 * that does not fit stays out as a whole and sets `truncated`, as with the next two.
 */
void reply_add_set(struct reply *reply, const struct hop *hop, const struct entry_set *set,
    const uint8_t *records);
/* A record made on the spot, with the common TTL. */
void reply_add_record(struct reply *reply, uint16_t owner, uint16_t type, const void *rdata,
    uint16_t rdata_len);
/* Addresses that lie one after the other, turned as those of a set are. */
void reply_add_addrs(struct reply *reply, uint16_t owner, uint16_t type, uint32_t ttl_s,
    const uint8_t *addrs, uint16_t count);
/* A PTR record to an entry's name, or to `label` (NULL: none) below it. */
void reply_add_pointer(struct reply *reply, uint16_t owner, const struct entry *entry,
    const uint8_t *label, uint32_t ttl_s);
/* A zone's SOA; *section counts it. */
void reply_add_soa(struct reply *reply, const struct zone *zone, uint16_t *section);

/* Say what the entry says about why there is nothing: "0 of 3 endpoints ready"; NULL: nothing. */
void reply_explain(struct reply *reply, const struct entry *entry);
/* Say why the client gets nothing: it may not ask for this (RFC 8914, 4.19). */
void reply_prohibit(struct reply *reply);

/* Nothing but the question again, whatever has been written. */
void reply_clear(struct reply *reply);

/* OPT where the query had one, then the header; returns the length of the reply. */
size_t reply_finish(struct reply *reply);
/* A reply without a question: the header, and OPT where there was one. */
size_t reply_finish_bare(struct reply *reply);
#endif
