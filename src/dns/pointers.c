/* pointers.c - where the addresses of all Services lead in reverse. */
#include "dns/pointers.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "dns/address_walk.h"
#include "dns/branch.h"
#include "dns/changes.h"
#include "dns/claims.h"
#include "dns/dns_settings.h"
#include "dns/entry_layout.h"
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
#define LABEL_ROOM 64           /* of the longest label */

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

static size_t
address_count(const struct roster_entry *entry)
{
	return entry == NULL ? 0 : (size_t)entry->endpoint_count + entry->cluster_ip_count +
	    entry->external_ip_count;
}

int
pointers_reserve(struct pointers *pointers, const struct roster_entry *old,
    const struct roster_entry *new)
{
	/* Who had an address alone, and who comes to share it. */
	int err = claims_reserve(pointers->claims, 2 * address_count(new));

	if (err != 0)
		return err;
	return array_reserve(&pointers->owed, &pointers->owed_room,
	    pointers->owed_count + address_count(old) + address_count(new),
	    sizeof(*pointers->owed));
}

/* ---- one address --------------------------------------------------------------------------- */

/* Where an address is written, and what is there. */
struct spot {
	const struct addr *addr;
	struct cidr leaf;
	bool is_ours;                   /* it lies in a zone of ours */
	bool is_apex;                   /* of a zone of its own (10.0.0.1/32), which stays */
	struct page_root *root;         /* NULL: nothing is held in its network */
	struct pointer_owner *holder;   /* who has it alone; NULL: nobody */
};

static unsigned
place_of(const struct spot *spot)
{
	return page_place(spot->addr);
}

static struct pointer_owner *
owner_of(struct cell *cell)
{
	return cell == NULL ? NULL : (struct pointer_owner *)(void *)((char *)cell -
	    offsetof(struct pointer_owner, cell));
}

static void
look(struct pointers *pointers, const struct addr *addr, struct spot *spot)
{
	*spot = (struct spot){ .addr = addr, .leaf = { *addr,
	    (uint8_t)reverse_bits(addr->family) } };
	spot->root = branches_root(pointers->branches, addr);
	if (spot->root != NULL)
		spot->holder = owner_of(page_get(spot->root, place_of(spot)));
	spot->is_ours = spot->root != NULL;
	if (spot->root == NULL || branches_has_narrow(pointers->branches, addr->family)) {
		const struct cidr *zone = branches_zone(pointers->branches, &spot->leaf);

		spot->is_ours = zone != NULL;
		spot->is_apex = zone != NULL && zone->bits == spot->leaf.bits;
	}
}

static bool
is_claimed(const struct pointers *pointers, const struct addr *addr)
{
	size_t cursor = 0;

	return claims_count(pointers->claims) > 0 &&
	    claims_next(pointers->claims, addr, &cursor) != NULL;
}

/* Give it to one Service, whatever was said about it before.  ERR_NOMEM. */
static int
give(struct pointers *pointers, struct spot *spot, struct pointer_owner *owner, bool is_there)
{
	int err = is_there ? 0 : branches_hold(pointers->branches, &spot->leaf);

	if (err != 0)
		return err;
	spot->root = branches_root(pointers->branches, spot->addr);
	err = page_put(spot->root, place_of(spot), &owner->cell, pointers->ledger->index);
	if (err != 0 && !is_there)
		branches_release(pointers->branches, &spot->leaf);
	return err;
}

/* The one Service that had it has it no more. */
static void
take(struct pointers *pointers, struct spot *spot)
{
	page_clear(spot->root, place_of(spot), pointers->ledger->index);
	branches_release(pointers->branches, &spot->leaf);
	spot->holder = NULL;
}

/* Everybody's records for an address, in order. */
struct gathering {
	struct pointer *items;
	size_t count;
	size_t room;
	struct pointer_owner *owner;    /* one of those who have any */
};

