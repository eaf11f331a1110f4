/* forward_table.c - the forward entries of the settings as a table. */
#include "daemon/forward_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "daemon/config.h"
#include "daemon/config_cache.h"
#include "daemon/config_forward.h"
#include "dns/forward.h"
#include "dns/name.h"
#include "net/resolv_conf.h"

#define DNS_PORT 53
#define LACK_SIZE 512

struct building {
	const struct forward_table_sources *sources;
	struct forward_zone *zone;
	char *lack;                     /* LACK_SIZE */
};

/* ---- upstreams ---- */

static void
add(struct building *building, const struct addr_port *upstream)
{
	struct forward_zone *zone = building->zone;

	for (size_t i = 0; i < zone->upstream_count; i++)
		if (zone->upstreams[i].port == upstream->port &&
		    addr_compare(&zone->upstreams[i].addr, &upstream->addr) == 0)
			return;
	if (zone->upstream_count < FORWARD_UPSTREAMS_MAX)
		zone->upstreams[zone->upstream_count++] = *upstream;
}

/* A wildcard is every address of the host's family; its list is in `own` one by one (listen.h). */
static bool
is_own(const struct building *building, const struct addr_port *upstream)
{
	for (size_t i = 0; i < building->sources->own_count; i++)
		if (building->sources->own[i].port == upstream->port &&
		    addr_compare(&building->sources->own[i].addr, &upstream->addr) == 0)
			return true;
	return false;
}

/* systemd-resolved asks us where it is told to; what it asks, we ask ourselves. */
static bool
is_stub(const struct addr *server)
{
	return server->family == ADDR_IP4 && memcmp(server->octets, "\x7f\0\0", 3) == 0 &&
	    (server->octets[3] == 53 || server->octets[3] == 54);
}

static void
say_lack(struct building *building, const char *path, const char *why)
{
	if (building->lack[0] == '\0')
		snprintf(building->lack, LACK_SIZE, "%s %s", path, why);
}

static void
add_file(struct building *building, const char *path, bool stub)
{
	struct addr servers[FORWARD_UPSTREAMS_MAX];
	size_t count = 0, before = building->zone->upstream_count;
	bool ours = false;
	int err = resolv_conf_read(path, servers, FORWARD_UPSTREAMS_MAX, &count);

	if (err != 0) {
		say_lack(building, path, err == ERR_SYSTEM ? strerror(errno) :
		    "is no regular file, or too large");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct addr_port upstream = { .addr = servers[i], .port = DNS_PORT };

		if (is_own(building, &upstream))
			ours = true;
		else if (!is_stub(&servers[i]))
			add(building, &upstream);
		else if (!stub)
			add_file(building, building->sources->stub_path, true);
	}
	if (building->zone->upstream_count == before)
		say_lack(building, path, ours ? "names no upstream but ourselves" :
		    "names no upstream");
}

static void
add_upstreams(struct building *building, const struct config_forward *entry)
{
	building->lack[0] = '\0';
	for (size_t i = 0; i < entry->upstream_count; i++) {
		struct addr_port upstream;

		if (config_forward_address(entry->upstreams[i], &upstream))
			add(building, &upstream);
		else
			add_file(building, entry->upstreams[i], false);
	}
	if (building->zone->upstream_count == 0)
		building->zone->lack = building->lack;
}

/* ---- tables ---- */

static void
begin_zone(const struct config *config, const struct config_forward *entry,
    struct forward_zone *zone)
{
	size_t len = 0;

	*zone = (struct forward_zone){ .policy = entry->policy };
	/* The settings' rule has let no other text through. */
	(void)name_from_text(entry->zone, zone->name, &len);
	name_fold(zone->name, len);
	zone->name_len = (uint8_t)len;
	config_cache_settings(&config->cache, &entry->cache, &zone->cache);
}

static int
build(const struct config *config, const struct forward_table_sources *sources,
    struct forward **out)
{
	size_t count = config->forward_count;
	struct forward_zone *zones = calloc(count + 1, sizeof(*zones));
	char *lacks = calloc(count + 1, LACK_SIZE);
	int err = zones == NULL || lacks == NULL ? ERR_NOMEM : 0;

	for (size_t i = 0; i < count && err == 0; i++) {
		struct building building = { .sources = sources, .zone = &zones[i],
			.lack = lacks + i * LACK_SIZE };

		begin_zone(config, &config->forward[i], &zones[i]);
		if (sources != NULL)
			add_upstreams(&building, &config->forward[i]);
	}
	if (err == 0)
		err = forward_new(zones, count, out);
	free(zones);
	free(lacks);
	return err;
}

int
forward_table_zones(const struct config *config, struct forward **out)
{
	if (config->forward_count > 0)
		return build(config, NULL, out);
	*out = NULL;
	return 0;
}

int
forward_table_new(const struct config *config, const struct forward_table_sources *sources,
    struct forward **out)
{
	return build(config, sources, out);
}

bool
forward_table_same_upstreams(const struct forward_zone *a, const struct forward_zone *b)
{
	if (a->upstream_count != b->upstream_count || (a->lack == NULL) != (b->lack == NULL) ||
	    (a->lack != NULL && strcmp(a->lack, b->lack) != 0))
		return false;
	for (size_t i = 0; i < a->upstream_count; i++)
		if (a->upstreams[i].port != b->upstreams[i].port ||
		    addr_compare(&a->upstreams[i].addr, &b->upstreams[i].addr) != 0)
			return false;
	return true;
}

static bool
same_cache(const struct cache_settings *a, const struct cache_settings *b)
{
	return a->size == b->size && a->max_ttl_s == b->max_ttl_s &&
	    a->max_negative_ttl_s == b->max_negative_ttl_s &&
	    a->serve_stale_s == b->serve_stale_s && a->prefetch == b->prefetch;
}

static bool
same_zone(const struct forward_zone *a, const struct forward_zone *b)
{
	return a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0 &&
	    a->policy == b->policy && same_cache(&a->cache, &b->cache) &&
	    forward_table_same_upstreams(a, b);
}

bool
forward_table_equal(const struct forward *a, const struct forward *b)
{
	if (forward_count(a) != forward_count(b))
		return false;
	for (size_t i = 0; i < forward_count(a); i++)
		if (!same_zone(forward_at(a, i), forward_at(b, i)))
			return false;
	return true;
}
