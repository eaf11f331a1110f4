/*
 * feed.h - from the folders of manifests into the world, and what is wrong with them into the
 * log.  Thread: control.
 */
#ifndef ROLLCALL_DAEMON_FEED_H
#define ROLLCALL_DAEMON_FEED_H

struct rollcall;

/* Read all manifests and watch them.  ERR_NOMEM. */
int feed_start(struct rollcall *rollcall);
/* Read them again with the settings that hold now (SIGHUP).  ERR_NOMEM. */
int feed_reload(struct rollcall *rollcall);
void feed_stop(struct rollcall *rollcall);
#endif
