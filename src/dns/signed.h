/* signed.h - queries with a TSIG: checked, answered like others, and signed.  Thread: readers. */
#ifndef ROLLCALL_DNS_SIGNED_H
#define ROLLCALL_DNS_SIGNED_H
#include <stddef.h>
#include <stdint.h>

#include "dns/respond.h"

struct query;

/*
 * For respond: answer a query of QUERY_SIGNED in place.  What is wrong with its signature is said as
 * RFC 8945, 5.2 has it: NOTAUTH, and a TSIG with the error.  Only names of ours are answered.
 * Allocates what libcrypto does; silence without memory.
 */
size_t signed_answer(struct responder *responder, enum transport transport,
    const struct addr *client, const struct query *query, uint8_t *buf, size_t size);
#endif
