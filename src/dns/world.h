/* world.h - the settings with the names that all others end in.  Thread: any; immutable once made. */
#ifndef ROLLCALL_DNS_WORLD_H
#define ROLLCALL_DNS_WORLD_H
#include <stdbool.h>
#include <stdint.h>

struct arena;
struct dns_settings;

struct world {
	const struct dns_settings *settings;
	const uint8_t *zone;            /* Z, the cluster domain */
	const uint8_t *svc;             /* svc.Z */
	const uint8_t *pod;             /* pod.Z */
};

/* The settings are borrowed, the names are in `arena`.  ERR_LIMIT: the cluster domain is no name; ERR_NOMEM. */
int world_init(struct world *world, const struct dns_settings *settings, struct arena *arena);

/* Does dns.namespaces let this one be seen? */
bool world_exposes(const struct world *world, const char *ns);
#endif
