/* rrset.c - lists of records, grouped by type, each record once. */
#include "dns/rrset.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "dns/owner.h"

#define RECORD_FIXED 12         /* owner pointer, type, class, TTL, length (RFC 1035, 4.1.3) */
#define SRV_FIXED 6             /* priority, weight, port (RFC 2782) */

int
rrset_list_init(struct rrset_list *list, struct arena *arena, size_t room)
{
	*list = (struct rrset_list){ .arena = arena, .room = room };
	if (room == 0)
		return 0;
	list->items = arena_array(arena, room, sizeof(*list->items));
	return list->items == NULL ? ERR_NOMEM : 0;
}

static bool
same_set(const struct entry_record *a, const struct entry_record *b)
{
	return a->type == b->type && owner_compare(a->owner, b->owner) == 0;
}

void
rrset_add(struct rrset_list *list, const uint8_t *owner, const struct entry_record *record)
{
	struct entry_record *last = list->count > 0 ? &list->items[list->count - 1] : NULL;
	struct entry_record next = *record;

	next.owner = owner;
	if (last == NULL || !same_set(last, &next))
		list->octets = 0;
	else if (last->rdata_len == next.rdata_len && memcmp(last->rdata, next.rdata,
	    next.rdata_len) == 0)
		return;
	if (list->count == list->room ||
	    list->octets + RECORD_FIXED + next.rdata_len > RRSET_OCTETS_MAX) {
		list->left_out++;
		return;
	}
	list->octets += RECORD_FIXED + (size_t)next.rdata_len;
	list->items[list->count++] = next;
}

void
rrset_add_addr(struct rrset_list *list, const uint8_t *owner, const struct addr *addr,
    uint32_t ttl_s)
{
	struct entry_record record = {
		.type = addr->family == ADDR_IP4 ? DNS_TYPE_A : DNS_TYPE_AAAA,
		.ttl_s = ttl_s,
		.rdata = addr->octets,
		.rdata_len = (uint16_t)addr_len(addr),
	};

	rrset_add(list, owner, &record);
}

void
rrset_add_name(struct rrset_list *list, enum dns_type type, const uint8_t *target, uint32_t ttl_s)
{
	struct entry_record record = {
		.type = (uint16_t)type,
		.ttl_s = ttl_s,
		.rdata = target,
		.rdata_len = (uint16_t)owner_len(target),
	};

	rrset_add(list, NULL, &record);
}

static int
compare_srvs(const void *a, const void *b)
{
	const struct rrset_srv *x = a, *y = b;
	int order = x->target == y->target ? 0 : owner_compare(x->target, y->target);

	return order != 0 ? order : (x->port > y->port) - (x->port < y->port);
}

static int
add_srv(struct rrset_list *list, unsigned weight, const struct rrset_srv *srv, uint32_t ttl_s)
{
	size_t target_len = owner_len(srv->target);
	uint8_t *rdata = arena_alloc(list->arena, SRV_FIXED + target_len);
	struct entry_record record = { .type = DNS_TYPE_SRV, .ttl_s = ttl_s, .rdata = rdata };

	if (rdata == NULL)
		return ERR_NOMEM;
	rdata[2] = (uint8_t)(weight >> 8);
	rdata[3] = (uint8_t)weight;
	rdata[4] = (uint8_t)(srv->port >> 8);
	rdata[5] = (uint8_t)srv->port;
	memcpy(rdata + SRV_FIXED, srv->target, target_len);
	record.rdata_len = (uint16_t)(SRV_FIXED + target_len);
	rrset_add(list, NULL, &record);
	return 0;
}

int
rrset_add_srvs(struct rrset_list *list, struct rrset_srv *tuples, size_t count, uint32_t ttl_s)
{
	unsigned weight = count >= 100 || count == 0 ? 1 : (unsigned)(100 / count);

	size_t sorted = 1;

	/* Members come by name, and most have one port. */
	while (sorted < count && compare_srvs(&tuples[sorted - 1], &tuples[sorted]) <= 0)
		sorted++;
	if (sorted < count)
		qsort(tuples, count, sizeof(*tuples), compare_srvs);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && compare_srvs(&tuples[i - 1], &tuples[i]) == 0)
			continue;
		int err = add_srv(list, weight, &tuples[i], ttl_s);
		if (err != 0)
			return err;
	}
	return 0;
}
