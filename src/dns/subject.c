/* subject.c - one Service as DNS sees it: its name and its answered endpoints. */
#include "dns/subject.h"

#include <stdlib.h>

#include "base/addr.h"
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

/* What it is known by inside the cluster. */
static int
look_inside(struct subject *subject)
{
	const struct roster_entry *entry = subject->entry;
	const struct dns_settings *settings = subject->domain->settings;

	subject->headless = entry->headless;
	subject->addrs = entry->cluster_ips;
	subject->addr_count = entry->headless ? 0 : entry->cluster_ip_count;
	subject->ttl_s = entry->headless ? settings->ttl_headless_s : settings->ttl_cluster_ip_s;
	return entry->type != SERVICE_EXTERNAL_NAME ? member_list_build(subject, &subject->members) :
	    0;
}

static int
compare_addrs(const void *a, const void *b)
{
	return addr_compare(a, b);
}

/* They come as they are stated; records stand by family. */
static int
sort_external(struct subject *subject)
{
	const struct roster_entry *entry = subject->entry;
	struct addr *addrs = arena_copy(subject->arena, entry->external_ips,
	    entry->external_ip_count * sizeof(*addrs));

	if (addrs == NULL)
		return ERR_NOMEM;
	qsort(addrs, entry->external_ip_count, sizeof(*addrs), compare_addrs);
	subject->addrs = addrs;
	subject->addr_count = entry->external_ip_count;
	return 0;
}

/*
 * What it is known by outside.  A name and addresses exclude each other (RFC 1034, 3.6.2): those who
 * have addresses need no name.
 */
static int
look_outside(struct subject *subject)
{
	const struct roster_entry *entry = subject->entry;
	const struct dns_settings *settings = subject->domain->settings;
	const char *balancer = roster_balancer(entry);

	subject->ttl_s = settings->external_ttl_s;
	if (entry->type == SERVICE_EXTERNAL_NAME)
		return ERR_NOTFOUND;
	if (entry->external_ip_count > 0)
		return sort_external(subject);
	if (balancer != NULL)
		return owner_from_text(subject->arena, balancer, &subject->alias);
	if (!settings->external_headless || !entry->headless || entry->answered_count == 0)
		return ERR_NOTFOUND;
	subject->headless = true;
	return member_list_build(subject, &subject->members);
}

int
subject_init(struct subject *subject, const struct domain *domain, const struct roster_entry *entry,
    const struct addr *only, struct arena *arena)
{
	struct subject made = { .domain = domain, .entry = entry, .arena = arena, .only = only };
	const uint8_t *ns;

	if (!is_stated(domain, entry))
		return ERR_NOTFOUND;
	int err = owner_under(arena, roster_ns(entry), domain->svc, &ns);
	if (err == 0)
		err = owner_under(arena, roster_name(entry), ns, &made.service);
	if (err == 0)
		err = domain->is_outside ? look_outside(&made) : look_inside(&made);
	if (err == 0)
		*subject = made;
	return err == ERR_LIMIT ? ERR_NOTFOUND : err;
}
