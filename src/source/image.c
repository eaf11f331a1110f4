/* image.c - what an object states, as JSON, for those who will show it. */
#include "source/image.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "source/doc.h"
#include "source/field.h"

/* ---- values ---- */

static void
write_escape(struct strbuf *out, uint8_t octet)
{
	switch (octet) {
	case '"':
		strbuf_add_n(out, "\\\"", 2);
		break;
	case '\\':
		strbuf_add_n(out, "\\\\", 2);
		break;
	case '\n':
		strbuf_add_n(out, "\\n", 2);
		break;
	case '\t':
		strbuf_add_n(out, "\\t", 2);
		break;
	default:
		strbuf_addf(out, "\\u%04x", octet);
	}
}

/* RFC 8259, 7; texts are UTF-8, or the reader would have refused them. */
static void
write_string(struct strbuf *out, const char *text, size_t len)
{
	size_t from = 0;

	if (out->err == 0 && out->len + len > IMAGE_MAX)
		out->err = ERR_LIMIT;
	if (out->err != 0)
		return;
	strbuf_add_n(out, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		uint8_t octet = (uint8_t)text[i];

		if (octet >= 0x20 && octet != '"' && octet != '\\')
			continue;
		strbuf_add_n(out, text + from, i - from);
		write_escape(out, octet);
		from = i + 1;
	}
	strbuf_add_n(out, text + from, len - from);
	strbuf_add_n(out, "\"", 1);
}

static void
write_number(struct strbuf *out, const struct doc_node *node)
{
	char text[40];
	int len;

	/* JSON has no infinity. */
	if (node->type == DOC_FLOAT && !isfinite(node->real)) {
		write_string(out, node->text, node->count);
		return;
	}
	len = node->type == DOC_INT ? snprintf(text, sizeof(text), "%" PRId64, node->integer) :
	    snprintf(text, sizeof(text), "%.17g", node->real);
	strbuf_add_n(out, text, len > 0 ? (size_t)len : 0);
}

static void write_node(struct strbuf *out, const struct doc_node *node,
    const struct field_table *table);

static void
write_list(struct strbuf *out, const struct doc_node *node, const struct field_table *table)
{
	strbuf_add_n(out, "[", 1);
	for (size_t i = 0; i < node->count; i++) {
		if (i > 0)
			strbuf_add_n(out, ",", 1);
		write_node(out, node->items[i], table);
	}
	strbuf_add_n(out, "]", 1);
}

/* ---- mappings ---- */

static bool
is_one_of(const struct doc_node *key, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(key->text, names[i]) == 0)
			return true;
	return false;
}

/* The field of this name, looked for from the one behind the last on (field.c); NULL: unknown. */
static const struct field *
find_field(const struct field_table *table, const struct doc_node *key, size_t *at)
{
	for (size_t tries = 0; tries < table->count; tries++) {
		const struct field *field = &table->fields[*at];

		*at = *at + 1 < table->count ? *at + 1 : 0;
		if (field->name[0] == key->text[0] && strcmp(field->name, key->text) == 0)
			return field;
	}
	return NULL;
}

/* `left_out`: keys that are not written although they are known. */
static void
write_map(struct strbuf *out, const struct doc_node *node, const struct field_table *table,
    const char *const *left_out, size_t left_out_count)
{
	const char *before = "{";
	size_t at = 0;

	for (size_t i = 0; i < node->count; i++) {
		const struct doc_entry *entry = &node->entries[i];
		const struct field *field = NULL;

		if (entry->value->type == DOC_NULL ||
		    is_one_of(entry->key, left_out, left_out_count))
			continue;
		if (table != NULL && (field = find_field(table, entry->key, &at)) == NULL)
			continue;
		strbuf_add_n(out, before, 1);
		write_string(out, entry->key->text, entry->key->count);
		strbuf_add_n(out, ":", 1);
		write_node(out, entry->value, field != NULL ? field->sub : NULL);
		before = ",";
	}
	strbuf_add(out, *before == '{' ? "{}" : "}");
}

static void
write_node(struct strbuf *out, const struct doc_node *node, const struct field_table *table)
{
	switch (node->type) {
	case DOC_NULL:
		strbuf_add_n(out, "null", 4);
		break;
	case DOC_BOOL:
		strbuf_add(out, node->truth ? "true" : "false");
		break;
	case DOC_INT:
	case DOC_FLOAT:
		write_number(out, node);
		break;
	case DOC_STRING:
		write_string(out, node->text, node->count);
		break;
	case DOC_LIST:
		write_list(out, node, table);
		break;
	case DOC_MAP:
		write_map(out, node, table, NULL, 0);
		break;
	}
}

/* ---- objects ---- */

void
image_write(const struct field_table *table, const struct doc_node *root, struct strbuf *out)
{
	static const char *const server[] = { "apiVersion", "kind" };
	static const char *const own[] = { "name", "namespace", "uid", "resourceVersion",
		"creationTimestamp", "selfLink", "generateName" };
	const char *before = "{";
	size_t at = 0;

	for (size_t i = 0; i < root->count; i++) {
		const struct doc_entry *entry = &root->entries[i];
		const struct field *field = find_field(table, entry->key, &at);

		if (field == NULL || entry->value->type == DOC_NULL ||
		    is_one_of(entry->key, server, sizeof(server) / sizeof(*server)))
			continue;
		strbuf_add_n(out, before, 1);
		write_string(out, entry->key->text, entry->key->count);
		strbuf_add_n(out, ":", 1);
		if (strcmp(entry->key->text, "metadata") == 0 && entry->value->type == DOC_MAP)
			write_map(out, entry->value, field->sub, own, sizeof(own) / sizeof(*own));
		else
			write_node(out, entry->value, field->sub);
		before = ",";
	}
	strbuf_add(out, *before == '{' ? "{}" : "}");
}
