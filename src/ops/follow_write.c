/* follow_write.c - events as text, made once for all who see them the same. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ops/follow_parts.h"
#include "ops/json_text.h"
#include "ops/status.h"

#define INITIAL_EVENTS_END "k8s.io/initial-events-end"

static void
release(struct follow_shared *shared)
{
	json_decref(shared->object);
	free(shared->text);
	*shared = (struct follow_shared){ .version = 0 };
}

void
follow_release_shared(struct follow_shared table[FOLLOW_SHARED])
{
	for (size_t i = 0; i < FOLLOW_SHARED; i++)
		release(&table[i]);
}

/*
 * An object may have changed again since.  Who resumes from the version of the last event must not
 * pass over what others did between, so it says the version of this change.
 */
static int
set_version(json_t *object, uint64_t version)
{
	json_t *metadata = json_object_get(object, "metadata");
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, version);
	return metadata == NULL ? 0 :
	    json_object_set_new(metadata, "resourceVersion", json_string(text));
}

static struct follow_shared *
slot_of(struct follow_shared table[FOLLOW_SHARED], const struct follow_settings *settings,
    uint64_t version)
{
	uint64_t sum = version;

	for (const char *c = settings->object_key; *c != '\0'; c++)
		sum = sum * 31 + (unsigned char)*c;
	for (const char *c = settings->shape_key; *c != '\0'; c++)
		sum = sum * 31 + (unsigned char)*c;
	return &table[sum % FOLLOW_SHARED];
}

struct follow_shared *
follow_object(struct follow_shared table[FOLLOW_SHARED], const struct follow_settings *settings,
    const struct ledger_change *change)
{
	struct follow_shared *shared = slot_of(table, settings, change->version);

	if (shared->version == change->version && shared->entry_version == change->entry->version &&
	    strcmp(shared->object_key, settings->object_key) == 0 &&
	    strcmp(shared->shape_key, settings->shape_key) == 0)
		return shared;
	release(shared);
	shared->object = settings->object(settings->arg, change->entry);
	if (shared->object == NULL)
		return NULL;
	if (change->version != change->entry->version &&
	    set_version(shared->object, change->version) != 0) {
		release(shared);
		return NULL;
	}
	shared->version = change->version;
	shared->entry_version = change->entry->version;
	(void)memcpy(shared->object_key, settings->object_key, FOLLOW_KEY_SIZE);
	(void)memcpy(shared->shape_key, settings->shape_key, FOLLOW_KEY_SIZE);
	return shared;
}

static char *
dump(const struct follow_settings *settings, json_t *object, bool first)
{
	json_t *shaped = settings->shaped(settings->arg, object, first);
	char *text = json_text(shaped, NULL);

	json_decref(shaped);
	return text;
}

static int
write_event(const char *type, const char *object, size_t len, struct strbuf *out)
{
	strbuf_addf(out, "{\"type\":\"%s\",\"object\":", type);
	strbuf_add_n(out, object, len);
	strbuf_add(out, "}\n");
	return out->err;
}

int
follow_write_alone(const struct follow_settings *settings, json_t *object, const char *type,
    bool first, struct strbuf *out)
{
	char *text = dump(settings, object, first);
	int err;

	if (text == NULL)
		return ERR_NOMEM;
	err = write_event(type, text, strlen(text), out);
	free(text);
	return err;
}

/* shaped() takes what it is given and may change it, so it gets a copy: others match the object. */
int
follow_write(struct follow_shared *shared, const struct follow_settings *settings, const char *type,
    bool first, struct strbuf *out)
{
	json_t *copy;

	if (!first && shared->text != NULL)
		return write_event(type, shared->text, shared->len, out);
	copy = json_deep_copy(shared->object);
	if (copy == NULL)
		return ERR_NOMEM;
	if (first)
		return follow_write_alone(settings, copy, type, true, out);
	shared->text = dump(settings, copy, false);
	if (shared->text == NULL)
		return ERR_NOMEM;
	shared->len = strlen(shared->text);
	return write_event(type, shared->text, shared->len, out);
}

int
follow_write_bookmark(const struct follow_settings *settings, uint64_t version, bool end, bool first,
    struct strbuf *out)
{
	char number[24];
	json_t *object;

	(void)snprintf(number, sizeof(number), "%" PRIu64, version);
	object = json_pack("{s:s, s:s, s:{s:s, s:n}}", "kind", settings->kind_text, "apiVersion",
	    settings->api_version, "metadata", "resourceVersion", number, "creationTimestamp");
	if (object == NULL)
		return ERR_NOMEM;
	if (end && json_object_set_new(json_object_get(object, "metadata"), "annotations",
	    json_pack("{s:s}", INITIAL_EVENTS_END, "true")) != 0) {
		json_decref(object);
		return ERR_NOMEM;
	}
	return follow_write_alone(settings, object, "BOOKMARK", first, out);
}

int
follow_write_error(int code, const char *message, struct strbuf *out)
{
	struct status status = { .code = code, .message = message };
	json_t *object = status_object(&status);
	char *text = json_text(object, NULL);
	int err = ERR_NOMEM;

	json_decref(object);
	if (text != NULL)
		err = write_event("ERROR", text, strlen(text), out);
	free(text);
	return err;
}
