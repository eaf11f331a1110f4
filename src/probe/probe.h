/*
 * probe.h - run one attempt of a probe.  Thread: control.
 *
 * Each engine is one file (probe_tcp.c, probe_http.c, probe_exec.c ...) that fills
 * one row of a table; this is the common part.  It only runs attempts: when, and what follows,
 * is schedule.h. The process ignores SIGPIPE.
 */
#ifndef ROLLCALL_PROBE_PROBE_H
#define ROLLCALL_PROBE_PROBE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "model/outcome.h"
#include "model/probe_spec.h"

struct clock;
struct event_base;
struct helper;
struct probe;
struct prober;

/* What all attempts share; made once.  All but loop, clock and helper is copied. */
struct prober_settings {
	struct event_base *loop;
	const struct clock *clock;
	struct helper *helper;          /* NULL: exec probes fail as denied */
	/* probes.exec.path: the only folders commands may come from; none: any */
	const char *const *exec_paths;
	size_t exec_path_count;
	const struct cidr *allow_hosts; /* probes.allowHost */
	size_t allow_host_count;
	const char *user_agent;         /* "kube-probe/1.34 (rollcall/VERSION)" */
	/* Told of each step of an attempt as it is done ("connected"); NULL: nobody is. */
	void (*step)(void *arg, const char *what);
	void *step_arg;
};
struct prober *prober_new(const struct prober_settings *settings);
/*
 * No more attempts are started; those under way end as ever, the last of them frees it.  NULL
 * is allowed.
 */
void prober_free(struct prober *prober);

/* Whom one attempt asks; all borrowed until `done` or cancel. */
struct probe_target {
	const struct probe_spec *spec;
	struct addr addr;
	uint16_t port;                  /* 0: unknown named port (all but exec) */
	bool trusted;
	const char *pod_name;           /* POD_NAME; "" */
	const char *ns;                 /* POD_NAMESPACE */
};

/* Runs exactly once, from the loop, never inside probe_start; the probe is freed just after. */
typedef void probe_done_fn(void *arg, const struct outcome *outcome);

/*
 * Start one attempt; ends at most spec->timeout_ms after this call.  Failing to start is an
 * outcome too. NULL: no memory at all, `done` will not run.  Kubernetes: Probe.timeoutSeconds.
 */
struct probe *probe_start(struct prober *prober, const struct probe_target *target,
    probe_done_fn *done, void *arg);

/* Give up and free; `done` will not run.  NULL is allowed. */
void probe_cancel(struct probe *probe);
#endif
