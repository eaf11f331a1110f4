/* forward.c - which zones are asked elsewhere, of whom, and how. */
#include "dns/forward.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "dns/name.h"

struct forward {
	size_t count;
	/* bit n: a zone's name has n octets; most names of a query are looked up once or twice */
	uint64_t lengths[4];
	uint64_t seed;
	size_t mask;
	uint32_t *slots;                /* 1 + place in `zones`; 0: empty */
	char **lacks;
	struct forward_zone zones[];
};

static uint32_t *
slot_of(const struct forward *forward, const uint8_t *name, size_t len)
{
	size_t at = (size_t)text_digest(forward->seed, name, len) & forward->mask;

	while (forward->slots[at] != 0) {
		const struct forward_zone *zone = &forward->zones[forward->slots[at] - 1];

		if (zone->name_len == len && memcmp(zone->name, name, len) == 0)
			break;
		at = (at + 1) & forward->mask;
	}
	return &forward->slots[at];
}

static int
add(struct forward *forward, const struct forward_zone *zone)
{
	struct forward_zone *own = &forward->zones[forward->count];
	uint32_t *slot = slot_of(forward, zone->name, zone->name_len);

	if (*slot != 0)
		return ERR_EXISTS;
	*own = *zone;
	if (zone->lack != NULL) {
		forward->lacks[forward->count] = strdup(zone->lack);
		own->lack = forward->lacks[forward->count];
		if (own->lack == NULL)
			return ERR_NOMEM;
	}
	*slot = (uint32_t)++forward->count;
	forward->lengths[zone->name_len / 64] |= 1ULL << zone->name_len % 64;
	return 0;
}

int
forward_new(const struct forward_zone *zones, size_t count, struct forward **out)
{
	struct forward *forward = calloc(1, sizeof(*forward) + count * sizeof(*zones));
	size_t size = 4;
	int err = 0;

	if (forward == NULL)
		return ERR_NOMEM;
	while (size < 2 * count)
		size *= 2;
	forward->mask = size - 1;
	forward->seed = text_seed();
	forward->slots = calloc(size, sizeof(*forward->slots));
	forward->lacks = calloc(count + 1, sizeof(*forward->lacks));
	if (forward->slots == NULL || forward->lacks == NULL)
		err = ERR_NOMEM;
	for (size_t i = 0; i < count && err == 0; i++)
		err = add(forward, &zones[i]);
	if (err != 0) {
		forward_free(forward);
		return err;
	}
	*out = forward;
	return 0;
}

void
forward_free(struct forward *forward)
{
	if (forward == NULL)
		return;
	for (size_t i = 0; i < forward->count && forward->lacks != NULL; i++)
		free(forward->lacks[i]);
	free(forward->lacks);
	free(forward->slots);
	free(forward);
}

size_t
forward_count(const struct forward *forward)
{
	return forward == NULL ? 0 : forward->count;
}

const struct forward_zone *
forward_at(const struct forward *forward, size_t i)
{
	return i < forward_count(forward) ? &forward->zones[i] : NULL;
}

const struct forward_zone *
forward_find(const struct forward *forward, const uint8_t *name, size_t len)
{
	const uint8_t *end = name + len;

	if (forward == NULL || len == 0 || len > DNS_NAME_MAX)
		return NULL;
	for (const uint8_t *at = name; at < end; at += 1 + *at) {
		size_t left = (size_t)(end - at);
		uint32_t slot;

		if ((forward->lengths[left / 64] >> left % 64 & 1) == 0)
			continue;
		slot = *slot_of(forward, at, left);
		if (slot != 0)
			return &forward->zones[slot - 1];
	}
	return NULL;
}

bool
forward_covers(const struct forward *forward, const uint8_t *zone, size_t len)
{
	for (size_t i = 0; i < forward_count(forward); i++) {
		const struct forward_zone *own = &forward->zones[i];

		if (own->name_len >= len && name_is_under(own->name, zone) && own->name_len > 1)
			return true;
	}
	return false;
}
