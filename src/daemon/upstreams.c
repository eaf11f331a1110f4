/* upstreams.c - which of the servers we forward to are up, judged by useful answers. */
#include "daemon/upstreams.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "probe/schedule.h"

#define ID_SIZE (ADDR_PORT_TEXT_SIZE + 16)
#define TIMEOUT_MS 1000
#define FAILURES 2
#define RCODE_NXDOMAIN 3
enum { TYPE_NS = 2, TYPE_SOA = 6 };

/* How often one is probed that has been down for so long (RELIABILITY U1). */
static const struct {
	uint64_t down_ms;
	uint64_t period_ms;
} periods[] = { { 300000, 10000 }, { 60000, 5000 }, { 10000, 2000 }, { 0, 1000 } };

struct watched {
	struct upstreams *upstreams;
	struct addr_port address;
	char text[ADDR_PORT_TEXT_SIZE];
	char id[ID_SIZE];               /* owner and id of its target */
	char *zone;
	uint64_t useful, failed;        /* at the last look */
	bool looping;
	bool up;
	bool named;                     /* in the look under way */
	uint64_t since_ms;
	uint64_t period_ms;             /* of its probes; 0: it is not probed */
	uint64_t probe_failures;
	struct outcome outcome;
	/* Whom to tell how the attempt in flight ended. */
	probe_done_fn *done;
	void *done_arg;
};

struct upstreams {
	const struct clock *clock;
	const struct upstreams_ops *ops;
	void *arg;
	struct schedule *schedule;
	struct watched **all;
	size_t count, room;
	uint64_t broken;
	struct log_gate fault_gate;
};

static struct watched *
find(const struct upstreams *upstreams, const struct addr_port *address)
{
	for (size_t i = 0; i < upstreams->count; i++) {
		struct watched *watched = upstreams->all[i];

		if (watched->address.port == address->port &&
		    addr_compare(&watched->address.addr, &address->addr) == 0)
			return watched;
	}
	return NULL;
}

/* ---- up and down ---- */

/* The others of its zone; true: none is up. */
static bool
all_down(const struct upstreams *upstreams, const char *zone)
{
	for (size_t i = 0; i < upstreams->count; i++) {
		const struct watched *watched = upstreams->all[i];

		if (watched->up && !watched->looping && strcmp(watched->zone, zone) == 0)
			return false;
	}
	return true;
}

static void
set_up(struct watched *watched, bool up)
{
	struct upstreams *upstreams = watched->upstreams;
	bool were_down = all_down(upstreams, watched->zone);

	watched->up = up;
	watched->since_ms = clock_now_ms(upstreams->clock);
	upstreams->ops->set_healthy(upstreams->arg, &watched->address, up);
	if (!up && all_down(upstreams, watched->zone)) {
		upstreams->broken++;
		log_error("forward: all upstreams of %s are down; all are tried", watched->zone);
	} else if (up && were_down) {
		log_info("forward: an upstream of %s is up again", watched->zone);
	}
}

/* ---- probing ---- */

static uint64_t
period_wanted(const struct watched *watched)
{
	uint64_t down_ms = watched->up ? 0 :
	    clock_now_ms(watched->upstreams->clock) - watched->since_ms;
	size_t i = 0;

	while (down_ms < periods[i].down_ms)
		i++;
	return periods[i].period_ms;
}

static enum verdict
held_verdict(void *arg, const char *id)
{
	(void)id;
	return ((const struct watched *)arg)->up ? VERDICT_PASS : VERDICT_FAIL;
}

static void
stop_probing(struct watched *watched)
{
	struct upstreams *upstreams = watched->upstreams;

	if (watched->period_ms == 0)
		return;
	watched->period_ms = 0;
	schedule_set(upstreams->schedule, watched->id, NULL, 0, NULL, NULL,
	    clock_now_ms(upstreams->clock));
}

static int
probe_every(struct watched *watched, uint64_t period_ms)
{
	struct upstreams *upstreams = watched->upstreams;
	bool root = strcmp(watched->zone, ".") == 0;
	struct probe_spec spec = {
		.engine = ENGINE_DNS, .period_ms = period_ms, .timeout_ms = TIMEOUT_MS,
		.success_threshold = 1, .failure_threshold = FAILURES,
		.dns_name = watched->zone, .dns_type = root ? TYPE_NS : TYPE_SOA,
	};
	struct target target = {
		.id = watched->id, .kind = PROBE_READINESS, .spec = &spec,
		.addr = watched->address.addr, .port = watched->address.port,
		.ns = "", .service_name = watched->text,
	};
	int err = schedule_set(upstreams->schedule, watched->id, &target, 1, held_verdict, watched,
	    clock_now_ms(upstreams->clock));

	if (err == 0)
		watched->period_ms = period_ms;
	return err;
}

