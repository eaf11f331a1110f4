/* flight.c - questions under way: identical ones asked once, each answered in time. */
#include "dns/flight.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "dns/edns.h"
#include "dns/flight_parts.h"
#include "dns/forward.h"
#include "dns/routes.h"
#include "dns/wire.h"

/* Gone flights that are kept for the next ones: as many as a busy round needs. */
#define SPARE_MAX 1024

/* ---- waiters ---- */

static void
tell(struct flights *flights, struct waiter *waiter, const struct resolver_outcome *outcome)
{
	if (outcome->stale) {
		flight_count(&flights->counts.stale);
		if (flights->settings.ops->note_stale != NULL)
			flights->settings.ops->note_stale(flights->settings.arg);
	}
	if (outcome->parcel == NULL && !waiter->refresh)
		flight_count(&flights->counts.failed);
	if (waiter->counted)
		flights->settings.ops->finished(flights->settings.arg);
	waiter->done(waiter, outcome);
}

static void
tell_all(struct flight *flight, const struct resolver_outcome *outcome)
{
	struct flights *flights = flight->flights;
	struct waiter *waiter = flight->first;

	flight->first = NULL;
	flight->last = &flight->first;
	flights->waiters -= flight->waiters;
	flight->waiters = 0;
	while (waiter != NULL) {
		struct waiter *next = (struct waiter *)waiter->item.next;

		tell(flights, waiter, outcome);
		waiter = next;
	}
}

static void
join(struct flight *flight, struct waiter *waiter)
{
	waiter->item.next = NULL;
	*flight->last = waiter;
	flight->last = (struct waiter **)&waiter->item.next;
	flight->waiters++;
	flight->flights->waiters++;
}

/* ---- the table ---- */

static uint64_t
hash_of(const struct flights *flights, const struct asked *asked)
{
	uint64_t seed = flights->seed + asked->type + ((uint64_t)asked->dnssec_ok << 16) +
	    ((uint64_t)asked->checking_disabled << 17);

	return text_digest(seed, asked->name, asked->name_len);
}

static struct flight *
find(const struct flights *flights, const struct asked *asked, uint64_t hash)
{
	struct flight *flight = flights->buckets[hash % FLIGHT_BUCKETS];

	while (flight != NULL && !(flight->hash == hash && asked_equal(&flight->asked, asked)))
		flight = flight->chain;
	return flight;
}

static void
link_flight(struct flights *flights, struct flight *flight)
{
	struct flight **bucket = &flights->buckets[flight->hash % FLIGHT_BUCKETS];

	flight->chain = *bucket;
	*bucket = flight;
	flight->older = flights->newest;
	flight->newer = NULL;
	if (flights->newest != NULL)
		flights->newest->newer = flight;
	else
		flights->oldest = flight;
	flights->newest = flight;
	flights->count++;
	atomic_store_explicit(&flights->counts.under_way, flights->count, memory_order_relaxed);
}

static void
unlink_flight(struct flights *flights, struct flight *flight)
{
	struct flight **at = &flights->buckets[flight->hash % FLIGHT_BUCKETS];

	while (*at != flight)
		at = &(*at)->chain;
	*at = flight->chain;
	if (flight->older != NULL)
		flight->older->newer = flight->newer;
	else
		flights->oldest = flight->newer;
	if (flight->newer != NULL)
		flight->newer->older = flight->older;
	else
		flights->newest = flight->older;
	flights->count--;
	atomic_store_explicit(&flights->counts.under_way, flights->count, memory_order_relaxed);
}

static struct flight *
new_flight(struct flights *flights)
{
	struct flight *flight = flights->spare;

	if (flight == NULL)
		return calloc(1, sizeof(*flight));
	flights->spare = flight->chain;
	flights->spare_count--;
	/* The name behind the rest is written anew. */
	memset(flight, 0, offsetof(struct flight, asked));
	return flight;
}

static void
drop_flight(struct flights *flights, struct flight *flight)
{
	if (flights->spare_count >= SPARE_MAX) {
		free(flight);
		return;
	}
	flight->chain = flights->spare;
	flights->spare = flight;
	flights->spare_count++;
}

/* ---- ends ---- */

void
flight_finish(struct flight *flight, const struct resolver_outcome *outcome)
{
	struct flights *flights = flight->flights;

	flight_try_abandon(flight);
	wheel_clear(flights->wheel, &flight->timer);
	/* First out of the table: whoever is told may ask anew. */
	unlink_flight(flights, flight);
	tell_all(flight, outcome);
	routes_release(flight->routes);
	drop_flight(flights, flight);
}

