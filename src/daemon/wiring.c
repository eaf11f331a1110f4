/* wiring.c - the world's view of the outside: state, probes, loop. */
#include <config.h>

#include "daemon/wiring.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/api_door.h"
#include "daemon/context.h"
#include "daemon/ledger_feed.h"
#include "daemon/managed.h"
#include "daemon/state.h"
#include "daemon/world.h"
#include "daemon/writing.h"
#include "ops/write.h"
#include "dns/index.h"
#include "probe/probe.h"

#define HOLD_S 3600

/* ---- what the world asks for ---- */

static int
save(void *arg, const struct allotment *allotment)
{
	return state_put_allotment(((struct rollcall *)arg)->state, allotment);
}

static int
drop(void *arg, const char *ns, const char *name)
{
	return state_remove_allotment(((struct rollcall *)arg)->state, ns, name);
}

static int
sync_state(void *arg)
{
	return state_sync(((struct rollcall *)arg)->state);
}

static void
save_verdict(void *arg, const char *id, const struct verdict_state *verdict)
{
	state_put_verdict(((struct rollcall *)arg)->state, id, verdict);
}

static int
save_serial(void *arg, uint32_t serial)
{
	struct rollcall *rollcall = arg;
	int err = state_put_serial(rollcall->state, serial);

	return err != 0 ? err : state_sync(rollcall->state);
}

static struct probe *
start(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	return probe_start(((struct rollcall *)arg)->prober, target, done, done_arg);
}

static void
cancel(void *arg, struct probe *probe)
{
	(void)arg;
	probe_cancel(probe);
}

static void
wake(void *arg)
{
	struct rollcall *rollcall = arg;

	if (!rollcall->stopping)
		event_active(rollcall->refresh, EV_TIMEOUT, 0);
}

static void
set_timer(struct rollcall *rollcall, uint64_t due_ms)
{
	uint64_t now_ms = clock_now_ms(rollcall->clock);
	uint64_t wait_ms = due_ms > now_ms ? due_ms - now_ms : 0;
	struct timeval wait = { .tv_sec = (time_t)(wait_ms / 1000),
		.tv_usec = (suseconds_t)(wait_ms % 1000 * 1000) };

	rollcall->due_ms = due_ms;
	if (due_ms != UINT64_MAX)
		evtimer_add(rollcall->due, &wait);
	else
		evtimer_del(rollcall->due);
}

static void
wake_at(void *arg, uint64_t due_ms)
{
	struct rollcall *rollcall = arg;

	if (due_ms < rollcall->due_ms && !rollcall->stopping)
		set_timer(rollcall, due_ms);
}

/* xorshift64*: where in the range a node port is looked for first; seeded from the kernel. */
static uint64_t
next_random(void *arg)
{
	struct rollcall *rollcall = arg;

	rollcall->random ^= rollcall->random >> 12;
	rollcall->random ^= rollcall->random << 25;
	rollcall->random ^= rollcall->random >> 27;
	return rollcall->random * 0x2545f4914f6cdd1dULL;
}

static const struct world_ops ops = {
	.save = save,
	.drop = drop,
	.sync = sync_state,
	.save_verdict = save_verdict,
	.save_serial = save_serial,
	.start = start,
	.cancel = cancel,
	.wake = wake,
	.wake_at = wake_at,
	.random = next_random,
};

/* ---- running ---- */

void
wiring_run(struct rollcall *rollcall)
{
	uint64_t due_ms;

	/* Whatever is told to wake_at() while this runs is part of what it returns. */
	rollcall->due_ms = 0;
	due_ms = world_run(rollcall->world);
	set_timer(rollcall, due_ms);
	managed_look(rollcall->managed);
}

void
wiring_save_verdicts(struct rollcall *rollcall)
{
	state_save_verdicts(rollcall->state, world_each_verdict, rollcall->world, false);
}

/* ---- life ---- */

int
wiring_make_prober(struct rollcall *rollcall)
{
	const struct config_probes *probes = &rollcall->now->config->probes;
	struct prober_settings settings = {
		.loop = rollcall->loop,
		.clock = rollcall->clock,
		.helper = probes->exec.enabled ? rollcall->helper : NULL,
		.exec_paths = probes->exec.path,
		.exec_path_count = probes->exec.path_count,
		.allow_hosts = probes->allow_hosts,
		.allow_host_count = probes->allow_host_count,
		.user_agent = "kube-probe/1.34 (rollcall/" PACKAGE_VERSION ")",
	};
	struct prober *prober = prober_new(&settings);

	if (prober == NULL)
		return ERR_NOMEM;
	prober_free(rollcall->prober);
	rollcall->prober = prober;
	return 0;
}

