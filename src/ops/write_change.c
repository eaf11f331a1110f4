/* write_change.c - from the object of before and a body to the object that is wanted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "ops/patch_json.h"
#include "ops/patch_merge.h"
#include "ops/patch_strategic.h"
#include "ops/view.h"
#include "ops/visit.h"
#include "ops/write_parts.h"

/* ---- who writes ---- */

#define MANAGER_SIZE 129                /* meta/v1: at most 128 characters */

struct writer {
	struct patch_manager manager;
	char name[MANAGER_SIZE];
	char now[32];
};

/* fieldManager, or the user agent up to its slash, as API servers name who does not say it. */
static void
fill_writer(const struct write_request *request, struct writer *writer)
{
	const char *name = visit_query(request->visit, "fieldManager");
	const char *agent = visit_header(request->visit, "User-Agent");
	const char *force = visit_query(request->visit, "force");
	time_t now_s = (time_t)clock_unix_s(request->write->settings.clock);
	struct tm tm;

	if (name != NULL && *name != '\0')
		snprintf(writer->name, sizeof(writer->name), "%s", name);
	else if (agent != NULL && *agent != '\0')
		snprintf(writer->name, sizeof(writer->name), "%.*s", (int)strcspn(agent, "/"),
		    agent);
	else
		snprintf(writer->name, sizeof(writer->name), "unknown");
	gmtime_r(&now_s, &tm);
	strftime(writer->now, sizeof(writer->now), "%Y-%m-%dT%H:%M:%SZ", &tm);
	writer->manager = (struct patch_manager){ .name = writer->name, .now = writer->now,
		.status = request->target.status,
		.force = force != NULL && strcmp(force, "true") == 0 };
}

/* ---- the end of all three ---- */

/* A dry run, or a write that changes nothing. */
static void
reply_unwritten(struct write_request *request)
{
	json_t *object = request->object;
	json_t *status = json_object_get(request->before, "status");

	/* What is kept has none, but for Pods. */
	if (status != NULL && !request->target.status)
		json_object_set(object, "status", status);
	request->object = NULL;
	write_reply_object(request, object);
}

static void
keep(struct write_request *request)
{
	const struct write_settings *settings = &request->write->settings;
	const struct write_key key = write_key_of(request);
	struct diag *diag = diag_new();
	json_t *metadata = json_object_get(request->object, "metadata");
	const struct diag_entry *entry;
	char why[256] = "";
	int err;

	/* The version is the ledger's to say, and old as soon as it is written. */
	json_object_del(metadata, "resourceVersion");
	request->busy = true;
	err = diag == NULL ? ERR_NOMEM : settings->keeper->put(settings->keeper_arg, &key,
	    request->object, diag, write_done, request);
	entry = diag_at(diag, 0);
	if (entry != NULL)
		snprintf(why, sizeof(why), "%s", entry->text);
	diag_free(diag);
	if (err == 0)
		return;
	request->busy = false;
	write_reply_failure(request, err, why);
}

/* What a Pod's file states as its status; what is shown is more. */
static json_t *
stated_status(struct write_request *request, const char *file)
{
	const struct write_settings *settings = &request->write->settings;
	json_t *stated = file == NULL ? NULL :
	    settings->keeper->stated(settings->keeper_arg, file);
	json_t *status = json_incref(json_object_get(stated, "status"));

	json_decref(stated);
	return status;
}

/* request->object is what was asked for; request->before what is there. */
static void
finish(struct write_request *request, const struct writer *writer, bool noted, const char *file)
{
	const char *kind = request->target.resource->object;
	json_t *status = stated_status(request, file);
	int err = write_prepare(request, status);

	json_decref(status);
	if (err == 0 && write_check(request) != 0)
		return;
	if (err == 0 && !noted)
		err = patch_apply_note(kind, request->before, request->object, &writer->manager);
	if (err != 0)
		write_reply_failure(request, err, err_text(err));
	else if (write_is_dry(request) || write_changes_nothing(request))
		reply_unwritten(request);
	else
		keep(request);
}

