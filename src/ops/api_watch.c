/* api_watch.c - changes of a collection, in the form and with the filter of a request. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "ops/api_parts.h"
#include "ops/filter.h"
#include "ops/follow.h"
#include "ops/shape.h"

/* What one watch wants to see. */
struct watching {
	struct visit *visit;            /* there for as long as this is */
	struct view *view;
	const struct clock *clock;
	struct api_target target;
	struct shape shape;
	struct filter *filter;
};

static bool
wants(void *arg, const char *ns, const char *name)
{
	const struct watching *watching = arg;

	return filter_takes_key(watching->filter, ns, name);
}

static json_t *
view_entry(void *arg, const struct ledger_entry *entry)
{
	const struct watching *watching = arg;

	return api_view(watching->view, &watching->target, entry, watching->visit);
}

static bool
matches(void *arg, const json_t *object)
{
	const struct watching *watching = arg;

	return filter_matches(watching->filter, object);
}

static json_t *
shaped(void *arg, json_t *object, bool first)
{
	const struct watching *watching = arg;

	return shape_object(&watching->shape, &watching->target, object,
	    (int64_t)clock_unix_s(watching->clock), first);
}

static void
release(void *arg)
{
	struct watching *watching = arg;

	filter_free(watching->filter);
	free(watching);
}

static void
start(struct watching *watching, struct follows *follows, struct visit *visit)
{
	struct follow_settings settings = {
		.kind = (enum api_kind)watching->target.resource->kind,
		.ns = watching->target.ns,
		.api_version = api_group_version(&watching->target),
		.kind_text = watching->target.resource->object,
		.type = watching->shape.type,
		.wants = wants,
		.object = view_entry,
		.matches = filter_need(watching->filter) == FILTER_NOTHING ? NULL : matches,
		.shaped = shaped,
		.release = release,
		.arg = watching,
	};

	snprintf(settings.object_key, sizeof(settings.object_key), "%s %s",
	    visit_may_write(visit) ? "all" : "hidden", watching->target.version);
	snprintf(settings.shape_key, sizeof(settings.shape_key), "%s %d", watching->shape.type,
	    (int)watching->shape.include);
	follow_start(follows, visit, &settings);
}

void
api_watch(void *arg, struct visit *visit, const struct api_target *target)
{
	struct api *api = arg;
	struct watching *watching = calloc(1, sizeof(*watching));

	if (watching == NULL) {
		api_reply_no_memory(visit);
		return;
	}
	*watching = (struct watching){ .visit = visit, .view = api->settings.view,
		.clock = api->settings.clock, .target = *target };
	if (api_read_shape(visit, &watching->shape) != 0 ||
	    api_read_filter(visit, target, &watching->filter) != 0)
		free(watching);
	else
		start(watching, api->settings.follows, visit);
}
