/*
 * dns_check.h - the question of a dns probe, and what it makes of the octets that come back.
 * Thread: any; pure.
 */
#ifndef ROLLCALL_PROBE_DNS_CHECK_H
#define ROLLCALL_PROBE_DNS_CHECK_H
#include <stddef.h>
#include <stdint.h>

#include "model/outcome.h"

/* A header, a name of 255 octets, type and class. */
#define DNS_CHECK_SIZE (12 + 255 + 4)

struct dns_question {
	uint8_t octets[DNS_CHECK_SIZE];
	size_t len;
};

/*
 * Ask for the name, its letters small, with RD and without EDNS: an answer that fits 512 octets
 * is one that the oldest servers give.  ERR_INVALID: no domain name; ERR_NOMEM.
 */
int dns_check_ask(struct dns_question *question, const char *name, uint16_t type, uint16_t id);

enum dns_check {
	DNS_CHECK_FOREIGN,      /* not the answer to this question: wait on (RFC 5452, section 9.1) */
	DNS_CHECK_TRUNCATED,    /* ask again over TCP */
	DNS_CHECK_JUDGED,
};

/* How a judged reply ends the attempt: as probe_end_value(). */
struct dns_verdict {
	enum outcome_code code;
	int value;
	const char *detail;     /* static, or NULL */
};

/*
 * Useful is NOERROR with at least one record of the type, at the end of a CNAME chain or not, or
 * with the chain alone: what a server that does not follow it says.
 */
enum dns_check dns_check_reply(const struct dns_question *question, const uint8_t *reply,
    size_t len, struct dns_verdict *verdict);
#endif