static int
open_state(struct rollcall *rollcall)
{
	struct state_settings settings = {
		.dir = rollcall->now->config->state_dir, .hold_s = HOLD_S, .clock = rollcall->clock
	};
	int err = state_open(&settings, &rollcall->state);

	if (err == ERR_EXISTS) {
		log_error("state: %s is in use by another daemon", settings.dir);
		return EX_UNAVAILABLE;
	}
	return err == 0 ? 0 : EX_OSERR;
}

static struct world *
make_world(struct rollcall *rollcall)
{
	const struct config *config = rollcall->now->config;
	struct world_settings settings = {
		.clock = rollcall->clock,
		.dns = &rollcall->now->dns,
		.index = rollcall->now->answers->index,
		.allot = {
			.service_cidrs = config->service_cidrs,
			.service_cidr_count = config->service_cidr_count,
			.load_balancer_cidrs = config->load_balancer_cidrs,
			.load_balancer_cidr_count = config->load_balancer_cidr_count,
			.node_port_first = config->node_port_first,
			.node_port_last = config->node_port_last,
			.hold_ms = HOLD_S * 1000,
		},
		.schedule = { .max_concurrent = config->probes.max_concurrent },
		.serial = state_serial(rollcall->state),
	};

	return world_new(&settings, &ops, rollcall);
}

static const char *
state_trouble(void *arg)
{
	return state_problem(((struct rollcall *)arg)->state);
}

static struct managed *
make_managed(struct rollcall *rollcall)
{
	const struct config *config = rollcall->now->config;
	const struct managed_settings settings = {
		.state_dir = config->state_dir, .loop = rollcall->loop, .clock = rollcall->clock,
		.world = rollcall->world, .exec_enabled = config->probes.exec.enabled,
		.squeeze = ledger_feed_squeeze(rollcall->ledger_feed),
		.problem = state_trouble, .arg = rollcall,
	};

	return managed_new(&settings);
}

/* Does the API have a door at all? */
static bool
is_looked_at(const struct config_http *http)
{
	return *http->listen_text != '\0' || *http->socket != '\0' || http->tls_count > 0;
}

/* Who writes, and what is answered. */
static int
open_api(struct rollcall *rollcall)
{
	if (writing_start(rollcall, &rollcall->write) != 0)
		return ERR_NOMEM;
	if (rollcall->httpd == NULL)
		return 0;
	rollcall->api_door = api_door_open(rollcall);
	return rollcall->api_door == NULL ? ERR_NOMEM : 0;
}

int
wiring_start(struct rollcall *rollcall)
{
	static const struct state_restore_ops restore = { world_restore_allotment,
		world_restore_verdict };
	int status = open_state(rollcall);

	if (status != 0)
		return status;
	if (wiring_make_prober(rollcall) != 0)
		return EX_OSERR;
	rollcall->world = make_world(rollcall);
	if (rollcall->world == NULL)
		return EX_OSERR;
	if (is_looked_at(&rollcall->now->config->http)) {
		rollcall->ledger_feed = ledger_feed_new(rollcall);
		if (rollcall->ledger_feed == NULL)
			return EX_OSERR;
	}
	rollcall->managed = make_managed(rollcall);
	if (rollcall->managed == NULL)
		return EX_OSERR;
	if (rollcall->ledger_feed != NULL && open_api(rollcall) != 0)
		return EX_OSERR;
	return state_restore(rollcall->state, &restore, rollcall->world) == 0 ? 0 : EX_OSERR;
}

void
wiring_stop(struct rollcall *rollcall)
{
	if (rollcall->world != NULL) {
		state_save_verdicts(rollcall->state, world_each_verdict, rollcall->world, true);
		state_sync(rollcall->state);
	}
	managed_free(rollcall->managed);
	write_free(rollcall->write);
	api_door_close(rollcall->api_door);
	ledger_feed_free(rollcall->ledger_feed);
	world_free(rollcall->world);
	prober_free(rollcall->prober);
	state_close(rollcall->state);
}
