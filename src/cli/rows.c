/* rows.c - the server's Tables as rows of a grid. */
#include "cli/rows.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"

static const json_t *
metadata_of(const json_t *row)
{
	return json_object_get(json_object_get(row, "object"), "metadata");
}

static const char *
text_or(const json_t *map, const char *key, const char *other)
{
	const char *text = json_string_value(json_object_get(map, key));

	return text != NULL ? text : other;
}

/* Headings are in capitals. */
static void
add_upper(rows_cell_fn *cell, void *arg, const char *text, size_t len)
{
	char shown[64];

	if (len >= sizeof(shown))
		len = sizeof(shown) - 1;
	for (size_t i = 0; i < len; i++)
		shown[i] = (char)toupper((unsigned char)text[i]);
	shown[len] = '\0';
	cell(arg, shown);
}

/* Label i of "app,tier"; its length in *len; NULL past the last. */
static const char *
label_at(const char *list, size_t i, size_t *len)
{
	if (list == NULL)
		return NULL;
	for (;; i--) {
		*len = strcspn(list, ",");
		if (i == 0 || list[*len] == '\0')
			break;
		list += *len + 1;
	}
	return i == 0 && *len > 0 ? list : NULL;
}

/* The last part of a label's key: example.com/tier is TIER. */
static void
add_label_headings(const char *list, rows_cell_fn *cell, void *arg)
{
	const char *label;
	size_t len;

	for (size_t i = 0; (label = label_at(list, i, &len)) != NULL; i++) {
		const char *slash = memrchr(label, '/', len);

		if (slash != NULL) {
			len -= (size_t)(slash + 1 - label);
			label = slash + 1;
		}
		add_upper(cell, arg, label, len);
	}
}

void
rows_each_heading(struct rows *rows, const json_t *table, rows_cell_fn *cell, void *arg)
{
	const json_t *columns = json_object_get(table, "columnDefinitions");
	const struct rows_style *style = rows->style;

	if (json_array_size(columns) > 0) {
		rows->column_count = json_array_size(columns);
		if (rows->column_count > GRID_COLUMNS_MAX)
			rows->column_count = GRID_COLUMNS_MAX;
		rows->name_column = GRID_COLUMNS_MAX;
	}
	if (style->first != NULL)
		cell(arg, style->first);
	if (style->with_namespace)
		cell(arg, "NAMESPACE");
	for (size_t i = 0; i < json_array_size(columns) && i < rows->column_count; i++) {
		const json_t *column = json_array_get(columns, i);
		const char *name = text_or(column, "name", "");

		/* Of Events the name is not what stands first. */
		if (strcmp(text_or(column, "format", ""), "name") == 0)
			rows->name_column = i;
		rows->shown[i] = style->wide ||
		    json_integer_value(json_object_get(column, "priority")) == 0;
		if (rows->shown[i])
			add_upper(cell, arg, name, strlen(name));
	}
	add_label_headings(style->label_columns, cell, arg);
	if (style->show_labels)
		cell(arg, "LABELS");
}

static void
add_value(const json_t *value, rows_cell_fn *cell, void *arg)
{
	char *text;

	if (json_is_string(value)) {
		cell(arg, json_string_value(value));
		return;
	}
	text = json_is_null(value) || value == NULL ? NULL
	    : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	cell(arg, text != NULL ? text : "<none>");
	free(text);
}

static void
add_name(const char *prefix, const json_t *value, rows_cell_fn *cell, void *arg)
{
	struct strbuf whole = STRBUF_INIT;
	const char *name = json_string_value(value);

	strbuf_addf(&whole, "%s%s", prefix, name != NULL ? name : "");
	cell(arg, whole.text);
	strbuf_release(&whole);
}

static void
add_labels(const json_t *labels, rows_cell_fn *cell, void *arg)
{
	struct strbuf text = STRBUF_INIT;
	json_t *map = (json_t *)(uintptr_t)labels;
	size_t count = json_object_size(labels), i = 0;
	const char **keys = calloc(count + 1, sizeof(*keys));

	for (void *at = json_object_iter(map); at != NULL && keys != NULL;
	    at = json_object_iter_next(map, at)) {
		size_t slot = i++;

		/* few: by insertion */
		for (; slot > 0 && strcmp(keys[slot - 1], json_object_iter_key(at)) > 0; slot--)
			keys[slot] = keys[slot - 1];
		keys[slot] = json_object_iter_key(at);
	}
	for (i = 0; i < count && keys != NULL; i++)
		strbuf_addf(&text, "%s%s=%s", i > 0 ? "," : "", keys[i],
		    text_or(labels, keys[i], ""));
	cell(arg, count > 0 ? text.text : "<none>");
	free(keys);
	strbuf_release(&text);
}

static void
add_label_cells(const char *list, const json_t *labels, rows_cell_fn *cell, void *arg)
{
	const char *label;
	size_t len;

	for (size_t i = 0; (label = label_at(list, i, &len)) != NULL; i++) {
		char *key = strndup(label, len);

		/* kubectl leaves the cell empty */
		cell(arg, key != NULL ? text_or(labels, key, "") : "");
		free(key);
	}
}

void
rows_each_cell(const struct rows *rows, const json_t *row, rows_cell_fn *cell, void *arg)
{
	const struct rows_style *style = rows->style;
	const json_t *cells = json_object_get(row, "cells"), *metadata = metadata_of(row);

	if (style->with_namespace)
		cell(arg, text_or(metadata, "namespace", ""));
	for (size_t i = 0; i < rows->column_count; i++) {
		if (!rows->shown[i])
			continue;
		if (i == rows->name_column && style->prefix != NULL)
			add_name(style->prefix, json_array_get(cells, i), cell, arg);
		else
			add_value(json_array_get(cells, i), cell, arg);
	}
	add_label_cells(style->label_columns, json_object_get(metadata, "labels"), cell, arg);
	if (style->show_labels)
		add_labels(json_object_get(metadata, "labels"), cell, arg);
}

static void
on_cell(void *arg, const char *text)
{
	grid_cell(arg, text);
}

static void
on_no_cell(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static void
add_heading(struct rows *rows, const json_t *table)
{
	bool wanted = !rows->headed && !rows->style->no_headers;

	if (wanted) {
		grid_row(rows->grid);
		grid_set_heading(rows->grid);
	}
	rows_each_heading(rows, table, wanted ? on_cell : on_no_cell, rows->grid);
	rows->headed = true;
}

int
rows_add(struct rows *rows, const json_t *table, const char *first)
{
	const json_t *list = json_object_get(table, "rows");
	const char *kind = text_or(table, "kind", "");

	if (strcmp(kind, "Table") != 0)
		return ERR_SYNTAX;
	if (json_array_size(list) == 0)
		return 0;
	if (json_array_size(json_object_get(table, "columnDefinitions")) > 0)
		add_heading(rows, table);
	for (size_t i = 0; i < json_array_size(list); i++) {
		grid_row(rows->grid);
		grid_key(rows->grid, text_or(metadata_of(json_array_get(list, i)),
		    "creationTimestamp", ""));
		if (rows->style->first != NULL)
			grid_cell(rows->grid, first != NULL ? first : "");
		rows_each_cell(rows, json_array_get(list, i), on_cell, rows->grid);
	}
	return 0;
}
