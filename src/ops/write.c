/* write.c - create, update, patch and delete objects through the API. */
#include "ops/write.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "ops/api.h"
#include "ops/shape.h"
#include "ops/status.h"
#include "ops/view.h"
#include "ops/write_parts.h"

/* Requests under way at once; whoever comes then comes again. */
#define REQUESTS_MAX 1000

/* ---- requests ---- */

static void
request_clear(struct write_request *request)
{
	json_decref(request->before);
	json_decref(request->object);
	request->before = request->object = NULL;
}

static void
request_free(struct write_request *request)
{
	struct write_request **link = &request->write->requests;

	while (*link != request)
		link = &(*link)->next;
	*link = request->next;
	request_clear(request);
	free(request);
}

/* The visit is over.  What the keeper is still at will tell, and frees it then. */
void
write_end(struct write_request *request)
{
	request->visit = NULL;
	if (!request->busy)
		request_free(request);
}

static void
on_gone(void *arg)
{
	write_end(arg);
}

/* ---- replies ---- */

static void
reply_status(struct write_request *request, const struct status *status)
{
	struct visit *visit = request->visit;

	if (visit != NULL) {
		visit_set_flow(visit, NULL, NULL, NULL);
		status_reply(visit, status);
	}
	write_end(request);
}

void
write_reply_error(struct write_request *request, int code, const char *reason,
    const char *format, ...)
{
	const struct api_target *target = &request->target;
	char message[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	reply_status(request, &(struct status){ .code = code, .reason = reason,
	    .message = message, .group = target->resource->group,
	    .kind = target->resource->plural, .name = target->name });
}

#define CAUSES_MAX 64

void
write_reply_causes(struct write_request *request, int code, const char *message,
    json_t *causes, const char *reason)
{
	const struct api_target *target = &request->target;
	struct status_cause list[CAUSES_MAX];
	struct status status = { .code = code, .reason = reason, .message = message,
		.group = target->resource->group, .name = target->name, .causes = list,
		.kind = code == 422 ? target->resource->object : target->resource->plural };
	size_t i;
	json_t *cause;

	json_array_foreach(causes, i, cause) {
		if (status.cause_count == CAUSES_MAX)
			break;
		list[status.cause_count++] = (struct status_cause){
			.reason = json_string_value(json_object_get(cause, "reason")),
			.message = json_string_value(json_object_get(cause, "message")),
			.field = json_string_value(json_object_get(cause, "field")),
		};
	}
	reply_status(request, &status);
	json_decref(causes);
}

void
write_reply_failure(struct write_request *request, int err, const char *why)
{
	char name[WRITE_NAME_SIZE];

	write_name(request->target.resource, request->target.name, name);
	switch (err) {
	case ERR_FULL:
		write_reply_error(request, 507, "InsufficientStorage",
		    "%s: nothing was changed: %s", name, why);
		return;
	case ERR_EXISTS:
		write_reply_error(request, 409, NULL, "%s: nothing was changed: %s", name, why);
		return;
	case ERR_DENIED:
		write_reply_error(request, 403, NULL, "%s: %s", name, why);
		return;
	case ERR_LIMIT:
		write_reply_error(request, 413, NULL, "%s: %s", name, why);
		return;
	case ERR_TIMEOUT:
		write_reply_error(request, 504, NULL, "%s: nothing was changed: %s", name, why);
		return;
	}
	write_reply_error(request, 500, NULL, "%s: nothing was changed: %s", name,
	    *why != '\0' ? why : err_text(err));
}

void
write_reply_object(struct write_request *request, json_t *object)
{
	struct visit *visit = request->visit;
	struct shape shape;

	if (visit == NULL) {
		json_decref(object);
		write_end(request);
		return;
	}
	visit_set_flow(visit, NULL, NULL, NULL);
	if (api_read_shape(visit, &shape) != 0) {
		json_decref(object);
	} else {
		if (object != NULL)
			object = shape_object(&shape, &request->target, object,
			    (int64_t)clock_unix_s(request->write->settings.clock), true);
		api_reply_object(visit, request->code, shape.type, object);
	}
	write_end(request);
}

bool
write_is_dry(const struct write_request *request)
{
	return visit_query(request->visit, "dryRun") != NULL;
}

/* ---- objects ---- */

struct write_key
write_key_of(const struct write_request *request)
{
	return (struct write_key){ request->target.resource->plural, request->target.ns,
		request->target.name };
}

const struct ledger_entry *
write_entry(const struct write_request *request)
{
	return ledger_find(request->write->settings.ledger,
	    (enum api_kind)request->target.resource->kind, request->target.ns,
	    request->target.name);
}

const char *
write_name(const struct api_resource *resource, const char *name, char out[WRITE_NAME_SIZE])
{
	char text[64];

	api_resource_text(resource, text, sizeof(text));
	snprintf(out, WRITE_NAME_SIZE, "%s%s%s%s", text, *name == '\0' ? "" : " \"", name,
	    *name == '\0' ? "" : "\"");
	return out;
}

int
write_may_change(struct write *write, const struct ledger_entry *entry, char *why, size_t size,
    const char **file)
{
	const struct write_settings *settings = &write->settings;
	char name[WRITE_NAME_SIZE];
	struct place place;

	*file = NULL;
	/* A Namespace that is there for what is in it can be stated besides. */
	if (entry == NULL || entry->origin == LEDGER_IMPLIED)
		return 0;
	write_name(api_resource_of((enum api_kind)entry->kind), entry->name, name);
	if (!view_origin(settings->view, entry, &place)) {
		snprintf(why, size, "%s is made by rollcall of what a Service or Endpoints "
		    "say; change those", name);
		return ERR_EXISTS;
	}
	if (!settings->keeper->owns(settings->keeper_arg, place.file)) {
		snprintf(why, size, "%s is managed by %s:%u; change that file", name, place.file,
		    place.line);
		return ERR_EXISTS;
	}
	*file = place.file;
	return 0;
}

/* ---- the life of a request ---- */

static void
run(struct write_request *request)
{
	const struct write_settings *settings = &request->write->settings;
	const char *problem = settings->keeper->problem(settings->keeper_arg);

	request_clear(request);
	request->waiting = false;
	request->code = 200;
	if (request->target.resource->kind == API_NO_KIND) {
		write_review(request);
		return;
	}
	if (problem != NULL) {
		write_reply_error(request, 403, NULL, "%s", problem);
		return;
	}
	switch (request->target.verb) {
	case API_CREATE:
		write_create(request);
		return;
	case API_UPDATE:
		write_update(request);
		return;
	case API_PATCH:
		write_patch(request);
		return;
	case API_DELETE:
		write_delete(request);
		return;
	case API_DELETE_ALL:
		write_delete_all(request);
		return;
	case API_GET:
	case API_LIST:
	case API_WATCH:
		break;
	}
	write_reply_error(request, 405, NULL, "this is no write");
}

bool
write_must_wait(struct write_request *request, const struct write_key *key)
{
	const struct write_settings *settings = &request->write->settings;

	request->waiting = settings->keeper->is_busy(settings->keeper_arg, key);
	return request->waiting;
}

/* The first that waits and was not looked at in this round. */
static struct write_request *
next_waiting(const struct write *write, unsigned long round)
{
	struct write_request *request = write->requests;

	while (request != NULL && (!request->waiting || request->round == round))
		request = request->next;
	return request;
}

/*
 * Each may end at once, and its going may change the list: begin anew after each.  Beginning one
 * reads its body again, so those whose object is still being changed are left as they are.
 */
void
write_wake(struct write *write)
{
	const struct write_keeper *keeper = write->settings.keeper;
	unsigned long round = ++write->rounds;
	struct write_request *request;

	while ((request = next_waiting(write, round)) != NULL) {
		struct write_key key = write_key_of(request);

		request->round = round;
		if (!keeper->is_busy(write->settings.keeper_arg, &key))
			run(request);
	}
}

static void
reply_written(struct write_request *request)
{
	const struct write_settings *settings = &request->write->settings;
	const struct ledger_entry *entry = write_entry(request);
	json_t *object;

	if (request->visit == NULL) {
		write_end(request);
		return;
	}
	object = entry != NULL ?
	    api_view(settings->view, &request->target, entry, request->visit) :
	    json_incref(request->object);
	write_reply_object(request, object);
}

void
write_done(void *arg, int err, const char *why)
{
	struct write_request *request = arg;
	struct write *write = request->write;

	request->busy = false;
	if (err == 0)
		reply_written(request);
	else
		write_reply_failure(request, err, why);
	if (err != ERR_CLOSED)
		write_wake(write);
}

static size_t
count_requests(const struct write *write)
{
	size_t count = 0;

	for (const struct write_request *at = write->requests; at != NULL; at = at->next)
		count++;
	return count;
}

void
write_handle(void *arg, struct visit *visit, const struct api_target *target)
{
	struct write *write = arg;
	struct write_request *request = NULL;
	struct write_request **end = &write->requests;

	if (count_requests(write) < REQUESTS_MAX)
		request = calloc(1, sizeof(*request));
	if (request == NULL) {
		status_reply(visit, &(struct status){ .code = 503, .retry_after_s = 1,
		    .message = "too many writes are under way" });
		return;
	}
	request->write = write;
	request->visit = visit;
	request->target = *target;
	while (*end != NULL)
		end = &(*end)->next;
	*end = request;
	visit_set_flow(visit, NULL, on_gone, request);
	run(request);
}

int
write_new(const struct write_settings *settings, struct write **out)
{
	struct write *write = calloc(1, sizeof(*write));

	if (write == NULL)
		return ERR_NOMEM;
	write->settings = *settings;
	*out = write;
	return 0;
}

void
write_free(struct write *write)
{
	if (write == NULL)
		return;
	while (write->requests != NULL)
		request_free(write->requests);
	free(write);
}
