/* manifest_json.h - objects of YAML and JSON files as JSON for the server.  Thread: any. */
#ifndef ROLLCALL_CLI_MANIFEST_JSON_H
#define ROLLCALL_CLI_MANIFEST_JSON_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

/* An object and where it stood. */
struct manifest_object {
	json_t *json;                   /* owned */
	char *file;                     /* owned */
	unsigned line;
};

struct manifest_objects {
	struct manifest_object *items;
	size_t count;
	size_t room;
};
void manifest_objects_release(struct manifest_objects *objects);

/*
 * Add the objects of a file, of stdin ("-"), or of all *.yaml, *.yml and *.json in a folder
 * (with `recursive`, and in the folders below).  Members of a List count as objects of their own,
 * empty documents as none.  What is wrong is said in `diag` with its place; 0, ERR_SYNTAX,
 * ERR_LIMIT, ERR_SYSTEM or ERR_NOMEM.
 */
int manifest_json_read(const char *path, bool recursive, struct manifest_objects *objects,
    struct diag *diag);

/* The same for a text; `file` is what places call it. */
int manifest_json_text(const char *file, const char *text, size_t len,
    struct manifest_objects *objects, struct diag *diag);
#endif