static int
gather_from(struct pointers *pointers, struct pointer_owner *owner, const struct addr *addr,
    struct arena *arena, struct gathering *gathering)
{
	struct subject subject;
	struct pointer_list list;
	int err = subject_init(&subject, pointers->domain, owner->entry, addr, arena);

	if (err != 0)
		return err == ERR_NOTFOUND ? 0 : err;
	err = pointer_list_build(&subject, &list);
	if (err == 0)
		err = array_reserve(&gathering->items, &gathering->room,
		    gathering->count + list.count, sizeof(*gathering->items));
	for (size_t i = 0; err == 0 && i < list.count; i++) {
		gathering->items[gathering->count++] = list.items[i];
		gathering->owner = owner;
	}
	return err;
}

static int
compare(const void *a, const void *b)
{
	return pointer_compare(a, b);
}

static int
gather(struct pointers *pointers, const struct spot *spot, struct arena *arena,
    struct gathering *gathering)
{
	size_t cursor = 0;
	struct pointer_owner *owner;
	int err = 0;

	if (spot->holder != NULL && !claims_has(pointers->claims, spot->addr, spot->holder))
		err = gather_from(pointers, spot->holder, spot->addr, arena, gathering);
	while (err == 0 && (owner = claims_next(pointers->claims, spot->addr, &cursor)) != NULL)
		err = gather_from(pointers, owner, spot->addr, arena, gathering);
	if (gathering->count > 1)
		qsort(gathering->items, gathering->count, sizeof(*gathering->items), compare);
	return err;
}

/*
 * A ClusterIP's name stands alone (DNS.md 4); names of the external zone are seen where there are no
 * others.
 */
static size_t
visible_count(const struct gathering *gathering)
{
	size_t count = 0;

	if (gathering->count == 0)
		return 0;
	bool alone = gathering->items[0].rank == POINTER_CLUSTER_IP;
	bool outside = gathering->items[0].rank == POINTER_EXTERNAL;
	while (count < gathering->count &&
	    (!alone || gathering->items[count].rank == POINTER_CLUSTER_IP) &&
	    (outside || gathering->items[count].rank != POINTER_EXTERNAL))
		count++;
	return count;
}

/* Does one Service have it, under a name that its cell leads to? */
static bool
is_given(const struct gathering *gathering)
{
	return gathering->count == 1 && gathering->items[0].rank != POINTER_EXTERNAL;
}

/* Put an entry with these records, or a bare one at an apex, whatever was there before. */
static int
put_merged(struct pointers *pointers, const struct spot *spot, const struct rrset_list *records,
    const uint8_t *name, bool is_there)
{
	const struct cidr *zone = branches_zone(pointers->branches, &spot->leaf);
	uint8_t zone_name[DNS_NAME_MAX];
	struct entry_spec spec = { .kind = ENTRY_NAME, .name = name, .zone = zone_name,
	    .records = records->items, .record_count = records->count };
	bool holds = !is_there && !spot->is_apex;
	int err = holds ? branches_hold(pointers->branches, &spot->leaf) : 0;

	if (err != 0)
		return err;
	reverse_name(zone, zone_name);
	err = changes_put_now(pointers->ledger, &spec);
	if (err != 0 && holds)
		branches_release(pointers->branches, &spot->leaf);
	return err;
}

