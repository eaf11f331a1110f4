/* api_get.c - one object by its name. */
#include "base/clock.h"
#include "ops/api_parts.h"
#include "ops/shape.h"

void
api_get(void *arg, struct visit *visit, const struct api_target *target)
{
	struct api *api = arg;
	const struct api_settings *settings = &api->settings;
	const struct ledger_entry *entry;
	struct shape shape;
	json_t *object;

	if (api_read_shape(visit, &shape) != 0 || api_check_version(visit, settings->ledger) != 0)
		return;
	entry = ledger_find(settings->ledger, (enum api_kind)target->resource->kind, target->ns,
	    target->name);
	if (entry == NULL) {
		api_reply_missing(visit, target);
		return;
	}
	object = api_view(settings->view, target, entry, visit);
	if (object != NULL)
		object = shape_object(&shape, target, object,
		    (int64_t)clock_unix_s(settings->clock), true);
	api_reply_object(visit, 200, shape.type, object);
}
