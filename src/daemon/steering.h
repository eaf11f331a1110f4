/* steering.h - what `why`, `query`, `drain` and their kind are answered from.  Thread: control. */
#ifndef ROLLCALL_DAEMON_STEERING_H
#define ROLLCALL_DAEMON_STEERING_H

struct rollcall;

/* Their routes, when there are doors and a world.  ERR_NOMEM, ERR_FULL, ERR_SYSTEM. */
int steering_start(struct rollcall *rollcall);
/* The settings that hold now are others; before those of before are given up. */
void steering_update(struct rollcall *rollcall);
/* The resolver has stopped, and the doors are closed. */
void steering_stop(struct rollcall *rollcall);
#endif
