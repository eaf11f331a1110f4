/*
 * feed.h - from the folders of manifests into the world, and what is wrong with them into the
 * log.  Thread: control.
 */
#ifndef ROLLCALL_DAEMON_FEED_H
#define ROLLCALL_DAEMON_FEED_H

struct diag;
struct rollcall;

/*
 * Begin to read all manifests, and watch them: rollcall->loading until all are in, which the loop
 * brings about, and from then on rollcall->loaded.  The world is woken then.  ERR_NOMEM.
 */
int feed_start(struct rollcall *rollcall);
/* The same once more, with the settings that hold now (SIGHUP).  ERR_NOMEM: the old ones stay. */
int feed_reload(struct rollcall *rollcall);
/* Log what was found in a file (NULL: nothing), and count its errors. */
void feed_say(struct rollcall *rollcall, const struct diag *diag);
/* A source has come to the end of a batch: if it was the last that was loading, all is in. */
void feed_loaded(struct rollcall *rollcall);
/* Stops in the middle of a load, too. */
void feed_stop(struct rollcall *rollcall);
#endif
