/* turn.h - long work in turns of the loop, with everybody else in between.  Thread: the loop's. */
#ifndef ROLLCALL_NET_TURN_H
#define ROLLCALL_NET_TURN_H
struct event;

/*
 * Run this event, one without a descriptor, in the next round of the loop: after sockets and timers
 * were looked at.  What event_active() makes active inside of a callback runs in the same round, so
 * that work which calls for itself holds the loop until it is done.  A turn that is called for twice
 * comes once.
 */
void turn_plan(struct event *event);
#endif
