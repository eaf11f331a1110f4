/* forward_health.c - the running daemon's eye on those it forwards to. */
#include "daemon/forward_health.h"

#include <event2/event.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/context.h"
#include "daemon/forwarding.h"
#include "daemon/upstreams.h"
#include "dns/forward.h"
#include "dns/name.h"
#include "dns/resolver.h"
#include "dns/upstream.h"
#include "ops/health.h"
#include "probe/probe.h"

#define LABELS_SIZE (ADDR_PORT_TEXT_SIZE + 8)

struct forward_health {
	struct rollcall *rollcall;
	struct upstreams *upstreams;
	struct event *due;
	uint64_t due_ms;                /* when `due` fires; UINT64_MAX: not set */
	struct arena *arena;            /* for one look */
	/* What the resolver has, one row for each zone that names it; rows with equal addresses have
	 * the same upstream. */
	struct upstream_seen *seen;
	const struct upstream **upstream;
	size_t count, seen_room, upstream_room;
};

/* ---- time ---- */

static void
set_timer(struct forward_health *health, uint64_t due_ms)
{
	uint64_t now_ms = clock_now_ms(health->rollcall->clock);
	uint64_t wait_ms = due_ms > now_ms ? due_ms - now_ms : 0;
	struct timeval in = { (time_t)(wait_ms / 1000), (suseconds_t)(wait_ms % 1000 * 1000) };

	health->due_ms = due_ms;
	if (due_ms == UINT64_MAX)
		event_del(health->due);
	else if (event_add(health->due, &in) != 0)
		health->due_ms = UINT64_MAX;
}

static void
on_due(evutil_socket_t fd, short what, void *arg)
{
	struct forward_health *health = arg;

	(void)fd, (void)what;
	set_timer(health, upstreams_run(health->upstreams));
}

static void
wake_at(void *arg, uint64_t due_ms)
{
	struct forward_health *health = arg;

	if (due_ms < health->due_ms)
		set_timer(health, due_ms);
}

/* ---- what upstreams.c asks for ---- */

static struct probe *
start(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	struct forward_health *health = arg;

	return probe_start(health->rollcall->prober, target, done, done_arg);
}

static void
cancel(void *arg, struct probe *probe)
{
	(void)arg;
	probe_cancel(probe);
}

static void
set_healthy(void *arg, const struct addr_port *address, bool healthy)
{
	struct forward_health *health = arg;

	resolver_set_healthy(forwarding_resolver(health->rollcall->forwarding), address,
	    healthy);
}

static const struct upstreams_ops ops = { start, cancel, set_healthy, wake_at };

/* ---- looking ---- */

static void
note(void *arg, const struct forward_zone *zone, const struct upstream *upstream)
{
	struct forward_health *health = arg;
	char text[NAME_TEXT_SIZE];
	const char *name = arena_text(health->arena, name_to_text(zone->name, text));

	/* Without memory it is seen next time. */
	if (name == NULL ||
	    array_reserve(&health->seen, &health->seen_room, health->count + 1,
	    sizeof(*health->seen)) != 0 ||
	    array_reserve(&health->upstream, &health->upstream_room, health->count + 1,
	    sizeof(*health->upstream)) != 0)
		return;
	health->upstream[health->count] = upstream;
	health->seen[health->count++] = (struct upstream_seen){
		.address = upstream->address,
		.zone = name,
		.useful = atomic_load_explicit(&upstream->useful, memory_order_relaxed),
		.failed = atomic_load_explicit(&upstream->failed, memory_order_relaxed),
		.looping = atomic_load_explicit(&upstream->looping, memory_order_relaxed),
	};
}

void
forward_health_look(struct forward_health *health)
{
	if (health == NULL)
		return;
	arena_reset(health->arena);
	health->count = 0;
	resolver_each_upstream(forwarding_resolver(health->rollcall->forwarding), note,
	    health);
	if (upstreams_look(health->upstreams, health->seen, health->count) != 0)
		log_warn("forward: not all upstreams are looked after: no memory");
}

/* ---- metrics ---- */

static const char *
labels_of(const struct addr_port *address, char labels[LABELS_SIZE])
{
	char text[ADDR_PORT_TEXT_SIZE];

	snprintf(labels, LABELS_SIZE, "to=\"%s\"", addr_port_text(address, text));
	return labels;
}

