/*
 * referral.h - what is said of names that a zone of ours gives away: to other servers (NS), or to
 * another name (DNAME).  Thread: readers; pure.
 */
#ifndef ROLLCALL_DNS_REFERRAL_H
#define ROLLCALL_DNS_REFERRAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

struct reply;

/* Who is to be asked: NS, with DO what there is of DS (RFC 4035, 3.1.4), and glue. */
void referral_answer(struct reply *reply, const struct entry *cut);

/* What a name below a DNAME becomes. */
struct referral_target {
	uint8_t name[DNS_NAME_MAX];
	size_t len;
	uint16_t owner;         /* the pointer to where it stands in the reply */
};

/*
 * Add an entry's DNAME and the CNAME that it makes of the folded name at `owner` (RFC 6672, 3.1).
 * false: the answer is complete, because it is too long for a name or for the reply.
 */
bool referral_redirect(struct reply *reply, const struct entry *entry, const uint8_t *name,
    size_t len, uint16_t owner, struct referral_target *target);
#endif
