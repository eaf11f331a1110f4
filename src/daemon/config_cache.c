/* config_cache.c - how long what upstreams say is kept: cache, and forward[].cache over it. */
#include "daemon/config_cache.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/config.h"
#include "daemon/config_forward.h"
#include "source/doc.h"

#define SIZE_DEFAULT ((uint64_t)32 << 20)
#define SIZE_MIN ((uint64_t)64 << 10)
#define SIZE_LIMIT ((uint64_t)64 << 30)
#define DAY_S 86400u
#define STALE_MAX_S (3 * DAY_S)         /* RFC 8767, 5: one to three days */
#define TTL_MAX_S (7 * DAY_S)           /* the same, 4: more is no help to anybody */

enum { UNSTATED, NO, YES };             /* FIELD_TRISTATE */

void
config_cache_default(struct config_cache *cache)
{
	*cache = (struct config_cache){
		.size = SIZE_DEFAULT,
		.serve_stale_ms = DAY_S * 1000ULL,
		.max_ttl_s = 3600,
		.max_negative_ttl_s = 1800,
		.prefetch = YES,
	};
}

void
config_cache_zone_default(struct config_cache *cache)
{
	*cache = (struct config_cache){ .size = UINT64_MAX, .serve_stale_ms = UINT64_MAX,
		.max_ttl_s = UINT32_MAX, .max_negative_ttl_s = UINT32_MAX };
}

static uint32_t
stated(uint32_t of_zone, uint32_t of_all)
{
	return of_zone != UINT32_MAX ? of_zone : of_all;
}

void
config_cache_settings(const struct config_cache *cache, const struct config_cache *zone,
    struct cache_settings *settings)
{
	if (zone == NULL)
		zone = cache;
	uint64_t stale_ms = zone->serve_stale_ms != UINT64_MAX ? zone->serve_stale_ms :
	    cache->serve_stale_ms;
	*settings = (struct cache_settings){
		.size = cache->size,
		.max_ttl_s = stated(zone->max_ttl_s, cache->max_ttl_s),
		.max_negative_ttl_s = stated(zone->max_negative_ttl_s, cache->max_negative_ttl_s),
		.serve_stale_s = (uint32_t)(stale_ms / 1000),
		.prefetch = (zone->prefetch != UNSTATED ? zone->prefetch : cache->prefetch) == YES,
	};
}

/* "32Mi", "64M", "1048576" as Kubernetes writes quantities of octets; false: it is none. */
static bool
parse_size(const char *text, uint64_t *size)
{
	static const struct {
		const char *unit;
		uint64_t octets;
	} units[] = {
		{ "", 1 }, { "k", 1000 }, { "M", 1000000 }, { "G", 1000000000 },
		{ "Ki", 1ULL << 10 }, { "Mi", 1ULL << 20 }, { "Gi", 1ULL << 30 },
	};
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 12)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + digits, units[i].unit) == 0) {
			uint64_t number = strtoull(text, NULL, 10);

			*size = number <= SIZE_LIMIT / units[i].octets ? number * units[i].octets :
			    UINT64_MAX;
			return true;
		}
	}
	return false;
}

static void
size_hook(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_cache *cache = target;
	uint64_t size;

	if (node == NULL || node->type == DOC_NULL)
		return;
	if ((node->type != DOC_STRING && node->type != DOC_INT) || !parse_size(node->text, &size))
		field_error(context, node, "", "must be a number of octets like 32Mi");
	else if (size != 0 && (size < SIZE_MIN || size > SIZE_LIMIT))
		field_error(context, node, "", "%.64s is neither 0 nor within 64Ki to 64Gi",
		    node->text);
	else
		cache->size = size;
}

/* One memory holds what all zones keep. */
static void
zone_size_hook(struct field_context *context, const struct doc_node *node, void *target)
{
	(void)target;
	if (node != NULL)
		field_error(context, node, "", "is one for all zones: state it in cache");
}

#define TIMES \
	{ FIELD("maxTTL", FIELD_INT, config_cache, max_ttl_s), .max = TTL_MAX_S, \
	    .doc = "seconds an answer is kept at most" }, \
	{ FIELD("maxNegativeTTL", FIELD_INT, config_cache, max_negative_ttl_s), .max = TTL_MAX_S, \
	    .doc = "the same for negative answers" }, \
	{ FIELD("serveStale", FIELD_DURATION, config_cache, serve_stale_ms), \
	    .max = STALE_MAX_S * 1000ULL, \
	    .doc = "how long after its end an answer stands in for upstreams that fail" }, \
	{ FIELD("prefetch", FIELD_TRISTATE, config_cache, prefetch), \
	    .doc = "renew popular names before their end" }

static const struct field cache_fields[] = {
	{ .name = "size", .type = FIELD_HOOK, .hook = size_hook, .shown = "octets, like 32Mi",
	    .doc = "of memory for all that is kept; 0: nothing is" },
	TIMES,
};
static const struct field_table cache_table = { FIELD_TABLE(cache_fields, config_cache),
	.title = "cache" };

static const struct field zone_fields[] = {
	{ .name = "size", .type = FIELD_HOOK, .hook = zone_size_hook, .shown = "-",
	    .doc = "stated in cache only" },
	TIMES,
};
static const struct field_table zone_table = { FIELD_TABLE(zone_fields, config_cache),
	.title = "cache" };

static void
decode(const struct field_table *table, struct field_context *context,
    const struct doc_node *node, struct config_cache *cache)
{
	if (node == NULL || node->type == DOC_NULL)
		return;
	if (node->type == DOC_MAP)
		field_decode(table, node, cache, context);
	else
		field_error(context, node, "", "must be a mapping");
}

void
config_cache_hook(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config *config = target;

	decode(&cache_table, context, node, &config->cache);
}

void
config_cache_zone_hook(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_forward *entry = target;

	config_cache_zone_default(&entry->cache);
	decode(&zone_table, context, node, &entry->cache);
}
