/* schedule.c - when each target is probed, and what its outcomes add up to. */
#include "probe/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "model/history.h"
#include "probe/cadence.h"
#include "probe/roll.h"

/* More starts than this in one go would keep the loop from everything else. */
#define STARTS_A_RUN 128
#define PLANS_A_RUN 8192
/* Later than this is no lateness of the loop but a suspend or a stall: spread anew. */
#define OVERDUE_MS 1000
#define LATE_MS 50
/*
 * New targets within a second: the first few start at once, others are spread over a second, and more
 * than one core can start in a second (10,000, measured) begin at their own beat.
 */
#define BURST_WINDOW_MS 1000
#define BURST_SIZE 8
#define BURST_MAX 10000

struct schedule {
	struct schedule_settings settings;
	struct schedule_ops ops;
	void *arg;
	schedule_now_fn *now;
	void *now_arg;
	uint64_t last_ms;               /* time never goes back */
	struct roll roll;               /* all targets */
	struct due_heap heap;           /* those that are planned */
	struct roll_queue delayed;      /* those that are due while the table is full */
	size_t in_flight;
	size_t waiting;
	uint64_t burst_start_ms;
	uint64_t burst_count;
	uint64_t told_ms;               /* when the caller means to come again */
	struct schedule_lateness lateness;
};

static uint64_t
advance(struct schedule *schedule, uint64_t now_ms)
{
	if (now_ms > schedule->last_ms)
		schedule->last_ms = now_ms;
	return schedule->last_ms;
}

static uint64_t
current_ms(struct schedule *schedule)
{
	return schedule->now == NULL ? schedule->last_ms :
	    advance(schedule, schedule->now(schedule->now_arg));
}

/* ---- planning ------------------------------------------------------------------------------ */

static void
set_waiting(struct schedule *schedule, struct roll_entry *entry, bool waiting)
{
	if (waiting && !entry->waiting)
		schedule->waiting++;
	if (!waiting && entry->waiting)
		schedule->waiting--;
	entry->waiting = waiting;
}

static void
plan(struct schedule *schedule, struct roll_entry *entry, uint64_t due_ms)
{
	due_heap_put(&schedule->heap, &entry->due, due_ms);
}

static void
unplan(struct schedule *schedule, struct roll_entry *entry)
{
	due_heap_remove(&schedule->heap, &entry->due);
	roll_queue_remove(&schedule->delayed, entry);
}

static void
cancel_attempt(struct schedule *schedule, struct roll_entry *entry)
{
	if (entry->probe == NULL)
		return;
	struct probe *probe = entry->probe;

	entry->probe = NULL;
	schedule->in_flight--;
	schedule->ops.cancel(schedule->arg, probe);
}

static void
tell_next(struct schedule *schedule)
{
	uint64_t next_ms = due_heap_first_ms(&schedule->heap);

	if (next_ms >= schedule->told_ms)
		return;
	schedule->told_ms = next_ms;
	if (schedule->ops.wake != NULL)
		schedule->ops.wake(schedule->arg, next_ms);
}

/* Exactly initialDelaySeconds after it appeared (PROBES.md 10.3), or now if that is past. */
static uint64_t
first_ms(const struct roll_entry *entry, uint64_t now_ms)
{
	uint64_t start_ms = entry->appeared_ms + entry->target.spec->initial_delay_ms;

	if (start_ms < entry->appeared_ms)
		start_ms = UINT64_MAX - BURST_WINDOW_MS;
	return start_ms < now_ms ? now_ms : start_ms;
}

/* How many appeared in the second that is, or before and are more than have been started since. */
static uint64_t
count_burst(struct schedule *schedule, uint64_t now_ms)
{
	uint64_t windows = (now_ms - schedule->burst_start_ms) / BURST_WINDOW_MS;
	bool over = schedule->burst_count / BURST_MAX < windows;

	if (windows > 0) {
		schedule->burst_start_ms = now_ms;
		schedule->burst_count = over ? 0 : schedule->burst_count - windows * BURST_MAX;
	}
	return ++schedule->burst_count;
}

/* When many appear together their first attempts are spread (PROBES.md 10.4). */
static uint64_t
spread_first_ms(struct schedule *schedule, const struct roll_entry *entry, uint64_t now_ms)
{
	uint64_t period_ms = entry->target.spec->period_ms;
	uint64_t due_ms = first_ms(entry, now_ms);
	uint64_t count = count_burst(schedule, now_ms);

	if (count > BURST_MAX)
		return cadence_beat_after_ms(entry->identity, period_ms, due_ms + BURST_WINDOW_MS);
	return count <= BURST_SIZE ? due_ms : due_ms + cadence_spread_ms(entry->identity, period_ms);
}

