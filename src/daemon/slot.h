/* slot.h - what is known of each Service between two refreshes.  Thread: control. */
#ifndef ROLLCALL_DAEMON_SLOT_H
#define ROLLCALL_DAEMON_SLOT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct roster_entry;

struct slot {
	UT_hash_handle hh;
	char *key;                      /* "ns/name" */
	struct roster_entry *entry;     /* as published; NULL: nothing so far */
	uint64_t problems[2]; /* hashes of what was last said of reserving, choosing; 0: nothing */
	uint64_t mark;                  /* of the change that waits (store_set_mark) */
	bool again;                     /* pending, or a step failed: to be retried */
	bool has_targets;
};

/* Zeroed is empty. */
struct slot_table {
	struct slot *first;             /* the rest by hh.next */
	size_t again;                   /* how many are to be retried */
	size_t panicking;
};

#define SLOT_KEY_SIZE 512               /* a namespace of 63, a name of 253, a prefix */
void slot_key(char key[SLOT_KEY_SIZE], const char *prefix, const char *ns, const char *name);

/* NULL: none; for slot_need, no memory. */
struct slot *slot_find(const struct slot_table *table, const char *ns, const char *name);
struct slot *slot_need(struct slot_table *table, const char *ns, const char *name);
void slot_set_again(struct slot_table *table, struct slot *slot, bool again);
/* Frees the slot and gives its entry back. */
void slot_drop(struct slot_table *table, struct slot *slot);
void slot_table_release(struct slot_table *table);
#endif
