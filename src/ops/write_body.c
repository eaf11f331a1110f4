/* write_body.c - the body of a write to a value: JSON, YAML, kubectl's protobuf. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "base/err.h"
#include "ops/kube_proto.h"
#include "ops/visit.h"
#include "ops/write_parts.h"

enum form { FORM_JSON, FORM_YAML, FORM_PROTOBUF };

static const struct media {
	const char *name;
	enum form form;
	enum write_type type;
} medias[] = {
	{ "application/json", FORM_JSON, WRITE_PLAIN },
	{ "application/yaml", FORM_YAML, WRITE_PLAIN },
	{ "application/vnd.kubernetes.protobuf", FORM_PROTOBUF, WRITE_PLAIN },
	{ "application/merge-patch+json", FORM_JSON, WRITE_MERGE },
	{ "application/json-patch+json", FORM_JSON, WRITE_JSON_PATCH },
	{ "application/strategic-merge-patch+json", FORM_JSON, WRITE_STRATEGIC },
	{ "application/apply-patch+yaml", FORM_YAML, WRITE_APPLY },
	{ "application/apply-patch+json", FORM_JSON, WRITE_APPLY },
};

static const struct media *
find_media(const char *type)
{
	size_t len = strcspn(type, "; \t");

	for (size_t i = 0; i < sizeof(medias) / sizeof(*medias); i++)
		if (strlen(medias[i].name) == len && strncasecmp(medias[i].name, type, len) == 0)
			return &medias[i];
	return NULL;
}

static int
refuse_media(struct write_request *request)
{
	write_reply_error(request, 415, NULL, "the body of the request was in an unknown format - "
	    "accepted media types include: %s", request->target.verb == API_PATCH ?
	    "application/json-patch+json, application/merge-patch+json, "
	    "application/strategic-merge-patch+json, application/apply-patch+yaml" :
	    "application/json, application/yaml, application/vnd.kubernetes.protobuf");
	return ERR_DENIED;
}

static int
refuse(struct write_request *request, const char *what, const char *why)
{
	write_reply_error(request, 400, NULL, "%s: %s", what, why);
	return ERR_SYNTAX;
}

static int
read_json(struct write_request *request, const char *body, size_t len, json_t **out)
{
	json_error_t error;
	char why[400];

	*out = json_loadb(body, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (*out != NULL)
		return 0;
	snprintf(why, sizeof(why), "%s at line %d, column %d", error.text, error.line,
	    error.column);
	return refuse(request, "json parse error", why);
}

/* JSON is read as JSON wherever it comes from: YAML has another idea of some escapes. */
static int
read_yaml(struct write_request *request, const char *body, size_t len, json_t **out)
{
	const struct write_settings *settings = &request->write->settings;
	struct diag *diag;
	const struct diag_entry *entry;
	char why[400];
	int err;

	*out = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	if (*out != NULL)
		return 0;
	diag = diag_new();
	err = diag == NULL ? ERR_NOMEM :
	    settings->keeper->read_yaml(settings->keeper_arg, body, len, diag, out);
	entry = diag_at(diag, 0);
	if (entry != NULL)
		snprintf(why, sizeof(why), "line %u: %s", entry->line, entry->text);
	else
		snprintf(why, sizeof(why), "%s", err_text(err));
	diag_free(diag);
	return err == 0 ? 0 : refuse(request, "yaml parse error", why);
}

static int
read_protobuf(struct write_request *request, const char *body, size_t len, json_t **out)
{
	char why[KUBE_PROTO_WHY_SIZE];
	int err = kube_proto_read((const uint8_t *)body, len, out, why);

	return err == 0 ? 0 : refuse(request, "protobuf", why);
}

static int
read_form(struct write_request *request, enum form form, const char *body, size_t len,
    json_t **out)
{
	switch (form) {
	case FORM_JSON:
		return read_json(request, body, len, out);
	case FORM_YAML:
		return read_yaml(request, body, len, out);
	case FORM_PROTOBUF:
		return read_protobuf(request, body, len, out);
	}
	return ERR_SYNTAX;
}

int
write_body_read(struct write_request *request, enum write_type *type, json_t **out)
{
	const char *header = visit_header(request->visit, "Content-Type");
	const struct media *media = find_media(header == NULL ? "application/json" : header);
	size_t len;
	const char *body = visit_body(request->visit, &len);
	struct patch_why why;
	json_t *value;
	int err;

	*out = NULL;
	if (len == 0 && request->target.verb != API_PATCH)
		return 0;
	if (media == NULL || (media->type != WRITE_PLAIN) != (request->target.verb == API_PATCH))
		return refuse_media(request);
	err = read_form(request, media->form, body, len, &value);
	if (err != 0)
		return err;
	if (patch_bounds_check(value, &why) != 0) {
		json_decref(value);
		return refuse(request, "the body", why.text);
	}
	*type = media->type;
	*out = value;
	return 0;
}
