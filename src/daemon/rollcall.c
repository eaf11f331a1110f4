/* rollcall.c - the running daemon: what is started in which order, and stopped in the reverse. */
#include <config.h>

#include "daemon/rollcall.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/activation.h"
#include "daemon/context.h"
#include "daemon/ledger_feed.h"
#include "daemon/cookies.h"
#include "daemon/doors.h"
#include "daemon/doors_tls.h"
#include "daemon/feed.h"
#include "daemon/forward_health.h"
#include "daemon/forwarding.h"
#include "daemon/notify.h"
#include "daemon/privilege.h"
#include "daemon/reload.h"
#include "daemon/serve.h"
#include "daemon/sight.h"
#include "daemon/steering.h"
#include "daemon/teller.h"
#include "daemon/transferring.h"
#include "daemon/wiring.h"
#include "daemon/world.h"
#include "dns/cache.h"
#include "daemon/zone_feed.h"
#include "dns/index.h"
#include "dns/onlooker.h"
#include "ops/health.h"
#include "probe/helper.h"

#define TICK_MS 1000
/* How long the first results are waited for. */
#define READY_MS 2000
/* Between failing /readyz and stopping, so that whoever watches it can see it. */
#define DRAIN_MS 100
#define LATE_MS 50

static const struct timeval tick_time = { .tv_sec = TICK_MS / 1000 };

/* ---- events ---- */

/* Is there something true to be answered: all is loaded, and each target known, or waited for long
 * enough? */
static void
serve_when_ready(struct rollcall *rollcall)
{
	struct world_counts counts;

	if (rollcall->serving || rollcall->stopping || !rollcall->loaded ||
	    world_is_busy(rollcall->world) || zone_feed_is_busy(rollcall))
		return;
	world_counts(rollcall->world, &counts);
	if (counts.targets_waiting > 0 &&
	    clock_now_ms(rollcall->clock) < rollcall->loaded_ms + READY_MS)
		return;
	if (serve_start(rollcall) != 0) {
		event_base_loopbreak(rollcall->loop);
		return;
	}
	rollcall->serving = true;
	transferring_update(rollcall);
	log_info("ready: answering for %zu Service%s after %llu ms", counts.refresh.services,
	    text_plural(counts.refresh.services),
	    (unsigned long long)(clock_now_ms(rollcall->clock) - rollcall->started_ms));
	notify_send("READY=1");
}

static void
reload(struct rollcall *rollcall)
{
	log_info("reloading");
	notify_send("RELOADING=1");
	rollcall->reloading = true;
	rollcall->reload_again = false;
	reload_now(rollcall);
	event_active(rollcall->refresh, EV_TIMEOUT, 0);
}

/* All that the reload brought is answered. */
static void
end_reload(struct rollcall *rollcall)
{
	if (rollcall->loading || world_is_busy(rollcall->world) || zone_feed_is_busy(rollcall))
		return;
	if (rollcall->reloading)
		notify_send("READY=1");
	rollcall->reloading = false;
	if (rollcall->reload_again && !rollcall->stopping)
		reload(rollcall);
}

static void
on_refresh(evutil_socket_t fd, short what, void *arg)
{
	struct rollcall *rollcall = arg;

	(void)fd, (void)what;
	/* Nothing is allotted, answered or probed out of half a world. */
	if (!rollcall->loaded)
		return;
	wiring_run(rollcall);
	serve_when_ready(rollcall);
	end_reload(rollcall);
}

static void
measure_lateness(struct rollcall *rollcall)
{
	uint64_t now_ms = clock_now_ms(rollcall->clock);
	uint64_t late_ms = now_ms > rollcall->tick_due_ms ? now_ms - rollcall->tick_due_ms : 0;

	latency_note(&rollcall->loop_late, late_ms * 1000);
	if (late_ms > rollcall->loop_late_ms)
		rollcall->loop_late_ms = late_ms;
	if (late_ms > LATE_MS) {
		rollcall->loop_late_count++;
		log_debug("the control loop is %llu ms late", (unsigned long long)late_ms);
	}
	rollcall->tick_due_ms = now_ms + TICK_MS;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct rollcall *rollcall = arg;

	(void)fd, (void)what;
	measure_lateness(rollcall);
	/* From the loop itself: a loop that hangs must be seen to hang (RELIABILITY C12). */
	if (notify_watchdog_ms() > 0)
		notify_send("WATCHDOG=1");
	wiring_save_verdicts(rollcall);
	if (rollcall->zones_owed)
		zone_feed_settle(rollcall);
	cookies_tick(rollcall);
	forwarding_tick(rollcall->forwarding);
	transferring_tick(rollcall);
	ledger_feed_tick(rollcall->ledger_feed);
	doors_tls_tick(rollcall->doors_tls);
	forward_health_look(rollcall->forward_health);
	serve_when_ready(rollcall);
}

