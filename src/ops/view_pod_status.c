/* view_pod_status.c - a Pod's status: what was stated, and what its probes found. */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "model/pod.h"
#include "ops/standing.h"
#include "ops/view_parts.h"

#define MESSAGE_SIZE (STANDING_WHY_SIZE + 320)

/* ---- conditions ---- */

/* The condition of this type, made behind the others where it is not there; NULL: no memory. */
static json_t *
find_condition(json_t *list, const char *type)
{
	json_t *condition;
	size_t i;

	json_array_foreach(list, i, condition) {
		const char *text = json_string_value(json_object_get(condition, "type"));

		if (text != NULL && strcmp(text, type) == 0)
			return condition;
	}
	condition = json_pack("{s:s}", "type", type);
	return condition != NULL && json_array_append_new(list, condition) == 0 ? condition : NULL;
}

static bool
set_condition(json_t *list, const char *type, bool holds, const char *reason, const char *message,
    uint64_t since_unix_s)
{
	json_t *condition = find_condition(list, type);

	if (condition == NULL)
		return false;
	(void)json_object_del(condition, "reason");
	(void)json_object_del(condition, "message");
	return view_set(condition, "status", json_string(holds ? "True" : "False")) &&
	    view_set(condition, "lastProbeTime", json_null()) &&
	    view_set(condition, "lastTransitionTime", view_time(since_unix_s)) &&
	    (reason == NULL || view_set(condition, "reason", json_string(reason))) &&
	    (message == NULL || view_set(condition, "message", json_string(message)));
}

/* kubelet's words, and the sentence that says why. */
static const char *
write_unready(const struct store *store, const struct pod *pod, const char *why,
    char buf[MESSAGE_SIZE])
{
	size_t len = (size_t)snprintf(buf, MESSAGE_SIZE, "containers with unready status: [");
	const char *before = "";

	for (size_t i = 0; i < pod->container_count && len < 280; i++) {
		struct standing standing;

		standing_of_container(store, pod, i, &standing);
		if (standing.in)
			continue;
		len += (size_t)snprintf(buf + len, 300 - len, "%s%.63s", before,
		    pod->containers[i].name);
		before = " ";
	}
	snprintf(buf + len, MESSAGE_SIZE - len, "]: %s", why);
	return buf;
}

static bool
set_ready(const struct view_work *work, const struct pod *pod, const struct standing *standing,
    json_t *conditions)
{
	uint64_t created = work->entry->created_unix_s;
	uint64_t since = standing->since_unix_ms != 0 ? standing->since_unix_ms / 1000 : created;
	bool probes = standing->presence == PRESENT_PROBE_FAILS ||
	    standing->presence == PRESENT_PROBE_UNKNOWN;
	bool ended = pod_has_ended(pod);
	bool ready = standing->in && !ended;
	const char *reason = ready ? NULL : ended ? "PodCompleted" :
	    standing->presence == PRESENT_GATE_CLOSED ? "ReadinessGatesNotReady" :
	    standing->presence == PRESENT_DRAINED ? "Drained" : "ContainersNotReady";
	const char *message = ready || ended ? NULL : standing->why;
	char unready[MESSAGE_SIZE];

	if (!ready && probes && !ended)
		message = write_unready(work->view->settings.store, pod, standing->why, unready);
	return set_condition(conditions, "Initialized", true, ended ? reason : NULL, NULL,
	    created) &&
	    set_condition(conditions, "Ready", ready, reason, message, since) &&
	    set_condition(conditions, "ContainersReady", !probes && !ended &&
	    standing->presence != PRESENT_NOT_READY, probes || ended ? reason : NULL,
	    probes && !ended ? message : NULL, since) &&
	    set_condition(conditions, "PodScheduled", true, NULL, NULL, created);
}

/* ---- containers ---- */

static json_t *
find_status(json_t *list, const char *name)
{
	json_t *status;
	size_t i;

	json_array_foreach(list, i, status) {
		const char *text = json_string_value(json_object_get(status, "name"));

		if (text != NULL && strcmp(text, name) == 0)
			return status;
	}
	status = json_pack("{s:s}", "name", name);
	return status != NULL && json_array_append_new(list, status) == 0 ? status : NULL;
}

