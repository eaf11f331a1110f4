/* glue.c - the addresses by which a Service makes us the zone's name server. */
#include "dns/glue.h"

#include <stdbool.h>

#include "base/addr.h"
#include "dns/dns_settings.h"
#include "dns/rrset.h"
#include "dns/subject.h"
#include "dns/domain.h"
#include "model/roster.h"

#define DNS_PORT 53

static bool
is_own(const struct dns_settings *settings, const struct addr *addr)
{
	for (size_t i = 0; i < settings->own_address_count; i++)
		if (addr_compare(&settings->own_addresses[i], addr) == 0)
			return true;
	return false;
}

/*
 * Hosts share one address among many Services, so an address of ours is not enough: who states
 * ports, but not 53, is another server on the same host.
 */
static bool
serves_dns(const struct roster_entry *entry)
{
	for (size_t i = 0; i < entry->service->port_count; i++)
		if (entry->service->ports[i].port == DNS_PORT)
			return true;
	return entry->service->port_count == 0;
}

/* Add a headless Service's addresses of one endpoint name, if one of them is ours. */
static bool
add_run(const struct subject *subject, const struct member *run, size_t count,
    struct rrset_list *list)
{
	bool own = false;

	for (size_t i = 0; i < count; i++)
		own = own || is_own(subject->domain->settings, &run[i].endpoint->of->addr);
	for (size_t i = 0; own && subject->entry->headless && i < count; i++)
		rrset_add_addr(list, run->name, &run[i].endpoint->of->addr, subject->ttl_s);
	return own;
}

int
glue_build(const struct subject *subject, const struct entry_record **records, size_t *count)
{
	const struct roster_entry *entry = subject->entry;
	struct rrset_list list = { 0 };
	bool own = false;

	*count = 0;
	if (subject->domain->settings->own_address_count == 0 || !serves_dns(entry))
		return 0;
	int err = rrset_list_init(&list, subject->arena,
	    entry->cluster_ip_count + subject->members.count);
	if (err != 0)
		return err;
	for (size_t first = 0, end; first < subject->members.count; first = end) {
		end = member_run_end(&subject->members, first);
		own = add_run(subject, &subject->members.items[first], end - first, &list) || own;
	}
	for (size_t i = 0; own && !entry->headless && i < entry->cluster_ip_count; i++)
		rrset_add_addr(&list, subject->service, &entry->cluster_ips[i], subject->ttl_s);
	*records = list.items;
	*count = list.count;
	return 0;
}
