/*
 * slot.h - what is known of each Service between two refreshes: cargo of the store's keys.
 * Thread: control.
 */
#ifndef ROLLCALL_DAEMON_SLOT_H
#define ROLLCALL_DAEMON_SLOT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roster_entry;
struct store_key;

struct slot {
	struct roster_entry *entry;     /* as published; NULL: nothing so far */
	uint32_t problems[2]; /* hashes of what was last said of reserving, choosing; 0: nothing */
	uint64_t mark : 62;             /* of the change that it waits to see answered */
	uint64_t again : 1;             /* pending, or a step failed: to be retried */
	uint64_t has_targets : 1;
};

/* Zeroed is empty. */
struct slot_table {
	size_t count;
	size_t again;                   /* how many are to be retried */
	size_t panicking;
	/* In the entries that are published. */
	size_t endpoints;
	size_t ready;
	size_t answered;
};

/* NULL: none; for slot_need, no memory. */
struct slot *slot_of(const struct store_key *key);
struct slot *slot_need(struct slot_table *table, const struct store_key *key);
void slot_set_again(struct slot_table *table, struct slot *slot, bool again);
/* Another entry is published for the slot, whose it is from now on; the one before goes. */
void slot_publish(struct slot_table *table, struct slot *slot, struct roster_entry *entry);
/* Frees the key's slot and gives its entry back. */
void slot_drop(struct slot_table *table, const struct store_key *key);
#endif
