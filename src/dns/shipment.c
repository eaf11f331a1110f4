/* shipment.c - what goes to one secondary, message by message. */
#include "dns/shipment.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "dns/outgoing_parts.h"
#include "dns/packing.h"
#include "dns/wire.h"
#include "dns/zone_image.h"
#include "dns/zone_step.h"

enum stage {
	STAGE_WAITING,          /* for a copy of the zone; in the list */
	STAGE_IMAGE,
	STAGE_CURRENT,          /* one SOA: there is nothing newer */
	STAGE_STEPS,
	STAGE_END,
	STAGE_FAILED,
};

/* What comes next of the differences (RFC 1995, 4). */
enum part { PART_NEW_SOA, PART_OLD_SOA, PART_GONE, PART_NEXT_SOA, PART_COME, PART_LAST_SOA };

struct shipment {
	TAILQ_ENTRY(shipment) link;
	struct outgoing *outgoing;
	void (*ready)(void *arg);
	void *arg;
	enum stage stage;               /* guarded while waiting */
	bool running;                   /* counted among those */
	uint16_t type;                  /* AXFR or IXFR, in the question */
	uint32_t serial;                /* what the secondary has */
	uint8_t zone_len;
	uint8_t zone[DNS_NAME_MAX];
	struct zone_image *image;
	size_t message;                 /* the next one of it */
	struct zone_soa soa;            /* current, or the last of the differences */
	struct zone_step **steps;
	size_t step_count;
	size_t step;
	enum part part;
	const struct zone_step_place *place;
	struct zone_record record;      /* did not fit into the last message */
	bool has_record;
};

/* ---- delivery ------------------------------------------------------------------------------ */

static bool
is_for(const struct shipment *shipment, const struct outgoing_zone *zone)
{
	return zone->soa.record.owner_len == shipment->zone_len &&
	    memcmp(zone->soa.record.owner, shipment->zone, shipment->zone_len) == 0;
}

static void
take_image(struct shipment *shipment, struct zone_image *image)
{
	shipment->image = zone_image_ref(image);
	shipment->stage = STAGE_IMAGE;
	shipment->outgoing->counts.whole++;
}

/* It waits no longer; NULL: there is nothing for it. */
static void
deliver_to(struct shipment *shipment, struct zone_image *image)
{
	TAILQ_REMOVE(&shipment->outgoing->waiting, shipment, link);
	shipment->stage = STAGE_FAILED;
	if (image != NULL)
		take_image(shipment, image);
	shipment->ready(shipment->arg);
}

void
shipment_deliver(struct outgoing *outgoing, const struct outgoing_zone *zone,
    struct zone_image *image)
{
	struct shipment *shipment = TAILQ_FIRST(&outgoing->waiting), *next;

	for (; shipment != NULL; shipment = next) {
		next = TAILQ_NEXT(shipment, link);
		if (zone == NULL || is_for(shipment, zone))
			deliver_to(shipment, image);
	}
}

void
shipment_dismiss(struct outgoing *outgoing)
{
	struct shipment *shipment = TAILQ_FIRST(&outgoing->waiting), *next;

	for (; shipment != NULL; shipment = next) {
		next = TAILQ_NEXT(shipment, link);
		if (outgoing_find(outgoing, shipment->zone, shipment->zone_len) == NULL)
			deliver_to(shipment, NULL);
	}
}

struct outgoing_zone *
shipment_first_wanted(const struct outgoing *outgoing)
{
	const struct shipment *shipment;

	TAILQ_FOREACH(shipment, &outgoing->waiting, link) {
		struct outgoing_zone *zone = outgoing_find(outgoing, shipment->zone,
		    shipment->zone_len);

		if (zone != NULL && zone->settled)
			return zone;
	}
	return NULL;
}

/* ---- opening ------------------------------------------------------------------------------- */

