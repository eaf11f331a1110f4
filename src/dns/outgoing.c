/* outgoing.c - our zones as secondaries want them: their journals, from serial to serial. */
#include "dns/outgoing.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/err.h"
#include "base/log.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/outgoing_parts.h"
#include "dns/wire.h"
#include "dns/zone_image.h"
#include "dns/zone_step.h"
#include "dns/zone_table.h"

/* ---- zones --------------------------------------------------------------------------------- */

bool
zone_soa_set(struct zone_soa *soa, const uint8_t *zone, const uint8_t *rdata, size_t len,
    uint32_t ttl_s)
{
	size_t owner_len = name_len(zone);

	if (len > sizeof(soa->octets) - DNS_NAME_MAX)
		return false;
	memcpy(soa->octets, zone, owner_len);
	memcpy(soa->octets + owner_len, rdata, len);
	soa->record = (struct zone_record){ .owner = soa->octets, .owner_len = (uint8_t)owner_len,
		.rdata = soa->octets + owner_len, .rdata_len = (uint16_t)len, .ttl_s = ttl_s,
		.type = DNS_TYPE_SOA };
	return true;
}

struct outgoing_zone *
outgoing_find(const struct outgoing *outgoing, const uint8_t *name, size_t len)
{
	for (size_t i = 0; i < outgoing->zone_count; i++) {
		const struct zone_record *soa = &outgoing->zones[i]->soa.record;

		if (soa->owner_len == len && memcmp(soa->owner, name, len) == 0)
			return outgoing->zones[i];
	}
	return NULL;
}

int
outgoing_add(struct outgoing *outgoing, const uint8_t *name, const uint8_t *rdata, size_t len,
    uint32_t ttl_s, bool settled)
{
	struct outgoing_zone *zone = calloc(1, sizeof(*zone));
	int err = ERR_NOMEM;

	if (zone == NULL || !zone_soa_set(&zone->soa, name, rdata, len, ttl_s))
		goto out;
	zone->settled = settled;
	zone->lost = !settled;
	pthread_mutex_lock(&outgoing->mutex);
	err = array_reserve(&outgoing->zones, &outgoing->zone_room, outgoing->zone_count + 1,
	    sizeof(*outgoing->zones));
	if (err == 0) {
		outgoing->zones[outgoing->zone_count++] = zone;
		outgoing->counts.zones++;
		zone = NULL;
	}
	pthread_mutex_unlock(&outgoing->mutex);
out:
	free(zone);
	return err;
}

static void
forget_steps(struct outgoing *outgoing, struct outgoing_zone *zone, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		zone->steps_size -= zone_step_size(zone->steps[i]);
		outgoing->journal_size -= zone_step_size(zone->steps[i]);
		zone_step_unref(zone->steps[i]);
	}
	zone->step_count -= count;
	if (zone->step_count > 0)
		memmove(zone->steps, zone->steps + count, zone->step_count * sizeof(*zone->steps));
}

void
outgoing_drop(struct outgoing *outgoing, struct outgoing_zone *zone)
{
	if (outgoing->copy.zone == zone)
		outgoing_copy_stop(outgoing);
	pthread_mutex_lock(&outgoing->mutex);
	for (size_t i = 0; i < outgoing->zone_count; i++) {
		if (outgoing->zones[i] != zone)
			continue;
		outgoing->zones[i] = outgoing->zones[--outgoing->zone_count];
		outgoing->counts.zones--;
		break;
	}
	forget_steps(outgoing, zone, zone->step_count);
	pthread_mutex_unlock(&outgoing->mutex);
	if (outgoing->last == zone)
		outgoing->last = NULL;
	zone_image_unref(zone->image);
	zone_step_unref(zone->pending);
	free(zone->steps);
	free(zone);
}

/* ---- the journal --------------------------------------------------------------------------- */

/* RFC 1982: is serial a before b? */
static bool
is_before(uint32_t a, uint32_t b)
{
	return a != b && (int32_t)(b - a) > 0;
}

size_t
outgoing_find_step(const struct outgoing_zone *zone, uint32_t serial)
{
	for (size_t i = zone->step_count; i-- > 0;) {
		const struct zone_step *step = zone->steps[i];
		uint32_t from = zone_record_serial(zone_step_from(step));

		/* While nothing changes serials may pass in one step. */
		if (from == serial || (zone_step_is_empty(step) && is_before(from, serial) &&
		    is_before(serial, zone_record_serial(zone_step_to(step)))))
			return i;
	}
	return SIZE_MAX;
}

