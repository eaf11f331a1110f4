/* patch_merge.h - JSON merge patches (RFC 7386).  Thread: any; pure. */
#ifndef ROLLCALL_OPS_PATCH_MERGE_H
#define ROLLCALL_OPS_PATCH_MERGE_H
#include <jansson.h>

struct patch_why;

/*
 * *out is a new value: `target` as `patch` changes it; both are borrowed and stay as they are.
 * ERR_LIMIT (patch_bounds.h), ERR_NOMEM.
 */
int patch_merge(json_t *target, json_t *patch, struct patch_why *why, json_t **out);
#endif
