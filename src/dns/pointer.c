/* pointer.c - under which names the addresses of a Service are found in reverse. */
#include "dns/pointer.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "dns/dns_settings.h"
#include "dns/owner.h"
#include "dns/subject.h"
#include "dns/domain.h"
#include "model/roster.h"

int
pointer_compare(const struct pointer *a, const struct pointer *b)
{
	int order = addr_compare(&a->addr, &b->addr);

	if (order == 0)
		order = a->rank - b->rank;
	return order != 0 ? order : owner_compare(a->target, b->target);
}

static int
compare(const void *a, const void *b)
{
	return pointer_compare(a, b);
}

/* A name chosen for the endpoint says more than one made of its address. */
static enum pointer_rank
member_rank(const struct roster_entry *entry, const struct roster_endpoint *endpoint)
{
	if (!entry->headless)
		return POINTER_ENDPOINT;
	return roster_hostname(endpoint) != NULL ? POINTER_HOSTNAME : POINTER_HEADLESS;
}

static bool
is_wanted(const struct addr *wanted, const struct addr *addr)
{
	return wanted == NULL || addr_compare(wanted, addr) == 0;
}

static size_t
drop_doubles(struct pointer *items, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kept == 0 || pointer_compare(&items[kept - 1], &items[i]) != 0)
			items[kept++] = items[i];
	return kept;
}

/* Its name in the external zone, at each of its addresses there; there is room. */
static int
add_external(const struct subject *subject, struct pointer *items, size_t *count)
{
	struct domain outside = domain_outside(subject->domain);
	struct subject there;
	int err = subject_init(&there, &outside, subject->entry, subject->only, subject->arena);

	if (err != 0)
		return err == ERR_NOTFOUND ? 0 : err;
	for (size_t i = 0; i < there.addr_count; i++)
		if (is_wanted(subject->only, &there.addrs[i]))
			items[(*count)++] = (struct pointer){ there.addrs[i], POINTER_EXTERNAL,
			    there.ttl_s, there.service };
	return 0;
}

int
pointer_list_build(const struct subject *subject, struct pointer_list *list)
{
	const struct dns_settings *settings = subject->domain->settings;
	const struct roster_entry *entry = subject->entry;
	size_t count = 0;
	struct pointer *items = arena_array(subject->arena,
	    (size_t)entry->cluster_ip_count + entry->external_ip_count +
	    subject->members.count + 1, sizeof(*items));
	int err = 0;

	if (items == NULL)
		return ERR_NOMEM;
	if (subject->domain->outside != NULL && entry->external_ip_count > 0)
		err = add_external(subject, items, &count);
	if (err != 0)
		return err;
	for (size_t i = 0; i < entry->cluster_ip_count; i++)
		if (is_wanted(subject->only, &entry->cluster_ips[i]))
			items[count++] = (struct pointer){ entry->cluster_ips[i],
			    POINTER_CLUSTER_IP,
				settings->ttl_cluster_ip_s, subject->service };
	for (size_t i = 0; i < subject->members.count; i++) {
		const struct member *member = &subject->members.items[i];

		items[count++] = (struct pointer){ member->endpoint->of->addr,
			(uint8_t)member_rank(entry, member->endpoint), settings->ttl_headless_s,
			    member->name };
	}
	qsort(items, count, sizeof(*items), compare);
	list->items = items;
	list->count = drop_doubles(items, count);
	return 0;
}
