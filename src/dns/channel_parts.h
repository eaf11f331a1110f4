/* channel_parts.h - one c-ares channel, as channels.c and channel_socket.c share it.  Thread: the
 * resolver's. */
#ifndef ROLLCALL_DNS_CHANNEL_PARTS_H
#define ROLLCALL_DNS_CHANNEL_PARTS_H
#include <ares.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "dns/channels.h"
#include "dns/dice.h"
#include "dns/entry.h"

/* A question that c-ares has; it outlives its flight until c-ares gives it back. */
struct channel_question {
	struct channel_question *next;  /* of spare or failed ones */
	struct channel *channel;
	struct flight_try *attempt;     /* NULL: nobody wants the reply */
	const struct asked *asked;      /* the flight's; not to be touched without attempt */
	uint64_t sent_us;
	uint8_t ending;                 /* of a failed one: enum try_ending */
	bool plain;                     /* without OPT */
	uint16_t id;
	uint8_t name[DNS_NAME_MAX];     /* in the letters that were sent */
};

struct channel {
	struct channel *next, *before;  /* of the idle or the draining */
	struct pool *pool;
	ares_channel ares;
	struct event event;             /* of its socket */
	int fd;                         /* -1: none is open */
	bool tcp;
	bool drains;                    /* gets no more questions until it is idle */
	unsigned sent;                  /* from this socket */
	unsigned out;                   /* questions without an end */
	int problem;                    /* errno of the last failure; 0: closed by the other side */
	uint64_t opened_ms;
	uint64_t last_ms;               /* when it sent for the last time */
};

/* The channels to one upstream. */
struct pool {
	struct pool *next;
	struct channels *channels;
	struct upstream *upstream;
	struct channel *udp[CHANNELS];
	struct channel *tcp;
	struct channel *idle[2];        /* drained ones, UDP and TCP */
	size_t idle_count;
	struct channel *draining;
	size_t count;
};

struct channels {
	struct channels_settings settings;
	struct pool *pools;
	struct event *sweep;            /* now and then: retire, drain, give up */
	struct event *deferred;         /* failures that came while c-ares was being called */
	struct channel_question *failed, **failed_last;
	struct channel_question *spare;
	size_t spare_count;
	size_t open;                    /* sockets */
	size_t made;
	struct dice dice;
};

/* channel_socket.c: a c-ares channel whose sockets are ours.  ERR_NOMEM. */
int channel_open(struct channel *channel);
/* channels.c: c-ares has been called; what has drained is to be used again. */
void channel_settle(struct channel *channel);
/* How a question ended that c-ares has failed with this status. */
enum try_ending channel_ending(const struct channel *channel, int status);
/* c-ares is kept from acting on FORMERR by itself: 1.18 would switch EDNS off for the channel for
 * good (measured: 109 of 2,001 questions kept it).  This gives a reply its code back. */
void channel_restore(const struct channel *channel, uint8_t *reply, size_t len);
#endif
