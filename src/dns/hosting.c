/* hosting.c - the hosts of Ingresses: single names in no zone of ours. */
#include "dns/hosting.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "base/keyset.h"
#include "base/log.h"
#include "dns/dns_settings.h"
#include "dns/domain.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/owner.h"
#include "dns/rrset.h"
#include "dns/stand_in.h"
#include "dns/zone_table.h"
#include "model/ingress.h"

#define ARENA_FIRST 1024

/* An Ingress that states hosts. */
struct way {
	const struct ingress *ingress;  /* held */
	uint32_t hash;
};

struct host {
	struct way **ways;              /* who states it */
	size_t count;
	size_t room;
	uint32_t hash;
	bool owed;                      /* what is answered is out of date */
	bool said;                      /* that a zone has it */
	char name[];
};

struct hosting {
	const struct domain *domain;
	struct index *index;
	struct keyset ways;
	struct keyset hosts;
	size_t owed;
	size_t answered;
	size_t zones;                   /* how many there were when it was last said who has a host */
};

struct hosting *
hosting_new(const struct domain *domain, struct index *index)
{
	struct hosting *hosting = calloc(1, sizeof(*hosting));

	if (hosting == NULL)
		return NULL;
	*hosting = (struct hosting){ .domain = domain, .index = index };
	keyset_init(&hosting->ways);
	keyset_init(&hosting->hosts);
	return hosting;
}

void
hosting_free(struct hosting *hosting)
{
	struct way *way;
	struct host *host;
	size_t at = 0;

	if (hosting == NULL)
		return;
	while ((way = keyset_next(&hosting->ways, &at)) != NULL) {
		object_unref(&way->ingress->object);
		free(way);
	}
	at = 0;
	while ((host = keyset_next(&hosting->hosts, &at)) != NULL) {
		free(host->ways);
		free(host);
	}
	keyset_release(&hosting->ways);
	keyset_release(&hosting->hosts);
	free(hosting);
}

/* ---- what a host answers ------------------------------------------------------------------- */

/* Where all that state the host are; or, if none of them has an address, what one is called. */
struct places {
	struct addr *addrs;
	size_t count;
	const char *alias;
};

/* The Ingress's own; where it has nothing at all, the configured ones. */
static size_t
addrs_of(const struct hosting *hosting, const struct ingress *ingress, const struct addr **addrs)
{
	const struct dns_settings *settings = hosting->domain->settings;

	if (ingress->addr_count > 0 || ingress->balancer != NULL) {
		*addrs = ingress->addrs;
		return ingress->addr_count;
	}
	*addrs = settings->ingress_addresses;
	return settings->ingress_address_count;
}

static int
compare_addrs(const void *a, const void *b)
{
	return addr_compare(a, b);
}

static int
gather(const struct hosting *hosting, const struct host *host, struct arena *arena,
    struct places *places)
{
	const struct addr *addrs;
	size_t room = 0;

	*places = (struct places){ .alias = NULL };
	for (size_t i = 0; i < host->count; i++)
		room += addrs_of(hosting, host->ways[i]->ingress, &addrs);
	places->addrs = arena_array(arena, room + 1, sizeof(*places->addrs));
	if (places->addrs == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < host->count; i++) {
		const struct ingress *ingress = host->ways[i]->ingress;
		size_t count = addrs_of(hosting, ingress, &addrs);

		for (size_t a = 0; a < count; a++)
			places->addrs[places->count++] = addrs[a];
		if (ingress->balancer != NULL && (places->alias == NULL ||
		    strcmp(ingress->balancer, places->alias) < 0))
			places->alias = ingress->balancer;
	}
	if (places->count > 1)
		qsort(places->addrs, places->count, sizeof(*places->addrs), compare_addrs);
	return 0;
}

static int
list_records(const struct hosting *hosting, const struct places *places, struct arena *arena,
    struct rrset_list *records)
{
	uint32_t ttl_s = hosting->domain->settings->ttl_s;
	const uint8_t *target;
	int err = rrset_list_init(records, arena, places->count + 1);

	for (size_t i = 0; err == 0 && i < places->count; i++)
		if (i == 0 || addr_compare(&places->addrs[i - 1], &places->addrs[i]) != 0)
			rrset_add_addr(records, NULL, &places->addrs[i], ttl_s);
	if (err != 0 || places->count > 0 || places->alias == NULL)
		return err;
	err = owner_from_text(arena, places->alias, &target);
	if (err == 0)
		rrset_add_name(records, DNS_TYPE_CNAME, target, ttl_s);
	return err == ERR_LIMIT ? 0 : err;      /* a name that nobody can be led to */
}

