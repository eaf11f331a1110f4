/* table_pod.c - rows of Pods. */
#include <stdio.h>
#include <string.h>

#include "base/age.h"
#include "ops/table_cells.h"

#define REASON_SIZE 320

/* What is gathered from the containers of one Pod. */
struct summary {
	char reason[REASON_SIZE];
	size_t total;
	size_t ready;
	json_int_t restarts;
	int64_t last_restart_unix_s;    /* 0: unknown */
	bool initializing;
	bool running;                   /* a container runs */
};

static bool
condition_is_true(const json_t *pod, const char *type)
{
	const json_t *list = cells_path(pod, "status.conditions");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *condition = json_array_get(list, i);

		if (strcmp(cells_path_text(condition, "type", ""), type) == 0)
			return strcmp(cells_path_text(condition, "status", ""), "True") == 0;
	}
	return false;
}

static void
set_reason(struct summary *summary, const char *before, const char *reason)
{
	snprintf(summary->reason, sizeof(summary->reason), "%s%.255s", before, reason);
}

/* An init container that goes on beside the others (restartPolicy: Always). */
static bool
is_sidecar(const json_t *pod, const char *name)
{
	const json_t *list = cells_path(pod, "spec.initContainers");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *container = json_array_get(list, i);

		if (strcmp(cells_path_text(container, "name", ""), name) == 0)
			return strcmp(cells_path_text(container, "restartPolicy", ""),
			    "Always") == 0;
	}
	return false;
}

static void
count_restarts(struct summary *summary, const json_t *status)
{
	int64_t then;

	summary->restarts += json_integer_value(json_object_get(status, "restartCount"));
	if (age_parse(cells_path_text(status, "lastState.terminated.finishedAt", NULL), &then) &&
	    then > summary->last_restart_unix_s)
		summary->last_restart_unix_s = then;
}

/* Why it ended, in a word: its reason, else the signal, else the exit code. */
static void
set_ended(struct summary *summary, const char *before, const json_t *ended)
{
	const char *reason = cells_path_text(ended, "reason", NULL);
	json_int_t signal = json_integer_value(json_object_get(ended, "signal"));
	json_int_t code = json_integer_value(json_object_get(ended, "exitCode"));

	if (reason != NULL)
		set_reason(summary, before, reason);
	else if (signal != 0)
		snprintf(summary->reason, sizeof(summary->reason),
		    "%sSignal:%" JSON_INTEGER_FORMAT, before, signal);
	else
		snprintf(summary->reason, sizeof(summary->reason),
		    "%sExitCode:%" JSON_INTEGER_FORMAT, before, code);
}

/* false: this init container is through, or runs as a sidecar, and the next one counts. */
static bool
holds_up(struct summary *summary, const json_t *pod, const json_t *status, size_t at)
{
	const json_t *ended = cells_path(status, "state.terminated");
	const char *waiting = cells_path_text(status, "state.waiting.reason", NULL);

	if (ended != NULL && json_integer_value(json_object_get(ended, "exitCode")) == 0)
		return false;
	if (is_sidecar(pod, cells_path_text(status, "name", "")) &&
	    json_is_true(json_object_get(status, "started"))) {
		if (json_is_true(json_object_get(status, "ready")))
			summary->ready++;
		return false;
	}
	if (ended != NULL)
		set_ended(summary, "Init:", ended);
	else if (waiting != NULL && strcmp(waiting, "PodInitializing") != 0)
		set_reason(summary, "Init:", waiting);
	else
		snprintf(summary->reason, sizeof(summary->reason), "Init:%zu/%zu", at,
		    json_array_size(cells_path(pod, "spec.initContainers")));
	return true;
}

static void
sum_init(struct summary *summary, const json_t *pod)
{
	const json_t *list = cells_path(pod, "status.initContainerStatuses");

	for (size_t i = 0; i < json_array_size(list) && !summary->initializing; i++) {
		const json_t *status = json_array_get(list, i);

		count_restarts(summary, status);
		summary->initializing = holds_up(summary, pod, status, i);
	}
}

