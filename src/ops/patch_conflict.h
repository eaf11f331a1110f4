/* patch_conflict.h - whose fields an apply would change.  Thread: any; pure. */
#ifndef ROLLCALL_OPS_PATCH_CONFLICT_H
#define ROLLCALL_OPS_PATCH_CONFLICT_H
#include <jansson.h>

struct patch_manager;
struct patch_why;

/*
 * Compare what the manager wants, whose fields are `fields`, with `live` where others own it.  All
 * conflicts are added to the set `conflicts`.  Unless they are forced: ERR_EXISTS with the sentence
 * and *causes, a new list.  ERR_NOMEM.
 */
int patch_conflict_find(const char *kind, json_t *owners, const struct patch_manager *manager,
    json_t *fields, json_t *live, json_t *wanted, struct patch_why *why, json_t *conflicts,
    json_t **causes);
#endif