/* What is past its end to all who wait, if there is such a thing. */
static bool
give_stale(struct flight *flight)
{
	const struct flight_settings *settings = &flight->flights->settings;
	struct resolver_outcome outcome = { 0 };
	enum held held = settings->ops->find(
	    settings->arg, flight->zone, &flight->asked, &outcome);

	if (held != HELD_STALE && held != HELD_STALE_FAILED)
		return false;
	outcome.stale = true;
	tell_all(flight, &outcome);
	return true;
}

/*
 * Worth being remembered?  That nobody is there to be asked, or that we could not ask, is no news,
 * and nor is what those say who are not asked any more.
 */
static bool
is_news(const struct flight *flight)
{
	for (unsigned i = 0; i < flight->tries; i++)
		if (flight->list[i].ending != TRY_NO_ROOM)
			return flight->routes == flight->flights->routes;
	return false;
}

void
flight_fail(struct flight *flight)
{
	const struct flight_settings settings = flight->flights->settings;
	struct resolver_outcome outcome = { .rcode = DNS_SERVFAIL };
	char text[FLIGHT_TEXT_SIZE];

	(void)give_stale(flight);
	outcome.ede = flight_try_explain(flight, text);
	outcome.text = text;
	if (is_news(flight))
		settings.ops->keep_failure(
		    settings.arg, &flight->asked, flight->list[0].sent_us / 1000);
	flight_finish(flight, &outcome);
}

static void
evict(struct flight *flight)
{
	struct resolver_outcome outcome = { .rcode = DNS_SERVFAIL, .ede = EDNS_ERROR_OTHER,
		.text = "too many questions wait for upstreams" };

	flight_count(&flight->flights->counts.evicted);
	flight_finish(flight, &outcome);
}

/* ---- time ---- */

void
flight_set_timer(struct flight *flight)
{
	uint64_t due_ms = flight->deadline_ms;

	if (flight->next_try_ms < due_ms)
		due_ms = flight->next_try_ms;
	if (flight->stale_ms < due_ms)
		due_ms = flight->stale_ms;
	wheel_set(flight->flights->wheel, &flight->timer, due_ms);
}

static void
run_flight(struct flight *flight, uint64_t now_ms)
{
	flight_try_blame(flight, now_ms);
	if (now_ms >= flight->deadline_ms) {
		flight_fail(flight);
		return;
	}
	if (now_ms >= flight->stale_ms) {
		(void)give_stale(flight);
		/* Who comes later is given it at once (RFC 8767, 5). */
		flight->stale_ms = flight->waiters == 0 ? 0 : UINT64_MAX;
	}
	if (now_ms >= flight->next_try_ms) {
		flight->next_try_ms = UINT64_MAX;
		if (flight_try_next(flight, true, now_ms))
			flight_count(&flight->flights->counts.hedged);
	}
	if (flight->stale_ms != 0) {
		flight_set_timer(flight);
		return;
	}
	wheel_set(flight->flights->wheel, &flight->timer,
	    flight->next_try_ms < flight->deadline_ms ? flight->next_try_ms : flight->deadline_ms);
}

uint64_t
flights_next_ms(const struct flights *flights)
{
	return wheel_next_ms(flights->wheel);
}

uint64_t
flights_run(struct flights *flights)
{
	uint64_t now_ms = clock_now_ms(flights->settings.clock);
	struct wheel_node *node;

	while ((node = wheel_due(flights->wheel, now_ms)) != NULL)
		run_flight((struct flight *)node, now_ms);
	return wheel_next_ms(flights->wheel);
}

/* ---- questions ---- */

static struct flight *
begin(struct flights *flights, const struct asked *asked, uint64_t hash, uint64_t since_ms,
    struct routes *routes, bool stale)
{
	struct flight *flight = new_flight(flights);

	if (flight == NULL)
		return NULL;
	flight->flights = flights;
	flight->routes = routes;
	flight->zone = routes_find(routes, asked->name, asked->name_len);
	flight->last = &flight->first;
	flight->hash = hash;
	flight->deadline_ms = since_ms + FLIGHT_MS;
	flight->next_try_ms = UINT64_MAX;
	flight->stale_ms = stale ? since_ms + FLIGHT_STALE_MS : UINT64_MAX;
	memcpy(&flight->asked, asked, offsetof(struct asked, name) + asked->name_len);
	routes_use(routes);
	link_flight(flights, flight);
	return flight;
}

