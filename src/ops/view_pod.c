/* view_pod.c - a Pod with the defaults of core/v1. */
#include <stdio.h>
#include <string.h>

#include "ops/view_parts.h"

struct text_default {
	const char *key;
	const char *text;
};
struct number_default {
	const char *key;
	int number;
};

static bool
fill_texts(json_t *object, const struct text_default *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!view_default(object, list[i].key, json_string(list[i].text)))
			return false;
	return true;
}

static bool
fill_numbers(json_t *object, const struct number_default *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!view_default(object, list[i].key, json_integer(list[i].number)))
			return false;
	return true;
}

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* ---- probes ---- */

static bool
fill_probe(json_t *probe)
{
	static const struct number_default numbers[] = {
		{ "timeoutSeconds", 1 }, { "periodSeconds", 10 }, { "successThreshold", 1 },
		{ "failureThreshold", 3 },
	};
	static const struct text_default texts[] = { { "path", "/" }, { "scheme", "HTTP" } };
	json_t *http = json_object_get(probe, "httpGet");
	json_t *grpc = json_object_get(probe, "grpc");

	if (json_is_object(http) && !fill_texts(http, texts, COUNT(texts)))
		return false;
	if (json_is_object(grpc) && !view_default(grpc, "service", json_string("")))
		return false;
	return fill_numbers(probe, numbers, COUNT(numbers));
}

/* ---- containers ---- */

/* `latest`, stated or not, is always pulled; a digest never again. */
static const char *
pull_policy(const char *image)
{
	const char *slash = strrchr(image, '/');
	const char *tag = strchr(slash != NULL ? slash : image, ':');

	if (strchr(image, '@') != NULL)
		return "IfNotPresent";
	return tag == NULL || strcmp(tag, ":latest") == 0 ? "Always" : "IfNotPresent";
}

/* `cpu: 1` is stored as the quantity "1". */
static bool
fill_quantities(json_t *list)
{
	const char *key;
	json_t *value;
	char text[40];

	json_object_foreach(list, key, value) {
		if (!json_is_number(value))
			continue;
		if (json_is_integer(value))
			snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT,
			    json_integer_value(value));
		else
			snprintf(text, sizeof(text), "%.15g", json_real_value(value));
		if (!view_set(list, key, json_string(text)))
			return false;
	}
	return true;
}

/* A request that is not stated is the limit. */
static bool
fill_resources(json_t *container)
{
	json_t *resources = view_member(container, "resources", JSON_OBJECT);
	json_t *limits = json_object_get(resources, "limits");
	const char *key;
	json_t *value;

	if (resources == NULL || !fill_quantities(limits) ||
	    !fill_quantities(json_object_get(resources, "requests")))
		return false;
	json_object_foreach(limits, key, value) {
		json_t *requests = view_member(resources, "requests", JSON_OBJECT);

		if (requests == NULL || !view_default(requests, key, json_incref(value)))
			return false;
	}
	return true;
}

static bool
fill_container(json_t *container)
{
	static const struct text_default texts[] = {
		{ "terminationMessagePath", "/dev/termination-log" },
		{ "terminationMessagePolicy", "File" },
	};
	static const char *const probes[] = { "readinessProbe", "livenessProbe", "startupProbe" };
	const char *image = json_string_value(json_object_get(container, "image"));
	json_t *port;
	size_t i;

	json_array_foreach(json_object_get(container, "ports"), i, port) {
		if (json_is_object(port) && !view_default(port, "protocol", json_string("TCP")))
			return false;
	}
	for (i = 0; i < COUNT(probes); i++) {
		json_t *probe = json_object_get(container, probes[i]);

		if (json_is_object(probe) && !fill_probe(probe))
			return false;
	}
	return fill_resources(container) && view_default(container, "imagePullPolicy",
	    json_string(pull_policy(image != NULL ? image : ""))) &&
	    fill_texts(container, texts, COUNT(texts));
}

static bool
fill_containers(json_t *list)
{
	json_t *container;
	size_t i;

	json_array_foreach(list, i, container) {
		if (json_is_object(container) && !fill_container(container))
			return false;
	}
	return true;
}

/* ---- the rest ---- */

static bool
fill_spec(const struct view *view, json_t *spec)
{
	static const struct text_default texts[] = {
		{ "restartPolicy", "Always" }, { "dnsPolicy", "ClusterFirst" },
		{ "schedulerName", "default-scheduler" }, { "serviceAccountName", "default" },
		{ "serviceAccount", "default" }, { "preemptionPolicy", "PreemptLowerPriority" },
	};
	static const struct number_default numbers[] = {
		{ "terminationGracePeriodSeconds", 30 }, { "priority", 0 },
	};
	const char *node = view->settings.node_name;

	return fill_texts(spec, texts, COUNT(texts)) &&
	    fill_numbers(spec, numbers, COUNT(numbers)) &&
	    view_member(spec, "securityContext", JSON_OBJECT) != NULL &&
	    view_default(spec, "enableServiceLinks", json_true()) &&
	    (node == NULL || *node == '\0' || view_default(spec, "nodeName", json_string(node))) &&
	    fill_containers(json_object_get(spec, "containers")) &&
	    fill_containers(json_object_get(spec, "initContainers"));
}

bool
view_fill_pod(struct view_work *work)
{
	json_t *spec = view_member(work->root, "spec", JSON_OBJECT);

	return spec != NULL && fill_spec(work->view, spec) && view_fill_pod_status(work, spec);
}
