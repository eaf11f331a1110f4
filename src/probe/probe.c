/* probe.c - the common part of all engines: life, deadline and report of one attempt. */
#include "probe/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "probe/engine.h"

/* Later than this past a deadline it is the loop that was slow, not the target (PROBES.md 8.4). */
#define LATE_US 50000
/*
 * How many finished attempts may wait for their server to close, how long, and for how many
 * octets.
 */
#define PARTING_MAX 1024
#define PARTING_MS 1000
#define PARTING_OCTETS 65536

static const struct engine *const engines[] = {
	[ENGINE_HTTP] = &engine_http,
	[ENGINE_TCP] = &engine_tcp,
	[ENGINE_EXEC] = &engine_exec,
	[ENGINE_GRPC] = &engine_grpc,
	[ENGINE_DNS] = &engine_dns,
};

static struct timeval
timeval_of_us(uint64_t us)
{
	return (struct timeval){
		.tv_sec = (time_t)(us / 1000000),
		.tv_usec = (suseconds_t)(us % 1000000),
	};
}

static void
close_socket(struct probe *probe)
{
	probe_wait(probe, 0);
	if (probe->fd >= 0)
		close(probe->fd);
	probe->fd = -1;
}

static void
free_probe(struct probe *probe)
{
	struct prober *prober = probe->prober;

	if (probe->engine->clear != NULL)
		probe->engine->clear(probe);
	close_socket(probe);
	event_del(&probe->timer);
	free(probe);
	prober_forget(prober);
}

/* ---- parting: who closes first waits a minute; let it be the server ---- */

void
probe_part_now(struct probe *probe)
{
	struct prober *prober = probe->prober;

	if (probe->previous != NULL)
		probe->previous->next = probe->next;
	else
		prober->parting = probe->next;
	if (probe->next != NULL)
		probe->next->previous = probe->previous;
	prober->parting_count--;
	free_probe(probe);
}

/* What still comes is thrown away; once the other side has closed nothing does. */
static void
parting_read(struct probe *probe)
{
	char rest[4096];
	ssize_t n = probe->peer_closed ? 0 : recv(probe->fd, rest, sizeof(rest), 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0)
		probe->parted += (size_t)n;
	if (n <= 0 || probe->parted > PARTING_OCTETS)
		probe_part_now(probe);
}

static bool
part(struct probe *probe)
{
	struct prober *prober = probe->prober;
	struct timeval limit = timeval_of_us(PARTING_MS * 1000);

	if (!probe->part || probe->peer_closed || probe->fd < 0 || prober->given_up ||
	    prober->parting_count >= PARTING_MAX)
		return false;
	if (event_add(&probe->timer, &limit) != 0)
		return false;
	probe->previous = NULL;
	probe->next = prober->parting;
	if (probe->next != NULL)
		probe->next->previous = probe;
	prober->parting = probe;
	prober->parting_count++;
	probe->parting = true;
	probe_wait(probe, EV_READ);
	return true;
}

/* ---- the end ---- */

static void
report(struct probe *probe)
{
	probe->done(probe->done_arg, &probe->outcome);
	if (!part(probe))
		free_probe(probe);
}

void
probe_end_value(struct probe *probe, enum outcome_code code, int value, const char *detail)
{
	struct outcome *outcome = &probe->outcome;

	if (probe->ended)
		return;
	probe->ended = true;
	outcome->code = code;
	outcome->value = value;
	outcome->took_us =
	    (uint32_t)(clock_now_us(probe->prober->settings.clock) - probe->started_us);
	if (detail != NULL)
		outcome_set_detail(outcome, detail);
	if (!probe->part)
		probe_wait(probe, 0);
	/* From the loop, so that nobody up the stack is left with a probe that is gone. */
	event_active(&probe->timer, EV_TIMEOUT, 1);
}

void
probe_end(struct probe *probe, enum outcome_code code, const char *detail)
{
	probe_end_value(probe, code, 0, detail);
}

static void
time_is_over(struct probe *probe, uint64_t late_us)
{
	enum outcome_code code = probe->engine->timeout(probe);

	/* The answer may have been lying there while the loop was busy elsewhere. */
	if (probe->fd >= 0)
		probe->engine->io(probe);
	if (late_us > LATE_US)
		code = OUTCOME_FAULT_LATE;
	probe_end(probe, code, NULL);
	report(probe);
}

static void
timer_fired(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;
	uint64_t now = clock_now_us(probe->prober->settings.clock);

	(void)fd;
	(void)what;
	if (probe->parting) {
		probe_part_now(probe);
	} else if (probe->ended) {
		report(probe);
	} else if (now < probe->deadline_us) {
		/* libevent counts from the moment its round began, a little before ours. */
		struct timeval rest = timeval_of_us(probe->deadline_us - now);

		event_add(&probe->timer, &rest);
	} else {
		time_is_over(probe, now - probe->deadline_us);
	}
}

/* ---- the socket ---- */

static void
io_ready(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;

	(void)fd;
	if (what & EV_CLOSED)
		probe->peer_closed = true;
	if (probe->parting)
		parting_read(probe);
	else if (!probe->ended)
		probe->engine->io(probe);
}

void
probe_wait(struct probe *probe, short what)
{
	if (what & EV_READ)
		what |= EV_CLOSED;
	if (what == probe->waiting)
		return;
	if (probe->waiting != 0)
		event_del(&probe->io);
	probe->waiting = 0;
	if (what == 0)
		return;
	event_assign(&probe->io, probe->prober->settings.loop, probe->fd,
	    (short)(what | EV_PERSIST), io_ready, probe);
	if (event_add(&probe->io, NULL) != 0)
		probe_end(probe, OUTCOME_FAULT_MEMORY, NULL);
	else
		probe->waiting = what;
}

void
probe_set_fd(struct probe *probe, int fd)
{
	close_socket(probe);
	probe->fd = fd;
	probe->peer_closed = false;
}

/* ---- start and cancel ---- */

struct probe *
probe_start(struct prober *prober, const struct probe_target *target, probe_done_fn *done,
    void *arg)
{
	const struct engine *engine = engines[target->spec->engine];
	struct probe *probe = calloc(1, engine->size);
	uint64_t limit_us = (target->spec->timeout_ms + engine->grace_ms) * 1000;
	struct timeval limit = timeval_of_us(limit_us);

	if (probe == NULL)
		return NULL;
	probe->prober = prober;
	probe->engine = engine;
	probe->target = *target;
	probe->done = done;
	probe->done_arg = arg;
	probe->fd = -1;
	probe->started_us = clock_now_us(prober->settings.clock);
	probe->deadline_us = probe->started_us + limit_us;
	probe->outcome.timeout_ms = (uint32_t)target->spec->timeout_ms;
	evtimer_assign(&probe->timer, prober->settings.loop, timer_fired, probe);
	if (evtimer_add(&probe->timer, &limit) != 0) {
		free(probe);
		return NULL;
	}
	prober->attempts++;
	if (engine->needs_port && target->port == 0)
		probe_end(probe, OUTCOME_PORT_UNKNOWN, target->spec->port.name);
	else
		engine->start(probe);
	return probe;
}

void
probe_cancel(struct probe *probe)
{
	if (probe != NULL)
		free_probe(probe);
}
