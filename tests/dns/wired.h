/*
 * wired.h - for tests: a resolver with a cache, and lying name servers on loopback as its upstreams.
 */
#ifndef ROLLCALL_TESTS_DNS_WIRED_H
#define ROLLCALL_TESTS_DNS_WIRED_H
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/forward.h"
#include "tests/dns/liar.h"

#define WIRED_LIARS 3

struct wired {
	struct clock *clock;
	struct cache *cache;
	struct resolver *resolver;
	struct liar *liars[WIRED_LIARS];
	size_t count;
};

/* What an asker was told, once `told`. */
struct wired_reply {
	bool answered, stale;
	uint8_t rcode;
	uint16_t ede;
	char text[320];
	size_t len;
	uint8_t message[4096];          /* the parcel, written into one */
	unsigned took_ms;
};

/* All names go to so many liars, in their order.  A NULL clock is the system's. */
void wired_begin(struct wired *wired, size_t liars, struct clock *clock);
void wired_end(struct wired *wired);
/* The table for those liars. */
struct forward *wired_table(const struct wired *wired, size_t liars);

/* Ask and wait, at most 10 s. */
void wired_ask(struct wired *wired, const char *name, uint16_t type, struct wired_reply *reply);
/* Was the truth about the name told? */
bool wired_is_true(const struct wired_reply *reply, const char *name);
/* Ask for "FORMAT-0.example" and so on; the semaphore is posted by each that is told. */
void wired_send(struct wired *wired, const char *format, size_t count, sem_t *told);
void wired_await(sem_t *told, size_t count);
/* Ask for `count` names made of `format` and a number, so many at a time; how many were answered. */
size_t wired_load(struct wired *wired, const char *format, size_t count, size_t at_a_time);
#endif
