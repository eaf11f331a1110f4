/* domain.c - the settings with the names that all others end in. */
#include "dns/domain.h"

#include <string.h>

#include "base/arena.h"
#include "dns/dns_settings.h"
#include "dns/owner.h"

int
domain_init(struct domain *domain, const struct dns_settings *settings, struct arena *arena)
{
	struct domain made = { .settings = settings };
	int err = owner_from_text(arena, settings->cluster_domain, &made.zone);

	if (err == 0)
		err = owner_under(arena, "svc", made.zone, &made.svc);
	if (err == 0)
		err = owner_under(arena, "pod", made.zone, &made.pod);
	if (err == 0 && settings->external_zone != NULL)
		err = owner_from_text(arena, settings->external_zone, &made.outside);
	if (err == 0)
		*domain = made;
	return err;
}

struct domain
domain_outside(const struct domain *domain)
{
	return (struct domain){
		.settings = domain->settings, .zone = domain->outside, .svc = domain->outside,
		.outside = domain->outside, .is_outside = true,
	};
}

bool
domain_exposes(const struct domain *domain, const char *ns)
{
	const struct dns_settings *settings = domain->settings;

	for (size_t i = 0; i < settings->namespace_count; i++)
		if (strcmp(settings->namespaces[i], ns) == 0)
			return true;
	return settings->namespace_count == 0;
}
