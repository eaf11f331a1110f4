/* aspect.c - what a Service answers for some of its endpoints and ports. */
#include "dns/aspect.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "dns/rrset.h"
#include "dns/subject.h"
#include "model/roster.h"

static bool
in_zone(const struct roster_endpoint *endpoint, const char *zone)
{
	const char *own = endpoint->of->zone;

	return zone == NULL || (own != NULL && strcasecmp(own, zone) == 0);
}

static bool
is_port(const struct aspect *aspect, const char *name, enum protocol protocol)
{
	return aspect->port == NULL || (aspect->protocol == protocol && strcmp(aspect->port, name) == 0);
}

/*
 * The endpoint ports that a headless Service's SRV answers for this aspect; NULL tuples: only
 * count.
 */
static size_t
member_srvs(const struct subject *subject, const struct member *member, const struct aspect *aspect,
    struct rrset_srv *tuples)
{
	const struct roster_group *group = &subject->entry->groups[member->endpoint->group];
	size_t count = 0;

	if (!in_zone(member->endpoint, aspect->zone))
		return 0;
	for (size_t i = 0; i < group->port_count; i++) {
		if (group->ports[i].port == 0 ||
		    !is_port(aspect, group->ports[i].name, group->ports[i].protocol))
			continue;
		if (tuples != NULL)
			tuples[count] = (struct rrset_srv){ member->name, group->ports[i].port };
		count++;
	}
	return count;
}

/*
 * A ClusterIP's tuples are its addresses times its ports; the number is the Service's port.  An
 * alias stands for one address.
 */
static size_t
cluster_srvs(const struct subject *subject, const struct aspect *aspect, struct rrset_srv *tuples)
{
	const struct service *service = subject->entry->service;
	const uint8_t *target = subject->alias != NULL ? subject->alias : subject->service;
	size_t places = subject->alias != NULL ? 1 : subject->addr_count;
	size_t count = 0;

	for (size_t a = 0; a < places; a++)
		for (size_t p = 0; p < service->port_count; p++) {
			const struct service_port *port = &service->ports[p];

			if (!is_port(aspect, port->name, port->protocol))
				continue;
			if (tuples != NULL)
				tuples[count] = (struct rrset_srv){ target, port->port };
			count++;
		}
	return count;
}

static size_t
aspect_srvs(const struct subject *subject, const struct aspect *aspect, struct rrset_srv *tuples)
{
	size_t count = 0;

	if (!subject->headless)
		return cluster_srvs(subject, aspect, tuples);
	for (size_t i = 0; i < subject->members.count; i++)
		count += member_srvs(subject, &subject->members.items[i], aspect, tuples != NULL ?
		    tuples + count : NULL);
	return count;
}

/* Addresses of every target; of a target all addresses, so that the set is whole (RFC 2181, 5). */
static int
aspect_additional(const struct subject *subject, const struct aspect *aspect,
    struct rrset_list *list)
{
	size_t room = subject->headless ? subject->members.count : subject->addr_count;
	int err = rrset_list_init(list, subject->arena, room);

	if (err != 0)
		return err;
	for (size_t i = 0; !subject->headless && i < subject->addr_count; i++)
		rrset_add_addr(list, subject->service, &subject->addrs[i], subject->ttl_s);
	for (size_t first = 0, end; subject->headless &&
	    first < subject->members.count; first = end) {
		const struct member *run = &subject->members.items[first];
		size_t matched = 0;

		end = member_run_end(&subject->members, first);
		for (size_t i = 0; i < end - first; i++)
			matched += member_srvs(subject, &run[i], aspect, NULL);
		for (size_t i = 0; matched > 0 && i < end - first; i++)
			rrset_add_addr(list, run->name, &run[i].endpoint->of->addr, subject->ttl_s);
	}
	return 0;
}

size_t
aspect_srv_count(const struct subject *subject, const struct aspect *aspect)
{
	return aspect_srvs(subject, aspect, NULL);
}

int
aspect_add_srvs(const struct subject *subject, const struct aspect *aspect,
    struct rrset_list *records,
    struct rrset_list *additional)
{
	size_t count = aspect_srvs(subject, aspect, NULL);

	if (additional != NULL)
		*additional = (struct rrset_list){ 0 };
	if (count == 0)
		return 0;
	struct rrset_srv *tuples = arena_array(subject->arena, count, sizeof(*tuples));
	if (tuples == NULL)
		return ERR_NOMEM;
	aspect_srvs(subject, aspect, tuples);
	int err = rrset_add_srvs(records, tuples, count, subject->ttl_s);
	return err != 0 || additional == NULL ? err : aspect_additional(subject, aspect, additional);
}

size_t
aspect_addr_count(const struct subject *subject)
{
	return subject->headless ? subject->entry->answered_count : subject->addr_count;
}

void
aspect_add_addrs(const struct subject *subject, const struct aspect *aspect,
    struct rrset_list *records)
{
	const struct roster_entry *entry = subject->entry;

	for (size_t i = 0; !subject->headless && i < subject->addr_count; i++)
		rrset_add_addr(records, NULL, &subject->addrs[i], subject->ttl_s);
	for (size_t i = 0; subject->headless && i < entry->endpoint_count; i++)
		if (entry->endpoints[i].answered && in_zone(&entry->endpoints[i], aspect->zone))
			rrset_add_addr(records, NULL, &entry->endpoints[i].of->addr,
			    subject->ttl_s);
}

/* Append (name, protocol), unless it is unnamed or there already. */
static void
note_port(struct aspect *aspects, size_t *count, const char *name, enum protocol protocol)
{
	if (name[0] == '\0')
		return;
	for (size_t i = 0; i < *count; i++)
		if (is_port(&aspects[i], name, protocol))
			return;
	aspects[(*count)++] = (struct aspect){ .port = name, .protocol = protocol };
}

int
aspect_list_ports(const struct subject *subject, struct aspect **aspects, size_t *count)
{
	const struct roster_entry *entry = subject->entry;
	const struct service *service = entry->service;
	size_t room = subject->headless ? 0 : service->port_count;

	for (size_t g = 0; subject->headless && g < entry->group_count; g++)
		room += entry->groups[g].port_count;
	struct aspect *found = arena_array(subject->arena, room + 1, sizeof(*found));
	if (found == NULL)
		return ERR_NOMEM;
	*count = 0;
	for (size_t p = 0; !subject->headless && p < service->port_count; p++)
		note_port(found, count, service->ports[p].name, service->ports[p].protocol);
	for (size_t g = 0; subject->headless && g < entry->group_count; g++)
		for (size_t p = 0; p < entry->groups[g].port_count; p++)
			note_port(found, count, entry->groups[g].ports[p].name,
			    entry->groups[g].ports[p].protocol);
	*aspects = found;
	return 0;
}
