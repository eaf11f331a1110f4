/*
 * patch_strategic.h - Kubernetes' strategic merge patches.  Thread: any; pure.
 *
 * Like a merge patch, but lists that have a merge key (patch_schema.h) are merged item by item, and
 * a patch can give orders: $patch (delete, replace, merge), $deleteFromPrimitiveList/FIELD,
 * $setElementOrder/FIELD, $retainKeys.
 */
#ifndef ROLLCALL_OPS_PATCH_STRATEGIC_H
#define ROLLCALL_OPS_PATCH_STRATEGIC_H
#include <jansson.h>

struct patch_why;

/*
 * *out is a new value: `target`, an object of that kind, as `patch` changes it; both are borrowed
 * and stay as they are.  ERR_INVALID: an order makes no sense, an item lacks its merge key;
 * ERR_LIMIT; ERR_NOMEM.  All but the last with the sentence.
 */
int patch_strategic(const char *kind, json_t *target, json_t *patch, struct patch_why *why,
    json_t **out);
#endif
