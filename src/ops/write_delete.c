/* write_delete.c - delete one object, those that match, or a Namespace with what is in it. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ops/api.h"
#include "ops/filter.h"
#include "ops/status.h"
#include "ops/view.h"
#include "ops/visit.h"
#include "ops/write_parts.h"

/* So many are handed to the keeper at once; the rest when those are gone. */
#define BATCH_MAX 256

/* ---- what was asked ---- */

struct options {
	bool dry;
	char uid[64];                   /* "": whichever */
	char version[32];
};

static bool
is_dry(json_t *body)
{
	return json_array_size(json_object_get(body, "dryRun")) > 0;
}

/*
 * meta/v1 DeleteOptions.  propagationPolicy, orphanDependents and gracePeriodSeconds mean nothing:
 * nothing here has dependents, or a process to be ended.  Not 0: answered.
 */
static int
read_options(struct write_request *request, struct options *options)
{
	enum write_type type = WRITE_PLAIN;
	json_t *body, *wanted;
	const char *text;
	int err = write_body_read(request, &type, &body);

	if (err != 0)
		return err;
	*options = (struct options){ .dry = write_is_dry(request) || is_dry(body) };
	wanted = json_object_get(body, "preconditions");
	text = json_string_value(json_object_get(wanted, "uid"));
	snprintf(options->uid, sizeof(options->uid), "%s", text == NULL ? "" : text);
	text = json_string_value(json_object_get(wanted, "resourceVersion"));
	snprintf(options->version, sizeof(options->version), "%s", text == NULL ? "" : text);
	json_decref(body);
	return 0;
}

static int
check_options(struct write_request *request, const struct ledger_entry *entry,
    const struct options *options)
{
	char uid[LEDGER_UID_SIZE], version[32], name[WRITE_NAME_SIZE];
	const char *what = "UID", *wanted = options->uid, *found = ledger_uid(entry, uid);

	snprintf(version, sizeof(version), "%llu", (unsigned long long)entry->version);
	if (*wanted == '\0' || strcmp(wanted, found) == 0) {
		what = "ResourceVersion";
		wanted = options->version;
		found = version;
		if (*wanted == '\0' || strcmp(wanted, found) == 0)
			return 0;
	}
	write_reply_error(request, 409, NULL, "Operation cannot be fulfilled on %s: Precondition "
	    "failed: %s in precondition: %s, %s in object meta: %s",
	    write_name(request->target.resource, request->target.name, name), what, wanted, what,
	    found);
	return ERR_EXISTS;
}

/* ---- the reply ---- */

/* As API servers: what was deleted for Pods and Namespaces, which go slowly there; else a Status. */
static void
reply_deleted(struct write_request *request)
{
	const struct api_target *target = &request->target;
	json_t *object = request->before;
	const char *uid = json_string_value(json_object_get(json_object_get(object, "metadata"),
	    "uid"));
	json_t *status;

	if (target->resource->kind == API_PODS || target->resource->kind == API_NAMESPACES) {
		request->before = NULL;
		write_reply_object(request, object);
		return;
	}
	status = status_object(&(struct status){ .code = 200, .reason = "", .message = "",
	    .group = target->resource->group, .kind = target->resource->plural,
	    .name = target->name, .uid = uid });
	request->code = 200;
	if (request->visit != NULL) {
		visit_set_flow(request->visit, NULL, NULL, NULL);
		json_object_del(status, "code");
		api_reply_object(request->visit, 200, "application/json", status);
		request->visit = NULL;
	} else {
		json_decref(status);
	}
	write_end(request);
}

/* ---- one by one ---- */

static void go_on(struct write_request *request);

static void
on_dropped(void *arg, int err, const char *why)
{
	struct write_request *request = arg;

	request->left--;
	if (err != 0 && request->err == 0) {
		request->err = err;
		snprintf(request->why, sizeof(request->why), "%s", why);
	}
	if (request->left > 0)
		return;
	request->busy = false;
	go_on(request);
}

/* True: it is under way; false: it could not be begun. */
static bool
drop(struct write_request *request, const struct ledger_entry *entry)
{
	const struct write_settings *settings = &request->write->settings;
	const struct api_resource *resource = api_resource_of((enum api_kind)entry->kind);
	const struct write_key key = { resource->plural, entry->ns, entry->name };
	int err;

	/* It is in the hands of somebody else, who may even be deleting it. */
	if (settings->keeper->is_busy(settings->keeper_arg, &key))
		err = ERR_EXISTS;
	else
		err = settings->keeper->drop(settings->keeper_arg, &key, on_dropped, request);
	if (err == 0) {
		request->left++;
		request->busy = true;
		return true;
	}
	if (request->err == 0) {
		request->err = err;
		snprintf(request->why, sizeof(request->why), "%s", err == ERR_EXISTS ?
		    "another change is under way; try again" : err_text(err));
	}
	return false;
}

/* ---- those that match ---- */

/* Is it one of those that are meant, and may be deleted? */
static int
concerns(struct write_request *request, const struct ledger_entry *entry, struct filter *filter)
{
	struct view *view = request->write->settings.view;
	json_t *object;
	bool matches;

	if (entry->origin != LEDGER_STATED)
		return 0;
	if (filter == NULL)
		return 1;
	if (!filter_takes_key(filter, entry->ns, entry->name))
		return 0;
	if (filter_need(filter) == FILTER_NOTHING)
		return 1;
	object = filter_need(filter) == FILTER_METADATA ?
	    json_pack("{s:o}", "metadata", view_metadata(view, entry, true)) :
	    view_object(view, entry, true);
	matches = object != NULL && filter_matches(filter, object);
	json_decref(object);
	return matches;
}

