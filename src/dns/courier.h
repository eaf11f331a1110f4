/*
 * courier.h - sends errands: to the cache at once, to the resolver's thread if that does not know.
 *
 *     respond_finish  fills an errand
 *     courier_look    finishes the reply from the cache, on the thread that asked
 *     courier_send    hands it over, with what is kept of the query; asker->reply() gets the reply
 *
 * Threads: responders and streams, each with an errand and a cache_reader of its own, look and send;
 * the resolver's replies.
 */
#ifndef ROLLCALL_DNS_COURIER_H
#define ROLLCALL_DNS_COURIER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/errand.h"
#include "dns/respond.h"
#include "dns/waiter.h"

struct cache;
struct cache_reader;
struct clock;
struct resolver;
struct serving;

/* Of one server; everything is borrowed. */
struct courier {
	struct cache *cache;            /* NULL: nothing is kept */
	struct resolver *resolver;      /* NULL: nobody is asked, and there are no errands */
	const struct clock *clock;
	const struct serving *serving;
	struct responder responder;     /* the resolver's thread finishes replies with it */
};

/* First member of what an asker allocates with courier_asker_new. */
struct courier_asker {
	struct waiter waiter;
	struct courier *courier;
	struct errand errand;
	size_t octets_at;               /* the reply so far lies so far behind the asker's beginning */
	/*
	 * Once, on the resolver's thread: the reply, to be sent by the callee, who owns the asker
	 * from here on.
	 */
	void (*reply)(struct courier_asker *asker, const uint8_t *reply, size_t len);
};

/*
 * Ask the memory for what the cache may have, in two steps: who has several errands takes each step
 * with all of them before the next.  The second may be left out.
 */
void courier_begin(const struct courier *courier, struct errand *errand);
void courier_fetch(const struct courier *courier, const struct errand *errand);

/*
 * After courier_begin: finish the errand's reply in buf from the cache, if all of it is there, on behalf of whoever is in
 * a read-side section of the index.  Returns its length; 0: the errand says what is missing.
 */
size_t courier_look(struct courier *courier, struct cache_reader *reader,
    struct responder *responder, struct errand *errand, uint64_t now_ms, uint8_t *buf, size_t size);

/*
 * Room of `size` octets that begins with an asker for the errand, and a copy of the reply so far.
 * The rest is the caller's to fill.  NULL: no memory.
 */
void *courier_asker_new(struct courier *courier, const struct errand *errand, const uint8_t *buf,
    size_t size);
/* Hand it over.  false: too many wait; the asker is the caller's still. */
bool courier_send(struct courier_asker *asker);

/* What is said where courier_asker_new or courier_send fail; as errand_fail. */
size_t courier_give_up(struct responder *responder, const struct errand *errand, uint8_t *buf,
    size_t size);
#endif
