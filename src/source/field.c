/* field.c - tables that name each field of a kind once. */
#include "source/field.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "source/doc.h"
#include "source/doc_scalar.h"
#include "source/field_value.h"

#define TEXT_SIZE 512
/*
 * Looking for the closest name is the one costly thing: a file of nothing but slips gets no
 * advice.
 */
#define ADVICE_MAX 100

/* "spec.ports[0]"; what does not fit is cut: the place still says where. */
static size_t
write_path(const struct field_context *context, char path[FIELD_PATH_SIZE])
{
	size_t steps = context->depth < FIELD_STEPS_MAX ? context->depth : FIELD_STEPS_MAX;
	size_t len = 0;

	path[0] = '\0';
	for (size_t i = 0; i < steps && len < FIELD_PATH_SIZE; i++) {
		const struct field_step *step = &context->steps[i];
		size_t room = FIELD_PATH_SIZE - len;
		int added = step->name == NULL ? snprintf(path + len, room, "[%zu]", step->index) :
		    snprintf(path + len, room, "%s%s", len > 0 ? "." : "", step->name);

		len += added > 0 ? (size_t)added : 0;
	}
	return len;
}

static void
say(struct field_context *context, enum severity severity, const struct doc_node *node,
    const char *below,
    const char *format, va_list args)
{
	bool has_subject = context->subject != NULL && *context->subject != '\0';
	char path[FIELD_PATH_SIZE];
	char text[TEXT_SIZE];
	bool has_path = write_path(context, path) > 0;

	if (!has_path && *below == '.')
		below++;
	(void)vsnprintf(text, sizeof(text), format, args);
	diag_add(context->diag, severity, node == NULL ? NULL : &node->place, "%s%s%s%s%s%s",
	    has_subject ? context->subject : "", has_subject ? ": " : "", path, below,
	    has_path || *below != '\0' ? " " : "", text);
}

void
field_error(struct field_context *context, const struct doc_node *node, const char *below,
    const char *format, ...)
{
	va_list args;

	context->errors++;
	va_start(args, format);
	say(context, SEVERITY_ERROR, node, below, format, args);
	va_end(args);
}

void
field_warn(struct field_context *context, const struct doc_node *node, const char *below,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(context, SEVERITY_WARNING, node, below, format, args);
	va_end(args);
}

static size_t
enter(struct field_context *context, struct field_step step)
{
	if (context->depth < FIELD_STEPS_MAX)
		context->steps[context->depth] = step;
	return context->depth++;
}

size_t
field_enter(struct field_context *context, const char *name)
{
	return enter(context, (struct field_step){ .name = name });
}

size_t
field_enter_item(struct field_context *context, size_t index)
{
	return enter(context, (struct field_step){ .index = index });
}

void
field_leave(struct field_context *context, size_t mark)
{
	context->depth = mark;
}

struct place
field_place(const struct field_context *context, const struct doc_node *node)
{
	struct place place = { .file = context->file };

	if (node != NULL) {
		place.line = node->place.line;
		place.column = node->place.column;
	}
	return place;
}

static void
set_place(const struct field_table *table, const struct doc_node *node, void *target,
    const struct field_context *context)
{
	if (table->place_offset == FIELD_NO_PLACE)
		return;
	struct place place = field_place(context, node);

	memcpy((uint8_t *)target + table->place_offset, &place, sizeof(place));
}

static void
decode_new(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	void *made = field_value_alloc(context, 1, field->sub->size);

	if (made == NULL)
		return;
	field_decode(field->sub, node, made, context);
	memcpy((uint8_t *)target + field->offset, &made, sizeof(made));
}

static void
decode_list(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	if (node->type != DOC_LIST) {
		field_value_wrong_type(context, node, "a list");
		return;
	}
	uint8_t *items = field_value_alloc(context, node->count, field->sub->size);

	for (size_t i = 0; items != NULL && i < node->count; i++) {
		size_t mark = field_enter_item(context, i);

		if (node->items[i]->type == DOC_NULL)
			field_value_wrong_type(context, node->items[i], "a mapping");
		/*
		 * Defaults are filled in even then: rules that look at all items need not fear
		 * NULL.
		 */
		field_decode(field->sub, node->items[i], items + i * field->sub->size, context);
		field_leave(context, mark);
	}
	if (items == NULL)
		return;
	memcpy((uint8_t *)target + field->offset, &items, sizeof(items));
	memcpy((uint8_t *)target + field->count_offset, &node->count, sizeof(node->count));
}

/* The default, decoded as if it were written. */
static void
decode_fallback(const struct field *field, void *target, struct field_context *context)
{
	struct doc_node node = { .text = field->fallback, .count = strlen(field->fallback) };
	const struct doc_node *list;

	if (field->type == FIELD_TEXT) {
		memcpy((uint8_t *)target + field->offset, &field->fallback,
		    sizeof(field->fallback));
		return;
	}
	if (field->type == FIELD_TEXTS || field->type == FIELD_ADDRS) {
		if (doc_read(field->name, node.text, node.count, context->arena, context->diag,
		    &list) != 0)
			context->err = ERR_NOMEM;
		else
			field_value_decode(field, list, target, context);
		return;
	}
	doc_scalar_resolve(&node, NULL);
	field_value_decode(field, &node, target, context);
}

