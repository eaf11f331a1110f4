/* get_objects.c - rollcall get -o yaml, json, name, jsonpath and custom-columns. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/emit_yaml.h"
#include "cli/get.h"
#include "cli/grid.h"
#include "cli/jsonpath.h"

#define JSONPATH "jsonpath="
#define COLUMNS "custom-columns="

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

bool
get_is_objects(const char *output)
{
	static const char *const words[] = { "yaml", "json", "name" };

	if (output == NULL)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(output, words[i]) == 0)
			return true;
	return begins(output, JSONPATH) || begins(output, COLUMNS);
}

/* "service/web"; the kind is the object's own, or that of its list. */
static void
print_name(const json_t *object)
{
	const char *version = json_string_value(json_object_get(object, "apiVersion"));
	const char *kind_name = json_string_value(json_object_get(object, "kind"));
	const char *name =
	    json_string_value(json_object_get(json_object_get(object, "metadata"), "name"));
	const struct kind *kind = kind_of_manifest(version != NULL ? version : "",
	    kind_name != NULL ? kind_name : "");

	printf("%s/%s\n", kind != NULL ? kind->title : "object", name != NULL ? name : "");
}

static int
no_template(struct cli *cli, const struct strbuf *problem)
{
	return cli_usage(cli, "the template is wrong: %s", problem->text);
}

static int
print_filled(struct cli *cli, const char *template_, const json_t *root)
{
	struct strbuf out = STRBUF_INIT, problem = STRBUF_INIT;
	int code = 0;

	if (jsonpath_fill(template_, root, &out, &problem) != 0)
		code = no_template(cli, &problem);
	else
		fputs(out.text, stdout);
	strbuf_release(&out);
	strbuf_release(&problem);
	return code;
}

static int
print_document(struct cli *cli, const char *output, const json_t *root)
{
	struct strbuf out = STRBUF_INIT;
	int err = strcmp(output, "yaml") == 0 ? emit_yaml(&out, root) : emit_json(&out, root);

	if (err != 0)
		cli_say(cli, "no memory");
	else
		fputs(out.text, stdout);
	strbuf_release(&out);
	return err == 0 ? 0 : EX_OSERR;
}

/* One cell of custom-columns: what the path finds, by commas; "<none>" for nothing. */
static int
add_found(struct cli *cli, struct grid *grid, const char *path, const json_t *object)
{
	struct jsonpath_found found = { 0 };
	struct strbuf cell = STRBUF_INIT, problem = STRBUF_INIT;
	int code = 0;

	if (jsonpath_find(path, object, &found, &problem) != 0)
		code = no_template(cli, &problem);
	for (size_t i = 0; i < found.count; i++) {
		if (i > 0)
			strbuf_add(&cell, ",");
		jsonpath_print(&cell, found.items[i]);
	}
	grid_cell(grid, found.count > 0 ? cell.text : "<none>");
	jsonpath_found_release(&found);
	strbuf_release(&cell);
	strbuf_release(&problem);
	return code;
}

/* One row by "HEADING:PATH,..."; `object` NULL: the headings. */
static int
add_columns(struct cli *cli, struct grid *grid, const char *spec, const json_t *object)
{
	int code = 0;

	grid_row(grid);
	while (*spec != '\0' && code == 0) {
		size_t len = strcspn(spec, ",");
		char *column = strndup(spec, len);
		char *path = column != NULL ? strchr(column, ':') : NULL;

		spec += len + (spec[len] == ',' ? 1 : 0);
		if (path == NULL || path == column || path[1] == '\0')
			code = cli_usage(cli, "custom-columns want HEADING:PATH,...: \"%s\"",
			    column != NULL ? column : "");
		else
			*path++ = '\0';
		if (code == 0 && object == NULL)
			grid_cell(grid, column);
		else if (code == 0)
			code = add_found(cli, grid, path, object);
		free(column);
	}
	return code;
}

static int
print_columns(struct cli *cli, const char *spec, bool headed, json_t *const *objects,
    size_t count)
{
	struct grid *grid = grid_new();
	int code = grid == NULL ? EX_OSERR : 0;

	if (code == 0 && headed) {
		code = add_columns(cli, grid, spec, NULL);
		grid_set_heading(grid);
	}
	for (size_t i = 0; i < count && code == 0; i++)
		code = add_columns(cli, grid, spec, objects[i]);
	if (code == 0 && grid_print(grid, stdout, 0, cli->colour) != 0)
		code = EX_OSERR;
	grid_free(grid);
	return code;
}

