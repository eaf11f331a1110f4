/* outgoing_watch.c - what the index is told to change, as records that go and come. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/err.h"
#include "dns/difference.h"
#include "dns/entry_layout.h"
#include "dns/expand.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/outgoing_parts.h"
#include "dns/page.h"
#include "dns/reverse.h"
#include "dns/zone_step.h"

/* A step that is larger is worth no more than the whole zone. */
#define PENDING_MAX (OUTGOING_JOURNAL_MAX / 2)

/* Where records are noted: in a zone, or nowhere. */
struct noting {
	struct outgoing *outgoing;
	struct outgoing_zone *zone;
	int sign;
};

static struct outgoing_zone *
zone_of(struct outgoing *outgoing, const struct entry *entry)
{
	const uint8_t *name = entry_key(entry) + entry->name_len - entry->zone_len;
	struct outgoing_zone *last = outgoing->last;

	if (last != NULL && last->soa.record.owner_len == entry->zone_len &&
	    memcmp(last->soa.record.owner, name, entry->zone_len) == 0)
		return last;
	outgoing->last = outgoing_find(outgoing, name, entry->zone_len);
	return outgoing->last;
}

/* What changed until its next serial is not known any more. */
static void
lose(struct outgoing_zone *zone)
{
	zone_step_unref(zone->pending);
	zone->pending = NULL;
	zone->lost = true;
	zone->settled = false;
}

static void
on_lose(void *arg)
{
	struct outgoing *outgoing = arg;

	/* It is the index that cannot hold; what is noted stands. */
	outgoing_copy_stop(outgoing);
	outgoing->ops->work(outgoing->arg);
}

static int
note(void *arg, int sign, const struct zone_record *record)
{
	struct noting *noting = arg;
	struct outgoing_zone *zone = noting->zone;

	if (zone == NULL)
		return 0;
	zone->settled = false;
	if (zone->lost || record->type == DNS_TYPE_SOA)
		return 0;
	if (zone->pending == NULL)
		zone->pending = zone_step_new();
	if (zone->pending == NULL || zone_step_note(zone->pending, sign, record) != 0 ||
	    zone_step_size(zone->pending) > PENDING_MAX)
		lose(zone);
	return 0;
}

static int
note_signed(void *arg, const struct zone_record *record)
{
	return note(arg, ((struct noting *)arg)->sign, record);
}

/* The PTR record of an address was that of one entry, and is that of the other. */
static void
note_pointers(struct noting *noting, const struct addr *addr, const struct entry *old,
    const struct entry *new)
{
	noting->sign = -1;
	(void)expand_pointer(old, addr, note_signed, noting);
	noting->sign = 1;
	(void)expand_pointer(new, addr, note_signed, noting);
}

static const struct entry *
network_entry(const struct outgoing *outgoing, const struct cidr *network)
{
	uint8_t name[DNS_NAME_MAX];

	reverse_name(network, name);
	return index_get(outgoing->index, name);
}

static void
on_pointer(void *arg, struct page_root *root, unsigned place, const struct entry *old,
    const struct entry *new)
{
	struct outgoing *outgoing = arg;
	const struct entry *network = network_entry(outgoing, &root->network);
	struct noting noting = { .outgoing = outgoing };
	struct addr addr = page_addr(root, place);

	if (network == NULL)
		return;
	noting.zone = zone_of(outgoing, network);
	if (noting.zone == NULL)
		return;
	outgoing_copy_page(outgoing, noting.zone, root);
	note_pointers(&noting, &addr, old, new);
}

static int
touch(void *arg, const struct addr *addr)
{
	struct outgoing *outgoing = ((struct noting *)arg)->outgoing;

	if (array_reserve(&outgoing->touched, &outgoing->touched_room,
	    outgoing->touched_count + 1, sizeof(*outgoing->touched)) != 0)
		return ERR_NOMEM;
	outgoing->touched[outgoing->touched_count++] = *addr;
	return 0;
}

static int
compare_addrs(const void *a, const void *b)
{
	return addr_compare(a, b);
}

/* An address that may lead to the cell: does it, and what is it called then? */
static void
retarget(struct outgoing *outgoing, const struct addr *addr, const struct cell *cell,
    const struct entry *old, const struct entry *new)
{
	unsigned step = reverse_step(addr->family);
	struct cidr network = reverse_prefix(addr, reverse_bits(addr->family) - step);
	const struct entry *entry = network_entry(outgoing, &network);
	struct noting noting = { .outgoing = outgoing };

	if (entry == NULL || entry->kind != ENTRY_NETWORK)
		return;
	/* Control may write to what readers only read. */
	struct page_root *root = (struct page_root *)(uintptr_t)entry_root(entry);
	if (page_get(root, page_place(addr)) != cell)
		return;
	noting.zone = zone_of(outgoing, entry);
	if (noting.zone == NULL)
		return;
	outgoing_copy_page(outgoing, noting.zone, root);
	note_pointers(&noting, addr, old, new);
}

static void
retarget_all(struct outgoing *outgoing, const struct cell *cell, const struct entry *old,
    const struct entry *new)
{
	struct addr *touched = outgoing->touched;
	size_t count = outgoing->touched_count;

	if (count > 1)
		qsort(touched, count, sizeof(*touched), compare_addrs);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || addr_compare(&touched[i - 1], &touched[i]) != 0)
			retarget(outgoing, &touched[i], cell, old, new);
	outgoing->touched_count = 0;
}

static void
lose_all(struct outgoing *outgoing)
{
	outgoing_copy_stop(outgoing);
	for (size_t i = 0; i < outgoing->zone_count; i++)
		lose(outgoing->zones[i]);
	outgoing->touched_count = 0;
}

static void
on_entry(void *arg, const struct entry *old, const struct entry *new, const struct cell *cell)
{
	static const struct difference_ops plain = { note, NULL }, with_addresses = { note, touch };
	struct outgoing *outgoing = arg;
	struct noting noting = { .outgoing = outgoing,
	    .zone = zone_of(outgoing, old != NULL ? old : new) };

	if (difference_entries(old, new, cell == NULL ? &plain : &with_addresses, &noting) != 0)
		lose_all(outgoing);
	else if (cell != NULL)
		retarget_all(outgoing, cell, old, new);
}

void
outgoing_watch_init(struct outgoing *outgoing)
{
	outgoing->observer = (struct index_observer){ .arg = outgoing, .entry = on_entry,
	    .pointer = on_pointer, .lose = on_lose };
}
