/*
 * reclaim.h - free what readers may still see, after a grace period, on a thread of its own.
 * Thread: control.
 *
 * Why not call_rcu: its callers should be registered readers, and the control thread is none; and a
 * thread of our own hands memory over by a mutex, which ThreadSanitizer understands.
 */
#ifndef ROLLCALL_DNS_RECLAIM_H
#define ROLLCALL_DNS_RECLAIM_H
#include <stdbool.h>
#include <stddef.h>

struct reclaim;

/* NULL: no memory.  The thread starts with the first batch. */
struct reclaim *reclaim_new(void);
/* Frees all that waits; waits for readers that are not offline. */
void reclaim_free(struct reclaim *reclaim);

/*
 * This malloc'ed piece of `size` octets can no longer be reached by new readers.  Without memory to
 * remember it by, waits for a grace period and frees it at once.
 */
void reclaim_add(struct reclaim *reclaim, void *piece, size_t size);
/* Can one more piece be remembered?  Makes room. */
bool reclaim_has_room(struct reclaim *reclaim);
/* Hand the pieces added so far to the thread. */
void reclaim_flush(struct reclaim *reclaim);
/* Octets added and not yet freed. */
size_t reclaim_waiting(const struct reclaim *reclaim);

/*
 * What a reader's quiescent points, and who has waited for a grace period and is about to
 * free, tell ThreadSanitizer; nothing otherwise.
 */
void reclaim_mark_quiet(void);
void reclaim_mark_grace(void);
#endif
