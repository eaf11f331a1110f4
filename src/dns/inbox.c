/* inbox.c - a queue from any thread to the one that runs a loop, and what wakes it. */
#include "dns/inbox.h"

#include <event2/event.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"

struct inbox {
	_Atomic(struct inbox_item *) newest;
	struct event *event;
	int fd;
	inbox_fn *fn;
	void *arg;
};

/* They are linked the newest first. */
static struct inbox_item *
take(struct inbox *inbox)
{
	struct inbox_item *item = atomic_exchange_explicit(
	    &inbox->newest, NULL, memory_order_acquire);
	struct inbox_item *oldest = NULL;

	while (item != NULL) {
		struct inbox_item *next = item->next;

		item->next = oldest;
		oldest = item;
		item = next;
	}
	return oldest;
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct inbox *inbox = arg;
	struct inbox_item *items;
	uint64_t count;

	(void)what;
	/* First the wake-up, then the items: one that comes in between wakes again. */
	while (read(fd, &count, sizeof(count)) < 0)
		break;
	items = take(inbox);
	if (items != NULL)
		inbox->fn(inbox->arg, items);
}

int
inbox_new(struct event_base *loop, inbox_fn *fn, void *arg, struct inbox **out)
{
	struct inbox *inbox = calloc(1, sizeof(*inbox));

	if (inbox == NULL)
		return ERR_NOMEM;
	inbox->fn = fn;
	inbox->arg = arg;
	inbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (inbox->fd < 0) {
		free(inbox);
		return ERR_SYSTEM;
	}
	inbox->event = event_new(loop, inbox->fd, EV_READ | EV_PERSIST, on_wake, inbox);
	if (inbox->event == NULL || event_add(inbox->event, NULL) != 0) {
		(void)inbox_free(inbox);
		return ERR_NOMEM;
	}
	*out = inbox;
	return 0;
}

struct inbox_item *
inbox_free(struct inbox *inbox)
{
	struct inbox_item *left;

	if (inbox == NULL)
		return NULL;
	left = take(inbox);
	if (inbox->event != NULL)
		event_free(inbox->event);
	close(inbox->fd);
	free(inbox);
	return left;
}

void
inbox_put(struct inbox *inbox, struct inbox_item *item)
{
	struct inbox_item *newest = atomic_load_explicit(&inbox->newest, memory_order_relaxed);
	static const uint64_t one = 1;

	do
		item->next = newest;
	while (!atomic_compare_exchange_weak_explicit(&inbox->newest, &newest, item,
	    memory_order_release, memory_order_relaxed));
	/* A counter that is full has woken long ago. */
	if (newest == NULL && write(inbox->fd, &one, sizeof(one)) < 0)
		return;
}
