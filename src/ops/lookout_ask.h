/*
 * lookout_ask.h - questions to the board: they wait until it is made, and long ones take turns.
 * Thread: control.
 */
#ifndef ROLLCALL_OPS_LOOKOUT_ASK_H
#define ROLLCALL_OPS_LOOKOUT_ASK_H
#include <event2/util.h>

struct lookout;
struct visit;

/* Handlers of routes; `lookout` is the lookout. */
void lookout_board(void *lookout, struct visit *visit);
void lookout_at_a_glance(void *lookout, struct visit *visit);
void lookout_namespaces(void *lookout, struct visit *visit);
void lookout_stream(void *lookout, struct visit *visit);

/* The board has been made. */
void lookout_made(void *lookout);
/* Another turn for those that wait. */
void lookout_turn(evutil_socket_t fd, short what, void *lookout);
/* The httpd is gone, and all visits with it. */
void lookout_forget(struct lookout *lookout);
#endif
