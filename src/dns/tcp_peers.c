/* tcp_peers.c - who holds how many connections, and which of them to give up first. */
#include "dns/tcp_peers.h"

#include <stdlib.h>

#include "base/err.h"
#include "model/hashed.h"

TAILQ_HEAD(seat_list, tcp_seat);

struct tcp_peer {
	struct addr addr;
	size_t count;
	size_t held;
	struct seat_list seats;
	UT_hash_handle hh;
};

struct tcp_peers {
	struct tcp_peer *table;
	size_t count;
};

struct tcp_peers *
tcp_peers_new(void)
{
	return calloc(1, sizeof(struct tcp_peers));
}

void
tcp_peers_free(struct tcp_peers *peers)
{
	free(peers);
}

static struct tcp_peer *
peer_of(struct tcp_peers *peers, const struct addr *addr)
{
	struct tcp_peer *peer = NULL;

	HASH_FIND(hh, peers->table, addr, sizeof(*addr), peer);
	if (peer != NULL)
		return peer;
	peer = calloc(1, sizeof(*peer));
	if (peer == NULL)
		return NULL;
	peer->addr = *addr;
	TAILQ_INIT(&peer->seats);
	HASH_ADD_KEYPTR(hh, peers->table, &peer->addr, sizeof(peer->addr), peer);
	if (peer->hh.tbl == NULL) {
		free(peer);
		return NULL;
	}
	return peer;
}

int
tcp_peers_add(struct tcp_peers *peers, const struct addr *addr, struct tcp_seat *seat,
    uint64_t now_ms)
{
	struct tcp_peer *peer = peer_of(peers, addr);

	if (peer == NULL)
		return ERR_NOMEM;
	seat->peer = peer;
	seat->active_ms = now_ms;
	seat->held = 0;
	TAILQ_INSERT_TAIL(&peer->seats, seat, link);
	peer->count++;
	peers->count++;
	return 0;
}

void
tcp_peers_touch(struct tcp_seat *seat, uint64_t now_ms)
{
	struct seat_list *seats = &seat->peer->seats;

	seat->active_ms = now_ms;
	if (TAILQ_NEXT(seat, link) == NULL)
		return;
	TAILQ_REMOVE(seats, seat, link);
	TAILQ_INSERT_TAIL(seats, seat, link);
}

void
tcp_peers_remove(struct tcp_peers *peers, struct tcp_seat *seat)
{
	struct tcp_peer *peer = seat->peer;

	if (peer == NULL)
		return;
	TAILQ_REMOVE(&peer->seats, seat, link);
	seat->peer = NULL;
	peer->held -= seat->held;
	peer->count--;
	peers->count--;
	if (peer->count == 0) {
		HASH_DEL(peers->table, peer);
		free(peer);
	}
}

/* A walk over the addresses: only when the table is full, and then once for each fresh client. */
struct tcp_seat *
tcp_peers_victim(const struct tcp_peers *peers)
{
	struct tcp_seat *victim = NULL;
	size_t most = 0;

	for (struct tcp_peer *peer = peers->table; peer != NULL; peer = peer->hh.next) {
		struct tcp_seat *oldest = TAILQ_FIRST(&peer->seats);

		if (peer->count > most ||
		    (peer->count == most && oldest->active_ms < victim->active_ms)) {
			most = peer->count;
			victim = oldest;
		}
	}
	return victim;
}

void
tcp_peers_hold(struct tcp_seat *seat, size_t held)
{
	seat->peer->held += held - seat->held;
	seat->held = held;
}

struct tcp_seat *
tcp_peers_hog(const struct tcp_peers *peers)
{
	struct tcp_peer *hog = NULL;
	struct tcp_seat *seat;

	for (struct tcp_peer *peer = peers->table; peer != NULL; peer = peer->hh.next)
		if (peer->held > (hog == NULL ? 0 : hog->held))
			hog = peer;
	if (hog == NULL)
		return NULL;
	seat = TAILQ_FIRST(&hog->seats);
	while (seat->held == 0)
		seat = TAILQ_NEXT(seat, link);
	return seat;
}

const struct addr *
tcp_peers_addr(const struct tcp_seat *seat)
{
	return &seat->peer->addr;
}

size_t
tcp_peers_count(const struct tcp_peers *peers)
{
	return peers->count;
}

void
tcp_peers_each(struct tcp_peers *peers, void (*fn)(struct tcp_seat *seat))
{
	struct tcp_peer *peer, *next;

	HASH_ITER(hh, peers->table, peer, next) {
		/*
		 * The seat at hand goes behind the others first; with the last of them the
		 * peer may be gone.
		 */
		for (size_t left = peer->count; left > 0; left--) {
			struct tcp_seat *seat = TAILQ_FIRST(&peer->seats);

			TAILQ_REMOVE(&peer->seats, seat, link);
			TAILQ_INSERT_TAIL(&peer->seats, seat, link);
			fn(seat);
		}
	}
}
