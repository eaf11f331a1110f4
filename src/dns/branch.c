/*
 * branch.c - the reverse zones, and the empty non-terminals between their apex and the
 * addresses in them.
 */
#include "dns/branch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/keyset.h"
#include "base/log.h"
#include "dns/changes.h"
#include "dns/dns_settings.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/page.h"
#include "dns/reverse.h"

/* Readers come to the root of one that has addresses right below it, from its entry. */
struct branch {
	struct index_piece piece;
	struct page_root root;  /* its network is the key; that has no padding */
	bool is_zone;           /* its name exists whatever is below */
	uint32_t children;      /* branches, addresses and zones right below it */
};
_Static_assert(sizeof(struct cidr) == 18, "struct cidr is compared octet by octet");

struct branches {
	struct ledger *ledger;
	struct keyset table;
	struct branch *last;    /* where an address was looked up last: the next lies near */
	size_t zone_count;
	bool zone_bits[129];    /* is there a zone of that many bits?  Saves futile look-ups. */
};

static uint32_t
hash_of(const struct branches *branches, const struct cidr *network)
{
	return keyset_hash(&branches->table, network, sizeof(*network));
}

static bool
has_network(const void *item, const void *key)
{
	const struct branch *branch = item;

	return memcmp(&branch->root.network, key, sizeof(branch->root.network)) == 0;
}

static struct branch *
find(const struct branches *branches, const struct cidr *prefix)
{
	return keyset_find(&branches->table, hash_of(branches, prefix), has_network, prefix);
}

static struct branch *
add(struct branches *branches, const struct cidr *prefix, bool is_zone)
{
	struct branch *branch = calloc(1, sizeof(*branch));

	if (branch == NULL)
		return NULL;
	branch->root.network = *prefix;
	branch->is_zone = is_zone;
	if (keyset_add(&branches->table, hash_of(branches, prefix), branch) != 0) {
		free(branch);
		return NULL;
	}
	index_note(branches->ledger->index, sizeof(*branch));
	branches->zone_count += is_zone;
	if (is_zone)
		branches->zone_bits[prefix->bits] = true;
	return branch;
}

/* Readers may have just found its entry. */
static void
drop(struct branches *branches, struct branch *branch)
{
	struct index *index = branches->ledger->index;

	keyset_remove(&branches->table, hash_of(branches, &branch->root.network), branch);
	if (branches->last == branch)
		branches->last = NULL;
	page_drop(&branch->root, index);
	index_retire(index, branch, sizeof(*branch));
}

static struct cidr
parent_of(const struct cidr *prefix)
{
	return reverse_prefix(&prefix->base, prefix->bits - reverse_step(prefix->base.family));
}

const struct cidr *
branches_zone(const struct branches *branches, const struct cidr *prefix)
{
	unsigned step = reverse_step(prefix->base.family);

	for (unsigned bits = prefix->bits;; bits -= step) {
		if (branches->zone_bits[bits]) {
			struct cidr at = reverse_prefix(&prefix->base, bits);
			const struct branch *branch = find(branches, &at);

			if (branch != NULL && branch->is_zone)
				return &branch->root.network;
		}
		if (bits == 0)
			return NULL;
	}
}

/* Are addresses right below it? */
static bool
is_last(const struct cidr *prefix)
{
	return prefix->bits + reverse_step(prefix->base.family) ==
	    reverse_bits(prefix->base.family);
}

/* An entry without records: what is asked there is NODATA. */
static int
put_empty(struct branches *branches, const struct branch *branch)
{
	const struct cidr *prefix = &branch->root.network;
	uint8_t name[DNS_NAME_MAX], zone[DNS_NAME_MAX];
	struct entry_spec spec = { .kind = ENTRY_NAME, .name = name, .zone = zone };

	if (is_last(prefix)) {
		spec.kind = ENTRY_NETWORK;
		spec.root = &branch->root;
	}
	reverse_name(prefix, name);
	reverse_name(branches_zone(branches, prefix), zone);
	return changes_put_now(branches->ledger, &spec);
}

static void
remove_empty(struct branches *branches, const struct cidr *prefix)
{
	uint8_t name[DNS_NAME_MAX];

	reverse_name(prefix, name);
	changes_remove_now(branches->ledger, name);
}

/* Remove the new branches above `prefix` that are longer than `bits`: nothing else is on them. */
static void
take_back(struct branches *branches, const struct cidr *prefix, unsigned bits)
{
	for (struct cidr at = parent_of(prefix); at.bits > bits; at = parent_of(&at)) {
		remove_empty(branches, &at);
		drop(branches, find(branches, &at));
	}
}

