/*
 * keyset.h - many elements found by keys that they hold themselves.  Thread: the owner's.
 *
 * A cell is a hash and a pointer: 12 octets, and 16 to 24 for each element, whatever its key
 * is.  The key is never copied: who looks for one brings its hash and a function that compares.
 *
 *     hash = keyset_hash_names(&set, ns, name);
 *     slot = keyset_find(&set, hash, slot_has_name, &(struct name){ ns, name });
 */
#ifndef ROLLCALL_BASE_KEYSET_H
#define ROLLCALL_BASE_KEYSET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keyset {
	void **items;           /* by cell, NULL: free; the hashes lie behind them */
	uint32_t cells;
	uint32_t count;
	uint64_t seed;          /* keys come from others, who must not know where they fall */
};

/* Empty, with a seed of its own; takes no memory.  Elements stay the caller's. */
void keyset_init(struct keyset *set);
void keyset_release(struct keyset *set);

/* The hash of octets, of two texts, of a number (no two numbers share one).  Only of this set. */
uint32_t keyset_hash(const struct keyset *set, const void *data, size_t len);
uint32_t keyset_hash_names(const struct keyset *set, const char *first, const char *second);
uint32_t keyset_hash_number(const struct keyset *set, uint32_t number);

/*
 * The element that `equal` says has this key; NULL: none.  `equal` NULL: the hash is the key
 * (keyset_hash_number).
 */
typedef bool keyset_equal_fn(const void *item, const void *key);
void *keyset_find(const struct keyset *set, uint32_t hash, keyset_equal_fn *equal, const void *key);

/* Add an element that is not in the set.  ERR_NOMEM: all as before. */
int keyset_add(struct keyset *set, uint32_t hash, void *item);
/* Take this very element out, if it is in; `hash` as it was added.  Needs no memory. */
void keyset_remove(struct keyset *set, uint32_t hash, const void *item);

/*
 * All elements in no particular order: *at is 0 at first, NULL ends.  The set must not change
 * meanwhile, but that the element just given is removed and *at taken back by one; then some
 * others may be given twice.
 */
void *keyset_next(const struct keyset *set, size_t *at);
#endif
