/* flight_try.c - one upstream asked for a flight, and what becomes of it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "dns/edns.h"
#include "dns/flight_parts.h"
#include "dns/forward.h"
#include "dns/routes.h"
#include "dns/upstream.h"
#include "dns/wire.h"

/* ---- sentences ---- */

const char *
flight_ending_text(enum try_ending ending)
{
	switch (ending) {
	case TRY_OPEN:
	case TRY_TIMED_OUT:
		return "timed out";
	case TRY_ANSWERED:
		return "answered";
	case TRY_REFUSED_CONNECTION:
		return "refused the connection";
	case TRY_UNREACHABLE:
		return "is unreachable";
	case TRY_CLOSED:
		return "closed the connection";
	case TRY_BROKEN:
		return "sent a malformed reply";
	case TRY_TRUNCATED:
		return "truncated its reply over TCP";
	case TRY_LAME:
		return "does not resolve for us";
	case TRY_SERVFAIL:
		return "answered SERVFAIL";
	case TRY_REFUSED:
		return "answered REFUSED";
	case TRY_NOTIMP:
		return "answered NOTIMP";
	case TRY_FORMERR:
		return "answered FORMERR";
	case TRY_BADVERS:
		return "answered BADVERS";
	case TRY_OTHER_RCODE:
		return "answered with an error";
	case TRY_NO_ROOM:
		return "could not be asked: no room";
	}
	return "";
}

static bool
is_network(enum try_ending ending)
{
	return ending == TRY_REFUSED_CONNECTION || ending == TRY_UNREACHABLE ||
	    ending == TRY_CLOSED;
}

/* The same upstream failed in the same way before: said once. */
static bool
was_said(const struct flight *flight, unsigned i)
{
	for (unsigned j = 0; j < i; j++)
		if (flight->list[j].upstream == flight->list[i].upstream &&
		    flight->list[j].ending == flight->list[i].ending)
			return true;
	return false;
}

static uint16_t
explain_nobody(const struct flight *flight, char text[FLIGHT_TEXT_SIZE])
{
	const struct forward_zone *zone = flight->zone;

	if (zone->upstream_count == 0) {
		snprintf(text, FLIGHT_TEXT_SIZE, "%s",
		    zone->lack != NULL ? zone->lack : "there is no upstream");
		return EDNS_ERROR_NETWORK;
	}
	snprintf(text, FLIGHT_TEXT_SIZE, "%s leads back here",
	    routes_upstream(flight->routes, zone, 0)->text);
	return EDNS_ERROR_OTHER;
}

uint16_t
flight_try_explain(const struct flight *flight, char text[FLIGHT_TEXT_SIZE])
{
	uint16_t code = EDNS_ERROR_NO_REACHABLE_AUTHORITY;
	size_t len = 0;

	if (flight->tries == 0)
		return explain_nobody(flight, text);
	for (unsigned i = 0; i < flight->tries; i++) {
		const struct flight_try *attempt = &flight->list[i];

		if (is_network((enum try_ending)attempt->ending))
			code = EDNS_ERROR_NETWORK;
		if (was_said(flight, i))
			continue;
		len += (size_t)snprintf(text + len, FLIGHT_TEXT_SIZE - len, "%s%s %s",
		    len == 0 ? "" : "; ", attempt->upstream->text,
		    flight_ending_text((enum try_ending)attempt->ending));
	}
	return code;
}

/* ---- asking ---- */

/* Hands the question over; false: that is how the try ends. */
static bool
send(struct flight_try *attempt)
{
	struct flight *flight = attempt->flight;
	const struct flight_settings *settings = &flight->flights->settings;
	enum try_ending ending = TRY_NO_ROOM;

	atomic_fetch_add_explicit(&attempt->upstream->asked, 1, memory_order_relaxed);
	attempt->sent_us = clock_now_us(settings->clock);
	attempt->ending = TRY_OPEN;
	attempt->handle = settings->ops->ask(settings->arg, attempt->upstream, &flight->asked,
	    attempt->how, attempt, &ending);
	if (attempt->handle != NULL)
		return true;
	attempt->ending = (uint8_t)ending;
	atomic_fetch_add_explicit(&attempt->upstream->failed, 1, memory_order_relaxed);
	if (ending != TRY_NO_ROOM)
		upstream_note_loss(attempt->upstream, attempt->sent_us / 1000, attempt->sent_us);
	return false;
}

/* Asking the same one again is for lost packets, not for slow names, and so less impatient. */
static uint64_t
patience_ms(const struct flight *flight, const struct upstream *upstream)
{
	uint64_t ms = upstream_patience_ms(upstream);
	uint32_t all = (1U << flight->zone->upstream_count) - 1;

	if ((flight->tried & all) != all)
		return ms;
	if (ms < UPSTREAM_UNKNOWN_MS)
		ms = UPSTREAM_UNKNOWN_MS;
	return ms << (flight->tries - 1);
}

