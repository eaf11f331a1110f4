/*
 * liar.h - for tests: a name server on loopback that answers, lies or is silent, as it is asked.
 *
 * The first label of the question says how ("wrongid.example", "slow800-2.example": words after
 * a dash only tell names apart, but for "then": the lie is followed by the truth 50 ms later).
 * Everything else is the truth: A and AAAA derived from the name, TXT, MX, SRV, NS, SOA, PTR,
 * CNAME, and octets 1 2 3 4 for any other type, TTL 300.  With N for a number:
 *
 *   truth     ttlN  flip (another address each time)  signed (RRSIG for those who set DO)
 *             ad  nora  many (60,000 octets, over UDP, too)  big (64 KiB, TC over UDP)
 *   no data   nxdomainN (SOA with TTL and minimum N)  nxnosoa  nodataN  nodatanosoa
 *   codes     servfail  refused  notimp  formerr (only to EDNS)  formerrall  badvers  rcodeN
 *             noedns (no OPT in the answer)  ednsdrop (silent to EDNS)
 *             failN (SERVFAIL the first N times)  dropN (silence the first N times)
 *   time      dead  slowN (ms)  ednsslowN (only to EDNS)  stormN (copies)
 *   forged    wrongid  wrongsrc  wrongport  wrongq  wrongtype  wrongclass  wrongcase  noqr
 *   TCP       tc  tcempty (TC, then closed)  tcreset  tchang  half  split  tcponly (UDP silent)
 *   broken    garbage  garbageid  short  empty  lie (counts)  ptrloop  ptrpast  rdlen
 *   records   poison (others' names in all sections)  cnameloop  cnameself  cnameinside
 *             (web.shop.svc.cluster.local)  cnameonly  cnameto.TARGET.x  chainN  dname
 *
 * The address that no test may ever be answered is 203.0.113.66 (2001:db8::66): every forged
 * record has it.  Thread: one of its own; the functions are for one other.
 */
#ifndef ROLLCALL_TESTS_DNS_LIAR_H
#define ROLLCALL_TESTS_DNS_LIAR_H
#include "tests/dns/liar_lie.h"

struct liar;

#define LIAR_FORGED "203.0.113.66"

/*
 * At a loopback address, "127.0.0.1", "::1" or "127.0.0.1:5300"; without a port it is the
 * kernel's choice, the same for UDP and TCP.  It ends by itself after life_s.  NULL: errno.
 */
struct liar *liar_start(const char *address, unsigned life_s);
void liar_stop(struct liar *liar);
uint16_t liar_port(const struct liar *liar);

/* For all names, whatever their labels; "" ends that. */
void liar_set_mode(struct liar *liar, const char *mode);

/* How many questions came for a name, letters aside; NULL: all. */
size_t liar_count(struct liar *liar, const char *name);
/* The i-th question since the last liar_forget(); false past the last. */
bool liar_asked(struct liar *liar, size_t i, struct liar_question *question);
void liar_forget(struct liar *liar);

/* "198.18.7.9": what the truth about a name is. */
void liar_address_text(const char *name, char text[16]);
#endif