/* Its moment was slept through: where it goes in the time that begins now. */
static void
plan_anew(struct schedule *schedule, struct roll_entry *entry, uint64_t now_ms)
{
	uint64_t period_ms = entry->target.spec->period_ms;

	plan(schedule, entry, entry->attempts == 0 ? spread_first_ms(schedule, entry, now_ms) :
	    cadence_beat_after_ms(entry->identity, period_ms, now_ms));
}

/*
 * The beat after an attempt that has just ended.  One that ran past its next beat is followed
 * at once by the next, as a kubelet ticker holds one tick; more are not made up for.
 */
static void
plan_next(struct schedule *schedule, struct roll_entry *entry, uint64_t now_ms)
{
	uint64_t period_ms = entry->target.spec->period_ms;
	uint64_t due_ms = entry->faults > 0 ?
	    cadence_retry_ms(entry->identity, period_ms, now_ms, entry->faults) :
	    cadence_next_ms(entry->identity, period_ms, entry->started_ms, entry->attempts);

	plan(schedule, entry, due_ms < now_ms ? now_ms : due_ms);
}

/* ---- startup probes ------------------------------------------------------------------------ */

static bool
must_hold(const struct schedule *schedule, const struct roll_entry *entry)
{
	const struct roll_entry *startup;

	if (entry->target.kind == PROBE_STARTUP || entry->counted ||
	    (entry->tally.restored && entry->tally.verdict == VERDICT_PASS))
		return false;
	startup = roll_sibling(&schedule->roll, entry, PROBE_STARTUP);
	return startup != NULL && startup->tally.verdict != VERDICT_PASS;
}

static void
release(struct schedule *schedule, struct roll_entry *entry, uint64_t due_ms)
{
	entry->held = false;
	set_waiting(schedule, entry, !entry->counted && !entry->tally.restored);
	plan(schedule, entry, due_ms);
}

static void
hold(struct schedule *schedule, struct roll_entry *entry)
{
	entry->held = true;
	set_waiting(schedule, entry, false);
	unplan(schedule, entry);
	cancel_attempt(schedule, entry);
}

static void
settle_hold(struct schedule *schedule, struct roll_entry *entry, uint64_t now_ms)
{
	bool held = must_hold(schedule, entry);

	if (held && !entry->held)
		hold(schedule, entry);
	else if (!held && entry->held)
		release(schedule, entry, spread_first_ms(schedule, entry, now_ms));
}

/*
 * The startup verdict has passed: the container's other probes begin now, for startup probes
 * are spread already.
 */
static void
release_siblings(struct schedule *schedule, const struct roll_entry *startup, uint64_t now_ms)
{
	static const enum probe_kind kinds[] = { PROBE_READINESS, PROBE_LIVENESS };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct roll_entry *entry = roll_sibling(&schedule->roll, startup, kinds[i]);

		if (entry != NULL && entry->held)
			release(schedule, entry, first_ms(entry, now_ms));
	}
}

/* ---- attempts ------------------------------------------------------------------------------ */

static void
fill_report(const struct roll_entry *entry, enum verdict before, const struct outcome *outcome,
    struct schedule_report *report)
{
	const struct probe_spec *spec = entry->target.spec;

	*report = (struct schedule_report){
		.id = entry->target.id,
		.kind = entry->target.kind,
		.before = before,
		.verdict = entry->tally.verdict,
		.outcome = outcome,
		.run = entry->tally.run,
		.threshold = entry->tally.last_pass ? spec->success_threshold :
		    spec->failure_threshold,
		.target = &entry->target,
	};
}

/* The callbacks may remove this very target: it is pinned until both have run. */
static void
tell(struct schedule *schedule, struct roll_entry *entry, enum verdict before,
    const struct outcome *outcome, bool worth)
{
	struct schedule_report report;

	fill_report(entry, before, outcome, &report);
	entry->pins++;
	if (schedule->ops.ended != NULL)
		schedule->ops.ended(schedule->arg, &report);
	if (worth && !entry->removed)
		schedule->ops.verdict(schedule->arg, &report);
	roll_unpin(&schedule->roll, entry);
}

