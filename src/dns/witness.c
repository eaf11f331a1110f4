/* witness.c - what was answered, to whom: rings that those who answer never wait for. */
#include "dns/witness.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "dns/wire.h"

/* Some 10,000 lines, or 100 ms at 100,000 answers a second: the teller looks every ten. */
#define RING_SIZE ((size_t)1 << 20)
#define CACHE_LINE 64
#define QUESTION_MAX (DNS_HEADER_LEN + 255 + 4)

#define WANTS_FRAMES 4u         /* beside enum witness_class */
#define CLASS_MASK 3u

/* In the ring, followed by the octets; each begins at a multiple of 8. */
struct note {
	uint32_t size;                  /* of all of it; SKIP: the next one is at the beginning */
	uint32_t octets;
	uint64_t unix_us;
	uint32_t took_us;
	uint16_t query_len;
	uint16_t reply_len;
	uint16_t payload;
	uint16_t port;
	uint8_t transport;
	uint8_t dnssec_ok;
	uint8_t line;
	uint8_t frame;
	struct addr client;
};
#define SKIP UINT32_MAX

struct witness_ring {
	struct witness *witness;
	struct witness_ring *next;
	uint8_t *room;
	uint32_t passed;                /* for the sample; the producer's */
	_Alignas(CACHE_LINE) _Atomic size_t written;    /* octets ever; the producer writes it */
	_Atomic uint64_t lost;
	_Alignas(CACHE_LINE) _Atomic size_t taken;      /* the taker does */
};

struct witness {
	_Atomic unsigned wanted;
	_Atomic uint32_t sample;
	struct witness_ring *rings;
};

struct witness *
witness_new(void)
{
	struct witness *witness = calloc(1, sizeof(*witness));

	if (witness != NULL)
		atomic_init(&witness->sample, 1);
	return witness;
}

void
witness_free(struct witness *witness)
{
	if (witness == NULL)
		return;
	while (witness->rings != NULL) {
		struct witness_ring *ring = witness->rings;

		witness->rings = ring->next;
		(void)munmap(ring->room, RING_SIZE);
		free(ring);
	}
	free(witness);
}

struct witness_ring *
witness_ring_new(struct witness *witness)
{
	struct witness_ring *ring;
	void *room;

	if (witness == NULL)
		return NULL;
	ring = aligned_alloc(CACHE_LINE, sizeof(*ring));
	if (ring == NULL)
		return NULL;
	memset(ring, 0, sizeof(*ring));
	room = mmap(NULL, RING_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED) {
		free(ring);
		return NULL;
	}
	ring->room = room;
	ring->witness = witness;
	ring->next = witness->rings;
	witness->rings = ring;
	return ring;
}

void
witness_set(struct witness *witness, const struct witness_settings *settings)
{
	unsigned wanted = settings->lines | (settings->frames ? WANTS_FRAMES : 0);

	atomic_store_explicit(&witness->sample, settings->sample, memory_order_relaxed);
	atomic_store_explicit(&witness->wanted, wanted, memory_order_relaxed);
}

/* ---- those who answer ---- */

bool
witness_wants(const struct witness_ring *ring)
{
	return ring != NULL &&
	    atomic_load_explicit(&ring->witness->wanted, memory_order_relaxed) != 0;
}

static bool
is_of_class(enum witness_class class, const uint8_t *reply)
{
	unsigned rcode = reply[3] & 15;
	bool empty = rcode == 0 && reply[6] == 0 && reply[7] == 0;

	switch (class) {
	case WITNESS_NONE:
		return false;
	case WITNESS_ALL:
		return true;
	case WITNESS_DENIAL:
		return rcode == DNS_NXDOMAIN || empty;
	case WITNESS_ERROR:
		return rcode != DNS_NOERROR && rcode != DNS_NXDOMAIN;
	}
	return false;
}

/* Is it this one's turn to have a line? */
static bool
wants_line(struct witness_ring *ring, unsigned wanted, const uint8_t *reply)
{
	uint32_t sample = atomic_load_explicit(&ring->witness->sample, memory_order_relaxed);

	if (!is_of_class((enum witness_class)(wanted & CLASS_MASK), reply))
		return false;
	if (++ring->passed < sample)
		return false;
	ring->passed = 0;
	return true;
}

