/* view.c - objects as an API server shows them. */
#include "ops/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/object.h"
#include "ops/ledger.h"

struct view {
	struct view_settings settings;
};

struct view *
view_new(const struct view_settings *settings)
{
	struct view *view = calloc(1, sizeof(*view));

	if (view == NULL)
		return NULL;
	view->settings = *settings;
	return view;
}

void
view_free(struct view *view)
{
	free(view);
}

static char *
write_time(char buf[32], uint64_t unix_s)
{
	time_t seconds = (time_t)unix_s;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}

json_t *
view_metadata(struct view *view, const struct ledger_entry *entry, bool all)
{
	char uid[LEDGER_UID_SIZE], created[32], version[24];
	json_t *meta;

	(void)view, (void)all;
	snprintf(version, sizeof(version), "%" PRIu64, entry->version);
	meta = json_pack("{s:s, s:s, s:s, s:s}", "name", entry->name, "uid", ledger_uid(entry, uid),
	    "resourceVersion", version, "creationTimestamp",
	    write_time(created, entry->created_unix_s));
	if (meta != NULL && *entry->ns != '\0' &&
	    json_object_set_new(meta, "namespace", json_string(entry->ns)) != 0) {
		json_decref(meta);
		return NULL;
	}
	return meta;
}

json_t *
view_object(struct view *view, const struct ledger_entry *entry, bool all)
{
	static const char *const versions[API_KIND_COUNT] = {
		[API_SERVICES] = "v1", [API_PODS] = "v1", [API_ENDPOINTS] = "v1",
		[API_ENDPOINT_SLICES] = "discovery.k8s.io/v1", [API_NAMESPACES] = "v1",
		[API_INGRESSES] = "networking.k8s.io/v1", [API_EVENTS] = "v1",
	};
	json_t *meta = view_metadata(view, entry, all);

	if (meta == NULL)
		return NULL;
	return json_pack("{s:s, s:s, s:o}", "apiVersion", versions[entry->kind], "kind",
	    api_kind_text((enum api_kind)entry->kind), "metadata", meta);
}

json_t *
view_object_beta(struct view *view, const struct ledger_entry *entry, bool all)
{
	json_t *object = view_object(view, entry, all);

	if (object != NULL && json_object_set_new(object, "apiVersion",
	    json_string("discovery.k8s.io/v1beta1")) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

bool
view_origin(const struct view *view, const struct ledger_entry *entry, struct place *place)
{
	(void)view;
	if (entry->object == NULL || entry->origin != LEDGER_STATED)
		return false;
	*place = entry->object->place;
	return place->file != NULL;
}
