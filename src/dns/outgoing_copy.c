/* outgoing_copy.c - copy a zone into an image, a slice at a time, as it was when that began. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "dns/entry_layout.h"
#include "dns/expand.h"
#include "dns/index.h"
#include "dns/outgoing_parts.h"
#include "dns/page.h"
#include "dns/wire.h"
#include "dns/zone_image.h"

#define ENTRIES_MAX 16          /* between two looks at the clock; one may take a ms by itself */

static int
add_record(void *arg, const struct zone_record *record)
{
	return record->type == DNS_TYPE_SOA ? 0 : zone_image_add(arg, record);
}

void
outgoing_copy_page(struct outgoing *outgoing, const struct outgoing_zone *zone,
    struct page_root *root)
{
	struct zone_copy *copy = &outgoing->copy;

	if (copy->zone != zone || copy->zone == NULL || root->copied == copy->number)
		return;
	root->copied = copy->number;
	if (copy->err == 0)
		copy->err = expand_page(root, add_record, copy->image);
}

void
outgoing_copy_stop(struct outgoing *outgoing)
{
	struct zone_copy *copy = &outgoing->copy;

	if (copy->zone == NULL)
		return;
	index_let_go(outgoing->index);
	free(copy->entries);
	zone_image_unref(copy->image);
	*copy = (struct zone_copy){ .number = copy->number };
}

/* Let go of copies that have not been asked for during so many seconds. */
static void
rest(struct outgoing *outgoing, unsigned age_s)
{
	for (size_t i = 0; i < outgoing->zone_count; i++) {
		struct outgoing_zone *zone = outgoing->zones[i];
		struct zone_image *image = NULL;

		pthread_mutex_lock(&outgoing->mutex);
		if (zone->image != NULL && zone->image_age_s++ >= age_s) {
			image = zone->image;
			zone->image = NULL;
		}
		pthread_mutex_unlock(&outgoing->mutex);
		zone_image_unref(image);
	}
}

void
outgoing_tick(struct outgoing *outgoing)
{
	rest(outgoing, OUTGOING_IMAGE_REST_S);
}

/* ERR_NOTFOUND: nobody waits for a zone that can be copied now. */
static int
start(struct outgoing *outgoing)
{
	struct zone_copy *copy = &outgoing->copy;

	pthread_mutex_lock(&outgoing->mutex);
	struct outgoing_zone *zone = shipment_first_wanted(outgoing);
	pthread_mutex_unlock(&outgoing->mutex);
	if (zone == NULL)
		return ERR_NOTFOUND;
	if (atomic_load(&outgoing->images) >= OUTGOING_IMAGES_MAX)
		rest(outgoing, 0);
	/* The next one who is through wakes us. */
	if (atomic_load(&outgoing->images) >= OUTGOING_IMAGES_MAX)
		return ERR_NOTFOUND;
	struct zone_image *image = zone_image_new(&zone->soa.record, &outgoing->images);
	if (image == NULL)
		return ERR_NOMEM;
	copy->entries = index_hold(outgoing->index, &copy->count);
	if (copy->entries == NULL) {
		zone_image_unref(image);
		return ERR_NOMEM;
	}
	copy->zone = zone;
	copy->image = image;
	copy->at = 0;
	copy->err = 0;
	copy->number++;
	return 0;
}

static bool
is_in_zone(const struct entry *entry, const struct outgoing_zone *zone)
{
	const struct zone_record *soa = &zone->soa.record;

	return entry->zone_len == soa->owner_len &&
	    memcmp(entry_key(entry) + entry->name_len - entry->zone_len, soa->owner,
	    soa->owner_len) == 0;
}

static void
copy_entry(struct outgoing *outgoing, const struct entry *entry)
{
	struct zone_copy *copy = &outgoing->copy;

	if (!is_in_zone(entry, copy->zone))
		return;
	copy->err = expand_entry(entry, add_record, copy->image);
	/* Control may write to what readers only read. */
	if (copy->err == 0 && entry->kind == ENTRY_NETWORK)
		outgoing_copy_page(outgoing, copy->zone,
		    (struct page_root *)(uintptr_t)entry_root(entry));
}

static void
finish(struct outgoing *outgoing)
{
	struct zone_copy *copy = &outgoing->copy;
	struct outgoing_zone *zone = copy->zone;
	struct zone_image *image = copy->image, *before = NULL;

	copy->image = NULL;
	outgoing_copy_stop(outgoing);
	pthread_mutex_lock(&outgoing->mutex);
	outgoing->counts.copies++;
	shipment_deliver(outgoing, zone, image);
	/* Others may still want it, as long as it is of this serial. */
	if (zone_image_serial(image) == zone_record_serial(&zone->soa.record) && zone->settled) {
		before = zone->image;
		zone->image = image;
		zone->image_age_s = 0;
		zone->octets = zone_image_octets(image);
		image = NULL;
	}
	pthread_mutex_unlock(&outgoing->mutex);
	zone_image_unref(before);
	zone_image_unref(image);
}

/* Without memory who waits is told so, rather than left waiting. */
static void
give_up(struct outgoing *outgoing, const struct outgoing_zone *zone)
{
	outgoing_copy_stop(outgoing);
	pthread_mutex_lock(&outgoing->mutex);
	shipment_deliver(outgoing, zone, NULL);
	pthread_mutex_unlock(&outgoing->mutex);
}

bool
outgoing_run(struct outgoing *outgoing, const struct clock *clock, uint64_t slice_us)
{
	struct zone_copy *copy = &outgoing->copy;
	uint64_t began_us = clock_now_us(clock);

	if (outgoing->index == NULL)
		return false;
	if (copy->zone == NULL) {
		int err = start(outgoing);

		if (err == ERR_NOMEM)
			give_up(outgoing, NULL);
		if (err != 0)
			return false;
	}
	while (copy->at < copy->count && copy->err == 0) {
		copy_entry(outgoing, copy->entries[copy->at++]);
		if (copy->at % ENTRIES_MAX == 0 && clock_now_us(clock) - began_us >= slice_us)
			break;
	}
	if (copy->err == 0 && index_waiting(outgoing->index) > OUTGOING_HELD_MAX)
		copy->err = ERR_LIMIT;
	if (copy->err == 0 && copy->at == copy->count)
		copy->err = zone_image_end(copy->image);
	if (copy->err != 0)
		give_up(outgoing, copy->zone);
	else if (copy->at == copy->count)
		finish(outgoing);
	return true;
}
