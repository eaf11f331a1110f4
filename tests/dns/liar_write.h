/* liar_write.h - for tests: how a lying name server writes what it says, octet by octet. */
#ifndef ROLLCALL_TESTS_DNS_LIAR_WRITE_H
#define ROLLCALL_TESTS_DNS_LIAR_WRITE_H
#include "tests/dns/liar_lie.h"

enum { TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_PTR = 12, TYPE_MX = 15,
	TYPE_TXT = 16, TYPE_AAAA = 28, TYPE_SRV = 33, TYPE_DNAME = 39, TYPE_OPT = 41,
	TYPE_RRSIG = 46 };
enum { SECTION_ANSWER = 1, SECTION_AUTHORITY = 2, SECTION_ADDITIONAL = 3 };
enum { FLAG_QR = 0x8000, FLAG_TC = 0x0200, FLAG_RD = 0x0100, FLAG_RA = 0x0080,
	FLAG_AD = 0x0020, FLAG_CD = 0x0010 };

/* One lie being told. */
struct telling {
	struct lie *lie;
	const struct liar_question *question;
	uint64_t number;                /* behind the mode's name */
	bool numbered;
	unsigned seen;
};

/* What does not fit into 65,535 octets is left out. */
void liar_put(struct lie *lie, const void *octets, size_t len);
void liar_put16(struct lie *lie, unsigned value);
void liar_put32(struct lie *lie, uint32_t value);
unsigned liar_get16(const uint8_t *octets);
void liar_set16(struct lie *lie, size_t at, unsigned value);

/* A header that says NOERROR, and the question as it was asked. */
void liar_begin(struct telling *telling);
/* owner NULL: the question's name. */
void liar_record(struct lie *lie, unsigned section, const char *owner, unsigned type, uint32_t ttl_s,
    const void *data, size_t len);
/* A record whose data end in a name, behind `before` octets. */
void liar_record_name(struct lie *lie, unsigned section, const char *owner, unsigned type,
    uint32_t ttl_s, const void *before, size_t before_len, const char *name);
/* The last of the SOA's numbers is ttl_s, too. */
void liar_record_soa(struct lie *lie, unsigned section, const char *zone, uint32_t ttl_s);
/* A or AAAA, as asked, of the owner; the last octet moved on by `shift`. */
void liar_record_address(struct telling *telling, const char *owner, uint32_t ttl_s, unsigned shift);
/* The address that must never get through. */
void liar_forge(struct lie *lie, unsigned section, const char *owner, unsigned type);
/* What is behind the first label of the question; ".": nothing. */
const char *liar_above(const struct liar_question *question);

/* A way to answer; liar_lie.c has those that are true or say no, liar_forge.c the others. */
typedef void tell_fn(struct telling *telling);
tell_fn liar_tell_truth;
/* NULL: not known by this name, which is `len` letters long. */
tell_fn *liar_forge_find(const char *name, size_t len);
#endif
