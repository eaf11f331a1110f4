/* address_walk.c - the addresses of a Service one after the other. */
#include "dns/address_walk.h"

#include <string.h>

#include "base/addr.h"
#include "dns/dns_settings.h"
#include "model/roster.h"

static size_t
skip_silent(const struct roster_entry *entry, size_t at)
{
	while (at < entry->endpoint_count && !entry->endpoints[at].answered)
		at++;
	return at;
}

/* Take in the endpoints of the address. */
static void
take_endpoints(struct address_walk *walk, const struct addr *addr)
{
	const struct roster_entry *entry = walk->entry;
	size_t first = walk->next, at = first;

	for (; at < entry->endpoint_count &&
	    addr_compare(&entry->endpoints[at].of->addr, addr) == 0; at++)
		walk->answered += entry->endpoints[at].answered;
	walk->endpoints = &entry->endpoints[first];
	walk->endpoint_count = at - first;
	walk->next = skip_silent(entry, at);
}

void
address_walk_step(struct address_walk *walk)
{
	const struct roster_entry *entry = walk->entry;
	const struct addr *own = walk->own_next < walk->own_count ? walk->own[walk->own_next] :
	    NULL;
	const struct addr *addr = entry != NULL && walk->next < entry->endpoint_count ?
	    &entry->endpoints[walk->next].of->addr : NULL;
	int order = own == NULL ? 1 : addr == NULL ? -1 : addr_compare(own, addr);

	walk->endpoint_count = 0;
	walk->answered = 0;
	walk->is_own = own != NULL && order <= 0;
	walk->addr = walk->is_own ? own : addr;
	if (walk->is_own)
		walk->own_next++;
	if (addr != NULL && order >= 0)
		take_endpoints(walk, addr);
}

void
address_walk_start(struct address_walk *walk, const struct roster_entry *entry)
{
	*walk = (struct address_walk){ .entry = entry };
	if (entry == NULL)
		return;
	for (size_t i = 0; i < entry->cluster_ip_count; i++)
		walk->own[walk->own_count++] = &entry->cluster_ips[i];
	if (walk->own_count == 2) {
		int order = addr_compare(walk->own[0], walk->own[1]);

		if (order > 0) {
			walk->own[0] = &entry->cluster_ips[1];
			walk->own[1] = &entry->cluster_ips[0];
		}
		walk->own_count -= order == 0;
	}
	walk->next = skip_silent(entry, 0);
	address_walk_step(walk);
}

static bool
text_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
names_same(const struct roster_endpoint *a, const struct roster_endpoint *b,
    const struct dns_settings *settings)
{
	if (a->named == b->named && a->of == b->of)
		return true;
	return text_same(roster_hostname(a), roster_hostname(b)) &&
	    (!settings->endpoint_pod_names || text_same(a->of->pod_name, b->of->pod_name));
}

static size_t
next_answered(const struct address_walk *walk, size_t at)
{
	while (!walk->endpoints[at].answered)
		at++;
	return at;
}

bool
address_walk_same(const struct address_walk *a, const struct address_walk *b,
    const struct dns_settings *settings)
{
	if (a->is_own != b->is_own || a->answered != b->answered ||
	    a->entry->headless != b->entry->headless)
		return false;
	for (size_t left = a->answered, i = 0, j = 0; left > 0; left--, i++, j++) {
		i = next_answered(a, i);
		j = next_answered(b, j);
		if (!names_same(&a->endpoints[i], &b->endpoints[j], settings))
			return false;
	}
	return true;
}
