/* patch_json.h - JSON patches (RFC 6902) with JSON pointers (RFC 6901).  Thread: any; pure. */
#ifndef ROLLCALL_OPS_PATCH_JSON_H
#define ROLLCALL_OPS_PATCH_JSON_H
#include <jansson.h>

struct patch_why;

/*
 * *out is a new value: `target` as the operations of `patch` change it one after the other; both
 * are borrowed and stay as they are.  ERR_SYNTAX: no JSON patch; ERR_INVALID: an operation does not
 * fit the target, or a `test` fails; ERR_LIMIT; ERR_NOMEM.  All but the last with the sentence.
 */
int patch_json(json_t *target, json_t *patch, struct patch_why *why, json_t **out);
#endif
