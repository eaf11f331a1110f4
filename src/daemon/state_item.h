/*
 * state_item.h - the latest record of each Service or verdict, found by the names it begins with.
 * Thread: control.
 */
#ifndef ROLLCALL_DAEMON_STATE_ITEM_H
#define ROLLCALL_DAEMON_STATE_ITEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/keyset.h"

struct state_item {
	uint64_t removed_unix_s : 40;   /* 0: the Service is there */
	uint64_t len : 24;              /* at most JOURNAL_RECORD_MAX */
	uint8_t record[];
};

#define STATE_UNIX_MAX ((UINT64_C(1) << 40) - 1)

struct state_items {
	struct keyset set;
	unsigned texts;         /* so many, behind the kind, are a record's key (state_record.h) */
};

void state_items_init(struct state_items *items, unsigned texts);
void state_items_free(struct state_items *items);

/* The item whose key this record has, too; its end may be missing.  NULL: none. */
struct state_item *state_item_find(const struct state_items *items, const uint8_t *record,
    size_t len);
/* The record (copied) is the latest of its key now, and not removed; *changed: it was another.
 * ERR_NOMEM. */
int state_item_put(struct state_items *items, const uint8_t *record, size_t len, bool *changed);
void state_item_drop(struct state_items *items, struct state_item *item);
#endif
