/* pointers.c - the PTR records of all Services, merged by address. */
#include "dns/pointers.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "dns/branch.h"
#include "dns/changes.h"
#include "dns/claims.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/pointer.h"
#include "dns/reverse.h"
#include "dns/rrset.h"
#include "dns/subject.h"
#include "dns/domain.h"
#include "model/roster.h"

/* With more Services than this at one address it is worked out once a batch, not once a change. */
#define CROWD 16
#define ARENA_FIRST 1024

struct pointers {
	const struct domain *domain;
	struct branches *branches;
	struct ledger *ledger;
	struct claims *claims;
	struct addr *owed;      /* addresses to be worked out at the end of the batch */
	size_t owed_count;
	size_t owed_room;
};

struct pointers *
pointers_new(const struct domain *domain, struct branches *branches, struct ledger *ledger)
{
	struct pointers *pointers = calloc(1, sizeof(*pointers));

	if (pointers == NULL)
		return NULL;
	*pointers = (struct pointers){ .domain = domain, .branches = branches, .ledger = ledger };
	pointers->claims = claims_new();
	if (pointers->claims == NULL) {
		free(pointers);
		return NULL;
	}
	return pointers;
}

void
pointers_free(struct pointers *pointers)
{
	if (pointers == NULL)
		return;
	claims_free(pointers->claims);
	free(pointers->owed);
	free(pointers);
}

int
pointers_reserve(struct pointers *pointers, size_t old_count, size_t new_count)
{
	int err = claims_reserve(pointers->claims, new_count);

	if (err != 0)
		return err;
	return array_reserve(&pointers->owed, &pointers->owed_room,
	    pointers->owed_count + old_count + new_count,
	    sizeof(*pointers->owed));
}

/* ---- one address --------------------------------------------------------------------------- */

/* Everybody's records for an address, in order. */
struct gathering {
	struct pointer *items;
	size_t count;
	size_t room;
};

static int
gather_from(struct pointers *pointers, const struct roster_entry *entry, const struct addr *addr,
    struct arena *arena, struct gathering *gathering)
{
	struct subject subject;
	struct pointer_list list;
	int err = subject_init(&subject, pointers->domain, entry, addr, arena);

	if (err != 0)
		return err == ERR_NOTFOUND ? 0 : err;
	err = pointer_list_build(&subject, &list);
	if (err == 0)
		err = array_reserve(&gathering->items, &gathering->room,
		    gathering->count + list.count,
		    sizeof(*gathering->items));
	for (size_t i = 0; err == 0 && i < list.count; i++)
		gathering->items[gathering->count++] = list.items[i];
	return err;
}

static int
compare(const void *a, const void *b)
{
	return pointer_compare(a, b);
}

static int
gather(struct pointers *pointers, const struct addr *addr, struct arena *arena,
    struct gathering *gathering)
{
	size_t cursor = 0;
	struct roster_entry **owner;
	int err = 0;

	while (err == 0 && (owner = claims_next(pointers->claims, addr, &cursor)) != NULL)
		err = gather_from(pointers, *owner, addr, arena, gathering);
	if (gathering->count > 1)
		qsort(gathering->items, gathering->count, sizeof(*gathering->items), compare);
	return err;
}

/* A ClusterIP's name stands alone (DNS.md 4). */
static size_t
visible_count(const struct gathering *gathering)
{
	size_t count = 0;

	if (gathering->count == 0 || gathering->items[0].rank != POINTER_CLUSTER_IP)
		return gathering->count;
	while (count < gathering->count && gathering->items[count].rank == POINTER_CLUSTER_IP)
		count++;
	return count;
}

/*
 * The address is the apex of a zone of its own (10.0.0.1/32): the name stays when the records go.
 */
static int
put_records(struct pointers *pointers, const struct cidr *leaf, const struct cidr *zone,
    const struct rrset_list *records)
{
	uint8_t name[DNS_NAME_MAX], zone_name[DNS_NAME_MAX];
	struct entry_spec spec = { .kind = ENTRY_NAME, .name = name, .zone = zone_name,
	    .records = records->items,
		.record_count = records->count };
	bool is_apex = zone->bits == leaf->bits;

	reverse_name(leaf, name);
	reverse_name(zone, zone_name);
	bool is_there = index_get(pointers->ledger->index, name) != NULL;
	if (records->count == 0 && !is_apex) {
		if (is_there) {
			changes_remove_now(pointers->ledger, name);
			branches_release(pointers->branches, leaf);
		}
		return 0;
	}
	int err = is_there || is_apex ? 0 : branches_hold(pointers->branches, leaf);
	if (err != 0)
		return err;
	err = changes_put_now(pointers->ledger, &spec);
	if (err != 0 && !is_there && !is_apex)
		branches_release(pointers->branches, leaf);
	return err;
}

