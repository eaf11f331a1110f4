/* member.c - the answered endpoints of a Service under their endpoint names. */
#include "dns/member.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "dns/dns_settings.h"
#include "dns/owner.h"
#include "dns/subject.h"
#include "dns/domain.h"
#include "model/roster.h"

#define FEW 64

/* One octet in decimal; the end of it. */
static char *
write_octet(char *at, unsigned octet)
{
	if (octet >= 100)
		*at++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*at++ = (char)('0' + octet / 10 % 10);
	*at++ = (char)('0' + octet % 10);
	return at;
}

/* Made for every endpoint of the world, and so without printf where that is easy. */
char *
member_dashed(const struct addr *addr, char buf[MEMBER_LABEL_SIZE])
{
	char *end = buf;

	if (addr->family == ADDR_IP4) {
		for (unsigned i = 0; i < 4; i++) {
			end = write_octet(end, addr->octets[i]);
			*end++ = i < 3 ? '-' : '\0';
		}
		return buf;
	}
	addr_text(addr, buf);
	for (char *at = buf; *at != '\0'; at++)
		if (*at == '.' || *at == ':')
			*at = '-';
	return buf;
}

/*
 * A host name neither begins nor ends with '-' (RFC 1123, 2.1): "::1" is 0--1, "2001:db8::" is
 * 2001-db8--0.
 */
char *
member_address_label(const struct addr *addr, char buf[MEMBER_LABEL_SIZE])
{
	size_t len = strlen(member_dashed(addr, buf));

	if (buf[len - 1] == '-') {
		buf[len++] = '0';
		buf[len] = '\0';
	}
	if (buf[0] == '-') {
		memmove(buf + 1, buf, len + 1);
		buf[0] = '0';
	}
	return buf;
}

/* Pod names are DNS subdomains; only one that is a single label can stand below a Service. */
static bool
is_label(const char *text)
{
	return text != NULL && text[0] != '\0' && strlen(text) < MEMBER_LABEL_SIZE && strchr(text,
	    '.') == NULL;
}

char *
member_label(const struct dns_settings *settings, const struct roster_endpoint *endpoint,
    char buf[MEMBER_LABEL_SIZE])
{
	const char *hostname = roster_hostname(endpoint);

	if (is_label(hostname))
		return strcpy(buf, hostname);
	if (settings->endpoint_pod_names && is_label(endpoint->of->pod_name))
		return strcpy(buf, endpoint->of->pod_name);
	return member_address_label(&endpoint->of->addr, buf);
}

/* All names end in the Service's: their labels decide, length octets first as in owner_compare. */
static int
compare_labels(const struct member *a, const struct member *b)
{
	if (a->name == b->name)
		return 0;
	return *a->name != *b->name ? *a->name - *b->name :
	    memcmp(a->name + 1, b->name + 1, *a->name);
}

static int
compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int order = compare_labels(x, y);

	if (order == 0)
		order = addr_compare(&x->endpoint->of->addr, &y->endpoint->of->addr);
	return order != 0 ? order : (x->endpoint > y->endpoint) - (x->endpoint < y->endpoint);
}

/*
 * Endpoints come by address, and so are mostly sorted by label already; of a few that are not, not
 * many stand in a wrong place.
 */
static void
sort_members(struct member *items, size_t count)
{
	size_t sorted = 1;

	while (sorted < count && compare_members(&items[sorted - 1], &items[sorted]) < 0)
		sorted++;
	if (sorted < count && count > FEW) {
		qsort(items, count, sizeof(*items), compare_members);
		return;
	}
	for (; sorted < count; sorted++) {
		struct member member = items[sorted];
		size_t at = sorted;

		for (; at > 0 && compare_members(&items[at - 1], &member) > 0; at--)
			items[at] = items[at - 1];
		items[at] = member;
	}
}

/* Let members of one name share one copy of it, so that a run is found by comparing pointers. */
static void
share_names(struct member *items, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (compare_labels(&items[i - 1], &items[i]) == 0)
			items[i].name = items[i - 1].name;
}

/* The first endpoint that does not come before `addr`; endpoints are sorted by address. */
static size_t
find_first(const struct roster_entry *entry, const struct addr *addr)
{
	size_t low = 0, high = entry->endpoint_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (addr_compare(&entry->endpoints[middle].of->addr, addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The endpoints the subject looks at: entry->endpoints[*first..*end - 1]. */
static void
find_range(const struct subject *subject, size_t *first, size_t *end)
{
	const struct roster_entry *entry = subject->entry;

	*first = 0;
	*end = entry->endpoint_count;
	if (subject->only == NULL)
		return;
	*first = *end = find_first(entry, subject->only);
	while (*end < entry->endpoint_count && addr_compare(&entry->endpoints[*end].of->addr,
	    subject->only) == 0)
		(*end)++;
}

int
member_list_build(const struct subject *subject, struct member_list *list)
{
	const struct roster_entry *entry = subject->entry;
	const struct dns_settings *settings = subject->domain->settings;
	size_t first, end, count = 0;

	*list = (struct member_list){ 0 };
	find_range(subject, &first, &end);
	if (entry->answered_count == 0 || first == end)
		return 0;
	struct member *items = arena_array(subject->arena, end - first, sizeof(*items));
	if (items == NULL)
		return ERR_NOMEM;
	size_t service_len = owner_len(subject->service);
	for (size_t i = first; i < end; i++) {
		const struct roster_endpoint *endpoint = &entry->endpoints[i];
		char label[MEMBER_LABEL_SIZE];

		if (!endpoint->answered)
			continue;
		int err = owner_prepend(subject->arena, member_label(settings, endpoint, label),
		    subject->service, service_len, &items[count].name);
		if (err == ERR_NOMEM)
			return err;
		items[count].endpoint = endpoint;
		if (err == 0)
			count++;
	}
	sort_members(items, count);
	share_names(items, count);
	list->items = items;
	list->count = count;
	return 0;
}

size_t
member_run_end(const struct member_list *list, size_t first)
{
	size_t end = first + 1;

	while (end < list->count && list->items[end].name == list->items[first].name)
		end++;
	return end;
}
