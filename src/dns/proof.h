/*
 * proof.h - what a client's cookie proves, and what its reply says to that.  Thread: readers; pure.
 */
#ifndef ROLLCALL_DNS_PROOF_H
#define ROLLCALL_DNS_PROOF_H
#include <stdbool.h>

struct reply;

/*
 * The query has a cookie: the reply gets ours where cookies are made, and `proven` is set if the
 * client has shown a good one.  false: the reply is decided, BADCOOKIE and nothing else (RFC 7873,
 * 5.2.3).
 */
bool proof_settle(struct reply *reply);

/* A query for a cookie alone (RFC 7873, 5.4): sets the rcode. */
void proof_answer(struct reply *reply);
#endif
