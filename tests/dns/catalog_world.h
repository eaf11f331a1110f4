/* catalog_world.h - a catalog over an index with somebody who asks, for tests. */
#ifndef ROLLCALL_TESTS_DNS_CATALOG_WORLD_H
#define ROLLCALL_TESTS_DNS_CATALOG_WORLD_H
#include <stddef.h>
#include <stdint.h>

#include "dns/dns_settings.h"
#include "dns/respond.h"

struct catalog;
struct index;

struct catalog_world {
	struct dns_settings settings;
	struct index *index;
	struct catalog *catalog;
	struct responder responder;
	uint64_t now_ms;
};

/*
 * cluster.local, both reverse trees, TTLs of 5, ns.dns at 192.0.2.53; to be changed before
 * catalog_world_start().
 */
struct dns_settings catalog_world_settings(void);
void catalog_world_start(struct catalog_world *world, const struct dns_settings *settings);
void catalog_world_stop(struct catalog_world *world);

/* Set a Service from its text (roster_text.h) and publish. */
void catalog_world_set(struct catalog_world *world, const char *text);
void catalog_world_remove(struct catalog_world *world, const char *ns, const char *name);
/* A batch ends, 200 ms after the last one. */
void catalog_world_publish(struct catalog_world *world);

/* Questions and replies (ask.h) in pairs, up to a NULL. */
void catalog_world_expect(struct catalog_world *world, const char *const *pairs);
#endif
