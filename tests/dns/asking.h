/* asking.h - ask respond() in words and get its reply in words. */
#ifndef ROLLCALL_TESTS_DNS_ASKING_H
#define ROLLCALL_TESTS_DNS_ASKING_H
#include <stddef.h>
#include <stdint.h>

#include "dns/dns_settings.h"
#include "dns/respond.h"

struct index;

struct asking {
	struct index *index;
	struct dns_settings settings;
	struct responder responder;
	struct addr client;             /* 127.0.0.1 */
	uint8_t buf[65536];
	size_t query_len;
	size_t len;                     /* of the reply */
	char text[400000];
};

/*
 * An index with the zone cluster.local (negative TTL 5) and what sample worlds need; TTL 5,
 * udpSize 1232.
 */
struct asking *asking_new(void);
void asking_free(struct asking *asking);

/*
 * A query as "NAME TYPE" and any of: edns edns=SIZE do rd cd ad class=N version=N keepalive
 * opt=HEX (octets of options).  Written to buf.
 */
void asking_write(struct asking *asking, const char *question);
/* Answer what is in buf. */
void asking_send(struct asking *asking, enum transport transport);

/*
 * Write, send, read with ldns.  "RCODE FLAGS" in the first line (aa tc rd ra ad cd), then "AN ",
 * "NS " or "AR " and a record in each; OPT is "OPT SIZE [do]" and its
 * options: "keepalive N", "NSID TEXT", "COOKIE HEX", "EDE N TEXT", "padding N".  "silence" where there was no reply. A word "tcp" in the question asks over TCP.
 */
const char *asking_ask(struct asking *asking, const char *question);

/* What is in buf, read in the same way as the reply to that question. */
const char *asking_read(struct asking *asking, const char *question);

/* The same, compared; the message shows both. */
void asking_expect(struct asking *asking, const char *question, const char *reply);
#endif
