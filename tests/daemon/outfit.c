/* outfit.c - a daemon's context out of a configuration, with a clock turned by hand. */
#include "tests/daemon/outfit.h"

#include <check.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "daemon/reload.h"
#include "daemon/serve.h"
#include "dns/index.h"

#define UNIX_S 1700000000

void
outfit_write_config(struct outfit *outfit, const char *yaml)
{
	char text[2048];

	snprintf(text, sizeof(text), "zones: [%s]\nstate: {dir: %s/state}\nthreads: 1\n"
	    "listen: ['127.0.0.1:0']\nhttp: {listen: ''}\nprobes: {exec: {enabled: false}}\n"
	    "%s%s",
	    outfit->zones, outfit->scratch.path,
	    strstr(yaml, "forward:") == NULL ? "forward: []\n" : "", yaml);
	scratch_write(&outfit->scratch, "rollcall.yaml", text, strlen(text));
}

void
outfit_manifest(struct outfit *outfit, const char *name, const char *yaml)
{
	char path[400];

	snprintf(path, sizeof(path), "zones/%s", name);
	if (yaml == NULL)
		ck_assert_int_eq(unlinkat(outfit->scratch.fd, path, 0), 0);
	else
		scratch_write(&outfit->scratch, path, yaml, strlen(yaml));
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

void
outfit_start(struct outfit *outfit, const char *yaml)
{
	struct rollcall *rollcall = &outfit->rollcall;
	struct generation *generation = calloc(1, sizeof(*generation));
	struct diag *diag = diag_new();

	memset(outfit, 0, sizeof(*outfit));
	scratch_make(&outfit->scratch);
	snprintf(outfit->config_path, sizeof(outfit->config_path), "%s/rollcall.yaml",
	    outfit->scratch.path);
	snprintf(outfit->zones, sizeof(outfit->zones), "%s/zones", outfit->scratch.path);
	ck_assert_int_eq(mkdir(outfit->zones, 0755), 0);
	outfit->flags.file = outfit->config_path;
	outfit_write_config(outfit, yaml);
	ck_assert_int_eq(config_load(&outfit->flags, diag, &generation->config), 0);
	diag_free(diag);
	rollcall->flags = &outfit->flags;
	rollcall->now = generation->answers = generation;
	rollcall->now->index = index_new();
	rollcall->clock = clock_new_manual(1000, UNIX_S);
	rollcall->loop = event_base_new();
	rollcall->random = 1;
	rollcall->due_ms = UINT64_MAX;
	rollcall->refresh = event_new(rollcall->loop, -1, EV_PERSIST, on_event, NULL);
	rollcall->due = evtimer_new(rollcall->loop, on_event, NULL);
	ck_assert_int_eq(serve_settings(generation, NULL), 0);
}

void
outfit_await_load(struct outfit *outfit)
{
	while (outfit->rollcall.loading)
		ck_assert_int_eq(event_base_loop(outfit->rollcall.loop, EVLOOP_ONCE), 0);
}

void
outfit_stop(struct outfit *outfit)
{
	struct rollcall *rollcall = &outfit->rollcall;

	event_free(rollcall->refresh);
	event_free(rollcall->due);
	event_base_free(rollcall->loop);
	reload_reclaim(rollcall, true);
	clock_free(rollcall->clock);
	scratch_remove(&outfit->scratch);
}
