/* table_cells.c - cells of a row, one by one. */
#include "ops/table_cells.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/age.h"

#define STEP_SIZE 64

static void
append(struct cells *cells, json_t *value)
{
	if (json_array_append_new(cells->array, value) != 0)
		cells->err = ERR_NOMEM;
}

void
cells_text(struct cells *cells, const char *text)
{
	append(cells, json_string(text));
}

void
cells_number(struct cells *cells, json_int_t number)
{
	append(cells, json_integer(number));
}

void
cells_taken(struct cells *cells, struct strbuf *text)
{
	if (text->err != 0)
		cells->err = text->err;
	cells_text(cells, text->text);
	strbuf_release(text);
}

void
cells_age(struct cells *cells, const char *time)
{
	char text[AGE_TEXT_SIZE];

	cells_text(cells, age_since(time, cells->now_unix_s, text));
}

void
cells_object_age(struct cells *cells, const json_t *object)
{
	cells_age(cells, cells_path_text(object, "metadata.creationTimestamp", NULL));
}

json_t *
cells_path(const json_t *object, const char *path)
{
	char step[STEP_SIZE];

	for (;;) {
		size_t len = strcspn(path, ".");
		json_t *value;

		snprintf(step, sizeof(step), "%.*s", (int)len, path);
		value = json_object_get(object, step);
		if (value == NULL || path[len] == '\0')
			return value;
		object = value;
		path += len + 1;
	}
}

const char *
cells_text_of(const json_t *value)
{
	const char *text = json_string_value(value);

	return text == NULL ? "" : text;
}

const char *
cells_path_text(const json_t *object, const char *path, const char *otherwise)
{
	const char *text = json_string_value(cells_path(object, path));

	return text == NULL || *text == '\0' ? otherwise : text;
}

void
cells_some_add(struct cells_some *some, const char *text)
{
	if (some->count++ >= CELLS_SOME_MAX)
		return;
	if (some->count > 1)
		strbuf_add(&some->text, ",");
	strbuf_add(&some->text, text);
}

void
cells_some_end(struct cells *cells, struct cells_some *some, const char *none)
{
	if (some->count > CELLS_SOME_MAX)
		strbuf_addf(&some->text, " + %zu more...", some->count - CELLS_SOME_MAX);
	else if (some->text.len == 0)
		strbuf_add(&some->text, none);
	cells_taken(cells, &some->text);
}
