/* routes.c - the forward table with its upstreams found, and which of them is next. */
#include "dns/routes.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "dns/dice.h"
#include "dns/forward.h"
#include "dns/upstream.h"

struct route {
	struct upstream *upstreams[FORWARD_UPSTREAMS_MAX];
	unsigned turn;                  /* of round_robin */
};

struct routes {
	struct forward *forward;
	unsigned uses;
	struct route list[];            /* as the table's zones */
};

int
routes_new(struct forward *forward,
    struct upstream *(*find)(void *arg, const struct addr_port *address), void *arg,
    struct routes **out)
{
	size_t count = forward_count(forward);
	struct routes *routes = calloc(1, sizeof(*routes) + count * sizeof(routes->list[0]));

	if (routes == NULL)
		return ERR_NOMEM;
	for (size_t z = 0; z < count; z++) {
		const struct forward_zone *zone = forward_at(forward, z);

		for (size_t i = 0; i < zone->upstream_count; i++) {
			routes->list[z].upstreams[i] = find(arg, &zone->upstreams[i]);
			if (routes->list[z].upstreams[i] == NULL) {
				free(routes);
				return ERR_NOMEM;
			}
		}
	}
	routes->forward = forward;
	routes->uses = 1;
	*out = routes;
	return 0;
}

void
routes_use(struct routes *routes)
{
	routes->uses++;
}

void
routes_release(struct routes *routes)
{
	if (routes == NULL || --routes->uses > 0)
		return;
	forward_free(routes->forward);
	free(routes);
}

const struct forward_zone *
routes_find(const struct routes *routes, const uint8_t *name, size_t len)
{
	return routes == NULL ? NULL : forward_find(routes->forward, name, len);
}

static const struct route *
route_of(const struct routes *routes, const struct forward_zone *zone)
{
	return &routes->list[zone - forward_at(routes->forward, 0)];
}

struct upstream *
routes_upstream(const struct routes *routes, const struct forward_zone *zone, size_t i)
{
	return route_of(routes, zone)->upstreams[i];
}

static unsigned
first_of(struct routes *routes, const struct forward_zone *zone, struct dice *dice)
{
	struct route *route = &routes->list[zone - forward_at(routes->forward, 0)];

	switch ((enum forward_policy)zone->policy) {
	case FORWARD_RANDOM:
		return dice_below(dice, zone->upstream_count);
	case FORWARD_ROUND_ROBIN:
		return route->turn++ % zone->upstream_count;
	case FORWARD_SEQUENTIAL:
		break;
	}
	return 0;
}

int
routes_pick(struct routes *routes, const struct forward_zone *zone, uint32_t tried,
    struct dice *dice, uint64_t now_ms)
{
	const struct route *route = route_of(routes, zone);
	int best = -1, best_rank = 0;
	unsigned first;

	if (zone->upstream_count == 0)
		return -1;
	first = zone->upstream_count == 1 ? 0 : first_of(routes, zone, dice);
	for (unsigned n = 0; n < zone->upstream_count; n++) {
		unsigned i = (first + n) % zone->upstream_count;
		const struct upstream *upstream = route->upstreams[i];
		int rank = 1;

		if (atomic_load_explicit(&upstream->looping, memory_order_relaxed))
			continue;
		if ((tried >> i & 1) == 0)
			rank += 2;
		if (upstream_is_good(upstream, now_ms))
			rank += 1;
		if (rank > best_rank) {
			best = (int)i;
			best_rank = rank;
		}
	}
	return best;
}
