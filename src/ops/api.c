/* api.c - who answers what below /api, /apis, /version and /openapi. */
#include "ops/api.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ops/api_parts.h"
#include "ops/discovery.h"
#include "ops/httpd.h"
#include "ops/openapi.h"
#include "ops/status.h"

/* Go reads such parameters of a query so: anything but a no is a yes. */
static bool
says_yes(const char *value)
{
	return value != NULL && strcmp(value, "false") != 0 && strcmp(value, "0") != 0;
}

static void
say_unknown(struct visit *visit)
{
	status_reply(visit, &(struct status){ .code = 404,
	    .message = "the server could not find the requested resource" });
}

static void
say_denied(struct visit *visit)
{
	status_reply(visit, &(struct status){ .code = 405,
	    .message = "the server does not allow this method on the requested resource" });
}

static bool
is_read(const struct visit *visit)
{
	return visit_method(visit) == VISIT_GET || visit_method(visit) == VISIT_HEAD;
}

static void
dispatch(struct api *api, struct visit *visit, const struct api_target *target)
{
	const struct api_settings *settings = &api->settings;

	api_warn_deprecated(visit, target);
	switch (target->verb) {
	case API_GET:
		api_get(api, visit, target);
		return;
	case API_LIST:
		api_list(api, visit, target);
		return;
	case API_WATCH:
		if (settings->follows == NULL)
			say_denied(visit);
		else
			api_watch(api, visit, target);
		return;
	case API_CREATE:
	case API_UPDATE:
	case API_PATCH:
	case API_DELETE:
	case API_DELETE_ALL:
		if (settings->write == NULL)
			say_denied(visit);
		else
			settings->write(settings->write_arg, visit, target);
		return;
	}
}

/* Documents about the API itself.  false: no such path. */
static bool
answer_document(struct visit *visit)
{
	json_t *document = NULL;
	const char *type = NULL;
	int err = discovery_read(visit_path(visit), visit_header(visit, "Accept"), &document, &type);

	if (err == ERR_NOTFOUND)
		return false;
	visit_set_header(visit, "Vary", "Accept");
	if (err != 0)
		api_reply_no_memory(visit);
	else if (!is_read(visit))
		say_denied(visit);
	else
		api_reply_json(visit, type, document);
	return true;
}

static void
handle(void *arg, struct visit *visit)
{
	struct api *api = arg;
	struct api_target target;
	int err;

	if (answer_document(visit))
		return;
	err = api_target_read(visit_path(visit), visit_method(visit),
	    says_yes(visit_query(visit, "watch")), &target);
	if (err == ERR_NOTFOUND)
		say_unknown(visit);
	else if (err != 0)
		say_denied(visit);
	else
		dispatch(api, visit, &target);
}

static void
handle_openapi(void *arg, struct visit *visit)
{
	struct api *api = arg;

	if (!is_read(visit))
		say_denied(visit);
	else if (api->settings.openapi == NULL || !openapi_answer(api->settings.openapi, visit))
		say_unknown(visit);
}

int
api_new(const struct api_settings *settings, struct api **out)
{
	struct api *api = calloc(1, sizeof(*api));

	if (api == NULL)
		return ERR_NOMEM;
	api->settings = *settings;
	*out = api;
	return 0;
}

void
api_free(struct api *api)
{
	if (api == NULL)
		return;
	api_list_stop(api);
	free(api);
}

int
api_serve(struct api *api, struct httpd *httpd)
{
	static const char *const prefixes[] = { "/api", "/apis", "/version" };
	int err = httpd_route(httpd, "/openapi", handle_openapi, api);

	for (size_t i = 0; err == 0 && i < sizeof(prefixes) / sizeof(*prefixes); i++)
		err = httpd_route(httpd, prefixes[i], handle, api);
	return err;
}