/* Room for one more step, at the cost of the oldest ones, of others if it must be. */
static void
make_room(struct outgoing *outgoing, struct outgoing_zone *zone, size_t size)
{
	if (zone->step_count >= OUTGOING_STEPS_MAX)
		forget_steps(outgoing, zone, zone->step_count - OUTGOING_STEPS_MAX / 2);
	while (outgoing->journal_size + size > OUTGOING_JOURNAL_MAX) {
		struct outgoing_zone *largest = zone;

		for (size_t i = 0; i < outgoing->zone_count; i++)
			if (outgoing->zones[i]->steps_size > largest->steps_size)
				largest = outgoing->zones[i];
		if (largest->step_count == 0)
			return;
		forget_steps(outgoing, largest, (largest->step_count + 3) / 4);
	}
}

/* What changed since the last serial, up to this one.  The mutex is held. */
static int
add_step(struct outgoing *outgoing, struct outgoing_zone *zone, const struct zone_soa *soa)
{
	struct zone_step *step = zone->pending != NULL ? zone->pending : zone_step_new();
	const struct zone_record *from = &zone->soa.record;
	struct zone_step *last = zone->step_count == 0 ? NULL : zone->steps[zone->step_count - 1];
	int err = step == NULL ? ERR_NOMEM : 0;

	zone->pending = NULL;
	bool joins = err == 0 && last != NULL && zone_step_is_empty(step) &&
	    zone_step_is_empty(last);
	if (joins)
		from = zone_step_from(last);
	if (err == 0)
		err = zone_step_seal(step, from, &soa->record);
	if (err == 0)
		make_room(outgoing, zone, zone_step_size(step));
	if (err == 0)
		err = array_reserve(&zone->steps, &zone->step_room, zone->step_count + 1,
		    sizeof(*zone->steps));
	if (err != 0) {
		zone_step_unref(step);
		return err;
	}
	if (joins && zone->step_count > 0) {
		zone->step_count--;
		outgoing->journal_size -= zone_step_size(last);
		zone->steps_size -= zone_step_size(last);
		zone_step_unref(last);
	}
	zone->steps[zone->step_count++] = step;
	zone->steps_size += zone_step_size(step);
	outgoing->journal_size += zone_step_size(step);
	return 0;
}

/* The zone has its next serial; false: nothing is known of what changed. */
static void
step_to(struct outgoing *outgoing, struct outgoing_zone *zone, const struct zone_soa *soa)
{
	uint32_t before = zone_record_serial(&zone->soa.record);
	bool whole = zone->lost || !is_before(before, zone_record_serial(&soa->record));

	if (whole || add_step(outgoing, zone, soa) != 0) {
		zone_step_unref(zone->pending);
		zone->pending = NULL;
		forget_steps(outgoing, zone, zone->step_count);
		zone->octets = 0;
	}
	zone->lost = false;
}

/*
 * The zone has the same serial as before, and other records: a file that was changed without its
 * serial.  Who has that serial will get the whole zone with the next one.
 */
static void
note_same(struct outgoing *outgoing, struct outgoing_zone *zone)
{
	char text[NAME_TEXT_SIZE];

	zone_step_unref(zone->pending);
	zone->pending = NULL;
	zone->octets = 0;
	if (zone->fresh)
		return;
	zone->lost = true;
	forget_steps(outgoing, zone, zone->step_count);
	log_warn("zone %s changes, but its serial does not: secondaries will not see it",
	    name_to_text(zone->soa.record.owner, text));
}

/* A stream has no time limit for who waits: nobody may wait for what does not come. */
static void
dismiss(struct outgoing *outgoing)
{
	pthread_mutex_lock(&outgoing->mutex);
	shipment_dismiss(outgoing);
	pthread_mutex_unlock(&outgoing->mutex);
}

