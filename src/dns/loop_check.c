/* loop_check.c - find upstreams that lead back to us. */
#include "dns/loop_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "dns/asked.h"
#include "dns/dice.h"
#include "dns/flight.h"
#include "dns/forward.h"
#include "dns/routes.h"
#include "dns/upstream.h"
#include "dns/wire.h"

#define LABEL_OCTETS 8          /* random ones; a label shows each as two letters */

/* One upstream's question; it stays for the next time. */
struct probing {
	struct waiter waiter;           /* first: flights give it back */
	struct probing *next;
	struct upstream *upstream;
	bool under_way;
	bool settled;                   /* it has replied, or led back */
};

struct loop_check {
	struct flights *flights;
	struct probing *list;
	struct dice dice;
};

struct loop_check *
loop_check_new(struct flights *flights)
{
	struct loop_check *check = calloc(1, sizeof(*check));

	if (check != NULL)
		check->flights = flights;
	return check;
}

void
loop_check_free(struct loop_check *check)
{
	if (check == NULL)
		return;
	while (check->list != NULL) {
		struct probing *probing = check->list;

		check->list = probing->next;
		free(probing);
	}
	free(check);
}

static void
random_name(struct dice *dice, struct asked *asked)
{
	uint8_t *at = asked->name;

	for (unsigned label = 0; label < 2; label++) {
		uint8_t octets[LABEL_OCTETS];

		dice_fill(dice, octets, sizeof(octets));
		*at++ = 2 * LABEL_OCTETS;
		for (unsigned i = 0; i < LABEL_OCTETS; i++) {
			*at++ = (uint8_t)('a' + (octets[i] & 15));
			*at++ = (uint8_t)('a' + (octets[i] >> 4));
		}
	}
	*at++ = 0;
	asked->name_len = (uint8_t)(at - asked->name);
	asked->type = DNS_TYPE_HINFO;
}

static void
done(struct waiter *waiter, const struct resolver_outcome *outcome)
{
	struct probing *probing = (struct probing *)waiter;

	probing->under_way = false;
	/* Any answer but ours shows that it leads elsewhere, or nowhere. */
	if (outcome->parcel != NULL)
		probing->settled = true;
}

static struct upstream *
find_upstream(void *arg, const struct addr_port *address)
{
	(void)address;
	return arg;
}

/* A table of one zone, the root, and one upstream. */
static int
route_to(struct upstream *upstream, struct routes **routes)
{
	struct forward_zone zone = { .name_len = 1, .upstream_count = 1 };
	struct forward *forward = NULL;
	int err;

	zone.upstreams[0] = upstream->address;
	err = forward_new(&zone, 1, &forward);
	if (err == 0)
		err = routes_new(forward, find_upstream, upstream, routes);
	if (err != 0)
		forward_free(forward);
	return err;
}

static int
ask(struct loop_check *check, struct probing *probing)
{
	struct routes *routes;
	int err = route_to(probing->upstream, &routes);

	if (err != 0)
		return err;
	random_name(&check->dice, &probing->waiter.asked);
	probing->waiter.done = done;
	probing->waiter.refresh = true;
	probing->under_way = true;
	flights_ask_by(check->flights, &probing->waiter, routes);
	return 0;
}

int
loop_check_begin(struct loop_check *check, struct upstream *upstream)
{
	struct probing *probing = check->list;

	while (probing != NULL && probing->upstream != upstream)
		probing = probing->next;
	if (probing == NULL) {
		probing = calloc(1, sizeof(*probing));
		if (probing == NULL)
			return ERR_NOMEM;
		probing->upstream = upstream;
		probing->next = check->list;
		check->list = probing;
	}
	atomic_store_explicit(&upstream->looping, false, memory_order_relaxed);
	probing->settled = false;
	return probing->under_way ? 0 : ask(check, probing);
}

void
loop_check_again(struct loop_check *check)
{
	for (struct probing *probing = check->list; probing != NULL; probing = probing->next)
		if (!probing->under_way && !probing->settled &&
		    atomic_load_explicit(&probing->upstream->used, memory_order_relaxed))
			(void)ask(check, probing);
}

bool
loop_check_meets(struct loop_check *check, const struct asked *asked)
{
	struct probing *probing = check->list;

	if (asked->type != DNS_TYPE_HINFO)
		return false;
	/* The upstream may have set or left out other bits than we did. */
	while (probing != NULL && (probing->waiter.asked.name_len != asked->name_len ||
	    memcmp(probing->waiter.asked.name, asked->name, asked->name_len) != 0))
		probing = probing->next;
	if (probing == NULL)
		return false;
	if (!atomic_exchange_explicit(&probing->upstream->looping, true, memory_order_relaxed))
		log_error("forward: %s leads back to us and is not asked: what it is asked comes here",
		    probing->upstream->text);
	probing->settled = true;
	return true;
}
