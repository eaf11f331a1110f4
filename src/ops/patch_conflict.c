/* patch_conflict.c - whose fields an apply would change. */
#include "ops/patch_conflict.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "ops/fields.h"
#include "ops/owners.h"
#include "ops/patch_apply.h"
#include "ops/patch_bounds.h"
#include "ops/patch_schema.h"

/* The comparison of one owner's set. */
struct comparison {
	const char *kind;
	json_t *owner;                  /* the entry */
	json_t *causes;
};

/* ".spec.ports[port=80,protocol=\"TCP\"].targetPort" */
static void
add_label(struct strbuf *path, const char *label)
{
	json_t *keys, *value;
	const char *key;
	const char *comma = "";

	if (label[0] != 'k') {
		strbuf_addf(path, label[0] == 'f' ? ".%s" : "[=%s]", label + 2);
		return;
	}
	keys = json_loads(label + 2, 0, NULL);
	strbuf_add(path, "[");
	json_object_foreach(keys, key, value) {
		char *text = json_dumps(value, JSON_ENCODE_ANY);

		strbuf_addf(path, "%s%s=%s", comma, key, text == NULL ? "" : text);
		comma = ",";
		free(text);
	}
	strbuf_add(path, "]");
	json_decref(keys);
}

static int
add_cause(struct comparison *comparison, const char *path)
{
	const char *version = json_string_value(json_object_get(comparison->owner, "apiVersion"));
	struct strbuf text = STRBUF_INIT;
	json_t *cause = NULL;

	strbuf_addf(&text, "conflict with \"%s\" using %s", owners_name(comparison->owner),
	    version == NULL ? "v1" : version);
	if (text.err == 0)
		cause = json_pack("{s:s, s:s, s:s}", "reason", "FieldManagerConflict", "message",
		    text.text, "field", path);
	strbuf_release(&text);
	if (cause == NULL)
		return ERR_NOMEM;
	return json_array_append_new(comparison->causes, cause) == 0 ? 0 : ERR_NOMEM;
}

static int compare(struct comparison *comparison, const struct patch_path *path, json_t *values[2],
    json_t *sets[2], json_t *conflicts, const struct strbuf *text);

/* What both state, and the values differ: a new set for the conflicts, or NULL. */
static int
compare_part(struct comparison *comparison, const struct patch_path *up, json_t *values[2],
    json_t *sets[2], const char *label, json_t *found, const struct strbuf *text)
{
	const struct patch_path below = { .up = up, .name = label + 2 };
	const struct patch_path *path = label[0] == 'f' ? &below : up;
	json_t *parts[2];
	struct strbuf here = STRBUF_INIT;
	int err;

	for (int i = 0; i < 2; i++)
		parts[i] = fields_part(comparison->kind, up, values[i], label);
	strbuf_add(&here, text->text);
	add_label(&here, label);
	err = here.err;
	if (err == 0 && !fields_is_whole(sets[0]) && !fields_is_whole(sets[1]))
		err = compare(comparison, path, parts, sets, found, &here);
	else if (err == 0 && parts[0] != NULL && parts[1] != NULL &&
	    !json_equal(parts[0], parts[1])) {
		err = add_cause(comparison, here.text);
		/* So that it is known to be one. */
		if (err == 0 && json_object_set_new(found, "!", json_object()) != 0)
			err = ERR_NOMEM;
	}
	strbuf_release(&here);
	return err;
}

static int
compare(struct comparison *comparison, const struct patch_path *path, json_t *values[2],
    json_t *sets[2], json_t *conflicts, const struct strbuf *text)
{
	const char *label;
	json_t *mine;

	json_object_foreach(sets[0], label, mine) {
		json_t *both[2] = { mine, json_object_get(sets[1], label) };
		json_t *found;
		int err;

		if (both[1] == NULL || strlen(label) < 2)
			continue;
		found = json_object();
		if (found == NULL)
			return ERR_NOMEM;
		err = compare_part(comparison, path, values, both, label, found, text);
		if (err == 0 && json_object_size(found) > 0) {
			json_object_del(found, "!");
			err = json_object_set(conflicts, label, found) == 0 ? 0 : ERR_NOMEM;
		}
		json_decref(found);
		if (err != 0)
			return err;
	}
	return 0;
}

static int
compare_owner(struct comparison *comparison, json_t *fields, json_t *live, json_t *wanted,
    json_t *conflicts)
{
	static const struct strbuf nothing = STRBUF_INIT;
	json_t *sets[2] = { fields, owners_fields(comparison->owner) };
	json_t *values[2] = { wanted, live };
	json_t *found = json_object();
	int err = found == NULL ? ERR_NOMEM :
	    compare(comparison, NULL, values, sets, found, &nothing);

	if (err == 0)
		err = fields_add(conflicts, found);
	json_decref(found);
	return err;
}

/* As an API server words it: one in a line, more as a list for each owner. */
static int
say(json_t *causes, struct patch_why *why)
{
	struct strbuf text = STRBUF_INIT;
	size_t count = json_array_size(causes);
	const char *before = "";
	size_t i;
	json_t *cause;

	strbuf_addf(&text, "Apply failed with %zu conflict%s: ", count, count == 1 ? "" : "s");
	json_array_foreach(causes, i, cause) {
		const char *message = json_string_value(json_object_get(cause, "message"));
		const char *field = json_string_value(json_object_get(cause, "field"));

		if (count == 1)
			strbuf_addf(&text, "%s: %s", message, field);
		else if (strcmp(before, message) != 0)
			strbuf_addf(&text, "%sconflicts%s:\n- %s", i == 0 ? "" : "\n",
			    message + sizeof("conflict") - 1, field);
		else
			strbuf_addf(&text, "\n- %s", field);
		before = message;
	}
	(void)patch_why_say(why, ERR_EXISTS, "%s", text.text);
	strbuf_release(&text);
	return ERR_EXISTS;
}

int
patch_conflict_find(const char *kind, json_t *owners, const struct patch_manager *manager,
    json_t *fields, json_t *live, json_t *wanted, struct patch_why *why, json_t *conflicts,
    json_t **causes)
{
	struct comparison comparison = { .kind = kind, .causes = json_array() };
	size_t i;
	json_t *entry;
	int err = comparison.causes == NULL ? ERR_NOMEM : 0;

	json_array_foreach(owners, i, entry) {
		comparison.owner = entry;
		if (err == 0 && !owners_is(entry, manager, true))
			err = compare_owner(&comparison, fields, live, wanted, conflicts);
	}
	if (err == 0 && json_array_size(comparison.causes) > 0 && !manager->force) {
		*causes = json_incref(comparison.causes);
		err = say(comparison.causes, why);
	}
	json_decref(comparison.causes);
	return err;
}