/* Zones come and go; it is said when one is first met. */
static void
say_whose(struct host *host, const struct index *index, const uint8_t *name)
{
	const struct ingress *ingress = host->ways[0]->ingress;

	if (host->said || zone_table_above(index_zones(index), name, owner_len(name)) == NULL)
		return;
	host->said = true;
	log_warn("Ingress %s/%s: host %s lies in a zone that is answered here: the zone's own names "
	    "are answered, not this one", ingress->object.ns, ingress->object.name, host->name);
}

/* Takes the entry over; NULL: there is none any more. */
static int
change_entry(struct hosting *hosting, const uint8_t *name, struct entry *entry)
{
	const struct entry *old = index_get_under(hosting->index, name);
	bool had = old != NULL;
	int err = 0;

	if (entry != NULL && old != NULL && entry_equal(old, entry)) {
		entry_free(entry);
		return 0;
	}
	if (entry != NULL)
		err = index_put_under(hosting->index, entry);
	else if (had)
		index_remove_under(hosting->index, name);
	if (err == 0)
		hosting->answered += (size_t)(entry != NULL) - (size_t)had;
	return err;
}

static int
build(struct hosting *hosting, struct host *host, struct arena *arena)
{
	struct entry_spec spec = { .kind = ENTRY_HOST };
	struct rrset_list records = { 0 };
	struct places places;
	struct entry *entry = NULL;
	int err = owner_from_text(arena, host->name, &spec.name);

	/* Second entries below arpa are those of zone files and hosts files. */
	if (err == 0 && stand_in_is_arpa(spec.name, owner_len(spec.name)))
		return 0;
	if (err == 0)
		err = gather(hosting, host, arena, &places);
	if (err == 0)
		err = list_records(hosting, &places, arena, &records);
	if (err != 0)
		return err;
	spec.zone = spec.name;
	spec.records = records.items;
	spec.record_count = records.count;
	if (records.count > 0)
		say_whose(host, hosting->index, spec.name);
	if (records.count > 0)
		err = entry_build(&spec, &entry);
	return err != 0 ? err : change_entry(hosting, spec.name, entry);
}

/* Answer what those say who state it now. */
static void
answer(struct hosting *hosting, struct host *host)
{
	struct arena *arena = arena_new(ARENA_FIRST);
	int err = arena == NULL ? ERR_NOMEM : build(hosting, host, arena);

	arena_free(arena);
	hosting->owed -= host->owed;
	/* A name that is too long can be asked for by nobody. */
	host->owed = err == ERR_NOMEM;
	hosting->owed += host->owed;
}

/* ---- who states it ------------------------------------------------------------------------- */

static bool
is_host(const void *item, const void *name)
{
	return strcmp(((const struct host *)item)->name, name) == 0;
}

static struct host *
find_host(const struct hosting *hosting, const char *name)
{
	return keyset_find(&hosting->hosts, keyset_hash(&hosting->hosts, name, strlen(name)),
	    is_host, name);
}

static struct host *
obtain_host(struct hosting *hosting, const char *name)
{
	size_t len = strlen(name);
	struct host *host = find_host(hosting, name);

	if (host != NULL)
		return host;
	host = calloc(1, sizeof(*host) + len + 1);
	if (host == NULL)
		return NULL;
	memcpy(host->name, name, len + 1);
	host->hash = keyset_hash(&hosting->hosts, name, len);
	if (keyset_add(&hosting->hosts, host->hash, host) == 0)
		return host;
	free(host);
	return NULL;
}

static void
prune_host(struct hosting *hosting, struct host *host)
{
	if (host->count > 0 || host->owed)
		return;
	keyset_remove(&hosting->hosts, host->hash, host);
	free(host->ways);
	free(host);
}

/* Room for one more that states each of them.  ERR_NOMEM. */
static int
reserve_hosts(struct hosting *hosting, const struct ingress *ingress)
{
	size_t i;

	for (i = 0; ingress != NULL && i < ingress->host_count; i++) {
		struct host *host = obtain_host(hosting, ingress->hosts[i]);

		if (host == NULL || array_reserve(&host->ways, &host->room, host->count + 1,
		    sizeof(struct way *)) != 0)
			break;
	}
	if (ingress == NULL || i == ingress->host_count)
		return 0;
	for (size_t k = 0; k <= i; k++) {
		struct host *host = find_host(hosting, ingress->hosts[k]);

		if (host != NULL)
			prune_host(hosting, host);
	}
	return ERR_NOMEM;
}

