/* owners.h - the entries of metadata.managedFields.  Thread: any; pure. */
#ifndef ROLLCALL_OPS_OWNERS_H
#define ROLLCALL_OPS_OWNERS_H
#include <jansson.h>
#include <stdbool.h>

struct patch_manager;

/* The list of an object's owners, borrowed; NULL: it has none. */
json_t *owners_of(json_t *object);
/* A new list of them to be changed; [{}] counts as empty.  NULL: no memory. */
json_t *owners_copy(json_t *object);

/* What an entry owns, borrowed; NULL: nothing. */
json_t *owners_fields(json_t *entry);
const char *owners_name(json_t *entry);

/* Is this the manager's own entry, of an apply or of another way to write? */
bool owners_is(json_t *entry, const struct patch_manager *manager, bool apply);
json_t *owners_find(json_t *owners, const struct patch_manager *manager, bool apply);

/* A new entry in the list, which has `fields` taken over.  0 or ERR_NOMEM. */
int owners_put(json_t *owners, const struct patch_manager *manager, bool apply,
    const char *version, json_t *fields);
/* Drop entries that own nothing. */
void owners_prune(json_t *owners);

/*
 * What of an object can be owned: a new copy without names, times, owners, and status (or with
 * nothing but that).  NULL: no memory.
 */
json_t *owners_ownable(json_t *object, bool status);
#endif
