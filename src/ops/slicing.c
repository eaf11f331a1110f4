/* slicing.c - which endpoints of a Service go into which EndpointSlice. */
#include "ops/slicing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "model/slice.h"

/* Kubernetes makes names of no more than 63, of which five are chosen. */
#define BASE_MAX 58
#define SUFFIX_LEN 5

static struct slicing_run *
run_find(const struct slicing *slicing, uint8_t family, uint32_t group)
{
	for (size_t i = group; i < slicing->run_count; i += slicing->group_count)
		if (slicing->runs[i].family == family)
			return &slicing->runs[i];
	return NULL;
}

static int
make_runs(struct slicing *slicing, const uint8_t *families, size_t family_count,
    size_t group_count)
{
	size_t count = family_count * group_count;

	*slicing = (struct slicing){ .run_count = count, .group_count = group_count };
	if (count == 0)
		return 0;
	slicing->runs = calloc(count, sizeof(*slicing->runs));
	if (slicing->runs == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		slicing->runs[i].family = families[i / group_count];
		slicing->runs[i].group = (uint32_t)(i % group_count);
	}
	return 0;
}

/* Those without endpoints have no slice, but that there is one for each family without any. */
static void
number_parts(struct slicing *slicing, bool placeholders)
{
	for (size_t i = 0; i < slicing->run_count; i++) {
		struct slicing_run *run = &slicing->runs[i];

		run->first_part = (uint32_t)slicing->part_count;
		slicing->part_count += (run->count + SLICING_MAX - 1) / SLICING_MAX;
	}
	if (!placeholders || slicing->part_count > 0)
		return;
	for (size_t i = 0; i < slicing->run_count; i++) {
		struct slicing_run *run = &slicing->runs[i];

		run->first_part = (uint32_t)slicing->part_count;
		if (i == 0 || run->family != run[-1].family)
			slicing->part_count++;
	}
}

int
slicing_make(const struct roster_entry *entry, struct slicing *out)
{
	size_t groups = entry->group_count > 0 ? entry->group_count : 1;
	int err = make_runs(out, entry->families, entry->family_count, groups);

	if (err != 0)
		return err;
	for (size_t i = 0; i < entry->endpoint_count; i++) {
		const struct roster_endpoint *endpoint = &entry->endpoints[i];
		struct slicing_run *run = endpoint->from_slice ? NULL :
		    run_find(out, endpoint->of->addr.family, endpoint->group);

		if (run != NULL)
			run->count++;
	}
	number_parts(out, true);
	return 0;
}

int
slicing_mirror(const struct slice *endpoints, struct slicing *out)
{
	static const uint8_t families[] = { ADDR_IP4, ADDR_IP6 };
	int err = make_runs(out, families, 2, endpoints->part_count);

	if (err != 0)
		return err;
	for (uint32_t i = 0; i < endpoints->part_count; i++) {
		const struct slice_part *part = &endpoints->parts[i];

		for (uint32_t j = 0; j < part->endpoint_count; j++) {
			struct slicing_run *run = run_find(out, part->endpoints[j].addr.family, i);

			if (run != NULL)
				run->count++;
		}
	}
	number_parts(out, false);
	return 0;
}

void
slicing_release(struct slicing *slicing)
{
	free(slicing->runs);
	*slicing = (struct slicing){ 0 };
}

const struct slicing_run *
slicing_find(const struct slicing *slicing, size_t part, size_t *skip)
{
	const struct slicing_run *found = NULL;

	for (size_t i = 0; i < slicing->run_count; i++) {
		const struct slicing_run *run = &slicing->runs[i];

		/* An empty one does not count behind one that has the same number. */
		if (run->first_part <= part && (found == NULL ||
		    found->first_part < run->first_part || found->count == 0))
			found = run;
	}
	if (found != NULL)
		*skip = (part - found->first_part) * SLICING_MAX;
	return found;
}

bool
slicing_next(struct slicing *slicing, uint8_t family, uint32_t group, size_t *part)
{
	struct slicing_run *run = run_find(slicing, family, group);

	if (run == NULL)
		return false;
	*part = run->first_part + run->seen++ / SLICING_MAX;
	return true;
}

char *
slicing_name(const char *ns, const char *name, size_t part, unsigned salt,
    char buf[SLICING_NAME_SIZE])
{
	/* As Kubernetes chooses: no vowels, and nothing that is easily mistaken. */
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	const uint64_t which[2] = { part, salt };
	uint64_t hash = text_hash(TEXT_HASH_SEED, ns, strlen(ns) + 1);
	size_t len;

	hash = text_hash(hash, name, strlen(name) + 1);
	hash = text_hash(hash, which, sizeof(which));
	/* FNV's upper half is the better mixed one. */
	hash ^= hash >> 32;
	len = (size_t)snprintf(buf, BASE_MAX + 1, "%s-", name);
	if (len > BASE_MAX)
		len = BASE_MAX;
	for (size_t i = 0; i < SUFFIX_LEN; i++) {
		buf[len + i] = letters[hash % (sizeof(letters) - 1)];
		hash /= sizeof(letters) - 1;
	}
	buf[len + SUFFIX_LEN] = '\0';
	return buf;
}

struct slicing_conditions
slicing_conditions(const struct roster_entry *entry, const struct roster_endpoint *endpoint)
{
	struct slicing_conditions conditions = { .terminating = endpoint->terminating };
	bool drained = endpoint->presence == PRESENT_DRAINED;

	conditions.serving = endpoint->presence == PRESENT_READY;
	conditions.ready = (conditions.serving && !conditions.terminating) ||
	    (entry->publish_not_ready && !drained);
	return conditions;
}

const struct roster_endpoint *
slicing_stated(const struct roster_entry *entry, const struct addr *addr)
{
	size_t low = 0, high = entry->endpoint_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (addr_compare(&entry->endpoints[mid].of->addr, addr) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < entry->endpoint_count; low++) {
		const struct roster_endpoint *endpoint = &entry->endpoints[low];

		if (addr_compare(&endpoint->of->addr, addr) != 0)
			break;
		if (endpoint->from_slice)
			return endpoint;
	}
	return NULL;
}
