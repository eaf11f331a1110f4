/*
 * config_cache.h - how long what upstreams say is kept: cache, and forward[].cache over it.
 * Thread: control.
 */
#ifndef ROLLCALL_DAEMON_CONFIG_CACHE_H
#define ROLLCALL_DAEMON_CONFIG_CACHE_H
#include <stdint.h>

#include "dns/cache_settings.h"
#include "source/field.h"

/* As it is written; a forward zone's holds UINT*_MAX, or 0 for prefetch, where nothing is stated. */
struct config_cache {
	uint64_t size;                  /* octets; not a forward zone's */
	uint64_t serve_stale_ms;
	uint32_t max_ttl_s;
	uint32_t max_negative_ttl_s;
	uint8_t prefetch;               /* FIELD_TRISTATE */
};

/* What holds where nothing is stated: the figures of DESIGN; and for a zone, nothing. */
void config_cache_default(struct config_cache *cache);
void config_cache_zone_default(struct config_cache *cache);
/* What holds in a forward zone; NULL: where no zone says otherwise. */
void config_cache_settings(const struct config_cache *cache, const struct config_cache *zone,
    struct cache_settings *settings);

/* Hooks; the target is a struct config, and a struct config_forward. */
void config_cache_hook(struct field_context *context, const struct doc_node *node, void *target);
void config_cache_zone_hook(struct field_context *context, const struct doc_node *node,
    void *target);
#endif
