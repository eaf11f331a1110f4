/*
 * read_crew.h - threads that read manifests ahead, handed over one by one in the order they were
 * asked for.
 *
 * A crew lives as long as one look at the files: it is made, asked, started, hands over the last
 * one, and is freed.  Between the threads and the loop lies a list under one lock; whatever a
 * thread reads is its own until it is done, and the loop's from then on.
 *
 * Threads are as many as CPUs that we may run on, at most four, and one where there is one: not to
 * be faster, but because the loop must go on (probes, stops, clients) while a large file is read.
 * They are nicer than the rest of us, so that reading takes no CPU from those who answer.
 */
#ifndef ROLLCALL_SOURCE_READ_CREW_H
#define ROLLCALL_SOURCE_READ_CREW_H
#include <stddef.h>

struct event_base;
struct manifest_read;
struct read_crew;
struct squeeze;

/* `read` was run and is the callee's, who may free the crew in a round of the loop. */
typedef void read_crew_done_fn(void *arg, struct manifest_read *read);

/*
 * `loop` may be NULL where nobody starts it.  `squeeze` is borrowed, for what the loop reads itself,
 * and says that images are wanted (NULL: none are); threads have their own.  NULL: no memory.
 */
struct read_crew *read_crew_new(struct event_base *loop, struct squeeze *squeeze,
    read_crew_done_fn *done, void *arg);

/* Waits for threads in the middle of a file: they end within milliseconds.  NULL is allowed. */
void read_crew_free(struct read_crew *crew);

/*
 * Ask for one more; before read_crew_start() only.  It is the crew's then.  ERR_NOMEM: it is not.
 */
int read_crew_add(struct read_crew *crew, struct manifest_read *read);

/* Octets of all that was asked for and is not handed over. */
size_t read_crew_size(const struct read_crew *crew);

/* Read all here and now, and hand over one after the other, before this returns. */
void read_crew_run(struct read_crew *crew);

/*
 * Begin: `done` is called from the loop, one file a round.  Where no thread can be had, the loop
 * reads one file a round.  ERR_FULL: no descriptor is left; ERR_NOMEM.
 */
int read_crew_start(struct read_crew *crew);
#endif
