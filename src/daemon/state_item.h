/* state_item.h - the latest record of each Service or verdict, by name.  Thread: control. */
#ifndef ROLLCALL_DAEMON_STATE_ITEM_H
#define ROLLCALL_DAEMON_STATE_ITEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Running out of memory is an error of ours to handle, not the end of the process. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Kept in a table by key, in the order they were added (hh.next). */
struct state_item {
	UT_hash_handle hh;
	char *key;
	uint8_t *record;
	size_t len;
	uint64_t removed_unix_s;        /* 0: the Service is there */
};

/* NULL: none. */
struct state_item *state_item_find(struct state_item *items, const char *key);
/* The item's record is this one now (copied), and it is not removed; *changed: it was another.
 * ERR_NOMEM. */
int state_item_put(
    struct state_item **items, const char *key, const uint8_t *record, size_t len, bool *changed);
void state_item_drop(struct state_item **items, struct state_item *item);
void state_items_free(struct state_item **items);
#endif