static void
on_zone(void *arg, const uint8_t *name, const uint8_t *rdata, uint16_t len, uint32_t ttl_s)
{
	struct outgoing *outgoing = arg;
	struct outgoing_zone *zone = outgoing_find(outgoing, name, name_len(name));
	struct zone_image *image = NULL;
	struct zone_soa soa;

	if (rdata == NULL) {
		if (zone != NULL)
			outgoing_drop(outgoing, zone);
		dismiss(outgoing);
		return;
	}
	/* Without memory it cannot be had by anybody, until it is set again. */
	if (zone == NULL) {
		if (outgoing_add(outgoing, name, rdata, len, ttl_s, true) == 0)
			outgoing_find(outgoing, name, name_len(name))->fresh = true;
		return;
	}
	if (!zone_soa_set(&soa, name, rdata, len, ttl_s))
		return;
	uint32_t serial = zone_record_serial(&soa.record);
	bool stepped = serial != zone_record_serial(&zone->soa.record);
	bool changed = !zone->settled && (zone->lost ||
	    (zone->pending != NULL && !zone_step_is_empty(zone->pending)));
	pthread_mutex_lock(&outgoing->mutex);
	if (stepped)
		step_to(outgoing, zone, &soa);
	else if (changed)
		note_same(outgoing, zone);
	if (stepped || changed) {
		image = zone->image;
		zone->image = NULL;
	}
	(void)zone_soa_set(&zone->soa, name, rdata, len, ttl_s);
	outgoing->counts.journal_octets = outgoing->journal_size;
	bool wanted = !TAILQ_EMPTY(&outgoing->waiting);
	pthread_mutex_unlock(&outgoing->mutex);
	zone_image_unref(image);
	zone->settled = true;
	bool tell = (stepped || zone->fresh) && changed;
	zone->fresh = false;
	if (tell && outgoing->ops->changed != NULL)
		outgoing->ops->changed(outgoing->arg, name, serial);
	if (wanted)
		outgoing->ops->work(outgoing->arg);
}

/* ---- life ---------------------------------------------------------------------------------- */

struct outgoing *
outgoing_new(const struct outgoing_ops *ops, void *arg)
{
	struct outgoing *outgoing = calloc(1, sizeof(*outgoing));

	if (outgoing == NULL)
		return NULL;
	outgoing->ops = ops;
	outgoing->arg = arg;
	pthread_mutex_init(&outgoing->mutex, NULL);
	TAILQ_INIT(&outgoing->waiting);
	outgoing_watch_init(outgoing);
	outgoing->observer.zone = on_zone;
	return outgoing;
}

void
outgoing_free(struct outgoing *outgoing)
{
	if (outgoing == NULL)
		return;
	outgoing_unwatch(outgoing, true);
	pthread_mutex_destroy(&outgoing->mutex);
	free(outgoing->zones);
	free(outgoing->touched);
	free(outgoing);
}

int
outgoing_watch(struct outgoing *outgoing, struct index *index, bool settled)
{
	const struct zone_table *zones = index_zones(index);
	uint8_t rdata[ZONE_SOA_MAX];
	int err = 0;

	outgoing_unwatch(outgoing, false);
	for (size_t i = 0; err == 0 && zones != NULL && i <= zones->mask; i++) {
		const struct zone *zone = zone_table_slot(zones, i);
		uint32_t ttl_s;

		/* A secondary has local zones of its own. */
		if (zone == NULL || (zone->flags & (ZONE_FINAL | ZONE_COMING)) != 0)
			continue;
		size_t len = zone_table_soa(zone, rdata, &ttl_s);
		err = outgoing_add(outgoing, zone->name, rdata, len, ttl_s, settled);
	}
	if (err != 0) {
		outgoing_unwatch(outgoing, true);
		return err;
	}
	dismiss(outgoing);
	outgoing->index = index;
	index_observe(index, &outgoing->observer);
	outgoing->ops->work(outgoing->arg);
	return 0;
}

void
outgoing_unwatch(struct outgoing *outgoing, bool for_good)
{
	outgoing_copy_stop(outgoing);
	if (outgoing->index != NULL)
		index_observe(outgoing->index, NULL);
	outgoing->index = NULL;
	while (outgoing->zone_count > 0)
		outgoing_drop(outgoing, outgoing->zones[outgoing->zone_count - 1]);
	if (!for_good)
		return;
	pthread_mutex_lock(&outgoing->mutex);
	shipment_deliver(outgoing, NULL, NULL);
	pthread_mutex_unlock(&outgoing->mutex);
}

bool
outgoing_is_watching(const struct outgoing *outgoing, const struct index *index)
{
	return outgoing->index == index;
}

int
outgoing_each_zone(const struct outgoing *outgoing, outgoing_zone_fn *visit, void *arg)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < outgoing->zone_count; i++) {
		const struct zone_record *soa = &outgoing->zones[i]->soa.record;

		err = visit(arg, soa->owner, zone_record_serial(soa));
	}
	return err;
}

void
outgoing_counts(struct outgoing *outgoing, struct outgoing_counts *counts)
{
	pthread_mutex_lock(&outgoing->mutex);
	*counts = outgoing->counts;
	pthread_mutex_unlock(&outgoing->mutex);
}

void
outgoing_note_refused(struct outgoing *outgoing)
{
	pthread_mutex_lock(&outgoing->mutex);
	outgoing->counts.refused++;
	pthread_mutex_unlock(&outgoing->mutex);
}