static void
count_outcome(struct schedule *schedule, struct roll_entry *entry, const struct outcome *outcome,
    uint64_t now_ms)
{
	enum outcome_class class = outcome_class(outcome->code);
	enum verdict before = entry->tally.verdict;
	bool first = !entry->counted;
	bool worth = false;

	/* Without memory a bar is missing; nothing that is answered hangs on it. */
	(void)history_note(&entry->history, outcome, now_ms);
	if (class == OUTCOME_CLASS_FAULT) {
		entry->faults++;
		schedule->lateness.faults++;
	} else {
		entry->faults = 0;
		entry->counted = true;
		worth = tally_count(&entry->tally, entry->target.spec, class) || first;
		set_waiting(schedule, entry, false);
	}
	if (entry->target.kind == PROBE_STARTUP && entry->tally.verdict == VERDICT_PASS)
		release_siblings(schedule, entry, now_ms);
	else
		plan_next(schedule, entry, now_ms);
	tell(schedule, entry, before, outcome, worth);
}

static void attempt_ended(void *arg, const struct outcome *outcome);

static void
start_attempt(struct schedule *schedule, struct roll_entry *entry, uint64_t now_ms)
{
	uint64_t late_ms = now_ms - entry->due.due_ms;

	schedule->lateness.starts++;
	if (late_ms > LATE_MS)
		schedule->lateness.late_50ms++;
	if (late_ms > schedule->lateness.worst_ms)
		schedule->lateness.worst_ms = late_ms;
	entry->started_ms = now_ms;
	entry->attempts++;
	entry->probe = schedule->ops.start(schedule->arg, &entry->whom, attempt_ended, entry);
	if (entry->probe != NULL) {
		schedule->in_flight++;
		return;
	}
	struct outcome outcome = { .code = OUTCOME_FAULT_MEMORY };

	count_outcome(schedule, entry, &outcome, now_ms);
}

static bool
table_full(const struct schedule *schedule)
{
	return schedule->in_flight >= schedule->settings.max_concurrent;
}

static void
start_delayed(struct schedule *schedule, uint64_t now_ms)
{
	while (!table_full(schedule)) {
		struct roll_entry *entry = roll_queue_take(&schedule->delayed);

		if (entry == NULL)
			return;
		start_attempt(schedule, entry, now_ms);
	}
}

/* One attempt has ended: the probe is freed by its engine right after this. */
static void
attempt_ended(void *arg, const struct outcome *outcome)
{
	struct roll_entry *entry = arg;
	struct schedule *schedule = entry->schedule;
	uint64_t now_ms = current_ms(schedule);

	entry->probe = NULL;
	schedule->in_flight--;
	count_outcome(schedule, entry, outcome, now_ms);
	start_delayed(schedule, now_ms);
	tell_next(schedule);
}

static void
delay_attempt(struct schedule *schedule, struct roll_entry *entry)
{
	static struct log_gate gate;
	struct outcome outcome = { .code = OUTCOME_FAULT_BUSY };

	log_gated(&gate, 1, LOG_WARN, "probes are delayed: %zu attempts are in flight, as many as "
	    "probes.maxConcurrent allows", schedule->in_flight);
	schedule->lateness.delayed_full++;
	schedule->lateness.faults++;
	roll_queue_put(&schedule->delayed, entry);
	tell(schedule, entry, entry->tally.verdict, &outcome, false);
}

/* ---- public -------------------------------------------------------------------------------- */

void
schedule_set_max_concurrent(struct schedule *schedule, uint32_t max_concurrent)
{
	schedule->settings.max_concurrent = max_concurrent == 0 ? 1 : max_concurrent;
}

struct schedule *
schedule_new(const struct schedule_settings *settings, const struct schedule_ops *ops, void *arg)
{
	struct schedule *schedule = calloc(1, sizeof(*schedule));

	if (schedule == NULL)
		return NULL;
	schedule_set_max_concurrent(schedule, settings->max_concurrent);
	schedule->ops = *ops;
	schedule->arg = arg;
	schedule->told_ms = UINT64_MAX;
	if (roll_init(&schedule->roll) != 0) {
		free(schedule);
		return NULL;
	}
	return schedule;
}

static void
drop_entry(void *arg, struct roll_entry *entry)
{
	struct schedule *schedule = arg;

	set_waiting(schedule, entry, false);
	unplan(schedule, entry);
	cancel_attempt(schedule, entry);
}

void
schedule_free(struct schedule *schedule)
{
	if (schedule == NULL)
		return;
	roll_release(&schedule->roll, drop_entry, schedule);
	due_heap_release(&schedule->heap);
	free(schedule);
}

void
schedule_set_now(struct schedule *schedule, schedule_now_fn *now, void *arg)
{
	schedule->now = now;
	schedule->now_arg = arg;
}