int
branches_hold(struct branches *branches, const struct cidr *prefix)
{
	for (struct cidr at = *prefix; at.bits > 0;) {
		at = parent_of(&at);
		struct branch *branch = find(branches, &at);

		if (branch != NULL) {
			branch->children++;
			return 0;
		}
		branch = add(branches, &at, false);
		if (branch != NULL)
			branch->children = 1;
		if (branch == NULL || put_empty(branches, branch) != 0) {
			if (branch != NULL)
				drop(branches, branch);
			take_back(branches, prefix, at.bits);
			return ERR_NOMEM;
		}
	}
	return 0;
}

void
branches_release(struct branches *branches, const struct cidr *prefix)
{
	for (struct cidr at = *prefix; at.bits > 0;) {
		at = parent_of(&at);
		struct branch *branch = find(branches, &at);

		if (branch == NULL || --branch->children > 0 || branch->is_zone)
			return;
		remove_empty(branches, &at);
		drop(branches, branch);
	}
}

struct page_root *
branches_root(struct branches *branches, const struct addr *addr)
{
	struct cidr leaf = { .base = *addr, .bits = (uint8_t)reverse_bits(addr->family) };
	struct cidr network = parent_of(&leaf);

	if (branches->last == NULL ||
	    memcmp(&branches->last->root.network, &network, sizeof(network)) != 0)
		branches->last = find(branches, &network);
	return branches->last == NULL ? NULL : &branches->last->root;
}

bool
branches_has_narrow(const struct branches *branches, uint8_t family)
{
	return branches->zone_bits[reverse_bits(family)];
}

static int
note_zone(void *arg, const struct cidr *zone)
{
	struct branches *branches = arg;

	if (find(branches, zone) != NULL)
		return 0;       /* stated twice */
	return add(branches, zone, true) == NULL ? ERR_NOMEM : 0;
}

static int
read_zones(struct branches *branches, const struct dns_settings *settings)
{
	for (size_t i = 0; i < settings->reverse_zone_count; i++) {
		int err = reverse_expand(settings->reverse_zones[i], note_zone, branches);

		if (err == ERR_NOMEM)
			return err;
		if (err != 0)
			log_warn("dns.reverseZones: %s: neither a reverse name nor a network",
			    settings->reverse_zones[i]);
	}
	return 0;
}

/* Put the apexes, and hold those that lie in a zone of ours by what is between. */
static int
plant_zones(struct branches *branches)
{
	const struct branch *branch;
	struct cidr *zones = calloc(branches->zone_count + 1, sizeof(*zones));
	size_t count = 0, at = 0;
	int err = zones == NULL ? ERR_NOMEM : 0;

	/* branches are added on the way: walk over a copy */
	while (zones != NULL && (branch = keyset_next(&branches->table, &at)) != NULL)
		zones[count++] = branch->root.network;
	for (size_t i = 0; err == 0 && i < count; i++) {
		err = put_empty(branches, find(branches, &zones[i]));
		if (err == 0 && zones[i].bits > 0) {
			struct cidr above = parent_of(&zones[i]);

			if (branches_zone(branches, &above) != NULL)
				err = branches_hold(branches, &zones[i]);
		}
	}
	free(zones);
	return err;
}

struct branches *
branches_new(const struct dns_settings *settings, struct ledger *ledger)
{
	struct branches *branches = calloc(1, sizeof(*branches));

	if (branches == NULL)
		return NULL;
	branches->ledger = ledger;
	keyset_init(&branches->table);
	if (read_zones(branches, settings) != 0 || plant_zones(branches) != 0) {
		branches_free(branches);
		return NULL;
	}
	return branches;
}

void
branches_free(struct branches *branches)
{
	struct branch *branch;
	size_t at = 0;

	if (branches == NULL)
		return;
	while ((branch = keyset_next(&branches->table, &at)) != NULL) {
		page_keep(&branch->root, branches->ledger->index);
		index_keep(branches->ledger->index, &branch->piece);
	}
	keyset_release(&branches->table);
	free(branches);
}

int
branches_each_zone(const struct branches *branches, branches_zone_fn *visit, void *arg)
{
	const struct branch *branch;
	uint8_t name[DNS_NAME_MAX];
	size_t at = 0;

	while ((branch = keyset_next(&branches->table, &at)) != NULL) {
		if (!branch->is_zone)
			continue;
		reverse_name(&branch->root.network, name);
		int err = visit(arg, name);
		if (err != 0)
			return err;
	}
	return 0;
}

size_t
branches_count(const struct branches *branches)
{
	return branches->table.count - branches->zone_count;
}
