/* zone_step.c - the records that went and came between two serials of a zone. */
#include "dns/zone_step.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/keyset.h"
#include "dns/wire.h"
#include "dns/zone_record.h"

#define ARENA_FIRST 1024

/* A record, and how often more it came than it went. */
struct zone_step_place {
	struct zone_step_place *next;
	int sum;
	uint32_t len;
	uint8_t wire[];
};

struct zone_step {
	atomic_uint refs;
	struct arena *arena;            /* NULL: nothing was noted */
	struct keyset noted;            /* until it is sealed */
	struct zone_step_place *first;
	struct zone_step_place *last;
	size_t changed;                 /* those whose sum is not 0 */
	size_t octets;
	struct zone_record from, to;
};

struct zone_step *
zone_step_new(void)
{
	struct zone_step *step = calloc(1, sizeof(*step));

	if (step == NULL)
		return NULL;
	atomic_init(&step->refs, 1);
	keyset_init(&step->noted);
	return step;
}

struct zone_step *
zone_step_ref(struct zone_step *step)
{
	atomic_fetch_add_explicit(&step->refs, 1, memory_order_relaxed);
	return step;
}

void
zone_step_unref(struct zone_step *step)
{
	if (step == NULL ||
	    atomic_fetch_sub_explicit(&step->refs, 1, memory_order_acq_rel) > 1)
		return;
	keyset_release(&step->noted);
	arena_free(step->arena);
	free(step);
}

static bool
is_record(const void *item, const void *key)
{
	const struct zone_step_place *place = item;
	const struct zone_record *record = key;
	struct wire_reader reader;
	struct zone_record here;

	if (place->len != zone_record_len(record))
		return false;
	wire_reader_init(&reader, place->wire, place->len);
	return zone_record_read(&reader, &here) == 0 && here.type == record->type &&
	    here.ttl_s == record->ttl_s && here.rdata_len == record->rdata_len &&
	    here.owner_len == record->owner_len &&
	    memcmp(here.rdata, record->rdata, here.rdata_len) == 0 &&
	    memcmp(here.owner, record->owner, here.owner_len) == 0;
}

static uint32_t
hash_of(const struct zone_step *step, const struct zone_record *record)
{
	uint32_t owner = keyset_hash(&step->noted, record->owner, record->owner_len);

	return owner ^ (keyset_hash(&step->noted, record->rdata, record->rdata_len) +
	    record->type) * 0x9e3779b1u;
}

static struct zone_step_place *
add(struct zone_step *step, uint32_t hash, const struct zone_record *record)
{
	size_t len = zone_record_len(record);
	struct zone_step_place *place;

	if (step->arena == NULL)
		step->arena = arena_new(ARENA_FIRST);
	if (step->arena == NULL)
		return NULL;
	place = arena_alloc(step->arena, sizeof(*place) + len);
	if (place == NULL || keyset_add(&step->noted, hash, place) != 0)
		return NULL;
	place->len = (uint32_t)len;
	zone_record_write(record, place->wire);
	if (step->last == NULL)
		step->first = place;
	else
		step->last->next = place;
	step->last = place;
	return place;
}

int
zone_step_note(struct zone_step *step, int sign, const struct zone_record *record)
{
	uint32_t hash = hash_of(step, record);
	struct zone_step_place *place = keyset_find(&step->noted, hash, is_record, record);

	if (place == NULL)
		place = add(step, hash, record);
	if (place == NULL)
		return ERR_NOMEM;
	bool was = place->sum != 0;
	place->sum += sign;
	if (place->sum != 0 && !was) {
		step->changed++;
		step->octets += place->len;
	} else if (place->sum == 0 && was) {
		step->changed--;
		step->octets -= place->len;
	}
	return 0;
}

bool
zone_step_is_empty(const struct zone_step *step)
{
	return step->changed == 0;
}

size_t
zone_step_size(const struct zone_step *step)
{
	/* A cell of the set is a hash and a pointer. */
	return sizeof(*step) + (step->arena == NULL ? 0 : arena_size(step->arena)) +
	    12 * (size_t)step->noted.cells;
}

static int
keep_record(struct arena *arena, const struct zone_record *record, struct zone_record *kept)
{
	*kept = *record;
	kept->owner = arena_copy(arena, record->owner, record->owner_len);
	kept->rdata = arena_copy(arena, record->rdata, record->rdata_len);
	return kept->owner == NULL || kept->rdata == NULL ? ERR_NOMEM : 0;
}

int
zone_step_seal(struct zone_step *step, const struct zone_record *from, const struct zone_record *to)
{
	keyset_release(&step->noted);
	keyset_init(&step->noted);
	/* What was undone need not be kept. */
	if (step->changed == 0) {
		arena_free(step->arena);
		step->arena = NULL;
		step->first = step->last = NULL;
	}
	if (step->arena == NULL)
		step->arena = arena_new(ARENA_FIRST / 2);
	if (step->arena == NULL || keep_record(step->arena, from, &step->from) != 0 ||
	    keep_record(step->arena, to, &step->to) != 0)
		return ERR_NOMEM;
	return 0;
}

const struct zone_record *
zone_step_from(const struct zone_step *step)
{
	return &step->from;
}

const struct zone_record *
zone_step_to(const struct zone_step *step)
{
	return &step->to;
}

size_t
zone_step_octets(const struct zone_step *step)
{
	return step->octets + zone_record_len(&step->from) + zone_record_len(&step->to);
}

bool
zone_step_next(const struct zone_step *step, int sign, const struct zone_step_place **place,
    struct zone_record *record)
{
	const struct zone_step_place *at = *place == NULL ? step->first : (*place)->next;
	struct wire_reader reader;

	while (at != NULL && (sign < 0 ? at->sum >= 0 : at->sum <= 0))
		at = at->next;
	if (at == NULL)
		return false;
	*place = at;
	wire_reader_init(&reader, at->wire, at->len);
	return zone_record_read(&reader, record) == 0;
}
