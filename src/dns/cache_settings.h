/* cache_settings.h - the `cache:` part of the configuration.  Thread: any; immutable. */
#ifndef ROLLCALL_DNS_CACHE_SETTINGS_H
#define ROLLCALL_DNS_CACHE_SETTINGS_H
#include <stdbool.h>
#include <stdint.h>

/* Of all, or of one forward zone. */
struct cache_settings {
	uint64_t size;                  /* octets; 0: there is no cache; of all zones together */
	uint32_t max_ttl_s;
	uint32_t max_negative_ttl_s;
	uint32_t serve_stale_s;         /* how long an answer may stand in after its end */
	bool prefetch;                  /* renew popular names before their end */
};
#endif