static void
leave(struct hosting *hosting, const struct way *way, const struct ingress *ingress)
{
	for (size_t i = 0; ingress != NULL && i < ingress->host_count; i++) {
		struct host *host = find_host(hosting, ingress->hosts[i]);

		for (size_t w = 0; host != NULL && w < host->count; w++)
			if (host->ways[w] == way) {
				host->ways[w] = host->ways[--host->count];
				break;
			}
	}
}

static void
join(struct hosting *hosting, struct way *way, const struct ingress *ingress)
{
	for (size_t i = 0; ingress != NULL && i < ingress->host_count; i++) {
		struct host *host = find_host(hosting, ingress->hosts[i]);

		host->ways[host->count++] = way;
	}
}

static void
answer_all(struct hosting *hosting, const struct ingress *ingress)
{
	for (size_t i = 0; ingress != NULL && i < ingress->host_count; i++) {
		struct host *host = find_host(hosting, ingress->hosts[i]);

		if (host == NULL)
			continue;
		answer(hosting, host);
		prune_host(hosting, host);
	}
}

/* ---- Ingresses ----------------------------------------------------------------------------- */

struct names {
	const char *ns;
	const char *name;
};

/* One that is new holds nothing yet, and is in nobody's way. */
static bool
is_way(const void *item, const void *key)
{
	const struct ingress *ingress = ((const struct way *)item)->ingress;
	const struct names *names = key;

	return ingress != NULL && strcmp(ingress->object.name, names->name) == 0 &&
	    strcmp(ingress->object.ns, names->ns) == 0;
}

static struct way *
add_way(struct hosting *hosting, uint32_t hash)
{
	struct way *way = calloc(1, sizeof(*way));

	if (way == NULL)
		return NULL;
	way->hash = hash;
	if (keyset_add(&hosting->ways, hash, way) == 0)
		return way;
	free(way);
	return NULL;
}

static void
drop_way(struct hosting *hosting, struct way *way)
{
	keyset_remove(&hosting->ways, way->hash, way);
	free(way);
}

int
hosting_set(struct hosting *hosting, const char *ns, const char *name,
    const struct ingress *ingress)
{
	const struct names names = { ns, name };
	uint32_t hash = keyset_hash_names(&hosting->ways, ns, name);
	struct way *way = keyset_find(&hosting->ways, hash, is_way, &names);
	const struct ingress *before = way == NULL ? NULL : way->ingress;
	const struct ingress *now = ingress;

	if (now != NULL && (now->host_count == 0 || !domain_exposes(hosting->domain, ns)))
		now = NULL;
	if (reserve_hosts(hosting, now) != 0)
		return ERR_NOMEM;
	if (way == NULL && now != NULL)
		way = add_way(hosting, hash);
	if (way == NULL && now != NULL) {
		answer_all(hosting, now);       /* what nobody states goes again */
		return ERR_NOMEM;
	}
	if (way == NULL)
		return 0;
	leave(hosting, way, before);
	way->ingress = now;
	if (now != NULL)
		object_ref(&now->object);
	join(hosting, way, now);
	answer_all(hosting, before);
	answer_all(hosting, now);
	if (before != NULL)
		object_unref(&before->object);
	if (now == NULL)
		drop_way(hosting, way);
	return 0;
}

/* ---- the end of a batch -------------------------------------------------------------------- */

/* There are others than before: some may have a host. */
static void
look_at_zones(struct hosting *hosting)
{
	const struct zone_table *zones = index_zones(hosting->index);
	struct host *host;
	size_t at = 0;

	if (zones == NULL || zones->count == hosting->zones)
		return;
	hosting->zones = zones->count;
	while ((host = keyset_next(&hosting->hosts, &at)) != NULL)
		answer(hosting, host);
}

bool
hosting_settle(struct hosting *hosting)
{
	struct host *host;
	size_t at = 0;

	look_at_zones(hosting);
	if (hosting->owed == 0)
		return false;
	while ((host = keyset_next(&hosting->hosts, &at)) != NULL) {
		if (!host->owed)
			continue;
		answer(hosting, host);
		at -= !host->owed && host->count == 0;
		prune_host(hosting, host);
	}
	return hosting->owed > 0;
}

size_t
hosting_count(const struct hosting *hosting)
{
	return hosting->answered;
}