int
get_print_object(struct cli *cli, const char *output, const json_t *object)
{
	json_t *one = (json_t *)(uintptr_t)object;

	if (strcmp(output, "name") == 0) {
		print_name(object);
		return 0;
	}
	if (begins(output, JSONPATH))
		return print_filled(cli, output + strlen(JSONPATH), object);
	if (begins(output, COLUMNS))
		return print_columns(cli, output + strlen(COLUMNS), false, &one, 1);
	if (strcmp(output, "yaml") == 0)
		puts("---");
	return print_document(cli, output, object);
}

/* The items of a list, with apiVersion and kind, which a list's items go without. */
static int
take_items(json_t *list, const struct kind *kind, json_t *items)
{
	const json_t *from = json_object_get(list, "items");
	int failed = 0;

	for (size_t i = 0; i < json_array_size(from); i++) {
		json_t *item = json_array_get(from, i);

		failed |= json_object_set_new(item, "apiVersion", json_string(kind->version));
		failed |= json_object_set_new(item, "kind", json_string(kind->kind));
		failed |= json_array_append(items, item);
	}
	return failed;
}

/* Fetch what a target means into the array `items`. */
static int
fetch(struct cli *cli, const struct get_options *options, const struct target *target,
    json_t *items)
{
	struct strbuf path = STRBUF_INIT;
	json_t *reply = NULL;
	int code;

	get_path(&path, cli, options, target);
	code = path.err != 0 ? EX_OSERR : cli_get(cli, path.text, &reply);
	if (code == 0 && target->name != NULL)
		code = json_array_append(items, reply) == 0 ? 0 : EX_OSERR;
	else if (code == 0)
		code = take_items(reply, target->kind, items) == 0 ? 0 : EX_OSERR;
	json_decref(reply);
	strbuf_release(&path);
	return code;
}

/* As kubectl: {apiVersion: v1, items, kind: List, metadata: {resourceVersion: ""}}. */
static json_t *
wrap(json_t *items)
{
	return json_pack("{s:s, s:O, s:s, s:{s:s}}", "apiVersion", "v1", "items", items, "kind",
	    "List", "metadata", "resourceVersion", "");
}

static int
print_whole(struct cli *cli, const char *output, json_t *items, bool single)
{
	json_t *root = single ? json_incref(json_array_get(items, 0)) : wrap(items);
	int code = EX_OSERR;

	if (root != NULL)
		code = begins(output, JSONPATH) ? print_filled(cli, output + strlen(JSONPATH), root)
						: print_document(cli, output, root);
	json_decref(root);
	return code;
}

static int
print_each(struct cli *cli, const struct get_options *options, const json_t *items)
{
	size_t count = json_array_size(items);
	json_t **objects = calloc(count + 1, sizeof(*objects));
	int code = objects == NULL ? EX_OSERR : 0;

	for (size_t i = 0; i < count && code == 0; i++) {
		objects[i] = json_array_get(items, i);
		if (strcmp(options->output, "name") == 0)
			print_name(objects[i]);
	}
	if (code == 0 && begins(options->output, COLUMNS))
		code = print_columns(cli, options->output + strlen(COLUMNS), !options->no_headers,
		    objects, count);
	free(objects);
	return code;
}

int
get_objects(struct cli *cli, const struct get_options *options,
    const struct selection *selection)
{
	json_t *items = json_array();
	bool single = selection->count == 1 && selection->items[0].name != NULL;
	int code = items == NULL ? EX_OSERR : 0, printed = 0;

	for (size_t i = 0; i < selection->count && items != NULL; i++) {
		int one = fetch(cli, options, &selection->items[i], items);

		if (one != 0)
			code = one;
		if (one == EX_UNAVAILABLE)
			goto out;
	}
	if (items == NULL || (single && json_array_size(items) == 0))
		goto out;
	if (strcmp(options->output, "name") == 0 || begins(options->output, COLUMNS))
		printed = print_each(cli, options, items);
	else
		printed = print_whole(cli, options->output, items, single);
	if (printed != 0)
		code = printed;
out:
	json_decref(items);
	return code;
}
