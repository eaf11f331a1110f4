/* managed_yaml.c - between jansson values and YAML that a person can read. */
#include "daemon/managed_yaml.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "source/doc.h"
#include "source/doc_scalar.h"

#define NAME "written"

/* ---- reading ---- */

static json_t *value_of(const struct doc_node *node);

static json_t *
list_of(const struct doc_node *node)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < node->count; i++) {
		if (json_array_append_new(list, value_of(node->items[i])) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

static json_t *
map_of(const struct doc_node *node)
{
	json_t *map = json_object();

	for (size_t i = 0; map != NULL && i < node->count; i++) {
		const struct doc_entry *entry = &node->entries[i];

		if (json_object_set_new(map, entry->key->text, value_of(entry->value)) != 0) {
			json_decref(map);
			map = NULL;
		}
	}
	return map;
}

/* NULL: no memory, or no value that JSON has. */
static json_t *
value_of(const struct doc_node *node)
{
	switch (node->type) {
	case DOC_NULL:
		return json_null();
	case DOC_BOOL:
		return json_boolean(node->truth);
	case DOC_INT:
		return json_integer(node->integer);
	case DOC_FLOAT:
		return json_real(node->real);
	case DOC_STRING:
		return json_stringn(node->text, node->count);
	case DOC_LIST:
		return list_of(node);
	case DOC_MAP:
		return map_of(node);
	}
	return NULL;
}

int
managed_yaml_read(const char *text, size_t len, struct diag *diag, json_t **out)
{
	const struct place place = { .file = NAME, .line = 1, .column = 1 };
	struct arena *arena = arena_new(0);
	const struct doc_node *root;
	json_t *value;
	int err = arena == NULL ? ERR_NOMEM : doc_read(NAME, text, len, arena, diag, &root);

	if (err == 0) {
		value = value_of(root);
		if (value != NULL) {
			*out = value;
		} else {
			/* .nan, or a text that is no UTF-8. */
			diag_add(diag, SEVERITY_ERROR, &place, "holds a value that JSON has not");
			err = ERR_SYNTAX;
		}
	}
	arena_free(arena);
	return err;
}

/* ---- writing ---- */

struct writer {
	yaml_emitter_t emitter;
	bool quote;                     /* all texts */
};

static int
on_output(void *arg, unsigned char *text, size_t len)
{
	struct strbuf *out = arg;

	strbuf_add_n(out, (const char *)text, len);
	return out->err == 0;
}

/* The emitter frees the event, emitted or not. */
static int
emit(struct writer *writer, yaml_event_t *event, int made)
{
	return made && yaml_emitter_emit(&writer->emitter, event) ? 0 : ERR_NOMEM;
}

/* Is it a text when it stands there without quotes? */
static bool
is_plain(const char *text, size_t len)
{
	struct doc_node node = { .text = text, .count = len };

	doc_scalar_resolve(&node, NULL);
	return len > 0 && node.type == DOC_STRING && strpbrk(text, "\n\t") == NULL;
}

static int
write_scalar(struct writer *writer, const char *text, size_t len, yaml_scalar_style_t style)
{
	bool plain = style == YAML_PLAIN_SCALAR_STYLE;
	yaml_event_t event;
	int made = yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
	    (int)len, plain, true, style);

	return emit(writer, &event, made);
}

static int
write_text(struct writer *writer, const char *text, size_t len)
{
	yaml_scalar_style_t style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;

	if (!writer->quote && is_plain(text, len))
		style = YAML_PLAIN_SCALAR_STYLE;
	else if (!writer->quote && memchr(text, '\n', len) != NULL)
		style = YAML_LITERAL_SCALAR_STYLE;
	return write_scalar(writer, text, len, style);
}

static int write_value(struct writer *writer, json_t *value);

static int
write_list(struct writer *writer, json_t *list)
{
	yaml_event_t event;
	size_t i;
	json_t *item;
	int err = emit(writer, &event, yaml_sequence_start_event_initialize(&event, NULL, NULL,
	    true, YAML_BLOCK_SEQUENCE_STYLE));

	json_array_foreach(list, i, item) {
		if (err == 0)
			err = write_value(writer, item);
	}
	return err != 0 ? err : emit(writer, &event, yaml_sequence_end_event_initialize(&event));
}

static int
write_map(struct writer *writer, json_t *map)
{
	yaml_event_t event;
	const char *key;
	json_t *value;
	int err = emit(writer, &event, yaml_mapping_start_event_initialize(&event, NULL, NULL,
	    true, YAML_BLOCK_MAPPING_STYLE));

	json_object_foreach(map, key, value) {
		if (err == 0)
			err = write_text(writer, key, strlen(key));
		if (err == 0)
			err = write_value(writer, value);
	}
	return err != 0 ? err : emit(writer, &event, yaml_mapping_end_event_initialize(&event));
}

static int
write_number(struct writer *writer, json_t *value)
{
	char text[64];
	int len;

	if (json_is_integer(value))
		len = snprintf(text, sizeof(text), "%" PRId64, (int64_t)json_integer_value(value));
	else
		len = snprintf(text, sizeof(text), "%.17g", json_real_value(value));
	/* 1e17 is a text to YAML 1.1, which wants a dot. */
	if (json_is_real(value) && strpbrk(text, ".n") == NULL)
		len = snprintf(text, sizeof(text), "%.1f", json_real_value(value));
	return write_scalar(writer, text, (size_t)len, YAML_PLAIN_SCALAR_STYLE);
}

static int
write_value(struct writer *writer, json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_map(writer, value);
	case JSON_ARRAY:
		return write_list(writer, value);
	case JSON_STRING:
		return write_text(writer, json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
	case JSON_REAL:
		return write_number(writer, value);
	case JSON_TRUE:
		return write_scalar(writer, "true", 4, YAML_PLAIN_SCALAR_STYLE);
	case JSON_FALSE:
		return write_scalar(writer, "false", 5, YAML_PLAIN_SCALAR_STYLE);
	case JSON_NULL:
		return write_scalar(writer, "null", 4, YAML_PLAIN_SCALAR_STYLE);
	}
	return ERR_INVALID;
}

static int
write_document(struct writer *writer, json_t *object)
{
	yaml_event_t event;
	int err = emit(writer, &event,
	    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));

	if (err == 0)
		err = emit(writer, &event,
		    yaml_document_start_event_initialize(&event, NULL, NULL, NULL, true));
	if (err == 0)
		err = write_value(writer, object);
	if (err == 0)
		err = emit(writer, &event, yaml_document_end_event_initialize(&event, true));
	if (err == 0)
		err = emit(writer, &event, yaml_stream_end_event_initialize(&event));
	return err;
}

