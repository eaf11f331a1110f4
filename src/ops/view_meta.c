/* view_meta.c - what all views have: what was stated, and metadata. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/addr.h"
#include "base/squeeze.h"
#include "model/object.h"
#include "ops/view_parts.h"

#define METADATA "{\"metadata\":"

/* ---- building ---- */

bool
view_set(json_t *object, const char *key, json_t *value)
{
	return value != NULL && json_object_set_new(object, key, value) == 0;
}

bool
view_default(json_t *object, const char *key, json_t *value)
{
	if (json_object_get(object, key) == NULL)
		return view_set(object, key, value);
	json_decref(value);
	return true;
}

json_t *
view_member(json_t *object, const char *key, json_type type)
{
	json_t *member = json_object_get(object, key);

	if (member != NULL && json_typeof(member) == type)
		return member;
	member = type == JSON_ARRAY ? json_array() : json_object();
	return view_set(object, key, member) ? member : NULL;
}

char *
view_write_time(char buf[VIEW_TIME_SIZE], uint64_t unix_s)
{
	time_t seconds = (time_t)unix_s;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	(void)strftime(buf, VIEW_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}

json_t *
view_time(uint64_t unix_s)
{
	char text[VIEW_TIME_SIZE];

	return json_string(view_write_time(text, unix_s));
}

json_t *
view_address(const struct addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	return json_string(addr_text(addr, text));
}

/* ---- what was stated ---- */

/* As a rule metadata comes first, and what follows needs not be read. */
static json_t *
load_head(const char *text, size_t len)
{
	size_t skip = sizeof(METADATA) - 1;
	json_t *metadata;
	json_error_t error;

	if (len <= skip || strncmp(text, METADATA, skip) != 0)
		return NULL;
	metadata = json_loadb(text + skip, len - skip, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL,
	    &error);
	return metadata == NULL ? NULL : json_pack("{s:o}", "metadata", metadata);
}

/* Where it does not come first, what else there is goes. */
static bool
keep_head(json_t *stated)
{
	json_t *metadata = json_incref(json_object_get(stated, "metadata"));
	bool done = stated != NULL && json_object_clear(stated) == 0 &&
	    (metadata == NULL || json_object_set(stated, "metadata", metadata) == 0);

	json_decref(metadata);
	return done;
}

json_t *
view_stated(const struct view *view, const struct object *object, bool head)
{
	struct squeeze *squeeze = view->settings.squeeze;
	json_t *stated = NULL;
	json_error_t error;
	const char *text;
	size_t len;
	int err;

	if (object == NULL || object->image == NULL || squeeze == NULL)
		return json_object();
	err = squeeze_unpack(squeeze, object->image, object->image_size, &text, &len);
	if (err != 0)
		return NULL;
	if (head)
		stated = load_head(text, len);
	if (stated == NULL)
		stated = json_loadb(text, len, JSON_ALLOW_NUL, &error);
	if (head && !keep_head(stated)) {
		json_decref(stated);
		return NULL;
	}
	return stated;
}

/* ---- metadata ---- */

bool
view_fill_metadata(const struct view_work *work, json_t *metadata)
{
	const struct ledger_entry *entry = work->entry;
	char uid[LEDGER_UID_SIZE], version[24];

	snprintf(version, sizeof(version), "%" PRIu64, entry->version);
	if (*entry->ns != '\0' && !view_set(metadata, "namespace", json_string(entry->ns)))
		return false;
	if (entry->origin == LEDGER_MADE || entry->origin == LEDGER_MIRRORED)
		if (!view_fill_made_metadata(work, metadata))
			return false;
	return view_set(metadata, "name", json_string(entry->name)) &&
	    view_set(metadata, "uid", json_string(ledger_uid(entry, uid))) &&
	    view_set(metadata, "resourceVersion", json_string(version)) &&
	    view_set(metadata, "creationTimestamp", view_time(entry->created_unix_s));
}

const struct roster_entry *
view_roster(const struct view_work *work)
{
	const struct view_settings *settings = &work->view->settings;
	const struct object *object = work->entry->object;

	if (work->entry->gone || object == NULL || settings->ops == NULL)
		return NULL;
	return settings->ops->roster(settings->arg, object->ns, object->name);
}
