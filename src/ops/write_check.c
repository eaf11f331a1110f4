/* write_check.c - may an object be so?  In the API server's words, as far as there are any. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "ops/visit.h"
#include "ops/write_parts.h"

#define INVALID "FieldValueInvalid"

/* ---- causes ---- */

int
write_cause_add(json_t *causes, const char *reason, const char *field, const char *format, ...)
{
	char message[600];
	json_t *cause;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	cause = json_pack("{s:s, s:s, s:s}", "reason", reason, "message", message, "field", field);
	if (cause == NULL)
		return ERR_NOMEM;
	return json_array_append_new(causes, cause) == 0 ? 0 : ERR_NOMEM;
}

/* `Service "web" is invalid: FIELD: MESSAGE`, or a list of them in brackets. */
static void
reply_causes(struct write_request *request, json_t *causes)
{
	struct strbuf text = STRBUF_INIT;
	bool many = json_array_size(causes) > 1;
	size_t i;
	json_t *cause;

	strbuf_addf(&text, "%s%s%s \"%s\" is invalid: %s", request->target.resource->object,
	    *request->target.resource->group == '\0' ? "" : ".",
	    request->target.resource->group, request->target.name, many ? "[" : "");
	json_array_foreach(causes, i, cause)
		strbuf_addf(&text, "%s%s: %s", i == 0 ? "" : ", ",
		    json_string_value(json_object_get(cause, "field")),
		    json_string_value(json_object_get(cause, "message")));
	strbuf_add(&text, many ? "]" : "");
	write_reply_causes(request, 422, text.text, causes, "Invalid");
	strbuf_release(&text);
}

/* ---- paths ---- */

json_t *
write_find(json_t *object, const char *path)
{
	char name[64];

	while (object != NULL && *path != '\0') {
		size_t len = strcspn(path, ".[");

		if (*path == '[') {
			char *rest;

			object = json_array_get(object, strtoul(path + 1, &rest, 10));
			path = *rest == ']' ? rest + 1 : "";
		} else {
			if (len >= sizeof(name))
				return NULL;
			memcpy(name, path, len);
			name[len] = '\0';
			object = json_object_get(object, name);
			path += len;
		}
		path += *path == '.';
	}
	return object;
}

/*
 * What a manifest's reader says, taken apart: "Service shop/web: spec.ports[0].port 0 is outside
 * 1-65535".  Where no field is named the whole is the problem.
 */
struct remark {
	char field[256];
	const char *problem;
};

static void
take_apart(const char *text, struct remark *remark)
{
	const char *colon = strstr(text, ": ");
	const char *rest = colon == NULL ? text : colon + 2;
	size_t len = strcspn(rest, " :");
	const char *first = rest;
	size_t name = strcspn(first, ".[ :/");

	*remark = (struct remark){ .problem = rest };
	/* Fields begin with a small letter, and all but the roots' have a dot. */
	if (!islower((unsigned char)*first) || len >= sizeof(remark->field) ||
	    (name == len && strcmp(rest + len, " is required") != 0 &&
	    strncmp(rest + len, " is unknown", 11) != 0))
		return;
	memcpy(remark->field, rest, len);
	remark->field[len] = '\0';
	rest += len;
	remark->problem = rest + strspn(rest, " :");
}

static int
add_remark(struct write_request *request, const char *text, json_t *causes)
{
	struct remark remark;
	unsigned long first, last;
	json_t *value;
	char *dump, *range;
	int err;

	take_apart(text, &remark);
	if (strncmp(remark.problem, "is required", 11) == 0)
		return write_cause_add(causes, "FieldValueRequired", remark.field,
		    "Required value%s%s", remark.problem[11] == '\0' ? "" : ":",
		    remark.problem + 11);
	value = *remark.field == '\0' ? NULL : write_find(request->object, remark.field);
	if (value == NULL || json_is_object(value) || json_is_array(value))
		return write_cause_add(causes, INVALID, remark.field, "Invalid value: %s",
		    remark.problem);
	dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	range = strstr(remark.problem, " is outside ");
	if (strstr(remark.problem, " is doubled") != NULL)
		err = write_cause_add(causes, "FieldValueDuplicate", remark.field,
		    "Duplicate value: %.128s", dump);
	else if (strstr(remark.problem, " is none of ") != NULL)
		err = write_cause_add(causes, "FieldValueNotSupported", remark.field,
		    "Unsupported value: %.128s: supported values: %s", dump,
		    strstr(remark.problem, " is none of ") + 12);
	else if (range != NULL && sscanf(range, " is outside %lu-%lu", &first, &last) == 2)
		err = write_cause_add(causes, INVALID, remark.field, "Invalid value: %.128s: must "
		    "be between %lu and %lu, inclusive", dump, first, last);
	else
		err = write_cause_add(causes, INVALID, remark.field, "Invalid value: %.128s: %s",
		    dump, remark.problem);
	free(dump);
	return err;
}

