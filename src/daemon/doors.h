/*
 * doors.h - the ways into the daemon over HTTP: opened at the start, changed by a reload.
 * Thread: control.
 */
#ifndef ROLLCALL_DAEMON_DOORS_H
#define ROLLCALL_DAEMON_DOORS_H

struct config;
struct privilege;
struct rollcall;

/*
 * Make rollcall->httpd and bind what the settings say, before privileges are given up.  What cannot
 * be had is said: ERR_SYSTEM, ERR_NOMEM; a default Unix socket is done without.
 */
int doors_bind(struct rollcall *rollcall, const struct privilege *privilege);
/* After that: what needs the state folder.  What cannot be had is said. */
int doors_start(struct rollcall *rollcall);
/* After a reload: what differs from `before`.  What cannot be had stays as it was, and is said. */
void doors_update(struct rollcall *rollcall, const struct config *before);
void doors_close(struct rollcall *rollcall);
#endif
