/*
 * inbox.h - a queue from any thread to the one that runs a loop, and what wakes it.  Threads: said
 * at each function.
 *
 * Items lie in what their owner allocated.  A put is one exchange, and one system call only where
 * the inbox was empty: under load the loop finds the next batch without having been woken.
 */
#ifndef ROLLCALL_DNS_INBOX_H
#define ROLLCALL_DNS_INBOX_H
#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct inbox;

struct inbox_item {
	struct inbox_item *next;        /* the inbox's */
};

/* The loop's thread: items in the order they were put, linked by `next`; all are the callee's. */
typedef void inbox_fn(void *arg, struct inbox_item *items);

/* Before the loop runs.  ERR_SYSTEM with errno, ERR_NOMEM. */
int inbox_new(struct event_base *loop, inbox_fn *fn, void *arg, struct inbox **out);
/* When the loop has ended and nobody puts any more; returns what was not handed out. */
struct inbox_item *inbox_free(struct inbox *inbox);

/* Any thread.  The item is the inbox's until it is handed out. */
void inbox_put(struct inbox *inbox, struct inbox_item *item);
#endif
