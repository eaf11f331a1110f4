/* bench_steps.h - the load: a cycle of queries, ready to be sent, and what is expected of each. */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_STEPS_H
#define ROLLCALL_TESTS_BENCH_BENCH_STEPS_H
#include "tests/bench/bench_query.h"

/* Queries of one sendmmsg call are different steps, since each has its id written into it. */
#define STEPS_MIN 1024U

struct bench_step {
	uint32_t at;            /* of the message in `octets`; before it its length for TCP */
	uint16_t len;
	uint16_t question_len;
	struct query_expected expected;
};

struct bench_steps {
	uint32_t count;
	struct bench_step *steps;
	uint8_t *octets;
	struct query_expected *either;  /* NULL, or what else is right for each step */
};

/*
 * Read a file of `name type rcode answers [digest]`; shorter ones are repeated up to STEPS_MIN.
 * `either` is another file of the same questions.  Ends the program where something is wrong
 * with them.
 */
void bench_steps_load(struct bench_steps *steps, const char *path, const char *either,
    unsigned flags, uint64_t seed);
void bench_steps_free(struct bench_steps *steps);
/* As query_check. */
enum query_fault bench_steps_check(const struct bench_steps *steps, uint32_t step,
    const uint8_t *reply, size_t len);
#endif
