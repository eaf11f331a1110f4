/* patch_order.h - the order of a list that was merged, as $setElementOrder asks.  Thread: any. */
#ifndef ROLLCALL_OPS_PATCH_ORDER_H
#define ROLLCALL_OPS_PATCH_ORDER_H
#include <jansson.h>

/*
 * A new list of `merged`'s items: those that `wanted` names stand as it says, the others as
 * near as may be to where they stood in `before` (NULL: nowhere).  `key` is the merge key, "" for
 * lists of texts.  NULL: no memory.
 */
json_t *patch_order_list(json_t *merged, json_t *wanted, json_t *before, const char *key);

/* Where the item, told by its key's value or for "" by itself, is in the list; or the size. */
size_t patch_order_find(json_t *list, json_t *identity, const char *key);
/* The value of the key, or the item itself; NULL: it has none. */
json_t *patch_order_identity(json_t *item, const char *key);
#endif
