/* air.c - for tests: flights over upstreams that a test plays. */
#include "tests/dns/air.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/clock.h"
#include "dns/name.h"
#include "dns/routes.h"
#include "dns/upstream.h"
#include "dns/wire.h"
#include "tests/suite.h"

static void *
ask(void *arg, struct upstream *upstream, const struct asked *asked, unsigned how,
    struct flight_try *attempt, enum try_ending *ending)
{
	struct air *air = arg;
	struct air_ask *entry = &air->asks[air->ask_count];
	unsigned i = 0;

	while (air->upstreams[i] != upstream)
		i++;
	if (air->refuses[i] != TRY_OPEN) {
		*ending = air->refuses[i];
		return NULL;
	}
	ck_assert_uint_lt(air->ask_count, AIR_ASKS);
	*entry = (struct air_ask){ .upstream = i, .how = how, .attempt = attempt,
		.sent_us = clock_now_us(air->clock) };
	memcpy(&entry->asked, asked, offsetof(struct asked, name) + asked->name_len);
	air->ask_count++;
	return entry;
}

static void
abandon(void *arg, void *handle)
{
	struct air_ask *entry = handle;

	(void)arg;
	ck_assert_ptr_nonnull(entry->attempt);
	entry->attempt = NULL;
	entry->abandoned = true;
}

static enum held
find_held(void *arg, const struct forward_zone *zone, const struct asked *asked,
    struct resolver_outcome *outcome)
{
	struct air *air = arg;

	(void)zone, (void)asked;
	if (air->held == HELD_GOOD || air->held == HELD_STALE || air->held == HELD_STALE_FAILED)
		outcome->parcel = air->stored;
	else
		outcome->rcode = DNS_SERVFAIL;
	return air->held;
}

static void
keep(void *arg, const struct forward_zone *zone, struct parcel *parcel, uint64_t asked_ms)
{
	struct air *air = arg;

	(void)zone, (void)asked_ms;
	air->kept++;
	parcel_free(air->stored);
	air->stored = parcel;
}

static void
keep_failure(void *arg, const struct asked *asked, uint64_t asked_ms)
{
	struct air *air = arg;

	(void)asked, (void)asked_ms;
	air->kept_failures++;
	if (air->held == HELD_STALE)
		air->held = HELD_STALE_FAILED;
}

static void
finished(void *arg)
{
	((struct air *)arg)->finished++;
}

static void
note_stale(void *arg)
{
	((struct air *)arg)->stale++;
}

static const struct flight_ops ops = { ask, abandon, find_held, keep, keep_failure, finished,
	note_stale };

static struct upstream *
find_upstream(void *arg, const struct addr_port *address)
{
	struct air *air = arg;

	return air->upstreams[address->port - 1];
}

void
air_route(struct air *air, unsigned count, enum forward_policy policy)
{
	struct forward_zone zone = { .name_len = 1, .policy = (uint8_t)policy,
		.upstream_count = (uint8_t)count, .lack = count == 0 ? "x names nobody" : NULL };
	struct forward *forward;
	struct routes *routes;

	zone.cache.max_ttl_s = 3600;
	for (unsigned i = 0; i < count; i++)
		zone.upstreams[i].port = (uint16_t)(i + 1);
	ck_assert_int_eq(forward_new(&zone, 1, &forward), 0);
	ck_assert_int_eq(routes_new(forward, find_upstream, air, &routes), 0);
	flights_set_routes(air->flights, routes);
}

void
air_begin(struct air *air, unsigned count, enum forward_policy policy)
{
	struct flight_settings settings = { .waiters_max = 100, .ops = &ops, .arg = air };
	struct asked asked = { .type = 1, .name_len = 1 };

	memset(air, 0, sizeof(*air));
	settings.clock = air->clock = clock_new_manual(1000000, 0);
	for (unsigned i = 0; i < AIR_UPSTREAMS; i++) {
		struct addr_port address;
		char text[32];

		snprintf(text, sizeof(text), "192.0.2.%u:53", i + 1);
		ck_assert_int_eq(addr_port_parse(text, &address), 0);
		air->upstreams[i] = upstream_new(&address);
	}
	air->flights = flights_new(&settings);
	air->stored = parcel_new_failure(&asked, DNS_NOERROR, 5);
	air_route(air, count, policy);
}

void
air_end(struct air *air)
{
	flights_end(air->flights, "the test is over");
	flights_free(air->flights);
	parcel_free(air->stored);
	for (unsigned i = 0; i < AIR_UPSTREAMS; i++)
		upstream_free(air->upstreams[i]);
	clock_free(air->clock);
}

static void
done(struct waiter *waiter, const struct resolver_outcome *outcome)
{
	struct air_waiter *own = (struct air_waiter *)waiter;

	own->told++;
	own->answered = outcome->parcel != NULL;
	own->stale = outcome->stale;
	own->rcode = outcome->rcode;
	own->ede = outcome->ede;
	snprintf(own->text, sizeof(own->text), "%s", outcome->text != NULL ? outcome->text : "");
}

void
air_question(struct air *air, struct air_waiter *waiter, const char *name)
{
	struct asked *asked = &waiter->waiter.asked;
	size_t len;

	ck_assert_int_eq(name_from_text(name, asked->name, &len), 0);
	asked->name_len = (uint8_t)len;
	asked->type = DNS_TYPE_A;
	waiter->waiter.done = done;
	waiter->waiter.counted = true;
	flights_ask(air->flights, &waiter->waiter);
}

void
air_pass(struct air *air, unsigned ms)
{
	for (unsigned i = 0; i < ms; i++) {
		clock_turn_ms(air->clock, 1);
		flights_run(air->flights);
	}
}

static struct flight_try *
take(struct air *air, unsigned i)
{
	struct flight_try *attempt = air->asks[i].attempt;

	ck_assert_uint_lt(i, air->ask_count);
	ck_assert_ptr_nonnull(attempt);
	air->asks[i].attempt = NULL;
	return attempt;
}

void
air_reply(struct air *air, unsigned i, enum parcel_verdict verdict)
{
	struct parcel_reading reading = { .rcode = 0 };
	struct upstream *upstream = air->upstreams[air->asks[i].upstream];

	upstream->heard_us = clock_now_us(air->clock);
	upstream->served_us = air->asks[i].sent_us;
	flight_try_reply(take(air, i), verdict, &reading);
}

void
air_answer(struct air *air, unsigned i, uint32_t ttl_s)
{
	struct asked asked = { .type = 1, .name_len = 1 };
	struct parcel_reading reading = { .parcel = parcel_new_failure(&asked, DNS_NOERROR, ttl_s) };
	struct upstream *upstream = air->upstreams[air->asks[i].upstream];

	upstream->heard_us = clock_now_us(air->clock);
	upstream->served_us = air->asks[i].sent_us;
	flight_try_reply(take(air, i), PARCEL_GOOD, &reading);
}

void
air_failure(struct air *air, unsigned i, enum try_ending ending)
{
	flight_try_failed(take(air, i), ending);
}

void
air_teach(struct air *air, unsigned upstream, unsigned us)
{
	for (unsigned i = 0; i < 64; i++)
		upstream_note_reply(air->upstreams[upstream], clock_now_us(air->clock), us);
}
