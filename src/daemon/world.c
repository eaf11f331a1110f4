/* world.c - the whole inside of the daemon without sockets, threads or files. */
#include "daemon/world.h"

#include <stdio.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/verdict_line.h"
#include "daemon/witness.h"
#include "daemon/world_parts.h"
#include "dns/autopath.h"
#include "dns/catalog.h"
#include "dns/dns_settings.h"
#include "dns/index.h"
#include "model/drain.h"
#include "model/object.h"
#include "model/store.h"
#include "model/target.h"

/* A host that goes with a thousand endpoints has a line for each; what flaps for ever has not. */
#define VERDICT_LINES_A_S 5000
/* A run that has lasted for so long lets probes, connections and signals have their turn. */
#define TURN_US 4000

static void
wake(struct world *world)
{
	if (world->ops->wake != NULL)
		world->ops->wake(world->arg);
}

/* What the store is told until end_event() is because of what was noticed at `since_us`. */
static void
begin_event(struct world *world, enum programming_cause cause, uint64_t since_us)
{
	if (world->ran)
		store_set_mark(world->store, programming_mark(cause, since_us));
}

static void
end_event(struct world *world)
{
	store_set_mark(world->store, 0);
	wake(world);
}

/* ---- verdicts ---- */

static void
set_verdict(struct world *world, const char *id, const struct verdict_state *state)
{
	begin_event(world, CAUSE_VERDICT, clock_now_us(world->clock));
	if (store_set_verdict(world->store, id, state) != 0)
		log_error("target %s: its verdict is lost: no memory", id);
	else if (world->ops->save_verdict != NULL)
		world->ops->save_verdict(world->arg, id, state);
	end_event(world);
}

static void
on_verdict(void *arg, const struct schedule_report *report)
{
	struct world *world = arg;
	const struct verdict_state *before = store_verdict(world->store, report->id);
	struct verdict_state now = {
		.verdict = report->verdict, .mark = target_mark(report->target),
	};
	char reason[256], line[512];
	bool changed = (before == NULL ? VERDICT_UNKNOWN : before->verdict) != report->verdict;

	/* A first failure below its threshold says nothing yet. */
	if (!changed && before == NULL) {
		wake(world);
		return;
	}
	world->verdict_changes += changed;
	if (changed && log_enabled(LOG_INFO)) {
		log_gated(&world->verdict_gate, VERDICT_LINES_A_S, LOG_INFO, "%s",
		    verdict_line(report, before, line, sizeof(line)));
	}
	now.since_unix_ms = changed ? clock_unix_ms(world->clock) : before->since_unix_ms;
	now.reason = report->verdict == VERDICT_PASS ? "" :
	    outcome_text(report->outcome, reason, sizeof(reason));
	set_verdict(world, report->id, &now);
	if (world->witness != NULL)
		world->witness->verdict(world->witness_arg, report->id, report, changed);
}

static void
on_ended(void *arg, const struct schedule_report *report)
{
	struct world *world = arg;
	enum outcome_class class = outcome_class(report->outcome->code);
	char line[512];

	struct attempts *attempts = &world->by_engine[report->target->spec->engine];

	world->attempts[class]++;
	attempts->ended[report->kind][class]++;
	if (class != OUTCOME_CLASS_FAULT)
		latency_note(&attempts->took, report->outcome->took_us);
	/* That the table is full is said by the schedule. */
	if (class == OUTCOME_CLASS_FAULT && report->outcome->code != OUTCOME_FAULT_BUSY)
		log_gated(&world->fault_gate, 1, LOG_WARN, "%s",
		    verdict_line_fault(report, line, sizeof(line)));
}

static void
on_forgotten(void *arg, const char *id)
{
	static const struct verdict_state unknown = { .verdict = VERDICT_UNKNOWN, .reason = "" };
	struct world *world = arg;

	if (store_verdict(world->store, id) == NULL)
		return;
	set_verdict(world, id, &unknown);
	if (world->witness != NULL)
		world->witness->verdict(world->witness_arg, id, NULL, true);
}

static struct probe *
start_attempt(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	struct world *world = arg;

	return world->ops->start(world->arg, target, done, done_arg);
}

static void
cancel_attempt(void *arg, struct probe *probe)
{
	struct world *world = arg;

	world->ops->cancel(world->arg, probe);
}

static void
wake_at(void *arg, uint64_t next_ms)
{
	struct world *world = arg;

	if (world->ops->wake_at != NULL)
		world->ops->wake_at(world->arg, next_ms);
}

static const struct schedule_ops schedule_table = {
	.start = start_attempt,
	.cancel = cancel_attempt,
	.verdict = on_verdict,
	.ended = on_ended,
	.forgotten = on_forgotten,
	.wake = wake_at,
};

static uint64_t
schedule_now(void *arg)
{
	const struct world *world = arg;

	return clock_now_ms(world->clock);
}

/* ---- disk ---- */

static int
save_allotment(void *arg, const struct allotment *allotment)
{
	struct world *world = arg;

	return world->ops->save == NULL ? 0 : world->ops->save(world->arg, allotment);
}

