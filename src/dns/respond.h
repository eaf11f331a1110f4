/*
 * respond.h - query bytes to reply bytes; pure.  Thread: any reader of the index.
 *
 * The states of a query: header -> question -> EDNS -> access -> zone -> name -> answer -> trim.
 * Each way out is a reply of its own or silence (RFC 1035, 6891, 8906, 9619).
 */
#ifndef ROLLCALL_DNS_RESPOND_H
#define ROLLCALL_DNS_RESPOND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct clock;
struct dns_settings;
struct errand;
struct index;
struct query;

/* Per thread, reused for every query. */
struct responder {
	const struct index *index;
	const struct dns_settings *settings;
	/* false: not loaded yet; what is not found is SERVFAIL with SOA, never NXDOMAIN */
	bool answering;
	uint32_t rotation;      /* advances by one a query: address answers are rotated by it */
	const struct clock *clock;      /* for cookies; NULL: none are made */
	/* over TCP: what edns-tcp-keepalive is answered with, in 100 ms; 0: nothing */
	uint16_t keepalive_ds;
};

enum transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_TLS };

/*
 * Answer in place: buf holds a query of query_len octets and has room for `size` (UDP: at least
 * 4,096; TCP: 65,535).  Returns the length of the reply, 0 for silence.  Allocates nothing, takes
 * no lock; the caller is inside a read-side section of the index.
 */
size_t respond(struct responder *responder, enum transport transport, const struct addr *client,
    uint8_t *buf, size_t query_len, size_t size);

/*
 * The same in three steps, for those who have a batch: begin reads the query and asks the memory
 * for the name's place in the index; fetch, which may be left out, asks for what is there; finish
 * answers.  Meanwhile the buffer is left alone and no quiescent point is passed.
 *
 * Where the answer lies elsewhere, finish returns 0 and fills the errand, which it leaves alone
 * otherwise; with NULL what is not ours is REFUSED.
 */
void respond_begin(const struct responder *responder, const uint8_t *buf, size_t query_len,
    struct query *query);
void respond_fetch(const struct responder *responder, const struct query *query);
size_t respond_finish(struct responder *responder, enum transport transport,
    const struct addr *client, const struct query *query, uint8_t *buf, size_t size,
    struct errand *errand);

struct reply;
/*
 * For errands: the folded name at `owner`, a pointer into the reply, is in one of our zones: add what
 * it leads to, behind `reply->hops` CNAMEs.
 */
void respond_chase(struct reply *reply, const uint8_t *name, size_t len, uint16_t owner);
#endif
