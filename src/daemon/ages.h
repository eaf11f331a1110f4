/*
 * ages.h - when each object was first seen, kept over a restart.  Thread: control.
 *
 * A journal beside those of the state: what comes is appended once a second, without waiting for
 * the disk; the next start makes a new snapshot of it.  Where it is lost, objects are young again
 * (metadata.creationTimestamp, and the uid that follows from it), and nothing else happens.
 */
#ifndef ROLLCALL_DAEMON_AGES_H
#define ROLLCALL_DAEMON_AGES_H

struct ages;
struct clock;
struct ledger;

/*
 * Read the folder's file into the ledger, and keep in it what the ledger learns; both are borrowed.
 * Before any object is in.  A file that cannot be read or written is said and is no error.  `dir`
 * NULL: nothing is kept.  NULL: no memory.
 */
struct ages *ages_new(const char *dir, struct ledger *ledger, const struct clock *clock);
/* Writes what is left to write.  NULL is allowed. */
void ages_free(struct ages *ages);

/* Once a second: write what was learnt. */
void ages_tick(struct ages *ages);
/* All there is has come: let go of what is remembered of anything else. */
void ages_settle(struct ages *ages);
#endif