static void
refuse(struct flights *flights, struct waiter *waiter, uint8_t rcode, const char *text)
{
	struct resolver_outcome outcome = { .rcode = rcode, .ede = EDNS_ERROR_OTHER, .text = text };

	tell(flights, waiter, &outcome);
}

static void
begin_for(struct flights *flights, struct waiter *waiter, uint64_t hash,
    struct routes *routes, bool stale)
{
	uint64_t now_ms = clock_now_ms(flights->settings.clock);
	uint64_t since_ms = waiter->since_ms != 0 && waiter->since_ms < now_ms ? waiter->since_ms :
	    now_ms;
	struct flight *flight = begin(flights, &waiter->asked, hash, since_ms, routes, stale);

	if (flight == NULL) {
		refuse(flights, waiter, DNS_SERVFAIL, "out of memory");
		return;
	}
	join(flight, waiter);
	if (flight_try_next(flight, false, now_ms))
		flight_set_timer(flight);
	else
		flight_fail(flight);
	while (flights->waiters > flights->settings.waiters_max ||
	    flights->count > flights->settings.waiters_max)
		evict(flights->oldest);
}

/* The answer may be there by now, or not be worth asking for. */
static bool
answer_from_cache(struct flights *flights, struct waiter *waiter, const struct forward_zone *zone,
    bool *stale)
{
	struct resolver_outcome outcome = { .rcode = DNS_SERVFAIL };

	switch (flights->settings.ops->find(
	    flights->settings.arg, zone, &waiter->asked, &outcome)) {
	case HELD_NOTHING:
		return false;
	case HELD_STALE:
		*stale = true;
		return false;
	case HELD_STALE_FAILED:
		outcome.stale = true;
		break;
	case HELD_GOOD:
	case HELD_FAILED:
		break;
	}
	tell(flights, waiter, &outcome);
	return true;
}

void
flights_ask(struct flights *flights, struct waiter *waiter)
{
	uint64_t hash = hash_of(flights, &waiter->asked);
	struct flight *flight = find(flights, &waiter->asked, hash);
	const struct forward_zone *zone;
	bool stale = false;

	flight_count(&flights->counts.questions);
	/* One that asks others than are to be asked now goes on, but not for who comes now. */
	if (flight != NULL && flight->routes == flights->routes) {
		flight_count(&flights->counts.coalesced);
		join(flight, waiter);
		if (flight->stale_ms == 0)
			(void)give_stale(flight);
		while (flights->waiters > flights->settings.waiters_max)
			evict(flights->oldest);
		return;
	}
	zone = routes_find(flights->routes, waiter->asked.name, waiter->asked.name_len);
	/* The settings have changed since it was put into the queue. */
	if (zone == NULL)
		refuse(flights, waiter, DNS_REFUSED, NULL);
	else if (waiter->refresh || !answer_from_cache(flights, waiter, zone, &stale))
		begin_for(flights, waiter, hash, flights->routes, stale);
}

void
flights_ask_by(struct flights *flights, struct waiter *waiter, struct routes *routes)
{
	begin_for(flights, waiter, hash_of(flights, &waiter->asked), routes, false);
	routes_release(routes);
}

/* ---- life ---- */

struct flights *
flights_new(const struct flight_settings *settings)
{
	struct flights *flights = calloc(1, sizeof(*flights));

	if (flights == NULL)
		return NULL;
	flights->settings = *settings;
	flights->seed = dice_u64(&flights->dice);
	flights->wheel = wheel_new(clock_now_ms(settings->clock));
	if (flights->wheel == NULL) {
		free(flights);
		return NULL;
	}
	return flights;
}

void
flights_free(struct flights *flights)
{
	if (flights == NULL)
		return;
	while (flights->spare != NULL) {
		struct flight *flight = flights->spare;

		flights->spare = flight->chain;
		free(flight);
	}
	routes_release(flights->routes);
	wheel_free(flights->wheel);
	free(flights);
}

void
flights_set_routes(struct flights *flights, struct routes *routes)
{
	routes_release(flights->routes);
	flights->routes = routes;
}

void
flights_end(struct flights *flights, const char *text)
{
	struct resolver_outcome outcome = { .rcode = DNS_SERVFAIL, .ede = EDNS_ERROR_OTHER, .text = text };

	while (flights->oldest != NULL)
		flight_finish(flights->oldest, &outcome);
}

const struct flight_counts *
flights_counts(const struct flights *flights)
{
	return &flights->counts;
}
