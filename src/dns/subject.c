/* subject.c - one Service as DNS sees it: its name and its answered endpoints. */
#include "dns/subject.h"

#include "base/arena.h"
#include "base/err.h"
#include "dns/dns_settings.h"
#include "dns/owner.h"
#include "dns/domain.h"
#include "model/roster.h"

static bool
is_stated(const struct domain *domain, const struct roster_entry *entry)
{
	if (entry == NULL || entry->pending || !domain_exposes(domain, roster_ns(entry)))
		return false;
	if (entry->headless || entry->type == SERVICE_EXTERNAL_NAME)
		return true;    /* the option is about ClusterIPs only (DNS.md 2.1) */
	return !domain->settings->ignore_empty_service || entry->answered_count > 0;
}

int
subject_init(struct subject *subject, const struct domain *domain, const struct roster_entry *entry,
    const struct addr *only, struct arena *arena)
{
	struct subject made = { .domain = domain, .entry = entry, .arena = arena, .only = only };
	const uint8_t *ns;

	if (!is_stated(domain, entry))
		return ERR_NOTFOUND;
	made.ttl_s = entry->headless ? domain->settings->ttl_headless_s :
	    domain->settings->ttl_cluster_ip_s;
	int err = owner_under(arena, roster_ns(entry), domain->svc, &ns);
	if (err == 0)
		err = owner_under(arena, roster_name(entry), ns, &made.service);
	if (err == 0 && entry->type != SERVICE_EXTERNAL_NAME)
		err = member_list_build(&made, &made.members);
	if (err == 0)
		*subject = made;
	return err == ERR_LIMIT ? ERR_NOTFOUND : err;
}
