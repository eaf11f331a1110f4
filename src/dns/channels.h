/*
 * channels.h - questions to upstreams by c-ares: from many ports, for a short while each.  Thread:
 * the resolver's.
 *
 * c-ares keeps one UDP socket a server while anything is under way, which under load is always: one
 * source port for hours (measured with 1.18: 17 ports for 2,000 questions).  So each upstream has
 * CHANNELS channels; each question goes to one that the kernel's random numbers pick; and a channel
 * that has sent CHANNEL_QUESTIONS or is CHANNEL_MS old gets no more until it has drained and its
 * socket is closed.  Its next one is bound to another random port.
 *
 * Questions are made here: id, letters (0x20) and OPT.  What comes is checked against the question
 * octet by octet (parcel.h); c-ares only carries it.
 */
#ifndef ROLLCALL_DNS_CHANNELS_H
#define ROLLCALL_DNS_CHANNELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/flight.h"

struct asked;
struct channels;
struct clock;
struct event_base;
struct upstream;

#define CHANNELS 32
#define CHANNEL_QUESTIONS 100
#define CHANNEL_MS 1000
/* An upstream that is silent leaves channels undrained; beyond these it is not asked. */
#define CHANNELS_MAX 512
/* From here on are the ports that questions come from: 49,152 of them. */
#define CHANNEL_PORT_FIRST 16384

struct channels_settings {
	struct event_base *loop;
	const struct clock *clock;
	/* struct parcel_rules; NULL: no name is ours */
	bool (*is_ours)(void *arg, const uint8_t *name, size_t len);
	/* Flights may have changed; NULL: nobody wants to know. */
	void (*settled)(void *arg);
	void *arg;
};

/* NULL: no memory. */
struct channels *channels_new(const struct channels_settings *settings);
/* After all that was asked has been abandoned. */
void channels_free(struct channels *channels);

/* The first two of struct flight_ops. */
void *channels_ask(struct channels *channels, struct upstream *upstream, const struct asked *asked,
    unsigned how, struct flight_try *attempt, enum try_ending *ending);
void channels_abandon(struct channels *channels, void *handle);

/* Sockets that are open, for tests. */
size_t channels_open(const struct channels *channels);
/* c-ares channels that there are, for tests. */
size_t channels_made(const struct channels *channels);
#endif