static void
sum_container(struct summary *summary, const json_t *status)
{
	const json_t *ended = cells_path(status, "state.terminated");
	const char *waiting = cells_path_text(status, "state.waiting.reason", NULL);

	count_restarts(summary, status);
	if (waiting != NULL) {
		set_reason(summary, "", waiting);
	} else if (ended != NULL) {
		set_ended(summary, "", ended);
	} else if (json_is_true(json_object_get(status, "ready")) &&
	    cells_path(status, "state.running") != NULL) {
		summary->running = true;
		summary->ready++;
	}
}

static void
sum_containers(struct summary *summary, const json_t *pod)
{
	const json_t *list = cells_path(pod, "status.containerStatuses");

	/* Backwards: the first container's reason is the one that is shown. */
	for (size_t i = json_array_size(list); i > 0; i--)
		sum_container(summary, json_array_get(list, i - 1));
	if (strcmp(summary->reason, "Completed") == 0 && summary->running)
		set_reason(summary, "", condition_is_true(pod, "Ready") ? "Running" : "NotReady");
}

static void
sum_pod(struct summary *summary, const json_t *pod)
{
	const json_t *init = cells_path(pod, "spec.initContainers");
	const char *phase = cells_path_text(pod, "status.phase", "");
	const char *reason = cells_path_text(pod, "status.reason", "");

	summary->total = json_array_size(cells_path(pod, "spec.containers"));
	for (size_t i = 0; i < json_array_size(init); i++)
		if (strcmp(cells_path_text(json_array_get(init, i), "restartPolicy", ""),
		    "Always") == 0)
			summary->total++;
	set_reason(summary, "", *reason == '\0' ? phase : reason);
	sum_init(summary, pod);
	if (!summary->initializing || condition_is_true(pod, "Initialized"))
		sum_containers(summary, pod);
	if (cells_path(pod, "metadata.deletionTimestamp") == NULL)
		return;
	if (strcmp(reason, "NodeLost") == 0)
		set_reason(summary, "", "Unknown");
	else if (strcmp(phase, "Succeeded") != 0 && strcmp(phase, "Failed") != 0)
		set_reason(summary, "", "Terminating");
}

/* "<none>", or how many of the gates are open: "1/2". */
static void
print_gates(struct cells *cells, const json_t *pod)
{
	const json_t *gates = cells_path(pod, "spec.readinessGates");
	size_t open = 0;
	char text[48];

	for (size_t i = 0; i < json_array_size(gates); i++)
		if (condition_is_true(pod, cells_path_text(json_array_get(gates, i),
		    "conditionType", "")))
			open++;
	snprintf(text, sizeof(text), "%zu/%zu", open, json_array_size(gates));
	cells_text(cells, json_array_size(gates) == 0 ? "<none>" : text);
}

static void
print_restarts(struct cells *cells, const struct summary *summary)
{
	char age[AGE_TEXT_SIZE];
	char text[AGE_TEXT_SIZE + 40];

	if (summary->restarts != 0 && summary->last_restart_unix_s != 0)
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT " (%s ago)", summary->restarts,
		    age_text(cells->now_unix_s - summary->last_restart_unix_s, age));
	else
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, summary->restarts);
	cells_text(cells, text);
}

void
table_print_pod(struct cells *cells, const json_t *object)
{
	struct summary summary = { .total = 0 };
	const json_t *ips = cells_path(object, "status.podIPs");
	char ready[48];

	sum_pod(&summary, object);
	snprintf(ready, sizeof(ready), "%zu/%zu", summary.ready, summary.total);
	cells_text(cells, cells_path_text(object, "metadata.name", ""));
	cells_text(cells, ready);
	cells_text(cells, summary.reason);
	print_restarts(cells, &summary);
	cells_object_age(cells, object);
	cells_text(cells, cells_path_text(json_array_get(ips, 0), "ip", "<none>"));
	cells_text(cells, cells_path_text(object, "spec.nodeName", "<none>"));
	cells_text(cells, cells_path_text(object, "status.nominatedNodeName", "<none>"));
	print_gates(cells, object);
}
