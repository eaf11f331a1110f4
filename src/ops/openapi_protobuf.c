/*
 * openapi_protobuf.c - an OpenAPI 2 document as protobuf, for clients that read no other form.
 *
 * kubectl before 1.24 asks for gnostic's openapi_v2.Document only.  The message is written from the
 * JSON document by tables of gnostic's field numbers, so that both say the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ops/json_text.h"
#include "ops/openapi_parts.h"

#define WIRE_VARINT 0u
#define WIRE_BYTES 2u

enum how {
	HOW_TEXT,               /* string */
	HOW_TEXTS,              /* repeated string, from a list */
	HOW_TEXT_IN,            /* a message whose field 1 is the string (TypeItem) */
	HOW_FLAG,               /* bool */
	HOW_MESSAGE,            /* `message` */
	HOW_MESSAGE_IN,         /* a message whose field 1 is `message` (ItemsItem ...) */
	HOW_MESSAGES,           /* repeated message, from a list */
	/* a message that repeats {1: key, 2: message} as field 1, or 2 in Paths; from an object */
	HOW_NAMED,
};

struct message;

struct rule {
	const char *key;
	unsigned number;
	enum how how;
	const struct message *message;
};

struct message {
	const struct rule *rules;
	size_t count;
	unsigned extension;             /* vendor_extension; 0: there is none */
	/* Written inside of so many oneof messages, of these field numbers, the outermost first. */
	unsigned wraps[3];
};

#define MESSAGE(list) .rules = (list), .count = sizeof(list) / sizeof(*(list))

/* Fields of a schema refer to schemas: the table is made for that. */
static const struct message schema_message;

static const struct rule schema_rules[] = {
	{ "$ref", 1, HOW_TEXT, NULL },
	{ "format", 2, HOW_TEXT, NULL },
	{ "description", 4, HOW_TEXT, NULL },
	{ "required", 19, HOW_TEXTS, NULL },
	{ "additionalProperties", 21, HOW_MESSAGE_IN, &schema_message },
	{ "type", 22, HOW_TEXT_IN, NULL },
	{ "items", 23, HOW_MESSAGE_IN, &schema_message },
	{ "properties", 25, HOW_NAMED, &schema_message },
};
static const struct message schema_message = { MESSAGE(schema_rules), .extension = 31 };

/* ParametersItem.parameter, Parameter.non_body_parameter, then which of the four it is. */
static const struct rule query_rules[] = {
	{ "in", 2, HOW_TEXT, NULL }, { "description", 3, HOW_TEXT, NULL },
	{ "name", 4, HOW_TEXT, NULL }, { "type", 6, HOW_TEXT, NULL },
};
static const struct message query_message = { MESSAGE(query_rules), .extension = 23,
	.wraps = { 1, 2, 3 } };
static const struct rule path_rules[] = {
	{ "required", 1, HOW_FLAG, NULL }, { "in", 2, HOW_TEXT, NULL },
	{ "description", 3, HOW_TEXT, NULL }, { "name", 4, HOW_TEXT, NULL },
	{ "type", 5, HOW_TEXT, NULL },
};
static const struct message path_message = { MESSAGE(path_rules), .extension = 22,
	.wraps = { 1, 2, 4 } };

static const struct rule response_rules[] = { { "description", 1, HOW_TEXT, NULL } };
static const struct message response_message = { MESSAGE(response_rules), .extension = 5,
	.wraps = { 1 } };

static const struct rule operation_rules[] = {
	{ "operationId", 5, HOW_TEXT, NULL },
	{ "parameters", 8, HOW_MESSAGES, &query_message },
	{ "responses", 9, HOW_NAMED, &response_message },
};
static const struct message operation_message = { MESSAGE(operation_rules), .extension = 13 };

static const struct rule item_rules[] = {
	{ "get", 2, HOW_MESSAGE, &operation_message }, { "put", 3, HOW_MESSAGE, &operation_message },
	{ "post", 4, HOW_MESSAGE, &operation_message },
	{ "delete", 5, HOW_MESSAGE, &operation_message },
	{ "patch", 8, HOW_MESSAGE, &operation_message },
	{ "parameters", 9, HOW_MESSAGES, &path_message },
};
static const struct message item_message = { MESSAGE(item_rules), .extension = 10 };

static const struct rule info_rules[] = {
	{ "title", 1, HOW_TEXT, NULL }, { "version", 2, HOW_TEXT, NULL },
};
static const struct message info_message = { MESSAGE(info_rules), .extension = 7 };