/* An attempt's ending, where a denial is as good as a record. */
static void
attempt_ended(void *arg, const struct outcome *outcome)
{
	struct watched *watched = arg;
	struct outcome useful = *outcome;
	bool denial = outcome->code == OUTCOME_DNS_EMPTY ||
	    (outcome->code == OUTCOME_DNS_RCODE && outcome->value == RCODE_NXDOMAIN);

	if (denial) {
		useful.code = OUTCOME_PASS;
		useful.value = 0;
		outcome_set_detail(&useful, "");
	}
	watched->done(watched->done_arg, &useful);
}

static struct probe *
start_attempt(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	struct upstreams *upstreams = arg;
	struct addr_port address = { .addr = target->addr, .port = target->port };
	struct watched *watched = find(upstreams, &address);

	watched->done = done;
	watched->done_arg = done_arg;
	return upstreams->ops->start(upstreams->arg, target, attempt_ended, watched);
}

static void
cancel_attempt(void *arg, struct probe *probe)
{
	struct upstreams *upstreams = arg;

	upstreams->ops->cancel(upstreams->arg, probe);
}

static struct watched *
reported(const struct upstreams *upstreams, const struct schedule_report *report)
{
	struct addr_port address = { .addr = report->target->addr,
		.port = report->target->port };

	return find(upstreams, &address);
}

static void
on_ended(void *arg, const struct schedule_report *report)
{
	struct upstreams *upstreams = arg;
	struct watched *watched = reported(upstreams, report);
	enum outcome_class class = outcome_class(report->outcome->code);
	char reason[256];

	watched->outcome = *report->outcome;
	watched->probe_failures += class == OUTCOME_CLASS_FAIL;
	if (class == OUTCOME_CLASS_FAULT)
		log_gated(&upstreams->fault_gate, 1, LOG_WARN,
		    "upstream %s could not be probed, stays %s: %s", watched->text,
		    watched->up ? "up" : "down",
		    outcome_text(report->outcome, reason, sizeof(reason)));
}

/* As verdict_line.c tells of endpoints. */
static void
on_verdict(void *arg, const struct schedule_report *report)
{
	struct watched *watched = reported(arg, report);
	bool pass = outcome_class(report->outcome->code) == OUTCOME_CLASS_PASS;
	bool up = report->verdict == VERDICT_PASS;
	char reason[256];

	if (up != watched->up) {
		log_info("upstream %s %s -> %s: %s (%u ms, %u of %u)", watched->text,
		    watched->up ? "up" : "down", up ? "up" : "down",
		    outcome_text(report->outcome, reason, sizeof(reason)),
		    (report->outcome->took_us + 500) / 1000, report->run, report->threshold);
		set_up(watched, up);
	}
	/* A first failure below the threshold leaves the verdict as it was: probing goes on. */
	if (up && pass)
		stop_probing(watched);
}

static void
on_wake(void *arg, uint64_t due_ms)
{
	struct upstreams *upstreams = arg;

	if (upstreams->ops->wake_at != NULL)
		upstreams->ops->wake_at(upstreams->arg, due_ms);
}

static const struct schedule_ops schedule_table = {
	.start = start_attempt,
	.cancel = cancel_attempt,
	.verdict = on_verdict,
	.ended = on_ended,
	.wake = on_wake,
};

/* ---- looking ---- */

static struct watched *
watch(struct upstreams *upstreams, const struct upstream_seen *seen)
{
	struct watched *watched = calloc(1, sizeof(*watched));

	if (watched == NULL || array_reserve(&upstreams->all, &upstreams->room,
	    upstreams->count + 1, sizeof(struct watched *)) != 0) {
		free(watched);
		return NULL;
	}
	watched->upstreams = upstreams;
	watched->address = seen->address;
	addr_port_text(&seen->address, watched->text);
	snprintf(watched->id, sizeof(watched->id), "upstream/%s", watched->text);
	watched->useful = seen->useful;
	watched->failed = seen->failed;
	watched->up = true;
	watched->since_ms = clock_now_ms(upstreams->clock);
	upstreams->all[upstreams->count++] = watched;
	return watched;
}