/* ---- create ---- */

static int
check_dry_run(struct write_request *request)
{
	const char *dry = visit_query(request->visit, "dryRun");

	if (dry == NULL || strcmp(dry, "All") == 0)
		return 0;
	write_reply_error(request, 422, NULL, "dryRun: Unsupported value: \"%.64s\": "
	    "supported values: \"All\"", dry);
	return ERR_INVALID;
}

static int
read_object(struct write_request *request)
{
	enum write_type type = WRITE_PLAIN;
	int err = check_dry_run(request);

	if (err == 0)
		err = write_body_read(request, &type, &request->object);
	if (err != 0)
		return err;
	if (json_is_object(request->object))
		return 0;
	write_reply_error(request, 400, NULL, "the body must be an object with apiVersion and kind");
	return ERR_INVALID;
}

void
write_create(struct write_request *request)
{
	const struct ledger_entry *entry;
	struct write_key key;
	struct writer writer;
	char name[WRITE_NAME_SIZE];

	if (read_object(request) != 0 || write_prepare_names(request, request->object) != 0)
		return;
	key = write_key_of(request);
	if (write_must_wait(request, &key))
		return;
	entry = write_entry(request);
	if (entry != NULL && entry->origin != LEDGER_IMPLIED) {
		write_reply_error(request, 409, "AlreadyExists", "%s already exists",
		    write_name(request->target.resource, request->target.name, name));
		return;
	}
	fill_writer(request, &writer);
	request->code = 201;
	finish(request, &writer, false, NULL);
}

/* ---- update and patch ---- */

/* What is there, and that it may be changed.  Not 0: answered, or it waits. */
static int
take_before(struct write_request *request, bool may_create, const char **file)
{
	struct write_key key = write_key_of(request);
	const struct ledger_entry *entry = write_entry(request);
	char name[WRITE_NAME_SIZE], why[512];

	*file = NULL;
	if (write_must_wait(request, &key))
		return ERR_EXISTS;
	if (entry == NULL && may_create)
		return 0;
	if (entry == NULL) {
		write_reply_error(request, 404, NULL, "%s not found",
		    write_name(request->target.resource, request->target.name, name));
		return ERR_NOTFOUND;
	}
	if (write_may_change(request->write, entry, why, sizeof(why), file) != 0) {
		write_reply_error(request, 409, NULL, "%s", why);
		return ERR_EXISTS;
	}
	request->before = view_object(request->write->settings.view, entry, true);
	if (request->before != NULL)
		return 0;
	write_reply_failure(request, ERR_NOMEM, err_text(ERR_NOMEM));
	return ERR_NOMEM;
}

static const char *
meta_text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(json_object_get(object, "metadata"), key));
}

/* Who states a version, or a uid, means that one.  Not 0: answered. */
static int
check_preconditions(struct write_request *request)
{
	const char *version = meta_text(request->object, "resourceVersion");
	const char *now = meta_text(request->before, "resourceVersion");
	const char *uid = meta_text(request->object, "uid");
	const char *own = meta_text(request->before, "uid");
	char name[WRITE_NAME_SIZE];

	write_name(request->target.resource, request->target.name, name);
	if (version != NULL && *version != '\0' && now != NULL && strcmp(version, now) != 0) {
		write_reply_error(request, 409, NULL, "Operation cannot be fulfilled on %s: the "
		    "object has been modified; please apply your changes to the latest version "
		    "and try again", name);
		return ERR_EXISTS;
	}
	if (uid != NULL && *uid != '\0' && own != NULL && strcmp(uid, own) != 0) {
		write_reply_error(request, 409, NULL, "Operation cannot be fulfilled on %s: "
		    "Precondition failed: UID in precondition: %s, UID in object meta: %s", name,
		    uid, own);
		return ERR_EXISTS;
	}
	return 0;
}