static json_t *
make_state(const struct view_work *work, const struct pod *pod)
{
	char when[VIEW_TIME_SIZE];

	view_write_time(when, work->entry->created_unix_s);
	if (pod_has_ended(pod))
		return json_pack("{s:{s:i, s:s}}", "terminated", "exitCode",
		    pod->phase == POD_SUCCEEDED ? 0 : 1, "reason",
		    pod->phase == POD_SUCCEEDED ? "Completed" : "Error");
	if (pod->phase == POD_PENDING)
		return json_pack("{s:{s:s}}", "waiting", "reason", "ContainerCreating");
	return json_pack("{s:{s:s}}", "running", "startedAt", when);
}

static bool
fill_container(const struct view_work *work, const struct pod *pod, size_t at, json_t *list)
{
	const struct container *container = &pod->containers[at];
	json_t *status = find_status(list, container->name);
	bool running = !pod_has_ended(pod) && pod->phase != POD_PENDING;
	struct standing standing;
	bool started, ready;

	standing_of_container(work->view->settings.store, pod, at, &standing);
	started = running && (standing.in || standing.kind != PROBE_STARTUP);
	ready = running && standing.in &&
	    (*standing.target_id != '\0' || pod->ready != TRI_FALSE);
	return status != NULL && view_set(status, "ready", json_boolean(ready)) &&
	    view_set(status, "started", json_boolean(started)) &&
	    view_default(status, "restartCount", json_integer(0)) &&
	    view_default(status, "image", json_string(container->image != NULL ?
	    container->image : "")) &&
	    view_default(status, "imageID", json_string("")) &&
	    view_default(status, "state", make_state(work, pod)) &&
	    view_member(status, "lastState", JSON_OBJECT) != NULL;
}

static bool
fill_containers(const struct view_work *work, const struct pod *pod, json_t *status)
{
	for (size_t i = 0; i < pod->container_count; i++) {
		json_t *list = view_member(status, pod->containers[i].sidecar ?
		    "initContainerStatuses" : "containerStatuses", JSON_ARRAY);

		if (list == NULL || !fill_container(work, pod, i, list))
			return false;
	}
	return true;
}

/* ---- the rest ---- */

static bool
fill_addresses(const struct pod *pod, json_t *status)
{
	struct addr addrs[POD_ADDRS_MAX];
	size_t count = pod_list_addrs(pod, addrs);
	json_t *list = count > 0 ? json_array() : NULL;

	if (count == 0)
		return true;
	for (size_t i = 0; i < count; i++) {
		json_t *item = json_object();

		if (!view_set(item, "ip", view_address(&addrs[i])) ||
		    json_array_append(list, item) != 0) {
			json_decref(item);
			json_decref(list);
			return false;
		}
		json_decref(item);
	}
	return view_set(status, "podIPs", list) &&
	    view_set(status, "podIP", view_address(&addrs[0]));
}

/* Of all containers: no requests and limits at all, or equal ones of both kinds (core/v1). */
static const char *
qos_class(json_t *spec)
{
	bool any = false, all = true;
	json_t *container;
	size_t i;

	json_array_foreach(json_object_get(spec, "containers"), i, container) {
		json_t *resources = json_object_get(container, "resources");
		json_t *limits = json_object_get(resources, "limits");
		json_t *requests = json_object_get(resources, "requests");

		any |= json_object_size(limits) > 0 || json_object_size(requests) > 0;
		all = all && json_object_get(limits, "cpu") != NULL &&
		    json_object_get(limits, "memory") != NULL && json_equal(limits, requests);
	}
	return !any ? "BestEffort" : all ? "Guaranteed" : "Burstable";
}

static const char *
phase_of(const struct pod *pod)
{
	return pod->phase == POD_PHASE_UNSET ? "Running" : pod_phase_text(pod->phase);
}

bool
view_fill_pod_status(struct view_work *work, json_t *spec)
{
	const struct pod *pod = (const void *)work->entry->object;
	json_t *status = view_member(work->root, "status", JSON_OBJECT);
	json_t *conditions = status == NULL ? NULL :
	    view_member(status, "conditions", JSON_ARRAY);
	struct standing standing;

	if (conditions == NULL || pod == NULL)
		return false;
	standing_of_pod(work->view->settings.store, pod, &standing);
	return view_set(status, "phase", json_string(phase_of(pod))) &&
	    fill_addresses(pod, status) &&
	    view_default(status, "startTime", view_time(work->entry->created_unix_s)) &&
	    view_default(status, "qosClass", json_string(qos_class(spec))) &&
	    set_ready(work, pod, &standing, conditions) && fill_containers(work, pod, status);
}