static int
write_all(json_t *object, bool quote, struct strbuf *out)
{
	struct writer writer = { .quote = quote };
	int err;

	if (!yaml_emitter_initialize(&writer.emitter))
		return ERR_NOMEM;
	yaml_emitter_set_output(&writer.emitter, on_output, out);
	yaml_emitter_set_unicode(&writer.emitter, true);
	yaml_emitter_set_width(&writer.emitter, -1);
	err = write_document(&writer, object);
	yaml_emitter_delete(&writer.emitter);
	return err != 0 ? err : out->err;
}

static bool
reads_back(const struct strbuf *text, json_t *object)
{
	json_t *back = NULL;
	bool equal = managed_yaml_read(text->text, text->len, NULL, &back) == 0 &&
	    json_equal(back, object);

	json_decref(back);
	return equal;
}

int
managed_yaml_write(json_t *object, struct strbuf *out)
{
	int err = ERR_INVALID;

	/* Should some text be read otherwise than it was written: with quotes it is not. */
	for (int quote = 0; err == ERR_INVALID && quote < 2; quote++) {
		struct strbuf text = STRBUF_INIT;

		err = write_all(object, quote, &text);
		if (err == 0 && !reads_back(&text, object))
			err = ERR_INVALID;
		if (err == 0)
			strbuf_add_n(out, text.text, text.len);
		strbuf_release(&text);
	}
	return err != 0 ? err : out->err;
}