void
write_update(struct write_request *request)
{
	struct writer writer;
	const char *file;

	if (read_object(request) != 0 || write_prepare_names(request, request->object) != 0 ||
	    take_before(request, false, &file) != 0 || check_preconditions(request) != 0)
		return;
	fill_writer(request, &writer);
	finish(request, &writer, false, file);
}

static int
run_patch(struct write_request *request, enum write_type type, json_t *patch,
    const struct writer *writer, struct patch_why *why, json_t **causes)
{
	const char *kind = request->target.resource->object;

	switch (type) {
	case WRITE_MERGE:
		return patch_merge(request->before, patch, why, &request->object);
	case WRITE_JSON_PATCH:
		return patch_json(request->before, patch, why, &request->object);
	case WRITE_STRATEGIC:
		return patch_strategic(kind, request->before, patch, why, &request->object);
	case WRITE_APPLY:
		return patch_apply(kind, request->before, patch, &writer->manager, why, causes,
		    &request->object);
	case WRITE_PLAIN:
		break;
	}
	return ERR_INVALID;
}

static void
refuse_patch(struct write_request *request, enum write_type type, int err,
    const struct patch_why *why, json_t *causes)
{
	if (err == ERR_NOMEM)
		write_reply_failure(request, err, err_text(err));
	else if (err == ERR_EXISTS)
		write_reply_causes(request, 409, why->text, causes, "Conflict");
	else if (err == ERR_LIMIT)
		write_reply_error(request, 413, NULL, "the patch %s", why->text);
	else
		write_reply_error(request, type == WRITE_JSON_PATCH && err == ERR_INVALID ? 422 :
		    400, NULL, "the patch cannot be applied: %s", why->text);
}

/* An apply must say who applies, and what. */
static int
check_apply(struct write_request *request, json_t *wanted)
{
	const char *manager = visit_query(request->visit, "fieldManager");

	if (manager == NULL || *manager == '\0') {
		write_reply_error(request, 400, NULL, "PatchOptions.meta.k8s.io \"\" is invalid: "
		    "fieldManager: Required value: is required for apply patch");
		return ERR_INVALID;
	}
	if (!json_is_object(wanted)) {
		write_reply_error(request, 400, NULL, "the body must be an object");
		return ERR_INVALID;
	}
	if (json_object_get(json_object_get(wanted, "metadata"), "managedFields") != NULL) {
		write_reply_error(request, 400, NULL, "metadata.managedFields must be nil");
		return ERR_INVALID;
	}
	return write_prepare_names(request, wanted);
}

static int
read_patch(struct write_request *request, enum write_type *type, json_t **patch)
{
	int err = check_dry_run(request);

	if (err == 0)
		err = write_body_read(request, type, patch);
	if (err == 0 && *type == WRITE_APPLY) {
		err = check_apply(request, *patch);
		if (err != 0)
			json_decref(*patch);
	}
	return err;
}

void
write_patch(struct write_request *request)
{
	enum write_type type = WRITE_PLAIN;
	json_t *patch, *causes = NULL;
	struct patch_why why = { "" };
	struct writer writer;
	const char *file;
	int err;

	if (read_patch(request, &type, &patch) != 0)
		return;
	if (take_before(request, type == WRITE_APPLY && !request->target.status, &file) != 0) {
		json_decref(patch);
		return;
	}
	fill_writer(request, &writer);
	err = run_patch(request, type, patch, &writer, &why, &causes);
	json_decref(patch);
	if (err != 0) {
		refuse_patch(request, type, err, &why, causes);
		return;
	}
	if (request->before == NULL)
		request->code = 201;
	if (write_prepare_names(request, request->object) == 0 &&
	    check_preconditions(request) == 0)
		finish(request, &writer, type == WRITE_APPLY, file);
}
