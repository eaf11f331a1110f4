/*
 * onlooker.h - what was answered, to whom: noted by those who answer, told by somebody who has time.
 *
 *     responder, stream, resolver --onlooker_note--> a ring of its own --onlooker_take--> teller's thread
 *
 * Who answers never waits: a note is a copy into memory that is there, and what does not fit is lost
 * and counted.  While nobody wants to know, an answer costs one look at a word that never changes.
 * Threads: said at each function.
 */
#ifndef ROLLCALL_DNS_ONLOOKER_H
#define ROLLCALL_DNS_ONLOOKER_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct sockaddr;
struct onlooker;
struct onlooker_ring;

/* Which answers: those that say no (NXDOMAIN, or no record), those that are errors. */
enum onlooker_class { ONLOOKER_NONE, ONLOOKER_ALL, ONLOOKER_DENIAL, ONLOOKER_ERROR };

struct onlooker_settings {
	enum onlooker_class lines;       /* for the query log ... */
	uint32_t sample;                /* ... one of so many of them, at least 1 */
	bool frames;                    /* for dnstap: all, with the whole reply */
};

/* NULL: no memory.  Thread: control, as all but the next two. */
struct onlooker *onlooker_new(void);
/* After everybody who has a ring. */
void onlooker_free(struct onlooker *onlooker);
/*
 * A ring for one thread; it is the onlooker's.  Before its threads run.  Costs addresses, but no
 * memory before it is used.  NULL: no memory, or no onlooker.
 */
struct onlooker_ring *onlooker_ring_new(struct onlooker *onlooker);
/* From now on this is wanted. */
void onlooker_set(struct onlooker *onlooker, const struct onlooker_settings *settings);

/* What was answered.  Everything is borrowed for the call. */
struct onlooker_sight {
	const struct sockaddr *client;
	const uint8_t *reply;
	size_t reply_len;
	size_t query_len;               /* 0: not known any more */
	uint64_t took_us;               /* from received to answered */
	uint16_t payload;               /* what the client takes */
	bool dnssec_ok;
	uint8_t transport;              /* enum transport */
};

/* The ring's thread: is there any use in a note?  NULL: no. */
bool onlooker_wants(const struct onlooker_ring *ring);
/* The ring's thread. */
void onlooker_note(struct onlooker_ring *ring, const struct onlooker_sight *sight);
/* The same for a connection, whose other end is asked for. */
void onlooker_note_connection(struct onlooker_ring *ring, int fd, struct onlooker_sight *sight);

/* A note as it is taken out. */
struct onlooker_record {
	uint64_t unix_us;               /* when it was answered */
	uint32_t took_us;
	uint16_t query_len;
	uint16_t reply_len;
	uint16_t payload;               /* the client's, 512 without EDNS */
	uint8_t transport;
	bool dnssec_ok;
	bool line;                      /* it is wanted for the query log ... */
	bool frame;                     /* ... and for dnstap: then all of the reply is here */
	struct addr_port client;
	size_t len;                     /* of the octets: header and question, or the reply */
	const uint8_t *octets;
};

typedef void onlooker_take_fn(void *arg, const struct onlooker_record *record);
/*
 * All that is in the rings, each in its order; one thread at a time.  Returns how many.  *lost: how
 * many did not fit since the last call.
 */
size_t onlooker_take(struct onlooker *onlooker, onlooker_take_fn *fn, void *arg, uint64_t *lost);
#endif
