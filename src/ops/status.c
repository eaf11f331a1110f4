/* status.c - how the API says that something went wrong, or well: meta/v1 Status. */
#include "ops/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "ops/json_text.h"
#include "ops/visit.h"

#define TYPE_JSON "application/json"

/* k8s.io/apimachinery, meta/v1: StatusReason. */
static const struct {
	int code;
	const char *reason;
} reasons[] = {
	{ 400, "BadRequest" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "NotFound" },
	{ 405, "MethodNotAllowed" }, { 406, "NotAcceptable" }, { 408, "Timeout" },
	{ 409, "Conflict" }, { 410, "Expired" }, { 413, "RequestEntityTooLarge" },
	{ 415, "UnsupportedMediaType" }, { 421, "Forbidden" }, { 422, "Invalid" },
	{ 429, "TooManyRequests" }, { 500, "InternalError" }, { 503, "ServiceUnavailable" },
	{ 504, "Timeout" },
};

static const char *const method_names[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE",
	"OPTIONS" };

const char *
status_reason(int code)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return "";
}

/* Texts can come from a client: jansson refuses what is not UTF-8, and then nothing is said. */
static int
set_text(json_t *object, const char *key, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return 0;
	json_t *value = json_string(text);
	return json_object_set_new(object, key, value != NULL ? value : json_string("(not UTF-8)"));
}

static json_t *
causes_array(const struct status *status)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < status->cause_count; i++) {
		const struct status_cause *cause = &status->causes[i];
		json_t *object = json_object();

		if (object == NULL || set_text(object, "reason", cause->reason) != 0 ||
		    set_text(object, "message", cause->message) != 0 ||
		    set_text(object, "field", cause->field) != 0) {
			json_decref(object);
			json_decref(array);
			return NULL;
		}
		if (json_array_append_new(array, object) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static int
set_details(json_t *object, const struct status *status)
{
	json_t *details = json_object();
	int err = details == NULL ? -1 : 0;

	if (err == 0)
		err = set_text(details, "name", status->name);
	if (err == 0)
		err = set_text(details, "group", status->group);
	if (err == 0)
		err = set_text(details, "kind", status->kind);
	if (err == 0)
		err = set_text(details, "uid", status->uid);
	if (err == 0 && status->cause_count > 0)
		err = json_object_set_new(details, "causes", causes_array(status));
	if (err == 0 && status->retry_after_s > 0)
		err = json_object_set_new(details, "retryAfterSeconds",
		    json_integer((json_int_t)status->retry_after_s));
	if (err != 0 || json_object_size(details) == 0) {
		json_decref(details);
		return err;
	}
	return json_object_set_new(object, "details", details);
}

json_t *
status_object(const struct status *status)
{
	const char *reason = status->reason != NULL ? status->reason : status_reason(status->code);
	json_t *object = json_pack("{s:s, s:s, s:{}, s:s}", "kind", "Status", "apiVersion", "v1",
	    "metadata", "status", status->code < 300 ? "Success" : "Failure");

	if (object == NULL)
		return NULL;
	if (set_text(object, "message", status->message) != 0 ||
	    set_text(object, "reason", reason) != 0 || set_details(object, status) != 0 ||
	    json_object_set_new(object, "code", json_integer(status->code)) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

void
status_reply(struct visit *visit, const struct status *status)
{
	static const char no_memory[] = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},"
	    "\"status\":\"Failure\",\"message\":\"no memory\",\"reason\":\"InternalError\","
	    "\"code\":500}\n";
	json_t *object = status_object(status);
	char *text = json_text(object, NULL);
	char seconds[16];

	json_decref(object);
	if (status->retry_after_s > 0) {
		(void)snprintf(seconds, sizeof(seconds), "%u", status->retry_after_s);
		visit_set_header(visit, "Retry-After", seconds);
	}
	if (text == NULL)
		visit_reply(visit, 500, TYPE_JSON, no_memory, sizeof(no_memory) - 1);
	else
		visit_reply(visit, status->code, TYPE_JSON, text, strlen(text));
	free(text);
}

void
status_say(struct visit *visit, int code, const char *format, ...)
{
	char message[1024];
	struct status status = { .code = code, .message = message };
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	status_reply(visit, &status);
}

bool
status_allows(struct visit *visit, unsigned methods)
{
	struct strbuf allow = STRBUF_INIT;

	if (methods >> visit_method(visit) & 1)
		return true;
	for (size_t i = 0; i < sizeof(method_names) / sizeof(method_names[0]); i++)
		if (methods >> i & 1)
			strbuf_addf(&allow, "%s%s", allow.len > 0 ? ", " : "", method_names[i]);
	visit_set_header(visit, "Allow", allow.text);
	strbuf_release(&allow);
	status_say(visit, 405, "the server does not allow this method on the requested resource");
	return false;
}
