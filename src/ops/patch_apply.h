/*
 * patch_apply.h - server-side apply: who owns which fields, and what a manager's whole opinion makes
 * of an object.  Thread: any; pure.
 *
 * Owners stand in metadata.managedFields, as with an API server: an entry for each manager that
 * applied, and for each that wrote otherwise, with the set of fields (fields.h).  An object that
 * was written before anybody counted belongs to "before-first-apply".
 */
#ifndef ROLLCALL_OPS_PATCH_APPLY_H
#define ROLLCALL_OPS_PATCH_APPLY_H
#include <jansson.h>
#include <stdbool.h>

struct patch_why;

/* Who writes. */
struct patch_manager {
	const char *name;               /* fieldManager, or of the user agent */
	const char *now;                /* RFC 3339 */
	bool force;
	bool status;                    /* of the status subresource */
};

/*
 * *out is a new object: `live` (NULL: there is none) as the manager's whole opinion `wanted` makes
 * it, with its owners.  ERR_EXISTS: others own fields that would change; *causes is a new list of
 * {reason, message, field} then, and the sentence an API server's.  ERR_LIMIT, ERR_INVALID,
 * ERR_NOMEM.
 */
int patch_apply(const char *kind, json_t *live, json_t *wanted,
    const struct patch_manager *manager, struct patch_why *why, json_t **causes, json_t **out);

/*
 * The manager has written `after` in another way, where `before` (NULL: nothing) was: note in
 * `after` who owns what.  Owners that `after` does not state are those of `before`; an empty list,
 * or [{}], forgets them all.  0 or ERR_NOMEM.
 */
int patch_apply_note(const char *kind, json_t *before, json_t *after,
    const struct patch_manager *manager);
#endif