static int
take_steps(struct shipment *shipment, const struct outgoing_zone *zone, size_t first)
{
	size_t count = zone->step_count - first;

	shipment->steps = calloc(count, sizeof(*shipment->steps));
	if (shipment->steps == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		shipment->steps[i] = zone_step_ref(zone->steps[first + i]);
	shipment->step_count = count;
	shipment->stage = STAGE_STEPS;
	shipment->outgoing->counts.steps++;
	return 0;
}

/* Are the differences from this step on larger than the zone, as far as that is known? */
static bool
are_larger(const struct outgoing_zone *zone, size_t first)
{
	size_t octets = 0;

	for (size_t i = first; i < zone->step_count; i++)
		octets += zone_step_octets(zone->steps[i]);
	return zone->octets > 0 && octets > zone->octets;
}

/* RFC 1982: has the secondary this serial, or a newer one? */
static bool
is_current(const struct outgoing_zone *zone, uint32_t serial)
{
	return (int32_t)(zone_record_serial(&zone->soa.record) - serial) <= 0;
}

static void
take_cached(struct shipment *shipment, struct outgoing_zone *zone)
{
	zone->image_age_s = 0;
	take_image(shipment, zone->image);
}

static int
choose(struct shipment *shipment, struct outgoing_zone *zone, bool incremental)
{
	struct outgoing *outgoing = shipment->outgoing;
	size_t first = SIZE_MAX;

	(void)zone_soa_set(&shipment->soa, zone->soa.record.owner, zone->soa.record.rdata,
	    zone->soa.record.rdata_len, zone->soa.record.ttl_s);
	if (incremental && is_current(zone, shipment->serial)) {
		shipment->stage = STAGE_CURRENT;
		outgoing->counts.current++;
		return 0;
	}
	if (outgoing->running >= SHIPMENT_RUNNING_MAX) {
		outgoing->counts.refused++;
		return ERR_FULL;
	}
	if (incremental)
		first = outgoing_find_step(zone, shipment->serial);
	int err = 0;
	if (first != SIZE_MAX && !are_larger(zone, first))
		err = take_steps(shipment, zone, first);
	else if (zone->image != NULL)
		take_cached(shipment, zone);
	else
		TAILQ_INSERT_TAIL(&outgoing->waiting, shipment, link);
	shipment->running = err == 0;
	outgoing->running += err == 0;
	return err;
}

int
shipment_open(struct outgoing *outgoing, const struct shipment_wish *wish, struct shipment **out)
{
	struct shipment *shipment = calloc(1, sizeof(*shipment));

	if (shipment == NULL)
		return ERR_NOMEM;
	shipment->outgoing = outgoing;
	shipment->ready = wish->ready;
	shipment->arg = wish->arg;
	shipment->type = wish->incremental ? DNS_TYPE_IXFR : DNS_TYPE_AXFR;
	shipment->serial = wish->serial;
	shipment->zone_len = (uint8_t)wish->zone_len;
	memcpy(shipment->zone, wish->zone, wish->zone_len);
	pthread_mutex_lock(&outgoing->mutex);
	struct outgoing_zone *zone = outgoing_find(outgoing, wish->zone, wish->zone_len);
	int err = zone == NULL ? ERR_NOTFOUND : choose(shipment, zone, wish->incremental);
	bool waits = err == 0 && shipment->stage == STAGE_WAITING;
	pthread_mutex_unlock(&outgoing->mutex);
	if (err != 0) {
		free(shipment);
		return err;
	}
	if (waits)
		outgoing->ops->work(outgoing->arg);
	*out = shipment;
	return 0;
}

void
shipment_close(struct shipment *shipment)
{
	if (shipment == NULL)
		return;
	struct outgoing *outgoing = shipment->outgoing;
	pthread_mutex_lock(&outgoing->mutex);
	if (shipment->stage == STAGE_WAITING)
		TAILQ_REMOVE(&outgoing->waiting, shipment, link);
	if (shipment->running)
		outgoing->running--;
	if (shipment->running && shipment->stage != STAGE_END)
		outgoing->counts.failed++;
	bool others = !TAILQ_EMPTY(&outgoing->waiting);
	pthread_mutex_unlock(&outgoing->mutex);
	for (size_t i = 0; i < shipment->step_count; i++)
		zone_step_unref(shipment->steps[i]);
	free(shipment->steps);
	zone_image_unref(shipment->image);
	if (others)
		outgoing->ops->work(outgoing->arg);
	free(shipment);
}

/* ---- messages ------------------------------------------------------------------------------ */

/* An SOA that is the first of an empty step may be asked for by a serial within it. */
static void
old_soa(const struct shipment *shipment, struct zone_soa *soa)
{
	const struct zone_record *from = zone_step_from(shipment->steps[shipment->step]);

	(void)zone_soa_set(soa, from->owner, from->rdata, from->rdata_len, from->ttl_s);
	if (shipment->step == 0) {
		uint8_t *serial = soa->octets + from->owner_len + from->rdata_len - 20;

		wire_set_u16(serial, (uint16_t)(shipment->serial >> 16));
		wire_set_u16(serial + 2, (uint16_t)shipment->serial);
	}
}

/* Step to what comes after the record at hand; false: that was the last. */
static void
advance(struct shipment *shipment)
{
	switch (shipment->part) {
	case PART_NEW_SOA:
		shipment->part = PART_OLD_SOA;
		break;
	case PART_OLD_SOA:
		shipment->part = PART_GONE;
		shipment->place = NULL;
		break;
	case PART_GONE:
	case PART_COME:
		break;
	case PART_NEXT_SOA:
		shipment->part = PART_COME;
		shipment->place = NULL;
		break;
	case PART_LAST_SOA:
		shipment->stage = STAGE_END;
		break;
	}
}

/* Records of a step that are through: what comes then? */
static void
end_part(struct shipment *shipment)
{
	if (shipment->part == PART_GONE)
		shipment->part = PART_NEXT_SOA;
	else if (++shipment->step < shipment->step_count)
		shipment->part = PART_OLD_SOA;
	else
		shipment->part = PART_LAST_SOA;
}

/* The record that is next, which may lie in `soa`. */
static void
find_record(struct shipment *shipment, struct zone_soa *soa, struct zone_record *record)
{
	for (;;) {
		bool gone = shipment->part == PART_GONE;

		switch (shipment->part) {
		case PART_NEW_SOA:
		case PART_LAST_SOA:
			*record = shipment->soa.record;
			return;
		case PART_OLD_SOA:
			old_soa(shipment, soa);
			*record = soa->record;
			return;
		case PART_NEXT_SOA:
			*record = *zone_step_to(shipment->steps[shipment->step]);
			return;
		case PART_GONE:
		case PART_COME:
			if (zone_step_next(shipment->steps[shipment->step], gone ? -1 : 1,
			    &shipment->place, record))
				return;
			end_part(shipment);
			break;
		}
	}
}

static void
pack_steps(struct shipment *shipment, struct packing *packing)
{
	struct zone_record record;
	struct zone_soa soa;

	while (shipment->stage == STAGE_STEPS) {
		if (shipment->has_record)
			record = shipment->record;
		else
			find_record(shipment, &soa, &record);
		shipment->has_record = false;
		if (!packing_add(packing, &record)) {
			/* An SOA is made anew, others are where they were. */
			shipment->has_record = record.type != DNS_TYPE_SOA;
			shipment->record = record;
			return;
		}
		advance(shipment);
	}
}

static enum shipment_state
pack(struct shipment *shipment, uint8_t *buf, size_t *len)
{
	struct packing packing;

	packing_begin(&packing, buf, shipment->zone, shipment->type);
	if (shipment->stage == STAGE_CURRENT) {
		(void)packing_add(&packing, &shipment->soa.record);
		shipment->stage = STAGE_END;
	} else {
		pack_steps(shipment, &packing);
	}
	*len = packing_end(&packing);
	return SHIPMENT_MESSAGE;
}

static enum shipment_state
copy_message(struct shipment *shipment, uint8_t *buf, size_t *len)
{
	const uint8_t *message = zone_image_message(shipment->image, shipment->message++, len);

	memcpy(buf, message, *len);
	wire_set_u16(buf + DNS_HEADER_LEN + shipment->zone_len, shipment->type);
	if (shipment->message == zone_image_count(shipment->image))
		shipment->stage = STAGE_END;
	return SHIPMENT_MESSAGE;
}

static enum stage
look(struct shipment *shipment)
{
	pthread_mutex_lock(&shipment->outgoing->mutex);
	enum stage stage = shipment->stage;
	pthread_mutex_unlock(&shipment->outgoing->mutex);
	return stage;
}

enum shipment_state
shipment_next(struct shipment *shipment, uint8_t *buf, size_t *len)
{
	switch (look(shipment)) {
	case STAGE_WAITING:
		return SHIPMENT_LATER;
	case STAGE_IMAGE:
		return copy_message(shipment, buf, len);
	case STAGE_CURRENT:
	case STAGE_STEPS:
		return pack(shipment, buf, len);
	case STAGE_END:
		return SHIPMENT_END;
	case STAGE_FAILED:
		return SHIPMENT_FAILED;
	}
	return SHIPMENT_FAILED;
}
