/* bench_query.h - a query, what is expected of its answer, and whether a reply is that.  Pure. */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_QUERY_H
#define ROLLCALL_TESTS_BENCH_BENCH_QUERY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Header, the longest name, type and class, OPT. */
#define QUERY_SIZE_MAX (12 + 255 + 4 + 11)

struct query_expected {
	uint64_t digest;        /* of all answers; 0: not looked at */
	uint16_t answers;
	uint8_t rcode;
};

enum query_flag {
	QUERY_EDNS = 1,         /* an OPT record without DO */
	QUERY_MIXED = 2,        /* letters of random case */
};

/*
 * The digest of an answer section is the sum of this over its records: it does not depend on
 * their order, which servers turn, nor on the case of an SRV record's target, which some take
 * from the question.
 */
uint64_t query_digest(uint16_t type, const uint8_t *rdata, size_t len);
/* SRV's rdata with an uncompressed target in dotted text. */
uint64_t query_digest_srv(unsigned weight, uint16_t port, const char *target);

/*
 * Read `name type rcode answers [digest]` and build that query with id 0 into `packet`, of
 * QUERY_SIZE_MAX octets. Returns its length, 0 where the line is wrong.  *question_len: octets
 * of the question.
 */
size_t query_parse(char *line, unsigned flags, uint64_t *seed, uint8_t *packet,
    uint16_t *question_len, struct query_expected *expected);

enum query_fault {
	QUERY_RIGHT, QUERY_SHORT, QUERY_HEADER, QUERY_RCODE, QUERY_COUNT, QUERY_QUESTION,
	QUERY_DIGEST, QUERY_OPT,
};
const char *query_fault_text(enum query_fault fault);
/* The id is the caller's to compare. */
enum query_fault query_check(const uint8_t *reply, size_t len, const uint8_t *query,
    uint16_t question_len, const struct query_expected *expected);

/* xorshift64*; the seed is never 0. */
uint64_t query_random(uint64_t *seed);
#endif