static const struct rule document_rules[] = {
	{ "swagger", 1, HOW_TEXT, NULL }, { "info", 2, HOW_MESSAGE, &info_message },
	/* Paths: field 2 is repeated, field 1 its extensions */
	{ "paths", 8, HOW_NAMED, &item_message },
	{ "definitions", 9, HOW_NAMED, &schema_message },
};
static const struct message document_message = { MESSAGE(document_rules), .extension = 16 };

static void write_message(struct strbuf *out, const struct message *message, json_t *object);

static void
write_varint(struct strbuf *out, uint64_t value)
{
	char octets[10];
	size_t len = 0;

	do {
		octets[len] = (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		value >>= 7;
		len++;
	} while (value != 0);
	strbuf_add_n(out, octets, len);
}

static void
write_tag(struct strbuf *out, unsigned number, unsigned wire)
{
	write_varint(out, ((uint64_t)number << 3) | wire);
}

static void
write_bytes(struct strbuf *out, unsigned number, const char *bytes, size_t len)
{
	write_tag(out, number, WIRE_BYTES);
	write_varint(out, len);
	strbuf_add_n(out, bytes, len);
}

static void
write_text(struct strbuf *out, unsigned number, const char *text)
{
	write_bytes(out, number, text, strlen(text));
}

/* A message that was written apart, as field `number`; its buffer is released. */
static void
write_part(struct strbuf *out, unsigned number, struct strbuf *part)
{
	if (part->err != 0)
		out->err = part->err;
	else
		write_bytes(out, number, part->text, part->len);
	strbuf_release(part);
}

/* The message as field `number`, with what it is wrapped in. */
static void
write_sub(struct strbuf *out, unsigned number, const struct message *message, json_t *object)
{
	struct strbuf part = STRBUF_INIT;

	write_message(&part, message, object);
	for (size_t i = sizeof(message->wraps) / sizeof(*message->wraps); i > 0; i--) {
		struct strbuf around = STRBUF_INIT;

		if (message->wraps[i - 1] == 0)
			continue;
		write_part(&around, message->wraps[i - 1], &part);
		part = around;
	}
	write_part(out, number, &part);
}

static void
write_named(struct strbuf *out, unsigned number, const struct message *message, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		struct strbuf pair = STRBUF_INIT;

		write_text(&pair, 1, key);
		write_sub(&pair, 2, message, value);
		write_part(out, number, &pair);
	}
}

/* NamedAny {1: name, 2: Any {2: yaml}}; JSON is YAML. */
static void
write_extensions(struct strbuf *out, unsigned number, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		struct strbuf any = STRBUF_INIT;
		struct strbuf pair = STRBUF_INIT;
		struct strbuf yaml = STRBUF_INIT;

		if (strncmp(key, "x-", 2) != 0)
			continue;
		json_text_add(&yaml, value);
		write_part(&any, 2, &yaml);
		write_text(&pair, 1, key);
		write_part(&pair, 2, &any);
		write_part(out, number, &pair);
	}
}

static void
write_list(struct strbuf *out, const struct rule *rule, json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (rule->how == HOW_TEXTS)
			write_text(out, rule->number, json_string_value(item));
		else
			write_sub(out, rule->number, rule->message, item);
}

static void
write_in(struct strbuf *out, const struct rule *rule, json_t *value)
{
	struct strbuf part = STRBUF_INIT;

	if (rule->how == HOW_TEXT_IN)
		write_text(&part, 1, json_string_value(value));
	else if (rule->how == HOW_MESSAGE_IN)
		write_sub(&part, 1, rule->message, value);
	else
		write_named(&part, rule->message == &item_message ? 2 : 1, rule->message, value);
	write_part(out, rule->number, &part);
}

static void
write_field(struct strbuf *out, const struct rule *rule, json_t *value)
{
	switch (rule->how) {
	case HOW_TEXT:
		write_text(out, rule->number, json_string_value(value));
		break;
	case HOW_FLAG:
		write_tag(out, rule->number, WIRE_VARINT);
		write_varint(out, json_is_true(value) ? 1 : 0);
		break;
	case HOW_TEXTS:
	case HOW_MESSAGES:
		write_list(out, rule, value);
		break;
	case HOW_MESSAGE:
		write_sub(out, rule->number, rule->message, value);
		break;
	case HOW_TEXT_IN:
	case HOW_MESSAGE_IN:
	case HOW_NAMED:
		write_in(out, rule, value);
		break;
	}
}

static void
write_message(struct strbuf *out, const struct message *message, json_t *object)
{
	for (size_t i = 0; i < message->count; i++) {
		json_t *value = json_object_get(object, message->rules[i].key);

		if (value != NULL)
			write_field(out, &message->rules[i], value);
	}
	if (message->extension != 0)
		write_extensions(out, message->extension, object);
}

void
openapi_write_protobuf(struct strbuf *out, json_t *document)
{
	write_message(out, &document_message, document);
}
