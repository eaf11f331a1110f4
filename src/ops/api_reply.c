/* api_reply.c - how the API's answers are asked for and given. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "ops/api_parts.h"
#include "ops/filter.h"
#include "ops/json_text.h"
#include "ops/shape.h"
#include "ops/status.h"
#include "ops/view.h"

void
api_reply_no_memory(struct visit *visit)
{
	status_reply(visit, &(struct status){ .code = 500, .message = "no memory" });
}

int
api_read_filter(struct visit *visit, const struct api_target *target, struct filter **out)
{
	char why[FILTER_WHY_SIZE];
	int err = filter_new(target->resource, visit_query(visit, "labelSelector"),
	    visit_query(visit, "fieldSelector"), out, why);

	if (err == ERR_NOMEM)
		api_reply_no_memory(visit);
	else if (err != 0)
		status_reply(visit, &(struct status){ .code = 400, .message = why });
	return err;
}

int
api_read_shape(struct visit *visit, struct shape *out)
{
	int err = shape_read(visit_header(visit, "Accept"), visit_query(visit, "includeObject"),
	    out);

	if (err == ERR_NOTFOUND)
		status_reply(visit, &(struct status){ .code = 406,
		    .message = "only the following media types are accepted: application/json" });
	else if (err != 0)
		status_reply(visit, &(struct status){ .code = 400,
		    .message = "unrecognized includeObject value: must be Object, Metadata or None"
		    });
	return err;
}

json_t *
api_view(struct view *view, const struct api_target *target, const struct ledger_entry *entry,
    const struct visit *visit)
{
	bool all = visit_may_write(visit);

	if (entry->kind == API_ENDPOINT_SLICES && strcmp(target->version, "v1beta1") == 0)
		return view_object_beta(view, entry, all);
	return view_object(view, entry, all);
}

void
api_reply_object(struct visit *visit, int status, const char *type, json_t *object)
{
	size_t len;
	char *text = json_text(object, &len);

	json_decref(object);
	if (text == NULL)
		api_reply_no_memory(visit);
	else
		visit_reply(visit, status, type, text, len);
	free(text);
}

void
api_reply_missing(struct visit *visit, const struct api_target *target)
{
	char resource[64];
	char message[API_NAME_SIZE + 96];

	api_resource_text(target->resource, resource, sizeof(resource));
	snprintf(message, sizeof(message), "%s \"%s\" not found", resource, target->name);
	status_reply(visit, &(struct status){ .code = 404, .message = message,
	    .group = target->resource->group, .kind = target->resource->plural,
	    .name = target->name });
}

void
api_warn_deprecated(struct visit *visit, const struct api_target *target)
{
	/* RFC 7234, 5.5: code 299, no agent.  The words are the API server's. */
	if (target->resource->kind == API_ENDPOINTS)
		visit_set_header(visit, "Warning", "299 - \"v1 Endpoints is deprecated in v1.33+; "
		    "use discovery.k8s.io/v1 EndpointSlice\"");
	else if (target->resource->kind == API_ENDPOINT_SLICES &&
	    strcmp(target->version, "v1beta1") == 0)
		visit_set_header(visit, "Warning", "299 - \"discovery.k8s.io/v1beta1 EndpointSlice "
		    "is deprecated in v1.21+, unavailable in v1.25+; use discovery.k8s.io/v1 "
		    "EndpointSlice\"");
}

static void
say_too_new(struct visit *visit, uint64_t asked, uint64_t current)
{
	char message[128];
	struct status_cause cause = { .reason = "ResourceVersionTooLarge",
		.message = "Too large resource version" };

	snprintf(message, sizeof(message), "Too large resource version: %" PRIu64 ", current: %"
	    PRIu64, asked, current);
	status_reply(visit, &(struct status){ .code = 504, .reason = "Timeout", .message = message,
	    .causes = &cause, .cause_count = 1, .retry_after_s = 1 });
}

int
api_check_version(struct visit *visit, const struct ledger *ledger)
{
	const char *text = visit_query(visit, "resourceVersion");
	const char *match = visit_query(visit, "resourceVersionMatch");
	uint64_t current = ledger_version(ledger);
	uint64_t asked = 0;

	if (text == NULL || *text == '\0')
		return 0;
	if (!text_to_u64(text, UINT64_MAX, &asked)) {
		status_reply(visit, &(struct status){ .code = 400,
		    .message = "resourceVersion: must be a number that a list or a watch gave" });
		return ERR_INVALID;
	}
	if (asked > current) {
		say_too_new(visit, asked, current);
		return ERR_RANGE;
	}
	/* Only what is now is kept: an older state cannot be had again. */
	if (match != NULL && strcmp(match, "Exact") == 0 && asked != current) {
		status_reply(visit, &(struct status){ .code = 410, .reason = "Expired",
		    .message = "The resourceVersion for the provided list is too old." });
		return ERR_NOTFOUND;
	}
	return 0;
}

void
api_reply_document(struct visit *visit, const char *type, const char *text, size_t len)
{
	const char *known = visit_header(visit, "If-None-Match");
	char tag[24];

	snprintf(tag, sizeof(tag), "\"%016" PRIX64 "\"", text_hash(TEXT_HASH_SEED, text, len));
	visit_set_header(visit, "ETag", tag);
	if (known != NULL && strstr(known, tag) != NULL)
		visit_reply(visit, 304, NULL, NULL, 0);
	else
		visit_reply(visit, 200, type, text, len);
}

void
api_reply_json(struct visit *visit, const char *type, json_t *document)
{
	size_t len;
	char *text = json_text(document, &len);

	json_decref(document);
	if (text == NULL)
		api_reply_no_memory(visit);
	else
		api_reply_document(visit, type, text, len);
	free(text);
}
