/*
 * flight.h - questions under way: identical ones asked once, each answered in time.  Thread: the
 * resolver's; pure: time, asking and the cache are handed to it.
 *
 * The states of a flight: one upstream is asked; after that one's patience (its own p95) another;
 * three tries at most.  What fails fast is tried elsewhere at once, and what cannot be read because
 * of EDNS, size or letters is asked again of the same upstream without OPT, or over TCP.  Where there
 * is no other one to ask and nothing at all has come, the second try has no OPT and the third is over
 * TCP.  The first answer ends it.  Askers are given what the cache holds past its end when nothing has come for
 * 1.8 s, or all has failed (RFC 8767, 5); after FLIGHT_MS they are told which upstreams failed and
 * how (RFC 8914).
 *
 * That a question is under way only once is no mere economy: each further one would be another
 * chance for a forger (VU#457875).
 */
#ifndef ROLLCALL_DNS_FLIGHT_H
#define ROLLCALL_DNS_FLIGHT_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/parcel.h"
#include "dns/waiter.h"

struct clock;
struct flight_try;
struct flights;
struct forward_zone;
struct routes;
struct upstream;

/* Within the 5 s that stub resolvers wait, so that they hear of it. */
#define FLIGHT_MS 4500
#define FLIGHT_TRIES 3
#define FLIGHT_STALE_MS 1800    /* RFC 8767, 5: client response timer */
#define FLIGHT_PLAIN_MS 60000   /* how long an upstream is believed to know no EDNS */

/* How an upstream is asked. */
#define ASK_PLAIN 1u            /* without OPT */
#define ASK_TCP 2u

/* How a try ends, each with a sentence (flight_ending_text). */
enum try_ending {
	TRY_OPEN, TRY_ANSWERED, TRY_TIMED_OUT, TRY_REFUSED_CONNECTION, TRY_UNREACHABLE, TRY_CLOSED,
	TRY_BROKEN, TRY_TRUNCATED, TRY_LAME, TRY_SERVFAIL, TRY_REFUSED, TRY_NOTIMP, TRY_FORMERR,
	TRY_BADVERS, TRY_OTHER_RCODE, TRY_NO_ROOM,
};
const char *flight_ending_text(enum try_ending ending);

/* What the cache has for a question. */
enum held {
	HELD_NOTHING,
	HELD_GOOD,
	HELD_STALE,             /* past its end, but not for too long */
	HELD_STALE_FAILED,      /* ... and it could not be renewed lately: not to be tried yet */
	HELD_FAILED,            /* nothing, and upstreams failed a moment ago */
};

struct flight_ops {
	/*
	 * Ask an upstream; the reply comes through flight_try_reply() or flight_try_failed(), never
	 * inside.  What is returned stands for the try until then, or until it is abandoned.  NULL:
	 * it could not be asked, *ending says why.
	 */
	void *(*ask)(void *arg, struct upstream *upstream, const struct asked *asked, unsigned how,
	    struct flight_try *attempt, enum try_ending *ending);
	/* Its reply is not wanted any more. */
	void (*abandon)(void *arg, void *handle);
	/* Fills parcel, age and stale, or rcode and text; they are valid until something is kept. */
	enum held (*find)(void *arg, const struct forward_zone *zone, const struct asked *asked,
	    struct resolver_outcome *outcome);
	/* Takes the parcel over; its question was sent at asked_ms. */
	void (*keep)(void *arg, const struct forward_zone *zone, struct parcel *parcel,
	    uint64_t asked_ms);
	/* Upstreams failed: what is there is kept for being stale, else the failure for a moment. */
	void (*keep_failure)(void *arg, const struct asked *asked, uint64_t asked_ms);
	/* A waiter that was counted is about to be told. */
	void (*finished)(void *arg);
	/* An asker is given what is past its end.  May be NULL. */
	void (*note_stale)(void *arg);
};

/* Any thread may read them. */
struct flight_counts {
	_Atomic uint64_t questions;     /* that came from askers */
	_Atomic uint64_t coalesced;     /* ... and joined a flight */
	_Atomic uint64_t tries;
	_Atomic uint64_t hedged;        /* tries because another one is slow */
	_Atomic uint64_t retried;       /* ... because another one failed */
	_Atomic uint64_t plain;         /* asked again without OPT */
	_Atomic uint64_t tcp;           /* asked again over TCP */
	_Atomic uint64_t stale;         /* askers given what is past its end */
	_Atomic uint64_t failed;        /* askers told SERVFAIL */
	_Atomic uint64_t evicted;       /* ... because too many waited */
	_Atomic uint64_t under_way;     /* flights now */
};

struct flight_settings {
	const struct clock *clock;
	size_t waiters_max;             /* then the oldest flight ends */
	const struct flight_ops *ops;
	void *arg;
};

/* NULL: no memory. */
struct flights *flights_new(const struct flight_settings *settings);
/* All must have been ended. */
void flights_free(struct flights *flights);

/* Whom to ask from now on; what is under way goes on with those it knows.  Takes them over. */
void flights_set_routes(struct flights *flights, struct routes *routes);

/* A question; the waiter is the flights' until its done() has run, which may be in here. */
void flights_ask(struct flights *flights, struct waiter *waiter);
/* The same by other routes, of which one use is taken over; the cache is not looked into. */
void flights_ask_by(struct flights *flights, struct waiter *waiter, struct routes *routes);
/* Do what is due; returns when the next thing is, UINT64_MAX: nothing. */
uint64_t flights_run(struct flights *flights);
uint64_t flights_next_ms(const struct flights *flights);
/* Everybody who waits is told so, with that text. */
void flights_end(struct flights *flights, const char *text);

const struct flight_counts *flights_counts(const struct flights *flights);

/* For who asks: how the reply is to be read, and what it turned out to be (the parcel in it is
 * taken over).  The try may be gone after any of the last two. */
void flight_try_rules(const struct flight_try *attempt, struct parcel_rules *rules);
void flight_try_reply(struct flight_try *attempt, enum parcel_verdict verdict,
    const struct parcel_reading *reading);
void flight_try_failed(struct flight_try *attempt, enum try_ending ending);
#endif
