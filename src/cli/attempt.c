/* attempt.c - one attempt of a probe, now and from here. */
#include <config.h>

#include "cli/attempt.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "probe/helper.h"
#include "probe/probe.h"

struct attempts {
	struct event_base *loop;
	struct clock *clock;
	struct helper *helper;
	struct prober *prober;
	uint64_t began_us;
	bool quiet;
	bool done;
	struct outcome outcome;
};

static void
on_step(void *arg, const char *what)
{
	const struct attempts *attempts = arg;
	uint64_t us = clock_now_us(attempts->clock) - attempts->began_us;

	if (!attempts->quiet)
		printf("  %6u.%02u ms  %s\n", (unsigned)(us / 1000), (unsigned)(us / 10 % 100), what);
}

static void
on_done(void *arg, const struct outcome *outcome)
{
	struct attempts *attempts = arg;

	attempts->outcome = *outcome;
	attempts->done = true;
	event_base_loopbreak(attempts->loop);
}

/* What the user types may go anywhere. */
static struct prober *
make_prober(struct attempts *attempts)
{
	struct cidr all[2] = { { .base = { .family = ADDR_IP4 } }, { .base = { .family = ADDR_IP6 } } };

	return prober_new(&(struct prober_settings){
		.loop = attempts->loop,
		.clock = attempts->clock,
		.helper = attempts->helper,
		.allow_hosts = all,
		.allow_host_count = 2,
		.user_agent = "kube-probe/1.34 (rollcall/" PACKAGE_VERSION ")",
		.step = on_step,
		.step_arg = attempts,
	});
}

struct attempts *
attempts_new(bool exec)
{
	struct helper_settings helper = { .program = "/proc/self/exe" };
	struct attempts *attempts = calloc(1, sizeof(*attempts));

	if (attempts == NULL)
		return NULL;
	signal(SIGPIPE, SIG_IGN);
	attempts->loop = event_base_new();
	attempts->clock = clock_new_system();
	if (attempts->loop == NULL || attempts->clock == NULL)
		goto fail;
	if (exec && (helper_start(&helper, &attempts->helper) != 0 ||
	    helper_attach(attempts->helper, attempts->loop) != 0))
		goto fail;
	attempts->prober = make_prober(attempts);
	if (attempts->prober != NULL)
		return attempts;
fail:
	attempts_free(attempts);
	return NULL;
}

void
attempts_free(struct attempts *attempts)
{
	if (attempts == NULL)
		return;
	prober_free(attempts->prober);
	if (attempts->helper != NULL)
		helper_stop(attempts->helper);
	if (attempts->loop != NULL)
		event_base_free(attempts->loop);
	clock_free(attempts->clock);
	free(attempts);
}

int
attempts_run(struct attempts *attempts, const struct probe_target *target, bool quiet,
    struct outcome *outcome)
{
	attempts->done = false;
	attempts->quiet = quiet;
	attempts->began_us = clock_now_us(attempts->clock);
	if (probe_start(attempts->prober, target, on_done, attempts) == NULL)
		return ERR_NOMEM;
	while (!attempts->done && event_base_dispatch(attempts->loop) == 0)
		continue;
	if (!attempts->done)
		return ERR_SYSTEM;
	*outcome = attempts->outcome;
	return 0;
}