static void
forget_entry(void *arg, struct roll_entry *entry)
{
	struct schedule *schedule = arg;

	drop_entry(schedule, entry);
	if (schedule->ops.forgotten != NULL && !entry->succeeded)
		schedule->ops.forgotten(schedule->arg, entry->target.id);
}

static void
begin(struct schedule *schedule, struct roll_entry *entry, schedule_restored_fn *restored,
    void *restored_arg, uint64_t now_ms)
{
	enum verdict verdict = entry->inherited;

	entry->schedule = schedule;
	entry->identity = cadence_identity(entry->target.id);
	entry->appeared_ms = now_ms;
	tally_init(&entry->tally, entry->target.kind);
	if (verdict == VERDICT_UNKNOWN && restored != NULL)
		verdict = restored(restored_arg, entry->target.id);
	if (verdict != VERDICT_UNKNOWN)
		tally_restore(&entry->tally, verdict);
	entry->held = true;
}

/* A startup probe that passed before the restart has done its work. */
static bool
has_stopped(const struct roll_entry *entry)
{
	return entry->target.kind == PROBE_STARTUP && entry->tally.verdict == VERDICT_PASS;
}

int
schedule_set(struct schedule *schedule, const char *owner, const struct target *targets,
    size_t count, schedule_restored_fn *restored, void *restored_arg, uint64_t now_ms)
{
	struct roll_change change = {0};
	struct roll_entry *entry;
	int err;

	now_ms = advance(schedule, now_ms);
	err = roll_prepare(&schedule->roll, owner, targets, count, &change);
	if (err == 0)
		err = due_heap_reserve(&schedule->heap, roll_count(&schedule->roll) + count);
	if (err != 0) {
		roll_abandon(&schedule->roll, &change);
		return err;
	}
	err = roll_commit(&schedule->roll, &change, forget_entry, schedule);
	for (entry = roll_first(&schedule->roll, owner); entry != NULL; entry = entry->next)
		if (entry->schedule == NULL)
			begin(schedule, entry, restored, restored_arg, now_ms);
	/* Held until here: whether a startup probe is there is known only now. */
	for (entry = roll_first(&schedule->roll, owner); entry != NULL; entry = entry->next)
		if (!has_stopped(entry))
			settle_hold(schedule, entry, now_ms);
	start_delayed(schedule, now_ms);
	tell_next(schedule);
	return err;
}

uint64_t
schedule_run(struct schedule *schedule, uint64_t now_ms)
{
	unsigned starts = 0;
	unsigned plans = 0;

	now_ms = advance(schedule, now_ms);
	while (due_heap_first_ms(&schedule->heap) <= now_ms && starts < STARTS_A_RUN &&
	    plans++ < PLANS_A_RUN) {
		struct roll_entry *entry = roll_entry_of(due_heap_first(&schedule->heap));

		if (now_ms - entry->due.due_ms > OVERDUE_MS) {
			plan_anew(schedule, entry, now_ms);
			schedule->lateness.overdue++;
			continue;
		}
		due_heap_remove(&schedule->heap, &entry->due);
		if (table_full(schedule)) {
			delay_attempt(schedule, entry);
			continue;
		}
		start_attempt(schedule, entry, now_ms);
		starts++;
	}
	schedule->told_ms = due_heap_first_ms(&schedule->heap);
	return schedule->told_ms;
}

uint64_t
schedule_next_ms(const struct schedule *schedule)
{
	return due_heap_first_ms(&schedule->heap);
}

bool
schedule_has(const struct schedule *schedule, const char *id)
{
	return roll_find(&schedule->roll, id) != NULL;
}

bool
schedule_find(const struct schedule *schedule, const char *id, struct schedule_look *look)
{
	const struct roll_entry *entry = roll_find(&schedule->roll, id);

	if (entry == NULL)
		return false;
	*look = (struct schedule_look){
		.target = &entry->target,
		.history = entry->history,
		.tally = entry->tally,
		.next_ms = entry->due.slot == 0 ? 0 : entry->due.due_ms,
		.in_flight = entry->probe != NULL,
		.held = entry->held,
	};
	return true;
}

size_t
schedule_count(const struct schedule *schedule)
{
	return roll_count(&schedule->roll);
}

size_t
schedule_in_flight(const struct schedule *schedule)
{
	return schedule->in_flight;
}

size_t
schedule_waiting(const struct schedule *schedule)
{
	return schedule->waiting;
}

void
schedule_take_lateness(struct schedule *schedule, struct schedule_lateness *lateness)
{
	*lateness = schedule->lateness;
	schedule->lateness = (struct schedule_lateness){0};
}
