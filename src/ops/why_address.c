/* why_address.c - an address: which Services have it, or an endpoint there. */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/store.h"
#include "ops/why_parts.h"

static bool
has_endpoint(const struct roster_entry *entry, const struct addr *addr)
{
	size_t low = 0, high = entry->endpoint_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = addr_compare(&entry->endpoints[mid].of->addr, addr);

		if (order == 0)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static bool
is_own(const struct roster_entry *entry, const struct addr *addr)
{
	for (size_t i = 0; i < entry->cluster_ip_count; i++)
		if (addr_compare(&entry->cluster_ips[i], addr) == 0)
			return true;
	for (size_t i = 0; i < entry->external_ip_count; i++)
		if (addr_compare(&entry->external_ips[i], addr) == 0)
			return true;
	return false;
}

bool
why_search_run(struct why_search *search, const struct insight *insight)
{
	const struct service *service = insight->next_service(insight->arg, NULL, search->at_ns,
	    *search->at_name != '\0' ? search->at_name : NULL);

	for (size_t looked = 0; service != NULL && search->count < WHY_OWNERS_MAX; looked++) {
		const struct roster_entry *entry = insight->roster(insight->arg, service->object.ns,
		    service->object.name);

		snprintf(search->at_ns, sizeof(search->at_ns), "%s", service->object.ns);
		snprintf(search->at_name, sizeof(search->at_name), "%s", service->object.name);
		if (entry != NULL && (is_own(entry, &search->where.addr) ||
		    has_endpoint(entry, &search->where.addr))) {
			snprintf(search->owners[search->count].ns, 256, "%s", search->at_ns);
			snprintf(search->owners[search->count++].name, 256, "%s", search->at_name);
		}
		if (looked + 1 == WHY_SEARCH_TURN)
			return false;
		service = insight->next_service(insight->arg, NULL, search->at_ns, search->at_name);
	}
	return true;
}

void
why_address(struct why *why, const struct addr_port *where)
{
	struct why_search own = { .where = *where };
	const struct why_search *search = why->question->search;
	const struct insight *insight = why->insight;
	char text[ADDR_TEXT_SIZE];
	bool ready = true;

	if (search == NULL) {
		while (!why_search_run(&own, insight))
			continue;
		search = &own;
	}
	for (size_t i = 0; i < search->count; i++) {
		const char *ns = search->owners[i].ns, *name = search->owners[i].name;
		const struct service *service = store_service(insight->store, ns, name);
		const struct roster_entry *entry = insight->roster(insight->arg, ns, name);

		if (service == NULL || entry == NULL)
			continue;
		why_service(why, service, is_own(entry, &where->addr) ? NULL : where);
		ready &= why->ready;
	}
	why->ready = ready && search->count > 0;
	if (search->count > 0)
		why_found(why, "address");
	else
		why_say(why, 0, "%s is nobody's: neither a Service's address nor an endpoint of one",
		    addr_text(&where->addr, text));
}