static int
settle_records(struct pointers *pointers, struct spot *spot, const struct gathering *gathering,
    const struct rrset_list *records)
{
	struct ledger *ledger = pointers->ledger;
	uint8_t name[DNS_NAME_MAX];
	int err;

	reverse_name(&spot->leaf, name);
	bool has_entry = index_get(ledger->index, name) != NULL;
	bool is_there = has_entry || spot->holder != NULL;
	if (gathering->count == 0 && !spot->is_apex) {
		if (has_entry)
			changes_remove_now(ledger, name);
		if (has_entry && spot->holder == NULL)
			branches_release(pointers->branches, &spot->leaf);
		if (spot->holder != NULL)
			take(pointers, spot);
		return 0;
	}
	if (is_given(gathering) && !spot->is_apex) {
		err = give(pointers, spot, gathering->owner, is_there);
		if (err != 0)
			return err;
		claims_remove(pointers->claims, spot->addr, gathering->owner);
		ledger->visible = true;
		if (has_entry)
			changes_remove_now(ledger, name);
		return 0;
	}
	err = put_merged(pointers, spot, records, name, is_there);
	if (err == 0 && spot->holder != NULL)
		page_clear(spot->root, place_of(spot), pointers->ledger->index);
	return err;
}

/* Ask everybody about an address, and answer what they say. */
static int
work_out(struct pointers *pointers, const struct addr *addr)
{
	struct gathering gathering = { 0 };
	struct rrset_list records = { 0 };
	struct spot spot;

	look(pointers, addr, &spot);
	if (!spot.is_ours)
		return 0;
	struct arena *arena = arena_new(ARENA_FIRST);
	int err = arena == NULL ? ERR_NOMEM : gather(pointers, &spot, arena, &gathering);
	if (err == 0)
		err = rrset_list_init(&records, arena, gathering.count);
	for (size_t i = 0; err == 0 && i < visible_count(&gathering); i++)
		rrset_add_name(&records, DNS_TYPE_PTR, gathering.items[i].target,
		    gathering.items[i].ttl_s);
	if (err == 0)
		err = settle_records(pointers, &spot, &gathering, &records);
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

static void
work_out_or_owe(struct pointers *pointers, const struct addr *addr)
{
	if (is_crowded(pointers, addr) || work_out(pointers, addr) != 0)
		pointers->owed[pointers->owed_count++] = *addr;
}

/* ---- one Service --------------------------------------------------------------------------- */

/*
 * Does the Service have exactly one name there?  Several endpoints may share one, and a name may be
 * too long: then it is asked.
 */
static bool
has_one_name(const struct address_walk *walk, const struct entry *entry)
{
	if (walk->is_own)
		return walk->answered == 0;
	return walk->answered == 1 && entry->name_len + LABEL_ROOM <= DNS_NAME_MAX;
}

/* From here on it is written down who has something to say, until it is one alone again. */
static void
share(struct pointers *pointers, struct spot *spot, struct pointer_owner *owner)
{
	if (spot->holder != NULL && !claims_has(pointers->claims, spot->addr, spot->holder))
		claims_add(pointers->claims, spot->addr, spot->holder);
	if (!claims_has(pointers->claims, spot->addr, owner))
		claims_add(pointers->claims, spot->addr, owner);
	work_out_or_owe(pointers, spot->addr);
}

/*
 * Nobody speaks of the address: neither is it known who shares it, nor does what they shared still
 * stand because memory did not suffice to take it away.
 */
static bool
is_free(const struct pointers *pointers, const struct spot *spot)
{
	uint8_t name[DNS_NAME_MAX];

	if (spot->holder != NULL || spot->is_apex || is_claimed(pointers, spot->addr))
		return false;
	if (pointers->owed_count == 0)
		return true;
	reverse_name(&spot->leaf, name);
	return index_get(pointers->ledger->index, name) == NULL;
}

static void
join(struct pointers *pointers, const struct address_walk *walk, struct pointer_owner *owner)
{
	const struct entry *entry = atomic_load_explicit(&owner->cell.entry, memory_order_relaxed);
	struct spot spot;

	look(pointers, walk->addr, &spot);
	if (!spot.is_ours)
		return;
	if (is_free(pointers, &spot) && has_one_name(walk, entry) &&
	    give(pointers, &spot, owner, false) == 0)
		return;
	share(pointers, &spot, owner);
}

static bool
has_external(const struct pointers *pointers, const struct roster_entry *entry,
    const struct addr *addr)
{
	if (pointers->domain->outside == NULL || entry == NULL)
		return false;
	for (size_t i = 0; i < entry->external_ip_count; i++)
		if (addr_compare(&entry->external_ips[i], addr) == 0)
			return true;
	return false;
}

static void
leave(struct pointers *pointers, const struct address_walk *walk, struct pointer_owner *owner,
    const struct roster_entry *new)
{
	struct spot spot;

	look(pointers, walk->addr, &spot);
	if (!spot.is_ours)
		return;
	if (has_external(pointers, new, walk->addr)) {
		share(pointers, &spot, owner);
		return;
	}
	if (spot.holder == owner)
		take(pointers, &spot);
	if (!is_claimed(pointers, walk->addr))
		return;
	claims_remove(pointers->claims, walk->addr, owner);
	work_out_or_owe(pointers, walk->addr);
}

/* The Service has it as before, but not under the same names. */
static void
rename_at(struct pointers *pointers, const struct address_walk *walk, struct pointer_owner *owner)
{
	const struct entry *entry = atomic_load_explicit(&owner->cell.entry, memory_order_relaxed);
	struct spot spot;

	look(pointers, walk->addr, &spot);
	if (!spot.is_ours)
		return;
	if (spot.holder != owner || !has_one_name(walk, entry) ||
	    is_claimed(pointers, walk->addr))
		share(pointers, &spot, owner);
}

static bool
has_inside(const struct roster_entry *entry, const struct addr *addr)
{
	struct address_walk walk;

	for (address_walk_start(&walk, entry); walk.addr != NULL; address_walk_step(&walk))
		if (addr_compare(walk.addr, addr) == 0)
			return true;
	return false;
}

/* The Service has an address outside: that is always written down, whoever else has it. */
static void
join_external(struct pointers *pointers, const struct addr *addr, struct pointer_owner *owner)
{
	struct spot spot;

	if (claims_has(pointers->claims, addr, owner))
		return;
	look(pointers, addr, &spot);
	if (spot.is_ours)
		share(pointers, &spot, owner);
}

static void
leave_external(struct pointers *pointers, const struct addr *addr, struct pointer_owner *owner,
    const struct roster_entry *new)
{
	struct spot spot;

	look(pointers, addr, &spot);
	if (!spot.is_ours)
		return;
	if (!has_inside(new, addr))
		claims_remove(pointers->claims, addr, owner);
	work_out_or_owe(pointers, addr);
}

/* There are few: each is looked for among all. */
static void
change_external(struct pointers *pointers, const struct roster_entry *old,
    const struct roster_entry *new, struct pointer_owner *owner)
{
	for (size_t i = 0; new != NULL && i < new->external_ip_count; i++)
		join_external(pointers, &new->external_ips[i], owner);
	for (size_t i = 0; old != NULL && i < old->external_ip_count; i++)
		if (!has_external(pointers, new, &old->external_ips[i]))
			leave_external(pointers, &old->external_ips[i], owner, new);
}

void
pointers_change(struct pointers *pointers, const struct roster_entry *old,
    const struct roster_entry *new, struct pointer_owner *owner)
{
	const struct dns_settings *settings = pointers->domain->settings;
	struct address_walk before, after;

	if (pointers->domain->outside != NULL)
		change_external(pointers, old, new, owner);
	address_walk_start(&before, old);
	address_walk_start(&after, new);
	while (before.addr != NULL || after.addr != NULL) {
		int order = before.addr == NULL ? 1 : after.addr == NULL ? -1 :
		    addr_compare(before.addr, after.addr);

		if (order < 0)
			leave(pointers, &before, owner, new);
		else if (order > 0)
			join(pointers, &after, owner);
		else if (!address_walk_same(&before, &after, settings))
			rename_at(pointers, &after, owner);
		if (order <= 0)
			address_walk_step(&before);
		if (order >= 0)
			address_walk_step(&after);
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