/* Visit all of a kind and namespace that are meant; not 0 stops. */
typedef int entry_fn(struct write_request *request, const struct ledger_entry *entry);

static int
each(struct write_request *request, enum api_kind kind, const char *ns, struct filter *filter,
    entry_fn *visit)
{
	const struct ledger *ledger = request->write->settings.ledger;
	const struct ledger_entry *entry = ledger_next(ledger, kind, ns, NULL, NULL);
	int err = 0;

	while (entry != NULL && err == 0) {
		const struct ledger_entry *next = ledger_next(ledger, kind, ns, entry->ns,
		    entry->name);

		if (concerns(request, entry, filter))
			err = visit(request, entry);
		entry = next;
	}
	return err;
}

static int
refuse_foreign(struct write_request *request, const struct ledger_entry *entry)
{
	const char *file;
	char why[512];

	if (write_may_change(request->write, entry, why, sizeof(why), &file) == 0)
		return 0;
	write_reply_error(request, 409, NULL, "nothing was deleted: %s", why);
	return ERR_EXISTS;
}

static int
drop_some(struct write_request *request, const struct ledger_entry *entry)
{
	if (request->left == BATCH_MAX)
		return ERR_FULL;
	(void)drop(request, entry);
	return 0;
}

/* What a Namespace can hold. */
static const enum api_kind held[] = { API_SERVICES, API_PODS, API_ENDPOINTS, API_ENDPOINT_SLICES,
	API_INGRESSES };

static int
each_meant(struct write_request *request, entry_fn *visit)
{
	const struct api_target *target = &request->target;
	struct filter *filter = NULL;
	int err = 0;

	if (target->resource->kind != API_NAMESPACES) {
		char why[FILTER_WHY_SIZE];

		if (request->visit != NULL && filter_new(target->resource,
		    visit_query(request->visit, "labelSelector"),
		    visit_query(request->visit, "fieldSelector"), &filter, why) != 0) {
			write_reply_error(request, 400, NULL, "%s", why);
			return ERR_INVALID;
		}
		/* Without the client nobody knows which were meant: what is under way is all. */
		if (request->visit != NULL)
			err = each(request, (enum api_kind)target->resource->kind,
			    *target->ns == '\0' ? NULL : target->ns, filter, visit);
		filter_free(filter);
		return err;
	}
	for (size_t i = 0; err == 0 && i < sizeof(held) / sizeof(*held); i++)
		err = each(request, held[i], target->name, NULL, visit);
	return err;
}

/* ---- ends ---- */

static void
reply_all_gone(struct write_request *request)
{
	if (request->target.verb == API_DELETE) {
		reply_deleted(request);
		return;
	}
	request->code = 200;
	write_reply_object(request, status_object(&(struct status){ .code = 200,
	    .message = "", .reason = "", .kind = request->target.resource->plural,
	    .group = request->target.resource->group }));
}

/* The next of those that are meant; the Namespace itself at the last. */
static void
go_on(struct write_request *request)
{
	struct write *write = request->write;
	const struct ledger_entry *entry;
	bool many = request->target.verb == API_DELETE_ALL ||
	    request->target.resource->kind == API_NAMESPACES;

	if (request->err == 0 && many)
		(void)each_meant(request, drop_some);
	if (request->busy)
		return;
	entry = request->target.verb == API_DELETE ? write_entry(request) : NULL;
	if (request->err == 0 && many && entry != NULL && entry->origin == LEDGER_STATED &&
	    drop(request, entry))
		return;
	if (request->err != 0)
		write_reply_failure(request, request->err, request->why);
	else
		reply_all_gone(request);
	write_wake(write);
}

/* ---- from outside ---- */

static int
take_entry(struct write_request *request, const struct options *options,
    const struct ledger_entry **out)
{
	const struct ledger_entry *entry = write_entry(request);
	char name[WRITE_NAME_SIZE], why[512];
	const char *file;

	if (entry == NULL) {
		write_reply_error(request, 404, NULL, "%s not found",
		    write_name(request->target.resource, request->target.name, name));
		return ERR_NOTFOUND;
	}
	if (write_may_change(request->write, entry, why, sizeof(why), &file) != 0) {
		write_reply_error(request, 409, NULL, "%s", why);
		return ERR_EXISTS;
	}
	*out = entry;
	return check_options(request, entry, options);
}

/* A Namespace ends when nothing is in it, and what files state stays. */
static void
delete_namespace(struct write_request *request, bool dry)
{
	if (each_meant(request, refuse_foreign) != 0)
		return;
	if (dry)
		reply_deleted(request);
	else
		go_on(request);
}

void
write_delete(struct write_request *request)
{
	struct write_key key = write_key_of(request);
	const struct ledger_entry *entry;
	struct options options;

	if (write_must_wait(request, &key) || read_options(request, &options) != 0 ||
	    take_entry(request, &options, &entry) != 0)
		return;
	request->before = view_object(request->write->settings.view, entry,
	    visit_may_write(request->visit));
	if (request->target.resource->kind == API_NAMESPACES)
		delete_namespace(request, options.dry);
	else if (options.dry)
		reply_deleted(request);
	else if (!drop(request, entry))
		write_reply_failure(request, request->err, request->why);
}

void
write_delete_all(struct write_request *request)
{
	struct options options;

	if (read_options(request, &options) != 0 || each_meant(request, refuse_foreign) != 0)
		return;
	if (options.dry)
		reply_all_gone(request);
	else
		go_on(request);
}
