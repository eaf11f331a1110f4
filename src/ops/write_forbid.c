/* write_forbid.c - what is never believed from the API, whoever writes it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "base/err.h"
#include "ops/write_parts.h"

#define FORBIDDEN "FieldValueForbidden"
#define ONLY_FILES "Forbidden: is believed only from manifest files of a trusted owner, " \
	"not from the API"

/* A probe of whichever kind: commands, and hosts that are not the endpoint's own address. */
static int
forbid_in_probe(json_t *probe, const char *path, json_t *causes)
{
	static const char *const hosts[] = { "httpGet", "tcpSocket" };
	char field[256];
	int err = 0;

	if (json_object_get(probe, "exec") != NULL) {
		snprintf(field, sizeof(field), "%s.exec", path);
		err = write_cause_add(causes, FORBIDDEN, field, ONLY_FILES);
	}
	for (size_t i = 0; err == 0 && i < sizeof(hosts) / sizeof(*hosts); i++) {
		json_t *host = json_object_get(json_object_get(probe, hosts[i]), "host");

		if (host == NULL || json_string_length(host) == 0)
			continue;
		snprintf(field, sizeof(field), "%s.%s.host", path, hosts[i]);
		err = write_cause_add(causes, FORBIDDEN, field, "Forbidden: a probe written through "
		    "the API asks the endpoint itself and no other host");
	}
	return err;
}

static int
forbid_in_containers(json_t *spec, const char *list, json_t *causes)
{
	static const char *const probes[] = { "readinessProbe", "livenessProbe", "startupProbe" };
	size_t i;
	json_t *container;
	char path[128];

	json_array_foreach(json_object_get(spec, list), i, container) {
		for (size_t k = 0; k < sizeof(probes) / sizeof(*probes); k++) {
			int err;

			snprintf(path, sizeof(path), "spec.%s[%zu].%s", list, i, probes[k]);
			err = forbid_in_probe(json_object_get(container, probes[k]), path, causes);
			if (err != 0)
				return err;
		}
	}
	return 0;
}

/* The probe of rollcall/readiness-probe is YAML in a text; what is no YAML the decoder refuses. */
static int
forbid_in_annotated(struct write *write, const char *key, json_t *text, json_t *causes)
{
	const struct write_settings *settings = &write->settings;
	json_t *probe = NULL;
	char path[160];
	int err;

	err = settings->keeper->read_yaml(settings->keeper_arg, json_string_value(text),
	    json_string_length(text), NULL, &probe);
	if (err != 0)
		return err == ERR_NOMEM ? err : 0;
	snprintf(path, sizeof(path), "metadata.annotations[%s]", key);
	err = forbid_in_probe(probe, path, causes);
	json_decref(probe);
	return err;
}

static bool
is_forbidden_key(const char *key)
{
	return strcmp(key, "rollcall/exec-prefix") == 0 ||
	    strncmp(key, "rollcall/header-file-", 21) == 0;
}

static int
forbid_annotations(struct write *write, json_t *annotations, json_t *causes)
{
	const char *key;
	json_t *value;
	char field[400];
	int err = 0;

	json_object_foreach(annotations, key, value) {
		if (err != 0)
			break;
		if (is_forbidden_key(key)) {
			snprintf(field, sizeof(field), "metadata.annotations[%.300s]", key);
			err = write_cause_add(causes, FORBIDDEN, field, ONLY_FILES);
		} else if (strcmp(key, "rollcall/readiness-probe") == 0 && json_is_string(value)) {
			err = forbid_in_annotated(write, key, value, causes);
		}
	}
	return err;
}

int
write_forbid(struct write *write, json_t *object, json_t *causes)
{
	static const char *const lists[] = { "containers", "initContainers",
		"ephemeralContainers" };
	json_t *spec = json_object_get(object, "spec");
	int err = forbid_annotations(write, json_object_get(json_object_get(object, "metadata"),
	    "annotations"), causes);

	for (size_t i = 0; err == 0 && i < sizeof(lists) / sizeof(*lists); i++)
		err = forbid_in_containers(spec, lists[i], causes);
	return err;
}