static void
on_quit(evutil_socket_t fd, short what, void *arg)
{
	struct rollcall *rollcall = arg;

	(void)fd, (void)what;
	event_base_loopbreak(rollcall->loop);
}

static void
on_stop(evutil_socket_t sig, short what, void *arg)
{
	static const struct timeval drain = { .tv_usec = DRAIN_MS * 1000 };
	struct rollcall *rollcall = arg;

	(void)what;
	/* Who asks twice is in a hurry. */
	if (rollcall->stopping) {
		event_base_loopbreak(rollcall->loop);
		return;
	}
	rollcall->stopping = true;
	notify_send("STOPPING=1");
	if (rollcall->health != NULL)
		health_set_stopping(rollcall->health);
	log_info("stopping: %s", strsignal((int)sig));
	evtimer_add(rollcall->quit, &drain);
}

static void
on_reload(evutil_socket_t sig, short what, void *arg)
{
	struct rollcall *rollcall = arg;

	(void)sig, (void)what;
	if (rollcall->stopping)
		return;
	/* Settings change between two loads, not in the middle of one. */
	if (rollcall->loading)
		rollcall->reload_again = true;
	else
		reload(rollcall);
}

/* ---- start ---- */

static int
start_helper(struct rollcall *rollcall)
{
	const struct config_exec *exec = &rollcall->now->config->probes.exec;
	struct helper_settings settings = { .program = "/proc/self/exe", .user = exec->user,
		.socket = exec->socket };
	int err;

	if (!exec->enabled)
		return 0;
	err = helper_start(&settings, &rollcall->helper);
	if (err == ERR_NOTFOUND)
		log_error("probes.exec.user: there is no user %s", exec->user);
	else if (err != 0)
		log_errno(LOG_ERROR, "cannot start the exec helper");
	return err == 0 ? 0 : err == ERR_NOTFOUND ? EX_CONFIG : EX_OSERR;
}

static struct event_base *
make_loop(void)
{
	struct event_config *config = event_config_new();
	struct event_base *loop;

	if (config == NULL)
		return NULL;
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NOLOCK);
	loop = event_base_new_with_config(config);
	event_config_free(config);
	return loop;
}

/* What main has held back until somebody listens. */
static void
take_reloads(void)
{
	sigset_t reload;

	sigemptyset(&reload);
	sigaddset(&reload, SIGHUP);
	pthread_sigmask(SIG_UNBLOCK, &reload, NULL);
}

static int
make_events(struct rollcall *rollcall)
{
	static const int numbers[3] = { SIGHUP, SIGTERM, SIGINT };

	rollcall->refresh = event_new(rollcall->loop, -1, EV_PERSIST, on_refresh, rollcall);
	rollcall->due = evtimer_new(rollcall->loop, on_refresh, rollcall);
	rollcall->tick = event_new(rollcall->loop, -1, EV_PERSIST, on_tick, rollcall);
	rollcall->quit = evtimer_new(rollcall->loop, on_quit, rollcall);
	if (rollcall->refresh == NULL || rollcall->due == NULL || rollcall->tick == NULL ||
	    rollcall->quit == NULL)
		return EX_OSERR;
	for (size_t i = 0; i < 3; i++) {
		rollcall->signals[i] = evsignal_new(rollcall->loop, numbers[i],
		    numbers[i] == SIGHUP ? on_reload : on_stop, rollcall);
		if (rollcall->signals[i] == NULL || evsignal_add(rollcall->signals[i], NULL) != 0)
			return EX_OSERR;
	}
	take_reloads();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);       /* a file that may not grow is a full disk */
	return 0;
}

static int
make_loop_parts(struct rollcall *rollcall)
{
	rollcall->clock = clock_new_system();
	rollcall->loop = make_loop();
	rollcall->now->index = index_new();
	rollcall->now->answers = rollcall->now;
	rollcall->cache = cache_new(rollcall->now->config->cache.size);
	rollcall->onlooker = onlooker_new();
	if (rollcall->clock == NULL || rollcall->loop == NULL || rollcall->now->index == NULL ||
	    rollcall->cache == NULL || rollcall->onlooker == NULL ||
	    teller_new(rollcall->onlooker, &rollcall->teller) != 0)
		return EX_OSERR;
	if (getrandom(&rollcall->random, sizeof(rollcall->random), 0) < 0 || rollcall->random == 0)
		rollcall->random = 1;
	rollcall->due_ms = UINT64_MAX;
	if (forwarding_new(rollcall, &rollcall->forwarding) != 0)
		return EX_OSERR;
	rollcall->forward_health = forward_health_new(rollcall);
	if (rollcall->forward_health == NULL)
		return EX_OSERR;
	return make_events(rollcall);
}

