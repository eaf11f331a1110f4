/* emit_yaml.c - a JSON value as YAML, as kubectl writes it. */
#include "cli/emit_yaml.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"

/* Wider than any line: kubectl folds nothing. */
#define NO_FOLDING (-1)

static bool emit_value(yaml_emitter_t *emitter, const json_t *json);

static bool
emit_scalar(yaml_emitter_t *emitter, const char *text, size_t len, yaml_scalar_style_t style)
{
	yaml_event_t event;

	return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)len,
	    1, 1, style) == 1 && yaml_emitter_emit(emitter, &event) == 1;
}

/* A word that YAML 1.1 takes for a truth or for nothing. */
static bool
is_word(const char *text)
{
	static const char *const words[] = {
		"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "", "<<", "=",
		".nan", ".inf", "-.inf", "+.inf",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/*
 * What a reader would take for a number or a time: it begins like one, and has nothing but what
 * numbers (1e5, 0x1f, 1_000, 1:30) and times (2026-01-02T03:04:05Z) are made of.  Better a pair
 * of quotes too many than a text that comes back as something else; kubectl puts none around
 * 10.96.0.1, and neither is that a number.
 */
static bool
is_number(const char *text)
{
	const char *digits = text + strspn(text, "+-");
	size_t len = strlen(text);
	char *end;

	if (strspn(digits, "0123456789.") == 0)
		return false;
	(void)strtod(digits, &end);
	if (*end == '\0' && end != digits)
		return true;
	if (strspn(text, "0123456789_.+-eE") == len)
		return strchr(text, '_') != NULL;
	if (digits[0] == '0' && strchr("xXoObB", digits[1]) != NULL)
		return strspn(digits + 2, "0123456789abcdefABCDEF_") == strlen(digits + 2);
	return strspn(text, "0123456789:") == len && strchr(text, ':') != NULL;
}

/* 2026-01-02 and what begins so: a time for YAML 1.1. */
static bool
is_time(const char *text)
{
	static const char shape[] = "dddd-dd-dd";

	for (size_t i = 0; shape[i] != '\0'; i++)
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != '-')
			return false;
	return strspn(text, "0123456789-+:.TtZz ") == strlen(text);
}

static yaml_scalar_style_t
style_of(const char *text)
{
	if (is_word(text) || is_number(text) || is_time(text))
		return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	if (strchr(text, '\n') != NULL)
		return YAML_LITERAL_SCALAR_STYLE;
	return YAML_ANY_SCALAR_STYLE;
}

static bool
emit_text(yaml_emitter_t *emitter, const char *text)
{
	return emit_scalar(emitter, text, strlen(text), style_of(text));
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
emit_members(yaml_emitter_t *emitter, const json_t *json)
{
	size_t count = json_object_size(json), i = 0;
	const char **keys = calloc(count + 1, sizeof(*keys));
	bool sound = keys != NULL;

	if (!sound)
		return false;
	for (void *at = json_object_iter((json_t *)(uintptr_t)json); at != NULL;
	    at = json_object_iter_next((json_t *)(uintptr_t)json, at))
		keys[i++] = json_object_iter_key(at);
	qsort(keys, count, sizeof(*keys), compare_keys);
	for (i = 0; i < count && sound; i++)
		sound = emit_text(emitter, keys[i]) &&
		    emit_value(emitter, json_object_get(json, keys[i]));
	free(keys);
	return sound;
}

static bool
emit_map(yaml_emitter_t *emitter, const json_t *json)
{
	yaml_event_t event;

	if (yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
	    json_object_size(json) == 0 ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE) != 1 ||
	    yaml_emitter_emit(emitter, &event) != 1 || !emit_members(emitter, json))
		return false;
	return yaml_mapping_end_event_initialize(&event) == 1 &&
	    yaml_emitter_emit(emitter, &event) == 1;
}

static bool
emit_list(yaml_emitter_t *emitter, const json_t *json)
{
	yaml_event_t event;

	if (yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
	    json_array_size(json) == 0 ? YAML_FLOW_SEQUENCE_STYLE
				       : YAML_BLOCK_SEQUENCE_STYLE) != 1 ||
	    yaml_emitter_emit(emitter, &event) != 1)
		return false;
	for (size_t i = 0; i < json_array_size(json); i++)
		if (!emit_value(emitter, json_array_get(json, i)))
			return false;
	return yaml_sequence_end_event_initialize(&event) == 1 &&
	    yaml_emitter_emit(emitter, &event) == 1;
}

static bool
emit_value(yaml_emitter_t *emitter, const json_t *json)
{
	char number[64];
	int len;

	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return emit_map(emitter, json);
	case JSON_ARRAY:
		return emit_list(emitter, json);
	case JSON_STRING:
		return emit_text(emitter, json_string_value(json));
	case JSON_INTEGER:
		len = snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
		    json_integer_value(json));
		return emit_scalar(emitter, number, (size_t)len, YAML_PLAIN_SCALAR_STYLE);
	case JSON_REAL:
		len = snprintf(number, sizeof(number), "%.17g", json_real_value(json));
		return emit_scalar(emitter, number, (size_t)len, YAML_PLAIN_SCALAR_STYLE);
	case JSON_TRUE:
		return emit_scalar(emitter, "true", 4, YAML_PLAIN_SCALAR_STYLE);
	case JSON_FALSE:
		return emit_scalar(emitter, "false", 5, YAML_PLAIN_SCALAR_STYLE);
	case JSON_NULL:
		return emit_scalar(emitter, "null", 4, YAML_PLAIN_SCALAR_STYLE);
	}
	return false;
}

static int
on_text(void *arg, unsigned char *text, size_t len)
{
	struct strbuf *out = arg;

	strbuf_add_n(out, (const char *)text, len);
	return out->err == 0;
}

int
emit_yaml(struct strbuf *out, const json_t *json)
{
	yaml_emitter_t emitter;
	yaml_event_t event;
	bool sound;

	if (yaml_emitter_initialize(&emitter) != 1)
		return ERR_NOMEM;
	yaml_emitter_set_output(&emitter, on_text, out);
	yaml_emitter_set_width(&emitter, NO_FOLDING);
	yaml_emitter_set_unicode(&emitter, 1);
	sound = yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) == 1 &&
	    yaml_emitter_emit(&emitter, &event) == 1 &&
	    yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) == 1 &&
	    yaml_emitter_emit(&emitter, &event) == 1 && emit_value(&emitter, json) &&
	    yaml_document_end_event_initialize(&event, 1) == 1 &&
	    yaml_emitter_emit(&emitter, &event) == 1 &&
	    yaml_stream_end_event_initialize(&event) == 1 &&
	    yaml_emitter_emit(&emitter, &event) == 1;
	yaml_emitter_delete(&emitter);
	return sound && out->err == 0 ? 0 : ERR_NOMEM;
}

/* Go's encoder writes these so, in texts; elsewhere they do not occur. */
static void
add_escaped(struct strbuf *out, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "<>&");

		strbuf_add_n(out, text, len);
		text += len;
		if (*text == '\0')
			return;
		strbuf_addf(out, "\\u%04x", (unsigned)*text);
		text++;
	}
}

int
emit_json(struct strbuf *out, const json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(4) | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	if (text == NULL)
		return ERR_NOMEM;
	add_escaped(out, text);
	strbuf_add(out, "\n");
	free(text);
	return out->err == 0 ? 0 : ERR_NOMEM;
}