/* ---- addresses ---- */

struct refusals {
	struct write_request *request;
	json_t *causes;
	int err;
};

static const char *
stated_address(json_t *spec, size_t index)
{
	json_t *list = json_object_get(spec, "clusterIPs");
	const char *text = json_string_value(json_array_get(list, index));

	return text != NULL ? text : index == 0 ?
	    json_string_value(json_object_get(spec, "clusterIP")) : NULL;
}

static int
refuse_address(json_t *spec, const struct allot_refusal *refusal, json_t *causes)
{
	const char *text = stated_address(spec, refusal->index);

	text = text == NULL ? "" : text;
	if (refusal->taken)
		return write_cause_add(causes, INVALID, "spec.clusterIPs", "Invalid value: "
		    "[\"%.64s\"]: failed to allocate IP %.64s: provided IP is already allocated",
		    text, text);
	return write_cause_add(causes, INVALID, "spec.clusterIPs", "Invalid value: [\"%.64s\"]: "
	    "failed to allocate IP %.64s: the provided IP (%.64s) is not in the valid range",
	    text, text, text);
}

static int
refuse_port(json_t *spec, const struct allot_refusal *refusal, json_t *causes)
{
	json_t *port = json_array_get(json_object_get(spec, "ports"), refusal->index);
	int number = (int)json_integer_value(json_object_get(port, "nodePort"));
	char field[64];

	snprintf(field, sizeof(field), "spec.ports[%zu].nodePort", refusal->index);
	if (refusal->taken)
		return write_cause_add(causes, INVALID, field,
		    "Invalid value: %d: provided port is already allocated", number);
	return write_cause_add(causes, INVALID, field, "Invalid value: %d: provided port is not in "
	    "the valid range. The range of valid ports is %s", number, refusal->range);
}

static void
on_refusal(void *arg, const struct allot_refusal *refusal)
{
	struct refusals *refusals = arg;
	json_t *spec = json_object_get(refusals->request->object, "spec");
	int err = 0;

	switch (refusal->what) {
	case ALLOT_CLUSTER_IP:
		err = refuse_address(spec, refusal, refusals->causes);
		break;
	case ALLOT_NODE_PORT:
		err = refuse_port(spec, refusal, refusals->causes);
		break;
	case ALLOT_BALANCER_IP:
		err = write_cause_add(refusals->causes, INVALID, "spec.loadBalancerIP",
		    "Invalid value: provided IP is already allocated");
		break;
	}
	if (err != 0)
		refusals->err = err;
}

/* ---- what may not change ---- */

static int
check_constant(struct write_request *request, json_t *causes)
{
	json_t *before = json_object_get(request->before, "spec");
	json_t *after = json_object_get(request->object, "spec");
	const char *was = json_string_value(json_object_get(before, "clusterIP"));
	const char *now = stated_address(after, 0);
	json_t *family = json_object_get(request->before, "addressType");
	json_t *other = json_object_get(request->object, "addressType");

	if (request->target.resource->kind == API_SERVICES && was != NULL && *was != '\0' &&
	    now != NULL && *now != '\0' && strcmp(was, now) != 0)
		return write_cause_add(causes, INVALID, "spec.clusterIPs[0]",
		    "Invalid value: [\"%.64s\"]: may not change once set", now);
	if (family != NULL && other != NULL && !json_equal(family, other))
		return write_cause_add(causes, INVALID, "addressType",
		    "Invalid value: \"%.32s\": field is immutable", json_string_value(other));
	return 0;
}

/* ---- fields that are unknown ---- */

enum validation { VALIDATE_IGNORE, VALIDATE_WARN, VALIDATE_STRICT };

static int
read_validation(struct write_request *request, enum validation *out)
{
	static const char *const words[] = { "Ignore", "Warn", "Strict" };
	const char *text = visit_query(request->visit, "fieldValidation");

	*out = VALIDATE_WARN;
	if (text == NULL || *text == '\0')
		return 0;
	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(text, words[i]) == 0) {
			*out = (enum validation)i;
			return 0;
		}
	}
	write_reply_error(request, 422, "Invalid", "fieldValidation: Unsupported value: "
	    "\"%.64s\": supported values: \"Ignore\", \"Warn\", \"Strict\"", text);
	return ERR_INVALID;
}