/* Ask everybody about an address, and answer what they say. */
static int
work_out(struct pointers *pointers, const struct addr *addr)
{
	struct cidr leaf = reverse_prefix(addr, reverse_bits(addr->family));
	const struct cidr *zone = branches_zone(pointers->branches, &leaf);
	struct gathering gathering = { 0 };
	struct rrset_list records = { 0 };

	if (zone == NULL)
		return 0;
	struct arena *arena = arena_new(ARENA_FIRST);
	int err = arena == NULL ? ERR_NOMEM : gather(pointers, addr, arena, &gathering);
	if (err == 0)
		err = rrset_list_init(&records, arena, gathering.count);
	for (size_t i = 0; err == 0 && i < visible_count(&gathering); i++)
		rrset_add_name(&records, DNS_TYPE_PTR, gathering.items[i].target,
		    gathering.items[i].ttl_s);
	if (err == 0)
		err = put_records(pointers, &leaf, zone, &records);
	free(gathering.items);
	arena_free(arena);
	return err;
}

static bool
is_crowded(const struct pointers *pointers, const struct addr *addr)
{
	size_t cursor = 0;

	for (unsigned i = 0; i <= CROWD; i++)
		if (claims_next(pointers->claims, addr, &cursor) == NULL)
			return false;
	return true;
}

/* ---- one Service --------------------------------------------------------------------------- */

/* The records of one address in a sorted list: items[first..end - 1]. */
static size_t
address_end(const struct pointer_list *list, size_t first)
{
	size_t end = first + 1;

	while (end < list->count && addr_compare(&list->items[end].addr,
	    &list->items[first].addr) == 0)
		end++;
	return end;
}

static bool
same(const struct pointer *a, size_t a_count, const struct pointer *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (pointer_compare(&a[i], &b[i]) != 0 || a[i].ttl_s != b[i].ttl_s)
			return false;
	return true;
}

static void
work_out_or_owe(struct pointers *pointers, const struct addr *addr)
{
	if (is_crowded(pointers, addr) || work_out(pointers, addr) != 0)
		pointers->owed[pointers->owed_count++] = *addr;
}

void
pointers_change(struct pointers *pointers, const struct pointer_list *old,
    const struct pointer_list *new,
    struct roster_entry **owner)
{
	for (size_t i = 0, j = 0; i < old->count || j < new->count;) {
		int order = i == old->count ? 1 : j == new->count ? -1 :
		    addr_compare(&old->items[i].addr, &new->items[j].addr);
		size_t i_end = order <= 0 ? address_end(old, i) : i, j_end = order >= 0 ?
		    address_end(new, j) : j;
		const struct addr *addr = order <= 0 ? &old->items[i].addr : &new->items[j].addr;

		if (order < 0)
			claims_remove(pointers->claims, addr, owner);
		if (order > 0)
			claims_add(pointers->claims, addr, owner);
		if (order != 0 || !same(old->items + i, i_end - i, new->items + j, j_end - j))
			work_out_or_owe(pointers, addr);
		i = i_end;
		j = j_end;
	}
}

static int
compare_addrs(const void *a, const void *b)
{
	return addr_compare(a, b);
}

bool
pointers_settle(struct pointers *pointers)
{
	size_t kept = 0;

	if (pointers->owed_count == 0)
		return false;
	qsort(pointers->owed, pointers->owed_count, sizeof(*pointers->owed), compare_addrs);
	for (size_t i = 0; i < pointers->owed_count; i++) {
		if (i > 0 && addr_compare(&pointers->owed[i - 1], &pointers->owed[i]) == 0)
			continue;
		if (work_out(pointers, &pointers->owed[i]) != 0)
			pointers->owed[kept++] = pointers->owed[i];
	}
	pointers->owed_count = kept;
	return kept > 0;
}
