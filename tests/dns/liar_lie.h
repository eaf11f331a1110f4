/* liar_lie.h - for tests: what a lying name server makes of a question; pure. */
#ifndef ROLLCALL_TESTS_DNS_LIAR_LIE_H
#define ROLLCALL_TESTS_DNS_LIAR_LIE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A question as it came. */
struct liar_question {
	uint16_t id;
	uint16_t port;                  /* the asker's */
	uint16_t type, dns_class;
	uint16_t edns_size;             /* 0: no OPT */
	bool edns, dnssec_ok, checking_disabled, recursion, tcp;
	uint8_t wire[256];              /* the name, letters as asked */
	size_t wire_len;
	char name[256];                 /* the same as text, no dot at the end; "." */
};

/* False: octets that are no question. */
bool liar_question_read(struct liar_question *question, const uint8_t *octets, size_t len);

enum lie_from { LIE_FROM_HERE, LIE_FROM_OTHER_ADDRESS, LIE_FROM_OTHER_PORT };
enum lie_tcp { LIE_TCP_WHOLE, LIE_TCP_CLOSE, LIE_TCP_RESET, LIE_TCP_HALF, LIE_TCP_PIECES };

/* What goes back, and how. */
struct lie {
	uint8_t octets[65536];
	size_t len;
	bool silent;                    /* nothing goes back */
	bool then;                      /* and the truth soon after */
	bool raw;                       /* whatever its size: not cut for UDP, no OPT */
	unsigned delay_ms;
	unsigned copies;
	uint16_t rcode;                 /* twelve bits */
	enum lie_from from;
	enum lie_tcp tcp;
};

/*
 * The lie that `mode` wants: as tests/dns/liar.h tells.  "": the truth.  `seen`: how often the
 * name was asked for before.
 */
void liar_lie(struct lie *lie, const struct liar_question *question, const char *mode,
    unsigned seen);

/* The address of a name, as text or wire; 198.18.0.0/15, whatever its letters. */
void liar_wire_address(const uint8_t *wire, size_t len, uint8_t address[4]);
#endif
