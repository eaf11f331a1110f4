/*
 * refresh.h - what changed in the store to what is answered and probed.  Thread: control; no
 * sockets, no files.
 *
 * One run takes all that is dirty: Services that are gone give their addresses back; explicit
 * addresses of the whole batch are reserved before any is chosen; what was given is saved; only
 * then are entries built and published.  Pods and Services hand their targets to the schedule. Work
 * grows with the change.
 */
#ifndef ROLLCALL_DAEMON_REFRESH_H
#define ROLLCALL_DAEMON_REFRESH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allot;
struct allotment;
struct catalog;
struct refresh;
struct roster_entry;
struct schedule;
struct store;
struct store_key;
struct witness;

struct refresh_ops {
	/* Note what a Service has been given, or that it is gone; then make all of it durable.  0
	 * or an error. */
	int (*save)(void *arg, const struct allotment *allotment);
	int (*drop)(void *arg, const char *ns, const char *name);
	int (*sync)(void *arg);
	uint64_t (*random)(void *arg);
	/* Has this run lasted long enough for others to have their turn? */
	bool (*pause)(void *arg);
	/* The Service is answered as it is now, no longer waiting for anything, or withdrawn. */
	void (*published)(void *arg, const struct store_key *key);
};

/* All borrowed for the life of the refresh. */
struct refresh_settings {
	struct store *store;
	struct allot *allot;
	struct catalog *catalog;
	struct schedule *schedule;
	const struct refresh_ops *ops;
	void *arg;
	bool pods_verified;             /* Pods own names, or are known as clients */
};

struct refresh *refresh_new(const struct refresh_settings *settings);
void refresh_free(struct refresh *refresh);

/*
 * Publish everything that is published, and from now on whatever changes, through another catalog.
 * ERR_NOMEM: all as before.
 */
int refresh_set_catalog(struct refresh *refresh, struct catalog *catalog, bool pods_verified);

/* From now on tell what is done; both borrowed, NULL: nobody. */
void refresh_set_witness(struct refresh *refresh, const struct witness *witness, void *arg);

/*
 * Work off everything that is dirty, or as much of it as there is time for: paused, it goes on with
 * the next call.  Returns how many Services were published anew.  What could
 * not be done (no memory, disk full, no address left) stays noted and is tried again: see
 * refresh_next_ms().
 */
size_t refresh_run(struct refresh *refresh, uint64_t now_ms);
bool refresh_is_paused(const struct refresh *refresh);
/* When to run again although nothing is dirty; UINT64_MAX: never. */
uint64_t refresh_next_ms(const struct refresh *refresh);

/* What is published of a Service; NULL: nothing. */
const struct roster_entry *refresh_entry(const struct refresh *refresh, const char *ns,
    const char *name);

struct refresh_counts {
	size_t services;
	size_t pending;         /* wait for an address, or for it to be saved */
	size_t panicking;
	size_t endpoints;       /* of all Services, and ... */
	size_t endpoints_ready;
	size_t endpoints_answered;
	uint64_t published;     /* entries, since the start */
};
void refresh_counts(const struct refresh *refresh, struct refresh_counts *counts);
#endif