/*
 * This one has replied to nothing that was sent since it was asked first: something on the way may
 * throw away what has an OPT, or all of UDP.  Without DO nothing is lost with the OPT but size.
 */
static unsigned
another_way(const struct flight *flight, const struct upstream *upstream)
{
	const struct flight_try *first = flight->list;

	while (first->upstream != upstream)
		first++;
	if (upstream->served_us > first->sent_us)
		return 0;
	if (flight->tries == FLIGHT_TRIES - 1)
		return ASK_TCP;
	return !flight->asked.dnssec_ok || !upstream->knows_edns ? ASK_PLAIN : 0;
}

static unsigned
way(const struct flight *flight, const struct upstream *upstream, bool again, uint64_t now_ms)
{
	struct flight_counts *counts = &flight->flights->counts;
	unsigned how = again ? another_way(flight, upstream) : 0;

	if (how != 0)
		flight_count(how == ASK_TCP ? &counts->tcp : &counts->plain);
	return how | (now_ms < upstream->plain_until_ms ? ASK_PLAIN : 0);
}

bool
flight_try_next(struct flight *flight, bool again, uint64_t now_ms)
{
	while (flight->tries < FLIGHT_TRIES) {
		int i = routes_pick(flight->routes, flight->zone, flight->tried,
		    &flight->flights->dice, now_ms);
		struct flight_try *attempt = &flight->list[flight->tries];

		if (i < 0)
			return false;
		bool was_tried = (flight->tried >> i & 1) != 0;
		if (was_tried && !again)
			return false;
		*attempt = (struct flight_try){ .flight = flight,
			.upstream = routes_upstream(flight->routes, flight->zone, (size_t)i) };
		attempt->how = (uint8_t)way(flight, attempt->upstream, was_tried, now_ms);
		flight->tried |= 1U << i;
		flight->tries++;
		upstream_note_trial(attempt->upstream, now_ms);
		flight_count(&flight->flights->counts.tries);
		if (!send(attempt))
			continue;
		flight->open++;
		flight->next_try_ms = flight->tries == FLIGHT_TRIES ? UINT64_MAX :
		    now_ms + patience_ms(flight, attempt->upstream);
		return true;
	}
	return false;
}

/* The same upstream once more, in another way; nothing is lost by that but time. */
static bool
ask_again(struct flight_try *attempt, unsigned how)
{
	struct flight *flight = attempt->flight;
	uint64_t now_ms = clock_now_ms(flight->flights->settings.clock);

	attempt->how = (uint8_t)(attempt->how | how);
	flight_count(how == ASK_TCP ? &flight->flights->counts.tcp :
	    &flight->flights->counts.plain);
	if (!send(attempt))
		return false;
	flight->open++;
	if (flight->tries < FLIGHT_TRIES) {
		flight->next_try_ms = now_ms + UPSTREAM_UNKNOWN_MS;
		flight_set_timer(flight);
	}
	return true;
}

void
flight_try_abandon(struct flight *flight)
{
	const struct flight_settings *settings = &flight->flights->settings;

	for (unsigned i = 0; i < flight->tries; i++) {
		struct flight_try *attempt = &flight->list[i];

		if (attempt->handle == NULL)
			continue;
		settings->ops->abandon(settings->arg, attempt->handle);
		attempt->handle = NULL;
	}
	flight->open = 0;
}

void
flight_try_blame(struct flight *flight, uint64_t now_ms)
{
	for (unsigned i = 0; i < flight->tries; i++) {
		struct flight_try *attempt = &flight->list[i];

		/* Slower than it usually is, is not silent yet. */
		if (attempt->handle == NULL || attempt->lost ||
		    now_ms < attempt->sent_us / 1000 + UPSTREAM_UNKNOWN_MS)
			continue;
		attempt->lost = true;
		upstream_note_loss(attempt->upstream, now_ms, attempt->sent_us);
		atomic_fetch_add_explicit(&attempt->upstream->failed, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&attempt->upstream->silent, 1, memory_order_relaxed);
	}
}

/* ---- endings ---- */

static void
end(struct flight_try *attempt, enum try_ending ending)
{
	struct flight *flight = attempt->flight;

	attempt->ending = (uint8_t)ending;
	if (!attempt->lost)
		atomic_fetch_add_explicit(&attempt->upstream->failed, 1, memory_order_relaxed);
	/* One that has failed is not asked again at once; others may still be waited for. */
	if (flight_try_next(flight, false, clock_now_ms(flight->flights->settings.clock))) {
		flight_count(&flight->flights->counts.retried);
		flight_set_timer(flight);
	} else if (flight->open == 0) {
		flight_fail(flight);
	}
}

/* `attempt` is not under way any more. */
static void
close_try(struct flight_try *attempt)
{
	attempt->handle = NULL;
	attempt->flight->open--;
}

