/*
 * heavy.c - who sends most of a sample of datagrams.
 *
 * Misra and Gries, 1982: a client not tracked takes one off everybody's count when there is no free
 * place.  What is left of a count is at most what its client sent, and less by at most 1 of 32 of
 * the sample.
 */
#include "dns/heavy.h"

#include <string.h>

#define SHARE 16                /* of the sample */
#define SHARE_OF_FIRST 4

static void
take_one_off(struct heavy *heavy)
{
	size_t kept = 0;

	for (size_t i = 0; i < heavy->used; i++)
		if (--heavy->clients[i].count > 0)
			heavy->clients[kept++] = heavy->clients[i];
	heavy->used = kept;
}

void
heavy_note(struct heavy *heavy, const struct addr *addr)
{
	heavy->total++;
	for (size_t i = 0; i < heavy->used; i++) {
		if (memcmp(&heavy->clients[i].addr, addr, sizeof(*addr)) == 0) {
			heavy->clients[i].count++;
			return;
		}
	}
	if (heavy->used == HEAVY_TRACKED)
		take_one_off(heavy);
	else
		heavy->clients[heavy->used++] = (struct heavy_client){ *addr, 1 };
}

size_t
heavy_name(const struct heavy *heavy, struct addr addrs[HEAVY_MAX])
{
	struct heavy_client order[HEAVY_TRACKED];
	size_t named = 0;

	for (size_t i = 0; i < heavy->used; i++) {
		size_t at = i;

		for (; at > 0 && order[at - 1].count < heavy->clients[i].count; at--)
			order[at] = order[at - 1];
		order[at] = heavy->clients[i];
	}
	for (; named < heavy->used && named < HEAVY_MAX; named++) {
		size_t count = order[named].count;

		if (count * SHARE < heavy->total || count * SHARE_OF_FIRST < order[0].count)
			break;
		addrs[named] = order[named].addr;
	}
	return named;
}
