/* query.h - read what is asked: header, question, EDNS, nothing else.  Thread: any; pure. */
#ifndef ROLLCALL_DNS_QUERY_H
#define ROLLCALL_DNS_QUERY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/edns.h"

enum query_state {
	QUERY_SILENT,           /* no reply: not a query */
	/* no question but a cookie (RFC 7873, 5.4): as the next where cookies mean nothing */
	QUERY_COOKIE,
	QUERY_SIGNED,           /* has a TSIG: to be read again without it (signed.h) */
	QUERY_NO_QUESTION,      /* a reply of the header alone, with `rcode` */
	QUERY_ERROR,            /* a reply with the question and `rcode` */
	QUERY_CHAOS,            /* good but for its class, CH; with `rcode` where that means nothing */
	QUERY_GOOD,
};

struct query {
	/* of the name without its first labels_len octets; respond_begin fills both in */
	uint64_t hash;
	uint16_t type;
	uint16_t payload;       /* what the client takes, at least 512 */
	uint8_t state;          /* enum query_state */
	uint8_t rcode;          /* enum dns_rcode */
	uint8_t name_len;       /* the name stands at octet 12 */
	/* of _port._proto in front of a Service's name; 0: it is no such name */
	uint8_t labels_len;
	bool edns;
	bool dnssec_ok;
	bool mixed;             /* the name has capitals; respond_begin fills it in */
	uint16_t len;           /* of the message; where it is signed */
	struct edns_asked options;
};

/* Costs no more than the octets there are, whatever their counts claim. */
void query_read(struct query *query, const uint8_t *buf, size_t len);
#endif
