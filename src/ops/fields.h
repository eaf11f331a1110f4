/*
 * fields.h - sets of an object's fields, in the form of metadata.managedFields (FieldsV1).  Thread:
 * any; pure.
 *
 * A set is a tree of jansson objects: "f:spec" a field, "k:{...}" an item of a list by its keys,
 * "v:..." an item by itself, "." that the item is there; {} ends a way: the value as a whole.
 * What is a whole and what has parts is patch_schema.h's to say.
 */
#ifndef ROLLCALL_OPS_FIELDS_H
#define ROLLCALL_OPS_FIELDS_H
#include <jansson.h>
#include <stdbool.h>

struct patch_path;

/*
 * Visit the parts of a value: `label` as above, `path` as far as there is a new one.  Not 0 stops and
 * is returned.  False from fields_has_parts(): it is a whole, and nothing is visited.
 */
typedef int fields_visit_fn(void *arg, const struct patch_path *path, const char *label,
    json_t *part);
bool fields_has_parts(const char *kind, const struct patch_path *path, json_t *value);
int fields_each_part(const char *kind, const struct patch_path *path, json_t *value,
    fields_visit_fn *visit, void *arg);
/* The part with this label, borrowed; NULL: none.  `value` may be NULL. */
json_t *fields_part(const char *kind, const struct patch_path *path, json_t *value,
    const char *label);
/* Put a part there, which is the value's then, or (NULL) take it away.  0 or ERR_NOMEM. */
int fields_set_part(const char *kind, const struct patch_path *path, json_t *value,
    const char *label, json_t *part);

/* An end of a way. */
bool fields_is_whole(json_t *set);

/* Everything that is stated in a value (NULL: nothing).  New; NULL: no memory. */
json_t *fields_of(const char *kind, const struct patch_path *path, json_t *value);
/* What `after` says that `before` (NULL: nothing) does not say, or otherwise. */
json_t *fields_changed(const char *kind, const struct patch_path *path, json_t *before,
    json_t *after);

/* Sets from sets, changed in place.  0 or ERR_NOMEM. */
int fields_add(json_t *set, json_t *more);
void fields_take(json_t *set, json_t *less);
/* Only what is there in the value too. */
void fields_keep(const char *kind, const struct patch_path *path, json_t *set, json_t *value);
#endif
