/* onlooker.c - what was answered, to whom: rings that those who answer never wait for. */
#include "dns/onlooker.h"

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

#define WANTS_FRAMES 4u         /* beside enum onlooker_class */
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

struct onlooker_ring {
	struct onlooker *onlooker;
	struct onlooker_ring *next;
	uint8_t *room;
	uint32_t passed;                /* for the sample; the producer's */
	_Alignas(CACHE_LINE) _Atomic size_t written;    /* octets ever; the producer writes it */
	_Atomic uint64_t lost;
	_Alignas(CACHE_LINE) _Atomic size_t taken;      /* the taker does */
};

struct onlooker {
	_Atomic unsigned wanted;
	_Atomic uint32_t sample;
	struct onlooker_ring *rings;
};

struct onlooker *
onlooker_new(void)
{
	struct onlooker *onlooker = calloc(1, sizeof(*onlooker));

	if (onlooker != NULL)
		atomic_init(&onlooker->sample, 1);
	return onlooker;
}

void
onlooker_free(struct onlooker *onlooker)
{
	if (onlooker == NULL)
		return;
	while (onlooker->rings != NULL) {
		struct onlooker_ring *ring = onlooker->rings;

		onlooker->rings = ring->next;
		(void)munmap(ring->room, RING_SIZE);
		free(ring);
	}
	free(onlooker);
}

struct onlooker_ring *
onlooker_ring_new(struct onlooker *onlooker)
{
	struct onlooker_ring *ring;
	void *room;

	if (onlooker == NULL)
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
	ring->onlooker = onlooker;
	ring->next = onlooker->rings;
	onlooker->rings = ring;
	return ring;
}

void
onlooker_set(struct onlooker *onlooker, const struct onlooker_settings *settings)
{
	unsigned wanted = settings->lines | (settings->frames ? WANTS_FRAMES : 0);

	atomic_store_explicit(&onlooker->sample, settings->sample, memory_order_relaxed);
	atomic_store_explicit(&onlooker->wanted, wanted, memory_order_relaxed);
}

/* ---- those who answer ---- */

bool
onlooker_wants(const struct onlooker_ring *ring)
{
	return ring != NULL &&
	    atomic_load_explicit(&ring->onlooker->wanted, memory_order_relaxed) != 0;
}

static bool
is_of_class(enum onlooker_class class, const uint8_t *reply)
{
	unsigned rcode = reply[3] & 15;
	bool empty = rcode == 0 && reply[6] == 0 && reply[7] == 0;

	switch (class) {
	case ONLOOKER_NONE:
		return false;
	case ONLOOKER_ALL:
		return true;
	case ONLOOKER_DENIAL:
		return rcode == DNS_NXDOMAIN || empty;
	case ONLOOKER_ERROR:
		return rcode != DNS_NOERROR && rcode != DNS_NXDOMAIN;
	}
	return false;
}

/* Is it this one's turn to have a line? */
static bool
wants_line(struct onlooker_ring *ring, unsigned wanted, const uint8_t *reply)
{
	uint32_t sample = atomic_load_explicit(&ring->onlooker->sample, memory_order_relaxed);

	if (!is_of_class((enum onlooker_class)(wanted & CLASS_MASK), reply))
		return false;
	if (++ring->passed < sample)
		return false;
	ring->passed = 0;
	return true;
}

/* Room for `size` octets in one piece, at *at; false: the taker is too far behind. */
static bool
make_room(struct onlooker_ring *ring, size_t size, size_t *at)
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
put(struct onlooker_ring *ring, struct note *note, const uint8_t *octets)
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
onlooker_note(struct onlooker_ring *ring, const struct onlooker_sight *sight)
{
	unsigned wanted = atomic_load_explicit(&ring->onlooker->wanted, memory_order_relaxed);
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
onlooker_note_connection(struct onlooker_ring *ring, int fd, struct onlooker_sight *sight)
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
	onlooker_note(ring, sight);
}

/* ---- who takes ---- */

static size_t
take_ring(struct onlooker_ring *ring, onlooker_take_fn *fn, void *arg)
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
		struct onlooker_record record = {
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
onlooker_take(struct onlooker *onlooker, onlooker_take_fn *fn, void *arg, uint64_t *lost)
{
	size_t count = 0;

	*lost = 0;
	for (struct onlooker_ring *ring = onlooker->rings; ring != NULL; ring = ring->next) {
		count += take_ring(ring, fn, arg);
		*lost += atomic_exchange_explicit(&ring->lost, 0, memory_order_relaxed);
	}
	return count;
}
