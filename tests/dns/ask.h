/* ask.h - ask respond() a question in words and have the reply in words, for tests. */
#ifndef ROLLCALL_TESTS_DNS_ASK_H
#define ROLLCALL_TESTS_DNS_ASK_H

struct responder;

/*
 * "web.shop.svc.cluster.local A" over TCP with EDNS.  The reply, to be freed:
 *
 *     NOERROR A 10.96.0.1/5, A 10.96.0.2/5 + web.shop A 10.96.0.1/5
 *     NXDOMAIN ! 0 of 3 endpoints ready
 *
 * Records of a section are sorted, PTR aside; the owner is left out where it is the question's
 * name, ".svc.cluster.local" is left out at the end of every name, additional records follow '+',
 * an Extended DNS Error follows '!'.  Checked on the way and not shown: AA is set; a reply
 * without answers has exactly one SOA in its authority section ("NOERROR without SOA": it has none).
 */
char *ask(struct responder *responder, const char *question);

/* The reply must be these words. */
void ask_expect(struct responder *responder, const char *question, const char *reply);

/* The SOA serial of a zone. */
unsigned ask_serial(struct responder *responder, const char *zone);
#endif
