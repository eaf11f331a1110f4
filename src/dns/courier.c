/* courier.c - sends errands: to the cache, or to the resolver's thread. */
#include "dns/courier.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/cache.h"
#include "dns/resolver.h"
#include "dns/serving.h"

static void
let_go(struct waiter *waiter, const struct resolver_outcome *outcome)
{
	(void)outcome;
	free(waiter);
}

/* A popular name whose time is nearly over is asked for while the answer still stands. */
static void
send_refresh(const struct courier *courier, const struct asked *asked)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (waiter == NULL)
		return;
	waiter->refresh = true;
	waiter->done = let_go;
	waiter->asked = *asked;
	if (!resolver_ask(courier->resolver, waiter))
		free(waiter);
}

void
courier_begin(const struct courier *courier, struct errand *errand)
{
	if (courier->cache != NULL)
		errand->begun = cache_begin(courier->cache, &errand->asked);
}

void
courier_fetch(const struct courier *courier, const struct errand *errand)
{
	if (courier->cache != NULL)
		cache_fetch(courier->cache, errand->begun);
}

size_t
courier_look(struct courier *courier, struct cache_reader *reader, struct responder *responder,
    struct errand *errand, uint64_t now_ms, uint8_t *buf, size_t size)
{
	size_t len = 0;

	if (courier->cache == NULL)
		return 0;
	/* A chain that leaves us again is looked up piece by piece. */
	while (len == 0) {
		struct cache_hit hit;
		enum cache_state state = cache_find(courier->cache, reader, &errand->asked,
		    errand->begun, errand->zone_len, now_ms, &hit);

		if (state == CACHE_MISS || state == CACHE_STALE)
			return 0;
		if (state == CACHE_REFRESH)
			send_refresh(courier, &errand->asked);
		len = errand_answer(responder, errand, hit.parcel, hit.age_s,
		    state == CACHE_STALE_NOW, buf, size);
		if (len == 0)
			courier_begin(courier, errand);
	}
	return len;
}

static uint8_t *
octets_of(struct courier_asker *asker)
{
	return (uint8_t *)asker + asker->octets_at;
}

/* More of the reply is known, and the rest of it is asked for.  NULL: no memory; it is as it was. */
static struct courier_asker *
ask_on(struct courier_asker *asker, const struct errand *errand, const uint8_t *buf)
{
	struct courier_asker *grown = realloc(asker, asker->octets_at + errand->len);

	if (grown == NULL)
		return NULL;
	grown->errand = *errand;
	grown->waiter.asked = errand->asked;
	memcpy(octets_of(grown), buf, errand->len);
	return grown;
}

/* On the resolver's thread, which puts into the cache what it looks for here. */
static size_t
look_again(struct courier *courier, struct errand *errand, uint8_t *buf, size_t size)
{
	uint64_t now_ms = clock_now_ms(courier->clock);
	size_t len = 0;

	while (len == 0 && courier->cache != NULL) {
		struct cache_hit hit;
		enum cache_state state = cache_look(courier->cache, &errand->asked,
		    errand->zone_len, now_ms, &hit);

		if (state == CACHE_MISS || state == CACHE_STALE)
			break;
		len = errand_answer(&courier->responder, errand, hit.parcel, hit.age_s,
		    state == CACHE_STALE_NOW, buf, size);
	}
	return len;
}

/* Returns the length of the reply, 0: it takes another question. */
static size_t
finish(struct courier *courier, struct errand *errand, const struct resolver_outcome *outcome,
    uint8_t *buf, size_t size)
{
	size_t len;

	if (outcome->parcel == NULL)
		return errand_fail(&courier->responder, errand, (enum dns_rcode)outcome->rcode,
		    outcome->ede, outcome->text, buf, size);
	len = errand_answer(&courier->responder, errand, outcome->parcel, outcome->age_s,
	    outcome->stale, buf, size);
	return len > 0 ? len : look_again(courier, errand, buf, size);
}

static void
on_done(struct waiter *waiter, const struct resolver_outcome *outcome)
{
	struct courier_asker *asker = (struct courier_asker *)(void *)waiter;
	struct courier *courier = asker->courier;
	struct errand errand = asker->errand;
	uint8_t buf[DNS_MESSAGE_MAX];

	memcpy(buf, octets_of(asker), errand.len);
	serving_get(courier->serving, &courier->responder);
	size_t len = finish(courier, &errand, outcome, buf, sizeof(buf));
	if (len == 0) {
		struct courier_asker *grown = ask_on(asker, &errand, buf);

		asker = grown != NULL ? grown : asker;
		if (grown == NULL || !courier_send(asker))
			len = courier_give_up(&courier->responder, &errand, buf, sizeof(buf));
		else
			asker = NULL;
	}
	if (asker != NULL)
		asker->reply(asker, buf, len);
}

void *
courier_asker_new(struct courier *courier, const struct errand *errand, const uint8_t *buf,
    size_t size)
{
	struct courier_asker *asker = calloc(1, size + errand->len);

	if (asker == NULL)
		return NULL;
	asker->waiter.done = on_done;
	asker->waiter.since_ms = clock_now_ms(courier->clock);
	asker->waiter.asked = errand->asked;
	asker->courier = courier;
	asker->errand = *errand;
	asker->octets_at = size;
	memcpy(octets_of(asker), buf, errand->len);
	return asker;
}

bool
courier_send(struct courier_asker *asker)
{
	return resolver_ask(asker->courier->resolver, &asker->waiter);
}

size_t
courier_give_up(struct responder *responder, const struct errand *errand, uint8_t *buf, size_t size)
{
	return errand_fail(responder, errand, DNS_SERVFAIL, EDNS_ERROR_OTHER,
	    "too many questions wait for upstreams", buf, size);
}