static int
drop_allotment(void *arg, const char *ns, const char *name)
{
	struct world *world = arg;

	return world->ops->drop == NULL ? 0 : world->ops->drop(world->arg, ns, name);
}

static int
sync_allotments(void *arg)
{
	struct world *world = arg;

	return world->ops->sync == NULL ? 0 : world->ops->sync(world->arg);
}

static uint64_t
random_number(void *arg)
{
	struct world *world = arg;

	return world->ops->random(world->arg);
}

static void
note_published(void *arg, const struct store_key *key)
{
	struct world *world = arg;

	if (key->mark != 0)
		programming_note(&world->programming, key, clock_now_us(world->clock));
}

static bool
turn_is_over(void *arg)
{
	const struct world *world = arg;

	/* A kernel may preempt at its ticks only, 4 ms apart: let those who answer go first. */
	(void)sched_yield();
	return clock_now_us(world->clock) - world->began_us >= TURN_US;
}

static const struct refresh_ops refresh_table = {
	.save = save_allotment,
	.drop = drop_allotment,
	.sync = sync_allotments,
	.random = random_number,
	.pause = turn_is_over,
	.published = note_published,
};

int
world_restore_allotment(void *arg, const struct allotment *allotment, bool removed)
{
	struct world *world = arg;
	struct diag *diag = diag_new();
	const struct diag_entry *entry;
	int err = diag == NULL ? ERR_NOMEM : allot_restore(world->allot, allotment, diag);
	char line[512];

	for (size_t i = 0; diag != NULL && (entry = diag_at(diag, i)) != NULL; i++) {
		diag_format(entry, line, sizeof(line));
		log_warn("state: %s", line);
	}
	diag_free(diag);
	if (err == 0 && removed)
		allot_remove(
		    world->allot, allotment->ns, allotment->name, clock_now_ms(world->clock));
	/* One doubled record must not keep the daemon from starting. */
	return err == ERR_NOMEM ? err : 0;
}

int
world_restore_verdict(void *arg, const char *target_id, const struct verdict_state *verdict)
{
	struct world *world = arg;

	return store_set_verdict(world->store, target_id, verdict);
}

int
world_set_drained(struct world *world, const char *id, bool drained, const char *reason)
{
	struct verdict_state state = { .verdict = drained ? VERDICT_FAIL : VERDICT_UNKNOWN,
		.since_unix_ms = clock_unix_ms(world->clock), .reason = reason };

	if (drained == (store_verdict(world->store, id) != NULL))
		return ERR_EXISTS;
	set_verdict(world, id, &state);
	return drained == (store_verdict(world->store, id) != NULL) ? 0 : ERR_NOMEM;
}

int
world_each_verdict(
    void *arg, int (*visit)(void *, const char *, const struct verdict_state *), void *visit_arg)
{
	const struct world *world = arg;

	return store_each_verdict(world->store, visit, visit_arg);
}

/* ---- objects ---- */

int
world_replace_file(struct world *world, const char *file, uint64_t since_us,
    struct object **objects, size_t count, struct diag *diag)
{
	int err;

	begin_event(world, CAUSE_FILE, since_us);
	err = store_replace_file(world->store, file, objects, count, diag);
	end_event(world);
	return err;
}

void
world_hold(struct world *world)
{
	world->holding = true;
	store_hold(world->store);
}

void
world_release(struct world *world)
{
	world->holding = false;
	store_release(world->store);
	wake(world);
}

/* Names to be let go, collected while nothing may change. */
struct leftovers {
	const struct world *world;
	struct arena *arena;
	struct store_key *keys;
	size_t count;
	size_t room;
};

static int
keep_leftover(struct leftovers *leftovers, const char *ns, const char *name)
{
	struct store_key *key;
	int err = array_reserve(
	    &leftovers->keys, &leftovers->room, leftovers->count + 1, sizeof(*key));

	if (err != 0)
		return err;
	key = &leftovers->keys[leftovers->count++];
	key->ns = arena_text(leftovers->arena, ns);
	key->name = arena_text(leftovers->arena, name);
	return key->ns == NULL || key->name == NULL ? ERR_NOMEM : 0;
}

static int
find_ownerless(void *arg, const struct allotment *allotment)
{
	struct leftovers *leftovers = arg;

	if (store_service(leftovers->world->store, allotment->ns, allotment->name) != NULL)
		return 0;
	return keep_leftover(leftovers, allotment->ns, allotment->name);
}

static int
find_orphaned(void *arg, const char *id, const struct verdict_state *state)
{
	struct leftovers *leftovers = arg;

	(void)state;
	if (schedule_has(leftovers->world->schedule, id) ||
	    drain_is_held(leftovers->world->store, id))
		return 0;
	return keep_leftover(leftovers, "", id);
}

