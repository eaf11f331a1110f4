/*
 * asked.h - a question whose answer lies elsewhere: what flights and the cache know it by.
 * Thread: any; pure.
 *
 * Two clients who ask the same in this sense are answered alike: class IN, and neither the letters
 * they use nor the size they take make a difference.
 */
#ifndef ROLLCALL_DNS_ASKED_H
#define ROLLCALL_DNS_ASKED_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "dns/entry.h"

struct asked {
	uint16_t type;
	uint8_t name_len;
	bool dnssec_ok;                 /* DO (RFC 3225) */
	bool checking_disabled;         /* CD (RFC 4035, 3.2.2) */
	uint8_t name[DNS_NAME_MAX];     /* folded, name_len octets of it */
};

static inline bool
asked_equal(const struct asked *a, const struct asked *b)
{
	return a->type == b->type && a->name_len == b->name_len && a->dnssec_ok == b->dnssec_ok &&
	    a->checking_disabled == b->checking_disabled &&
	    memcmp(a->name, b->name, a->name_len) == 0;
}
#endif
