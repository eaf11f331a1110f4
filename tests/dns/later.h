/*
 * later.h - a resolver for tests of those who ask it: what is asked waits until the test answers, on
 * the thread of its choice.
 */
#ifndef ROLLCALL_TESTS_DNS_LATER_H
#define ROLLCALL_TESTS_DNS_LATER_H
#include <stdbool.h>
#include <stddef.h>

#include "dns/waiter.h"

struct resolver;

/* Never looked into. */
#define LATER_RESOLVER ((struct resolver *)(void *)&later_something)
extern int later_something;

/* While true, there is no room for more. */
void later_be_full(bool full);
/* How many have been asked for so far. */
size_t later_count(void);
/* The oldest question that has not been answered, waited for at most 10 s; NULL: none came. */
struct waiter *later_next(void);
/* Answer it with what an upstream says (said.h), or fail for want of one, on a thread of its own. */
void later_answer(struct waiter *waiter, const char *asked, const char *reply);
void later_fail(struct waiter *waiter, const char *text);
/* Nothing waits, nobody asked. */
void later_reset(void);
#endif
