/*
 * errand.h - a query whose answer, or the end of it, lies elsewhere: what is needed to finish its
 * reply later.  Thread: any; pure.
 *
 * respond_finish() writes what is known (the CNAMEs that lead out of our zones, or nothing) into
 * the query's buffer behind the question and fills an errand instead of finishing.  The first
 * `len` octets of that buffer and the errand are all that must be kept: whoever has the answer
 * copies both into a buffer with room for a reply, and finishes there, on any thread, inside a
 * read-side section of the index with a responder of its own.
 */
#ifndef ROLLCALL_DNS_ERRAND_H
#define ROLLCALL_DNS_ERRAND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/asked.h"
#include "dns/edns.h"
#include "dns/query.h"
#include "dns/wire.h"

struct parcel;
struct reply;
struct responder;

/* CNAMEs in one answer, ours and those of others together. */
#define ERRAND_CHAIN_MAX 8

/* Reset `wanted` before it is used again; the rest is filled when that is set. */
struct errand {
	bool wanted;                    /* set: ask for `asked`, then finish the reply */
	bool authoritative;             /* the reply begins with a CNAME of ours (RFC 6604, 2) */
	bool barred;                    /* the client may not ask for our own names */
	uint8_t transport;              /* enum transport */
	uint8_t hops;                   /* CNAMEs in the reply so far */
	uint8_t zone_len;               /* of the name of the zone that is asked elsewhere */
	/* of a walk along a search list (autopath.h): its next step; 0: it is none */
	uint8_t walk;
	uint8_t walk_prefix;            /* octets of the question that all its names begin with */
	uint16_t name_at;               /* where in the reply the asked name stands; 12: the question */
	uint16_t len;                   /* octets of the reply so far, without OPT */
	uint16_t answers;               /* records in it */
	struct query query;             /* as the client asked it, without its options */
	struct edns_due due;            /* what the reply's OPT says to those */
	uint64_t begun;                 /* the courier's: cache_begin() */
	struct asked asked;
};

/*
 * What there is to say to `asked`, `age_s` old, or past its end (`stale`).  buf begins with the `len`
 * octets of the reply so far and has room for `size`; returns the length of the reply.  A chain
 * that leads to a name of ours goes on from there; if it leaves us again, the errand is wanted anew,
 * with more of the reply in buf, and 0 is returned.
 */
size_t errand_answer(struct responder *responder, struct errand *errand,
    const struct parcel *parcel, uint32_t age_s, bool stale, uint8_t *buf, size_t size);

/*
 * There will be no answer.  `text` (NULL: none) is said with the code as an Extended DNS Error
 * (RFC 8914) where the query has EDNS and there is room.  CNAMEs of ours are left out: who caches
 * them would take the name to exist without an end (DNS.md 2.4).  buf begins with the `len` octets
 * of the reply so far; returns the length of the reply.
 */
size_t errand_fail(struct responder *responder, const struct errand *errand, enum dns_rcode rcode,
    uint16_t ede, const char *text, uint8_t *buf, size_t size);

/*
 * For respond: somebody else's folded name stands at the pointer `owner` in this reply.  Makes it
 * the reply's errand if we may and can ask for it, or answers for those we could ask (ANY); false:
 * the reply ends here.
 */
bool errand_begin(struct reply *reply, const uint8_t *name, size_t len, uint16_t owner);
#endif
