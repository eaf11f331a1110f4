/* array.h - make room in a growing array.  Thread: the owner's. */
#ifndef ROLLCALL_BASE_ARRAY_H
#define ROLLCALL_BASE_ARRAY_H
#include <stddef.h>

/*
 * Make *items (malloc'ed or NULL, of *room elements of `size` octets) hold at least `need`
 * elements; grows by half.  New elements are not initialised.  ERR_NOMEM leaves everything as
 * it was.
 *
 *     if (array_reserve(&list->items, &list->room, list->count + 1, sizeof(*list->items)) != 0)
 */
#define array_reserve(items, room, need, size) array_grow((void **)(items), (room), (need), (size))
int array_grow(void **items, size_t *room, size_t need, size_t size);
#endif