static void
say_states(void *arg, struct health_sampler *sampler,
    double (*value)(const struct upstream_state *state))
{
	const struct forward_health *health = ((struct rollcall *)arg)->forward_health;
	struct upstream_state state;
	char labels[LABELS_SIZE];

	for (size_t i = 0; health != NULL && i < upstreams_count(health->upstreams); i++) {
		upstreams_at(health->upstreams, i, &state);
		health_say(sampler, labels_of(&state.address, labels), value(&state));
	}
}

#define STATE(name, expression) \
	static double value_##name(const struct upstream_state *state) \
	{ return (double)(expression); } \
	static void say_##name(void *arg, struct health_sampler *sampler) \
	{ say_states(arg, sampler, value_##name); }
STATE(up, state->up && !state->looping)
STATE(looping, state->looping)
STATE(probed, state->probed)
STATE(probe_failures, state->probe_failures)

/* The i-th row is the first of its upstream. */
static bool
is_first(const struct forward_health *health, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (health->upstream[j] == health->upstream[i])
			return false;
	return true;
}

static void
say_figures(void *arg, struct health_sampler *sampler,
    void (*say)(struct health_sampler *sampler, const char *labels,
    const struct upstream *upstream))
{
	const struct forward_health *health = ((struct rollcall *)arg)->forward_health;
	char labels[LABELS_SIZE];

	for (size_t i = 0; health != NULL && i < health->count; i++)
		if (is_first(health, i))
			say(sampler, labels_of(&health->upstream[i]->address, labels),
			    health->upstream[i]);
}

#define COUNTER(name) \
	static void one_##name(struct health_sampler *sampler, const char *labels, \
	    const struct upstream *upstream) \
	{ \
		health_say(sampler, labels, (double)atomic_load_explicit(&upstream->name, \
		    memory_order_relaxed)); \
	} \
	static void say_##name(void *arg, struct health_sampler *sampler) \
	{ say_figures(arg, sampler, one_##name); }
COUNTER(asked)
COUNTER(useful)
COUNTER(failed)
COUNTER(silent)

static void
one_duration(struct health_sampler *sampler, const char *labels, const struct upstream *upstream)
{
	struct latency sum = { .total = 0 };

	latency_add(&sum, &upstream->latency);
	health_say_durations(sampler, labels, &sum);
}

static void
say_durations(void *arg, struct health_sampler *sampler)
{
	say_figures(arg, sampler, one_duration);
}

const struct health_family forward_health_families[] = {
	{ "rollcall_upstream_up", "gauge", "1 unless it is down, or leads back to us", say_up },
	{ "rollcall_upstream_looping", "gauge", "1 while what it is asked comes back to us",
	    say_looping },
	{ "rollcall_upstream_probed", "gauge", "1 while it is looked into", say_probed },
	{ "rollcall_proxy_healthcheck_failures_total", "counter", "Probes that failed",
	    say_probe_failures },
	{ "rollcall_proxy_requests_total", "counter", "Questions sent", say_asked },
	{ "rollcall_proxy_useful_total", "counter",
	    "Answers with data, or that there is none", say_useful },
	{ "rollcall_proxy_failures_total", "counter", "Questions that ended otherwise",
	    say_failed },
	{ "rollcall_proxy_timeouts_total", "counter", "... because nothing came", say_silent },
	{ "rollcall_proxy_request_duration_seconds", "histogram",
	    "From a question sent to its reply", say_durations },
};
const size_t forward_health_family_count =
    sizeof(forward_health_families) / sizeof(forward_health_families[0]);

double
forward_health_broken(const struct forward_health *health)
{
	return health == NULL ? 0 : (double)upstreams_broken(health->upstreams);
}

/* ---- the beginning and the end ---- */

struct forward_health *
forward_health_new(struct rollcall *rollcall)
{
	struct forward_health *health = calloc(1, sizeof(*health));

	if (health == NULL)
		return NULL;
	health->rollcall = rollcall;
	health->due_ms = UINT64_MAX;
	health->arena = arena_new(0);
	health->due = evtimer_new(rollcall->loop, on_due, health);
	health->upstreams = upstreams_new(rollcall->clock, &ops, health);
	if (health->arena != NULL && health->due != NULL && health->upstreams != NULL)
		return health;
	forward_health_free(health);
	return NULL;
}

void
forward_health_free(struct forward_health *health)
{
	if (health == NULL)
		return;
	upstreams_free(health->upstreams);
	if (health->due != NULL)
		event_free(health->due);
	arena_free(health->arena);
	free(health->seen);
	free(health->upstream);
	free(health);
}
