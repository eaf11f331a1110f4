/* manifest_json.c - objects of YAML and JSON files as JSON for the server. */
#include "cli/manifest_json.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "source/doc.h"

#define FOLDERS_DEEP 16

static json_t *to_json(const struct doc_node *node);

static json_t *
list_to_json(const struct doc_node *node)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < node->count; i++)
		if (json_array_append_new(list, to_json(node->items[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
map_to_json(const struct doc_node *node)
{
	json_t *map = json_object();

	for (size_t i = 0; map != NULL && i < node->count; i++)
		if (json_object_set_new(map, node->entries[i].key->text,
		    to_json(node->entries[i].value)) != 0) {
			json_decref(map);
			return NULL;
		}
	return map;
}

static json_t *
to_json(const struct doc_node *node)
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
		return list_to_json(node);
	case DOC_MAP:
		return map_to_json(node);
	}
	return NULL;
}

void
manifest_objects_release(struct manifest_objects *objects)
{
	for (size_t i = 0; i < objects->count; i++) {
		json_decref(objects->items[i].json);
		free(objects->items[i].file);
	}
	free(objects->items);
	memset(objects, 0, sizeof(*objects));
}

static int
add_object(struct manifest_objects *objects, const char *file, const struct doc_node *node)
{
	struct manifest_object object = { .line = node->place.line };

	if (objects->count == objects->room) {
		size_t room = objects->room > 0 ? objects->room * 2 : 16;
		struct manifest_object *items = reallocarray(objects->items, room, sizeof(*items));

		if (items == NULL)
			return ERR_NOMEM;
		objects->items = items;
		objects->room = room;
	}
	object.json = to_json(node);
	object.file = strdup(file);
	if (object.json == NULL || object.file == NULL) {
		json_decref(object.json);
		free(object.file);
		return ERR_NOMEM;
	}
	objects->items[objects->count++] = object;
	return 0;
}

/* One part of a text; what is left of a List is no object. */
static int
take_part(const struct doc_part *part, const char *file, struct manifest_objects *objects,
    struct diag *diag)
{
	if (part->broken)
		return ERR_SYNTAX;
	if (part->kind == DOC_PART_REST || part->root->type == DOC_NULL)
		return 0;
	if (part->root->type != DOC_MAP) {
		diag_add(diag, SEVERITY_ERROR, &part->root->place, "%s is no object",
		    doc_type_text(part->root->type));
		return ERR_SYNTAX;
	}
	return add_object(objects, file, part->root);
}

int
manifest_json_text(const char *file, const char *text, size_t len,
    struct manifest_objects *objects, struct diag *diag)
{
	struct doc_reader *reader = doc_reader_new(file, text, len, DOC_SPLIT_LISTS, diag);
	struct doc_part part;
	int err;

	if (reader == NULL)
		return ERR_NOMEM;
	while ((err = doc_next(reader, &part)) == 0 && part.kind != DOC_PART_END && err == 0) {
		err = take_part(&part, file, objects, diag);
		if (err != 0)
			break;
	}
	doc_reader_free(reader);
	return err;
}

static int
say_system(struct diag *diag, const char *path)
{
	diag_add(diag, SEVERITY_ERROR, &(struct place){ .file = path }, "%s", strerror(errno));
	return ERR_SYSTEM;
}

static int
read_stream(FILE *file, const char *path, struct manifest_objects *objects, struct diag *diag)
{
	struct strbuf text = STRBUF_INIT;
	char piece[65536];
	size_t len;
	int err = 0;

	while (err == 0 && (len = fread(piece, 1, sizeof(piece), file)) > 0) {
		strbuf_add_n(&text, piece, len);
		err = text.err != 0 ? ERR_NOMEM : text.len > DOC_MAX_FILE ? ERR_LIMIT : 0;
	}
	if (err == ERR_LIMIT)
		diag_add(diag, SEVERITY_ERROR, &(struct place){ .file = path }, "too large");
	else if (err == 0 && ferror(file))
		err = say_system(diag, path);
	else if (err == 0)
		err = manifest_json_text(path, text.text, text.len, objects, diag);
	strbuf_release(&text);
	return err;
}

static int
read_file(const char *path, struct manifest_objects *objects, struct diag *diag)
{
	FILE *file = fopen(path, "re");
	int err;

	if (file == NULL)
		return say_system(diag, path);
	err = read_stream(file, path, objects, diag);
	(void)fclose(file);
	return err;
}

static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool
is_manifest(const char *name)
{
	const char *end = strrchr(name, '.');

	return end != NULL && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0 ||
	    strcmp(end, ".json") == 0);
}

static int read_folder(const char *path, bool recursive, unsigned depth,
    struct manifest_objects *objects, struct diag *diag);

static int
read_entry(const char *path, bool recursive, unsigned depth, struct manifest_objects *objects,
    struct diag *diag)
{
	struct stat facts;

	if (stat(path, &facts) != 0)
		return say_system(diag, path);
	if (S_ISDIR(facts.st_mode))
		return recursive ? read_folder(path, true, depth + 1, objects, diag) : 0;
	return is_manifest(path) ? read_file(path, objects, diag) : 0;
}

static int
read_folder(const char *path, bool recursive, unsigned depth, struct manifest_objects *objects,
    struct diag *diag)
{
	struct dirent **entries;
	int count = depth < FOLDERS_DEEP ? scandir(path, &entries, is_shown, alphasort) : 0, err = 0;

	if (count < 0)
		return say_system(diag, path);
	if (depth == FOLDERS_DEEP)
		return 0;
	for (int i = 0; i < count; i++) {
		struct strbuf name = STRBUF_INIT;

		strbuf_addf(&name, "%s/%s", path, entries[i]->d_name);
		if (err == 0)
			err = name.err != 0 ? ERR_NOMEM
					    : read_entry(name.text, recursive, depth, objects, diag);
		strbuf_release(&name);
		free(entries[i]);
	}
	free(entries);
	return err;
}

int
manifest_json_read(const char *path, bool recursive, struct manifest_objects *objects,
    struct diag *diag)
{
	struct stat facts;

	if (strcmp(path, "-") == 0)
		return read_stream(stdin, "-", objects, diag);
	if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
		return read_folder(path, recursive, 0, objects, diag);
	return read_file(path, objects, diag);
}
