/* catalog_world.c - a catalog over an index with somebody who asks, for tests. */
#include "tests/dns/catalog_world.h"

#include <check.h>

#include "dns/catalog.h"
#include "dns/index.h"
#include "model/roster.h"
#include "tests/dns/ask.h"
#include "tests/dns/roster_text.h"

#define UNIX_S 1700000000

static const char *const reverse_zones[] = { "in-addr.arpa", "ip6.arpa" };
static const struct addr ns_addresses[] = { { ADDR_IP4, { 192, 0, 2, 53 } } };

struct dns_settings
catalog_world_settings(void)
{
	return (struct dns_settings){
		.cluster_domain = "cluster.local", .ttl_s = 5, .ttl_cluster_ip_s = 5,
		    .ttl_headless_s = 5,
		.ttl_negative_s = 5, .udp_size = 1232, .reverse_zones = reverse_zones,
		    .reverse_zone_count = 2,
		.ns_addresses = ns_addresses, .ns_address_count = 1,
	};
}

void
catalog_world_start(struct catalog_world *world, const struct dns_settings *settings)
{
	*world = (struct catalog_world){ .settings = *settings, .now_ms = 1000 };
	world->index = index_new();
	world->catalog = catalog_new(&world->settings, world->index, 7);
	ck_assert_ptr_nonnull(world->catalog);
	world->responder = (struct responder){ .index = world->index, .settings = &world->settings,
	    .answering = true };
	catalog_world_publish(world);
}

void
catalog_world_stop(struct catalog_world *world)
{
	catalog_free(world->catalog);
	index_free(world->index);
}

void
catalog_world_publish(struct catalog_world *world)
{
	world->now_ms += 200;
	ck_assert(!catalog_publish(world->catalog, world->now_ms, UNIX_S));
	catalog_reclaim(world->catalog);
}

void
catalog_world_set(struct catalog_world *world, const char *text)
{
	struct roster_entry *entry = roster_text(text);

	ck_assert_int_eq(catalog_set_service(world->catalog, roster_ns(entry), roster_name(entry),
	    entry), 0);
	roster_entry_unref(entry);
	catalog_world_publish(world);
}

void
catalog_world_remove(struct catalog_world *world, const char *ns, const char *name)
{
	ck_assert_int_eq(catalog_set_service(world->catalog, ns, name, NULL), 0);
	catalog_world_publish(world);
}

void
catalog_world_expect(struct catalog_world *world, const char *const *pairs)
{
	for (size_t i = 0; pairs[i] != NULL; i += 2)
		ask_expect(&world->responder, pairs[i], pairs[i + 1]);
}