static bool
is_unknown(const char *text, struct remark *remark)
{
	take_apart(text, remark);
	return *remark->field != '\0' && strncmp(remark->problem, "is unknown", 10) == 0;
}

/* A header's value holds no quotes and no controls (RFC 7230, 3.2.6). */
static void
add_warning(struct strbuf *header, const char *format, const char *text)
{
	char words[400];

	snprintf(words, sizeof(words), format, text);
	strbuf_addf(header, "%s299 - \"", header->len == 0 ? "" : ", ");
	for (const char *at = words; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			strbuf_add(header, "\\");
		strbuf_add_n(header, (unsigned char)*at < ' ' ? " " : at, 1);
	}
	strbuf_add(header, "\"");
}

/* As an API server: what it does not know it does not keep. */
static void
drop_field(json_t *object, const char *path)
{
	const char *dot = strrchr(path, '.');
	char above[256];

	snprintf(above, sizeof(above), "%.*s", dot == NULL ? 0 : (int)(dot - path), path);
	json_object_del(write_find(object, above), dot == NULL ? path : dot + 1);
}

#define WARNINGS_MAX 4096               /* octets; what is over is left out */

/* Warnings of the reader go into the reply's head; unknown fields are what was asked for. */
static int
check_warnings(struct write_request *request, const struct diag *diag, enum validation validation)
{
	struct strbuf header = STRBUF_INIT, unknown = STRBUF_INIT;
	const struct diag_entry *entry;
	struct remark remark;
	int err = 0;

	for (size_t i = 0; (entry = diag_at(diag, i)) != NULL; i++) {
		bool is_field = is_unknown(entry->text, &remark);

		if (is_field && validation != VALIDATE_STRICT)
			drop_field(request->object, remark.field);
		if (entry->severity != SEVERITY_WARNING || header.len > WARNINGS_MAX ||
		    (is_field && validation == VALIDATE_IGNORE))
			continue;
		if (is_field && validation == VALIDATE_STRICT)
			strbuf_addf(&unknown, "%sunknown field \"%s\"",
			    unknown.len == 0 ? "" : ", ", remark.field);
		else if (is_field)
			add_warning(&header, "unknown field \"%s\"", remark.field);
		else
			add_warning(&header, "%s", entry->text);
	}
	if (unknown.len > 0) {
		write_reply_error(request, 400, NULL, "%s in version \"%s\" cannot be handled as a "
		    "%s: strict decoding error: %s", request->target.resource->object,
		    request->target.version, request->target.resource->object, unknown.text);
		err = ERR_INVALID;
	} else if (header.len > 0 && header.err == 0) {
		visit_set_header(request->visit, "Warning", header.text);
	}
	strbuf_release(&header);
	strbuf_release(&unknown);
	return err;
}

/* ---- all of it ---- */

static int
gather(struct write_request *request, struct diag *diag, json_t *causes)
{
	const struct write_settings *settings = &request->write->settings;
	struct refusals refusals = { .request = request, .causes = causes };
	const struct diag_entry *entry;
	int err = write_forbid(request->write, request->object, causes);

	if (err == 0)
		err = check_constant(request, causes);
	/* The reader would say the same of commands in its own words. */
	if (err != 0 || json_array_size(causes) > 0)
		return err;
	err = settings->keeper->check(settings->keeper_arg, request->object, diag, on_refusal,
	    &refusals);
	if (refusals.err != 0)
		return refusals.err;
	if (err == 0 || err == ERR_NOMEM)
		return err;
	for (size_t i = 0; (entry = diag_at(diag, i)) != NULL; i++) {
		if (entry->severity == SEVERITY_ERROR &&
		    add_remark(request, entry->text, causes) != 0)
			return ERR_NOMEM;
	}
	if (json_array_size(causes) == 0)
		return write_cause_add(causes, INVALID, "", "Invalid value: %s", err_text(err));
	return 0;
}

int
write_check(struct write_request *request)
{
	enum validation validation;
	struct diag *diag;
	json_t *causes;
	int err = read_validation(request, &validation);

	if (err != 0)
		return err;
	diag = diag_new();
	causes = json_array();
	err = diag == NULL || causes == NULL ? ERR_NOMEM : gather(request, diag, causes);
	if (err != 0) {
		write_reply_failure(request, err, err_text(err));
	} else if (check_warnings(request, diag, validation) != 0) {
		err = ERR_INVALID;
	} else if (json_array_size(causes) > 0) {
		reply_causes(request, causes);
		causes = NULL;
		err = ERR_INVALID;
	}
	json_decref(causes);
	diag_free(diag);
	return err;
}