/* Room for `size` octets in one piece, at *at; false: the taker is too far behind. */
static bool
make_room(struct witness_ring *ring, size_t size, size_t *at)
{
	size_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
	size_t taken = atomic_load_explicit(&ring->taken, memory_order_acquire);
	size_t left = RING_SIZE - written % RING_SIZE;
	size_t need = size <= left ? size : left + size;

	if (need > RING_SIZE - (written - taken))
		return false;
	if (size > left) {
		memcpy(ring->room + written % RING_SIZE, &(uint32_t){ SKIP }, sizeof(uint32_t));
		written += left;
	}
	*at = written;
	return true;
}

static void
set_client(struct note *note, const struct sockaddr *client)
{
	if (client->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)client;

		note->client.family = ADDR_IP4;
		memcpy(note->client.octets, &in->sin_addr, 4);
		note->port = ntohs(in->sin_port);
	} else if (client->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)client;

		note->client.family = ADDR_IP6;
		memcpy(note->client.octets, &in6->sin6_addr, 16);
		note->port = ntohs(in6->sin6_port);
	}
}

static void
put(struct witness_ring *ring, struct note *note, const uint8_t *octets)
{
	size_t at;

	/* A multiple of 8, so that a SKIP always has room at the end. */
	note->size = (uint32_t)((sizeof(*note) + note->octets + 7) & ~(size_t)7);
	if (!make_room(ring, note->size, &at)) {
		atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
		return;
	}
	memcpy(ring->room + at % RING_SIZE, note, sizeof(*note));
	memcpy(ring->room + at % RING_SIZE + sizeof(*note), octets, note->octets);
	atomic_store_explicit(&ring->written, at + note->size, memory_order_release);
}

void
witness_note(struct witness_ring *ring, const struct witness_sight *sight)
{
	unsigned wanted = atomic_load_explicit(&ring->witness->wanted, memory_order_relaxed);
	bool frame = (wanted & WANTS_FRAMES) != 0;
	bool line = wants_line(ring, wanted, sight->reply);
	struct timespec now = { 0, 0 };

	if (!line && !frame)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);

	struct note note = {
		.octets = (uint32_t)(frame || sight->reply_len < QUESTION_MAX ? sight->reply_len :
		    QUESTION_MAX),
		.unix_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000,
		.took_us = (uint32_t)(sight->took_us < UINT32_MAX ? sight->took_us : UINT32_MAX),
		.query_len = (uint16_t)sight->query_len,
		.reply_len = (uint16_t)sight->reply_len,
		.payload = sight->payload,
		.dnssec_ok = sight->dnssec_ok,
		.transport = sight->transport,
		.line = line,
		.frame = frame,
	};
	set_client(&note, sight->client);
	put(ring, &note, sight->reply);
}

void
witness_note_connection(struct witness_ring *ring, int fd, struct witness_sight *sight)
{
	union {
		struct sockaddr any;
		struct sockaddr_in6 in6;
	} peer = { .any.sa_family = AF_UNSPEC };
	socklen_t len = sizeof(peer);

	/* Gone already: then nobody knows who it was. */
	if (getpeername(fd, &peer.any, &len) != 0)
		peer.any.sa_family = AF_UNSPEC;
	sight->client = &peer.any;
	witness_note(ring, sight);
}

/* ---- who takes ---- */

static size_t
take_ring(struct witness_ring *ring, witness_take_fn *fn, void *arg)
{
	size_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
	size_t written = atomic_load_explicit(&ring->written, memory_order_acquire);
	size_t count = 0;

	while (taken != written) {
		const uint8_t *at = ring->room + taken % RING_SIZE;
		struct note note;
		uint32_t size;

		memcpy(&size, at, sizeof(size));
		if (size == SKIP) {
			taken += RING_SIZE - taken % RING_SIZE;
			continue;
		}
		memcpy(&note, at, sizeof(note));
		struct witness_record record = {
			.unix_us = note.unix_us, .took_us = note.took_us,
			.query_len = note.query_len, .reply_len = note.reply_len,
			.payload = note.payload, .transport = note.transport,
			.dnssec_ok = note.dnssec_ok, .line = note.line, .frame = note.frame,
			.client = { .addr = note.client, .port = note.port },
			.len = note.octets, .octets = at + sizeof(note),
		};
		fn(arg, &record);
		taken += size;
		count++;
		atomic_store_explicit(&ring->taken, taken, memory_order_release);
	}
	return count;
}

size_t
witness_take(struct witness *witness, witness_take_fn *fn, void *arg, uint64_t *lost)
{
	size_t count = 0;

	*lost = 0;
	for (struct witness_ring *ring = witness->rings; ring != NULL; ring = ring->next) {
		count += take_ring(ring, fn, arg);
		*lost += atomic_exchange_explicit(&ring->lost, 0, memory_order_relaxed);
	}
	return count;
}
