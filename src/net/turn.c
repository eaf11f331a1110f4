/* turn.c - long work in turns of the loop, with everybody else in between. */
#include "net/turn.h"

#include <event2/event.h>

void
turn_plan(struct event *event)
{
	static const struct timeval at_once = { 0, 0 };

	/* Without memory for a timer all of it comes at once rather than never. */
	if (event_add(event, &at_once) != 0)
		event_active(event, EV_TIMEOUT, 0);
}
