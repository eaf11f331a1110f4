/* world.c - the settings with the names that all others end in. */
#include "dns/world.h"

#include <string.h>

#include "base/arena.h"
#include "dns/dns_settings.h"
#include "dns/owner.h"

int
world_init(struct world *world, const struct dns_settings *settings, struct arena *arena)
{
	struct world made = { .settings = settings };
	int err = owner_from_text(arena, settings->cluster_domain, &made.zone);

	if (err == 0)
		err = owner_under(arena, "svc", made.zone, &made.svc);
	if (err == 0)
		err = owner_under(arena, "pod", made.zone, &made.pod);
	if (err == 0)
		*world = made;
	return err;
}

bool
world_exposes(const struct world *world, const char *ns)
{
	const struct dns_settings *settings = world->settings;

	for (size_t i = 0; i < settings->namespace_count; i++)
		if (strcmp(settings->namespaces[i], ns) == 0)
			return true;
	return settings->namespace_count == 0;
}
