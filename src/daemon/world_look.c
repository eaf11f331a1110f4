/* world_look.c - what the world shows of itself, and who is told what becomes of it. */
#include <string.h>

#include "daemon/witness.h"
#include "daemon/world_parts.h"
#include "dns/catalog.h"
#include "model/allot.h"
#include "model/store.h"

const struct store *
world_store(const struct world *world)
{
	return world->store;
}

const struct schedule *
world_schedule(const struct world *world)
{
	return world->schedule;
}

void
world_set_witness(struct world *world, const struct witness *witness, void *arg)
{
	world->witness = witness;
	world->witness_arg = arg;
	refresh_set_witness(world->refresh, witness, arg);
	store_set_told(world->store, witness != NULL ? witness->object : NULL, arg);
}

const struct roster_entry *
world_entry(const struct world *world, const char *ns, const char *name)
{
	return refresh_entry(world->refresh, ns, name);
}

const struct allot *
world_allot(const struct world *world)
{
	return world->allot;
}

uint64_t
world_rounds(const struct world *world)
{
	return world->rounds;
}

bool
world_is_holding(const struct world *world)
{
	return world->holding;
}

const struct allotment *
world_allotment(const struct world *world, const char *ns, const char *name)
{
	return allot_find(world->allot, ns, name);
}

size_t
world_pools(const struct world *world, struct allot_pool pools[ALLOT_POOLS_MAX])
{
	return allot_pools(world->allot, pools);
}

const struct attempts *
world_attempts(const struct world *world, enum probe_engine engine)
{
	return &world->by_engine[engine];
}

const struct latency *
world_programming(const struct world *world, enum programming_cause cause)
{
	return &world->programming.took[cause];
}

void
world_counts(struct world *world, struct world_counts *counts)
{
	struct schedule_lateness fresh;

	schedule_take_lateness(world->schedule, &fresh);
	world->lateness.starts += fresh.starts;
	world->lateness.late_50ms += fresh.late_50ms;
	world->lateness.delayed_full += fresh.delayed_full;
	if (fresh.worst_ms > world->lateness.worst_ms)
		world->lateness.worst_ms = fresh.worst_ms;
	memset(counts, 0, sizeof(*counts));
	refresh_counts(world->refresh, &counts->refresh);
	counts->targets = schedule_count(world->schedule);
	counts->targets_waiting = schedule_waiting(world->schedule);
	counts->in_flight = schedule_in_flight(world->schedule);
	memcpy(counts->attempts, world->attempts, sizeof(counts->attempts));
	counts->verdict_changes = world->verdict_changes;
	counts->starts = world->lateness.starts;
	counts->late_starts = world->lateness.late_50ms;
	counts->late_worst_ms = world->lateness.worst_ms;
	counts->delayed_starts = world->lateness.delayed_full;
	counts->serial = world->serial;
	counts->records_left_out = catalog_left_out(world->catalog);
}