/* Another zone is another question for its probes. */
static int
set_zone(struct watched *watched, const char *zone)
{
	char *copy;

	if (watched->zone != NULL && strcmp(watched->zone, zone) == 0)
		return 0;
	copy = strdup(zone);
	if (copy == NULL)
		return ERR_NOMEM;
	free(watched->zone);
	watched->zone = copy;
	return watched->period_ms != 0 ? probe_every(watched, watched->period_ms) : 0;
}

static int
look_at(struct watched *watched, const struct upstream_seen *seen)
{
	bool useful = seen->useful != watched->useful, failed = seen->failed != watched->failed;
	uint64_t period_ms;

	watched->useful = seen->useful;
	watched->failed = seen->failed;
	watched->looping = seen->looping;
	if (useful && !watched->up) {
		log_info("upstream %s down -> up: a client got a useful answer", watched->text);
		set_up(watched, true);
	}
	if (useful || watched->looping) {
		stop_probing(watched);
		return 0;
	}
	if (!failed && watched->period_ms == 0)
		return 0;
	period_ms = period_wanted(watched);
	return period_ms != watched->period_ms ? probe_every(watched, period_ms) : 0;
}

static void
forget(struct upstreams *upstreams, size_t i)
{
	struct watched *watched = upstreams->all[i];

	stop_probing(watched);
	upstreams->all[i] = upstreams->all[--upstreams->count];
	free(watched->zone);
	free(watched);
}

int
upstreams_look(struct upstreams *upstreams, const struct upstream_seen *seen, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < upstreams->count; i++)
		upstreams->all[i]->named = false;
	for (size_t i = 0; i < count && err == 0; i++) {
		struct watched *watched = find(upstreams, &seen[i].address);

		if (watched == NULL)
			watched = watch(upstreams, &seen[i]);
		if (watched == NULL) {
			err = ERR_NOMEM;
		} else if (!watched->named) {
			watched->named = true;
			err = set_zone(watched, seen[i].zone);
			if (err == 0)
				err = look_at(watched, &seen[i]);
		}
	}
	/* Without memory nobody is forgotten who may have been named further on. */
	for (size_t i = upstreams->count; i-- > 0;)
		if ((err == 0 && !upstreams->all[i]->named) || upstreams->all[i]->zone == NULL)
			forget(upstreams, i);
	on_wake(upstreams, schedule_next_ms(upstreams->schedule));
	return err;
}

uint64_t
upstreams_run(struct upstreams *upstreams)
{
	return schedule_run(upstreams->schedule, clock_now_ms(upstreams->clock));
}

/* ---- what there is ---- */

size_t
upstreams_count(const struct upstreams *upstreams)
{
	return upstreams->count;
}

void
upstreams_at(const struct upstreams *upstreams, size_t i, struct upstream_state *state)
{
	const struct watched *watched = upstreams->all[i];

	*state = (struct upstream_state){
		.address = watched->address, .up = watched->up,
		.probed = watched->period_ms != 0, .looping = watched->looping,
		.since_ms = watched->since_ms, .probe_failures = watched->probe_failures,
		.outcome = watched->outcome,
	};
}

uint64_t
upstreams_broken(const struct upstreams *upstreams)
{
	return upstreams->broken;
}

static uint64_t
schedule_now(void *arg)
{
	return clock_now_ms(((const struct upstreams *)arg)->clock);
}

struct upstreams *
upstreams_new(const struct clock *clock, const struct upstreams_ops *ops, void *arg)
{
	static const struct schedule_settings settings = { .max_concurrent = 1024 };
	struct upstreams *upstreams = calloc(1, sizeof(*upstreams));

	if (upstreams == NULL)
		return NULL;
	upstreams->clock = clock;
	upstreams->ops = ops;
	upstreams->arg = arg;
	upstreams->schedule = schedule_new(&settings, &schedule_table, upstreams);
	if (upstreams->schedule == NULL) {
		free(upstreams);
		return NULL;
	}
	schedule_set_now(upstreams->schedule, schedule_now, upstreams);
	return upstreams;
}

void
upstreams_free(struct upstreams *upstreams)
{
	if (upstreams == NULL)
		return;
	while (upstreams->count > 0)
		forget(upstreams, upstreams->count - 1);
	schedule_free(upstreams->schedule);
	free(upstreams->all);
	free(upstreams);
}