/* A field that is not stated: what is below it may have defaults all the same. */
static void
decode_absent(const struct field *field, const struct doc_node *map, void *target,
    struct field_context *context)
{
	if (field->type == FIELD_MAP)
		field_decode(field->sub, NULL, (uint8_t *)target + field->offset, context);
	else if (field->fallback != NULL)
		decode_fallback(field, target, context);
	if (map != NULL && (field->flags & FIELD_REQUIRED) != 0)
		field_error(context, map, "", "is required");
}

static bool
is_absent(const struct field *field, const struct doc_node *value)
{
	if (value == NULL || value->type == DOC_NULL)
		return true;
	if (value->type != DOC_STRING || value->count > 0)
		return false;
	/* The API cannot tell an empty text from none, so it has no rules for it. */
	return (field->flags & FIELD_REQUIRED) != 0 || field->type == FIELD_ENUM ||
	    field->type == FIELD_ADDR ||
	    (field->type == FIELD_TEXT && (field->rule != NULL || field->fallback != NULL));
}

static void
decode_present(const struct field *field, const struct doc_node *value, void *target,
    struct field_context *context)
{
	switch (field->type) {
	case FIELD_IGNORED:
		break;
	case FIELD_MAP:
		field_decode(field->sub, value, (uint8_t *)target + field->offset, context);
		break;
	case FIELD_MAP_NEW:
		decode_new(field, value, target, context);
		break;
	case FIELD_LIST:
		decode_list(field, value, target, context);
		break;
	case FIELD_HOOK:
		field->hook(context, value, target);
		break;
	case FIELD_BOOL:
	case FIELD_TRISTATE:
	case FIELD_TEXT:
	case FIELD_INT:
	case FIELD_ENUM:
	case FIELD_DURATION:
	case FIELD_ADDR:
	case FIELD_PORT:
	case FIELD_PAIRS:
	case FIELD_TEXTS:
	case FIELD_ADDRS:
		/* A value that turns out to be none (0 for "not stated") leaves the default. */
		if (field->fallback != NULL)
			decode_fallback(field, target, context);
		field_value_decode(field, value, target, context);
		break;
	}
}

static void
warn_unknown(const struct field_table *table, const struct doc_node *key,
    struct field_context *context)
{
	const char *names[FIELDS_MAX];

	for (size_t i = 0; i < table->count; i++) {
		names[i] = table->fields[i].name;
		if (strcmp(names[i], key->text) == 0)
			return;
	}
	const char *closest = context->unknown++ < ADVICE_MAX ?
	    text_closest(key->text, names, table->count) : NULL;
	size_t mark = field_enter(context, key->text);

	field_warn(context, key, "", "is unknown%s%s%s", closest == NULL ? "" : "; did you mean ",
	    closest == NULL ? "" : closest, closest == NULL ? "" : "?");
	field_leave(context, mark);
}

static bool
is_name(const struct field *field, const struct doc_node *key)
{
	return field->name[0] == key->text[0] && strcmp(field->name, key->text) == 0 &&
	    strlen(field->name) == key->count;
}

/*
 * The values that are stated, by the number of their field.  Keys mostly stand in the order of the
 * table or of the alphabet, so the field behind the last one is looked at first.  False: some key
 * is no field.
 */
static bool
match(const struct field_table *table, const struct doc_node *map,
    const struct doc_node *values[FIELDS_MAX])
{
	size_t at = 0, found = 0;

	for (size_t i = 0; i < table->count; i++)
		values[i] = NULL;
	for (size_t i = 0; i < map->count; i++) {
		const struct doc_entry *entry = &map->entries[i];

		for (size_t tries = 0; tries < table->count; tries++) {
			size_t here = at;

			at = at + 1 < table->count ? at + 1 : 0;
			if (!is_name(&table->fields[here], entry->key))
				continue;
			values[here] = entry->value;
			found++;
			break;
		}
	}
	return found == map->count;
}

static void
decode_field(const struct field *field, const struct doc_node *map, const struct doc_node *value,
    void *target, struct field_context *context)
{
	bool absent = is_absent(field, value);

	/* Most fields of most objects: not stated, and nothing is to be done about it. */
	if (absent && field->fallback == NULL && field->type != FIELD_MAP &&
	    (field->flags & FIELD_REQUIRED) == 0)
		return;
	size_t mark = field_enter(context, field->name);

	if (absent)
		decode_absent(field, map, target, context);
	else
		decode_present(field, value, target, context);
	field_leave(context, mark);
}

void
field_decode(const struct field_table *table, const struct doc_node *node, void *target,
    struct field_context *context)
{
	const struct doc_node *map = node != NULL && node->type != DOC_NULL ? node : NULL;
	const struct doc_node *values[FIELDS_MAX];
	bool all_known = true;

	if (map != NULL && map->type != DOC_MAP) {
		field_value_wrong_type(context, map, "a mapping");
		map = NULL;
	}
	set_place(table, map, target, context);
	if (map != NULL)
		all_known = match(table, map, values);
	for (size_t i = 0; i < table->count; i++)
		decode_field(&table->fields[i], map, map != NULL ? values[i] : NULL, target,
		    context);
	for (size_t i = 0; !all_known && i < map->count; i++)
		warn_unknown(table, map->entries[i].key, context);
	if (map != NULL && table->check != NULL)
		table->check(context, map, target);
}