void
flight_try_failed(struct flight_try *attempt, enum try_ending ending)
{
	struct flight *flight = attempt->flight;

	close_try(attempt);
	/* Whoever else is asking there may have had the connection closed (RFC 7766, 6.2.4). */
	if ((attempt->how & ASK_TCP) != 0 && !attempt->anew &&
	    (ending == TRY_CLOSED || ending == TRY_UNREACHABLE)) {
		attempt->anew = true;
		if (ask_again(attempt, ASK_TCP))
			return;
		ending = (enum try_ending)attempt->ending;
	}
	if (is_network(ending))
		upstream_note_loss(attempt->upstream,
		    clock_now_ms(flight->flights->settings.clock), attempt->sent_us);
	end(attempt, ending);
}

/*
 * Who has answered without OPT only is not asked with one for a while.  One that has ever answered
 * with it has lost a packet.
 */
static void
note_edns(const struct flight_try *attempt)
{
	const struct flight *flight = attempt->flight;
	struct upstream *upstream = attempt->upstream;

	if ((attempt->how & ASK_PLAIN) == 0)
		upstream->knows_edns = true;
	for (unsigned i = 0; i < flight->tries && !upstream->knows_edns; i++) {
		const struct flight_try *other = &flight->list[i];

		if (other->upstream == upstream && other->handle != NULL && other->how == 0)
			upstream->plain_until_ms = FLIGHT_PLAIN_MS +
			    clock_now_ms(flight->flights->settings.clock);
	}
}

/* Seen from here an upstream that knows no EDNS says so in several ways (RFC 6891, 7). */
static void
without_edns(struct flight_try *attempt, enum try_ending ending)
{
	struct flights *flights = attempt->flight->flights;

	if ((attempt->how & ASK_PLAIN) != 0) {
		end(attempt, ending);
		return;
	}
	attempt->upstream->plain_until_ms = clock_now_ms(flights->settings.clock) + FLIGHT_PLAIN_MS;
	if (!ask_again(attempt, ASK_PLAIN))
		end(attempt, (enum try_ending)attempt->ending);
}

static void
over_tcp(struct flight_try *attempt, enum try_ending ending)
{
	if ((attempt->how & ASK_TCP) != 0)
		end(attempt, ending);
	else if (!ask_again(attempt, ASK_TCP))
		end(attempt, (enum try_ending)attempt->ending);
}

static void
answered(struct flight_try *attempt, struct parcel *parcel)
{
	struct flight *flight = attempt->flight;
	const struct flights *flights = flight->flights;
	const struct flight_settings settings = flights->settings;
	const struct forward_zone *zone = flight->zone;
	struct resolver_outcome outcome = { .parcel = parcel };
	struct routes *routes = flight->routes;
	uint64_t asked_ms = attempt->sent_us / 1000;

	attempt->ending = TRY_ANSWERED;
	note_edns(attempt);
	atomic_fetch_add_explicit(&attempt->upstream->useful, 1, memory_order_relaxed);
	routes_use(routes);
	flight_finish(flight, &outcome);
	/*
	 * A TTL of 0 is shared by those who asked, never kept (RFC 1035, 3.2.1), and so is what is
	 * said by those who are not asked any more.
	 */
	if (parcel_ttl_s(parcel) > 0 && routes == flights->routes)
		settings.ops->keep(settings.arg, zone, parcel, asked_ms);
	else
		parcel_free(parcel);
	routes_release(routes);
}

void
flight_try_rules(const struct flight_try *attempt, struct parcel_rules *rules)
{
	const struct forward_zone *zone = attempt->flight->zone;

	rules->max_ttl_s = zone->cache.max_ttl_s;
	rules->max_negative_ttl_s = zone->cache.max_negative_ttl_s;
}

void
flight_try_reply(struct flight_try *attempt, enum parcel_verdict verdict,
    const struct parcel_reading *reading)
{
	close_try(attempt);
	switch (verdict) {
	case PARCEL_GOOD:
	case PARCEL_NEGATIVE:
		answered(attempt, reading->parcel);
		return;
	case PARCEL_TRUNCATED:
		over_tcp(attempt, TRY_TRUNCATED);
		return;
	case PARCEL_WRONG_CASE:
		over_tcp(attempt, TRY_BROKEN);
		return;
	case PARCEL_FORMERR:
		without_edns(attempt, TRY_FORMERR);
		return;
	case PARCEL_NOTIMP:
		without_edns(attempt, TRY_NOTIMP);
		return;
	case PARCEL_BADVERS:
		without_edns(attempt, TRY_BADVERS);
		return;
	case PARCEL_SERVFAIL:
		end(attempt, TRY_SERVFAIL);
		return;
	case PARCEL_REFUSED:
		end(attempt, TRY_REFUSED);
		return;
	case PARCEL_OTHER:
		end(attempt, TRY_OTHER_RCODE);
		return;
	case PARCEL_LAME:
		end(attempt, TRY_LAME);
		return;
	case PARCEL_FOREIGN:
	case PARCEL_BROKEN:
		end(attempt, TRY_BROKEN);
		return;
	case PARCEL_NO_MEMORY:
		end(attempt, TRY_NO_ROOM);
		return;
	}
}