static int
bind_and_drop(struct rollcall *rollcall)
{
	const struct config *config = rollcall->now->config;
	struct privilege privilege;
	int err;

	if (privilege_find(config->user, config->user_stated, &privilege) != 0) {
		log_error("user: there is no user %s", config->user);
		return EX_CONFIG;
	}
	if (serve_settings(rollcall->now, NULL) != 0)
		return EX_OSERR;
	err = serve_bind(rollcall);
	if (err == 0)
		err = doors_bind(rollcall, &privilege);
	if (err != 0)
		return err == ERR_INVALID ? EX_CONFIG : err == ERR_EXISTS ? EX_UNAVAILABLE : EX_OSERR;
	if (config->state_dir != NULL)
		privilege_prepare_folder(&privilege, config->state_dir);
	err = privilege_drop(&privilege);
	if (err != 0)
		log_errno(LOG_ERROR, "cannot become user %s", config->user);
	if (err == 0)
		err = doors_start(rollcall);
	return err == 0 ? 0 : err == ERR_INVALID ? EX_CONFIG : EX_OSERR;
}

static int
start_parts(struct rollcall *rollcall)
{
	int status;

	privilege_raise_files();
	status = start_helper(rollcall);
	if (status == 0)
		status = make_loop_parts(rollcall);
	if (status == 0 && transferring_start(rollcall) != 0)
		status = EX_OSERR;
	if (status == 0)
		status = bind_and_drop(rollcall);
	if (status == 0 && rollcall->helper != NULL &&
	    helper_attach(rollcall->helper, rollcall->loop) != 0)
		status = EX_OSERR;
	if (status == 0 && teller_set(rollcall->teller, &rollcall->now->config->log) != 0) {
		log_errno(LOG_ERROR, "cannot write the log of queries");
		status = EX_OSERR;
	}
	if (status == 0)
		status = wiring_start(rollcall);
	if (status == 0 && sight_start(rollcall) != 0)
		status = EX_OSERR;
	if (status == 0 && feed_start(rollcall) != 0)
		status = EX_OSERR;
	if (status == 0 && steering_start(rollcall) != 0)
		status = EX_OSERR;
	return status;
}

/* Those of a service manager, before anything else gets a descriptor or starts a process. */
static int
take_sockets(struct rollcall *rollcall)
{
	int err = activation_start(&rollcall->activation);

	if (err == 0 && rollcall->activation != NULL)
		err = activation_apply(rollcall->activation, rollcall->now->config);
	return err == 0 ? 0 : err == ERR_INVALID ? EX_CONFIG : EX_OSERR;
}

int
rollcall_start(const struct config_flags *flags, struct config *config, struct rollcall **out)
{
	struct rollcall *rollcall = calloc(1, sizeof(*rollcall));
	struct generation *generation = calloc(1, sizeof(*generation));
	int status;

	if (rollcall == NULL || generation == NULL) {
		free(rollcall);
		free(generation);
		config_free(config);
		return EX_OSERR;
	}
	generation->config = config;
	rollcall->flags = flags;
	rollcall->now = generation;
	status = take_sockets(rollcall);
	if (status == 0)
		status = start_parts(rollcall);
	if (status != 0) {
		rollcall_stop(rollcall);
		return status;
	}
	*out = rollcall;
	return 0;
}

int
rollcall_run(struct rollcall *rollcall)
{
	rollcall->started_ms = clock_now_ms(rollcall->clock);
	rollcall->tick_due_ms = rollcall->started_ms + TICK_MS;
	event_add(rollcall->tick, &tick_time);
	event_base_dispatch(rollcall->loop);
	return rollcall->stopping ? 0 : EX_OSERR;
}

static void
free_events(struct rollcall *rollcall)
{
	struct event *const events[] = { rollcall->refresh, rollcall->due, rollcall->tick,
		rollcall->quit, rollcall->signals[0], rollcall->signals[1], rollcall->signals[2] };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i] != NULL)
			event_free(events[i]);
}

void
rollcall_stop(struct rollcall *rollcall)
{
	if (rollcall == NULL)
		return;
	rollcall->stopping = true;
	forward_health_free(rollcall->forward_health);
	serve_stop(rollcall);
	doors_close(rollcall);
	steering_stop(rollcall);
	forwarding_free(rollcall->forwarding);
	teller_free(rollcall->teller);
	transferring_stop(rollcall);
	feed_stop(rollcall);
	sight_stop(rollcall);
	wiring_stop(rollcall);
	helper_stop(rollcall->helper);
	free_events(rollcall);
	if (rollcall->loop != NULL)
		event_base_free(rollcall->loop);
	reload_reclaim(rollcall, true);
	activation_free(rollcall->activation);
	cache_free(rollcall->cache);
	onlooker_free(rollcall->onlooker);
	clock_free(rollcall->clock);
	free(rollcall);
}
