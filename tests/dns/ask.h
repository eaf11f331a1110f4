/* ask.h - ask respond() a question in words and have the reply in words, for tests. */
#ifndef ROLLCALL_TESTS_DNS_ASK_H
#define ROLLCALL_TESTS_DNS_ASK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dns/respond.h"

struct responder;

/*
 * "web.shop.svc.cluster.local A" over TCP with EDNS.  The reply, to be freed:
 *
 *     NOERROR A 10.96.0.1/5, A 10.96.0.2/5 + web.shop A 10.96.0.1/5
 *     NXDOMAIN ! 0 of 3 endpoints ready
 *
 * Records of a section are sorted, PTR aside; the owner is left out where it is the question's
 * name, ".svc.cluster.local" is left out at the end of every name, additional records follow '+',
 * an Extended DNS Error follows '!', with its code where it has no text.  Checked on the way and not
 * shown: AA is set ("referral": it is not, and NS records say whom to ask); a reply without answers
 * has exactly one SOA in its authority section ("NOERROR without SOA": it has none).
 */
char *ask(struct responder *responder, const char *question);

/* How a question reaches us. */
struct ask_query {
	struct addr client;
	enum transport transport;
	size_t len;
};

/*
 * "NAME TYPE" to octets; behind it any of do, cd, ad, -rd, udp, noedns, from=ADDRESS (default
 * 127.0.0.1).
 */
void ask_write(const char *question, struct ask_query *query, uint8_t *buf, size_t size);

/*
 * A reply's octets in words, to be freed.  `foreign`: what it says comes from elsewhere, at least in
 * part: nothing is checked, and behind the rcode stand aa, ad and tc where they are set, behind a '~'
 * the authority section's owners, types and TTLs.
 */
char *ask_words(const uint8_t *reply, size_t len, bool foreign);

/* The reply must be these words. */
void ask_expect(struct responder *responder, const char *question, const char *reply);

/* The SOA serial of a zone. */
unsigned ask_serial(struct responder *responder, const char *zone);
#endif