static void
forget_orphans(struct world *world, struct leftovers *leftovers)
{
	static const struct verdict_state unknown = { .verdict = VERDICT_UNKNOWN, .reason = "" };

	if (store_each_verdict(world->store, find_orphaned, leftovers) == 0)
		for (size_t i = 0; i < leftovers->count; i++)
			set_verdict(world, leftovers->keys[i].name, &unknown);
}

static void
release_ownerless(struct world *world, struct leftovers *leftovers)
{
	uint64_t now_ms = clock_now_ms(world->clock);

	if (allot_each(world->allot, find_ownerless, leftovers) == 0)
		for (size_t i = 0; i < leftovers->count; i++)
			allot_remove(world->allot, leftovers->keys[i].ns,
			    leftovers->keys[i].name, now_ms);
}

static void
let_go(struct world *world, void (*let)(struct world *, struct leftovers *))
{
	struct leftovers leftovers = { .world = world, .arena = arena_new(0) };

	if (leftovers.arena == NULL)
		return;
	let(world, &leftovers);
	free(leftovers.keys);
	arena_free(leftovers.arena);
}

void
world_settle(struct world *world)
{
	let_go(world, release_ownerless);
	world->settling = true;
}

/* ---- running ---- */

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t
world_run(struct world *world)
{
	uint64_t now_ms = clock_now_ms(world->clock);
	bool owed, paused;
	uint64_t next_ms;

	world->began_us = clock_now_us(world->clock);
	(void)refresh_run(world->refresh, now_ms);
	paused = refresh_is_paused(world->refresh);
	if (!paused && !store_is_dirty(world->store))
		programming_end_batch(&world->programming);
	world->ran |= !paused;
	world->rounds += !paused;
	if (world->settling && !paused && !store_is_dirty(world->store)) {
		world->settling = false;
		let_go(world, forget_orphans);
	}
	/* A batch has one serial, when it is through. */
	owed = !paused &&
	    catalog_publish(world->catalog, now_ms, clock_unix_s(world->clock));
	/* What this turn has replaced, though: a batch may take seconds. */
	catalog_reclaim(world->catalog);
	if (catalog_serial(world->catalog) != world->serial) {
		world->serial = catalog_serial(world->catalog);
		if (world->ops->save_serial != NULL)
			world->ops->save_serial(world->arg, world->serial);
	}
	next_ms = schedule_run(world->schedule, now_ms);
	next_ms = earlier(next_ms, refresh_next_ms(world->refresh));
	return owed ? earlier(next_ms, now_ms + 100) : next_ms;
}

bool
world_is_busy(const struct world *world)
{
	return !world->ran || refresh_is_paused(world->refresh);
}

/* Is there anything that the catalog makes of single Pods? */
static bool
needs_pods(const struct dns_settings *dns)
{
	return dns->pods == POD_NAMES_VERIFIED || (dns->autopath != NULL && dns->autopath->pods);
}

int
world_set_dns(struct world *world, const struct dns_settings *dns, struct index *index)
{
	struct catalog *catalog = catalog_new(dns, index, world->serial);
	int err = ERR_NOMEM;

	if (catalog != NULL)
		err = refresh_set_catalog(world->refresh, catalog, needs_pods(dns));
	if (err != 0) {
		catalog_free(catalog);
		return err;
	}
	catalog_publish(catalog, clock_now_ms(world->clock), clock_unix_s(world->clock));
	catalog_free(world->catalog);
	world->catalog = catalog;
	return 0;
}

bool
world_is_settled(const struct world *world)
{
	return catalog_is_settled(world->catalog);
}

void
world_set_max_concurrent(struct world *world, uint32_t max_concurrent)
{
	schedule_set_max_concurrent(world->schedule, max_concurrent);
}

/* ---- life ---- */

static int
make_parts(struct world *world, const struct world_settings *settings)
{
	struct refresh_settings refresh = { .ops = &refresh_table, .arg = world,
		.pods_verified = needs_pods(settings->dns) };

	refresh.store = world->store = store_new();
	refresh.allot = world->allot = allot_new(&settings->allot);
	refresh.catalog = world->catalog = catalog_new(
	    settings->dns, settings->index, settings->serial);
	refresh.schedule = world->schedule = schedule_new(
	    &settings->schedule, &schedule_table, world);
	if (world->store == NULL || world->allot == NULL || world->catalog == NULL ||
	    world->schedule == NULL)
		return ERR_NOMEM;
	schedule_set_now(world->schedule, schedule_now, world);
	world->refresh = refresh_new(&refresh);
	return world->refresh == NULL ? ERR_NOMEM : 0;
}

struct world *
world_new(const struct world_settings *settings, const struct world_ops *ops, void *arg)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL)
		return NULL;
	world->clock = settings->clock;
	world->ops = ops;
	world->arg = arg;
	world->serial = settings->serial;
	if (make_parts(world, settings) != 0) {
		world_free(world);
		return NULL;
	}
	return world;
}

void
world_free(struct world *world)
{
	if (world == NULL)
		return;
	schedule_free(world->schedule);
	refresh_free(world->refresh);
	catalog_free(world->catalog);
	allot_free(world->allot);
	store_free(world->store);
	free(world);
}
