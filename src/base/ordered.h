/*
 * ordered.h - many elements in an order that they know themselves.  Thread: the owner's.
 *
 * Pages of up to 128 elements, and a list of the pages: what comes or goes moves those of one page,
 * and once in a hundred times the list.  9 to 16 octets for each element.
 */
#ifndef ROLLCALL_BASE_ORDERED_H
#define ROLLCALL_BASE_ORDERED_H
#include <stddef.h>

struct ordered_page;

/* Zeroed is empty. */
struct ordered {
	struct ordered_page **pages;    /* none is empty */
	size_t page_count;
	size_t page_room;
	size_t count;                   /* elements */
};

/* As strcmp: where the element stands to a key.  No two elements have one key. */
typedef int ordered_compare_fn(const void *item, const void *key);

/* Elements stay the caller's. */
void ordered_release(struct ordered *set);

/* The element of this key; NULL: none. */
void *ordered_find(const struct ordered *set, ordered_compare_fn *compare, const void *key);
/* The first one behind this key, or (`key` NULL) of all; NULL: none. */
void *ordered_after(const struct ordered *set, ordered_compare_fn *compare, const void *key);

/* Add an element whose key, given too, is not in the set.  ERR_NOMEM: all as before. */
int ordered_add(struct ordered *set, ordered_compare_fn *compare, const void *key, void *item);
/* Take the element of this key out, and return it; NULL: there is none.  Needs no memory. */
void *ordered_remove(struct ordered *set, ordered_compare_fn *compare, const void *key);
#endif
