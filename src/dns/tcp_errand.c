/* tcp_errand.c - queries of a stream whose answers lie elsewhere. */
#include "dns/tcp_errand.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "dns/cache.h"
#include "dns/inbox.h"
#include "dns/tcp_client.h"

/* What is kept of a query until it is answered, and how its reply comes back. */
struct tcp_asker {
	struct inbox_item item;         /* first */
	struct tcp_errands *errands;
	uint64_t number;
	struct tcp_asked asked;
	size_t len;                     /* 0: there is none, for want of memory */
	uint8_t reply[];
};

/* The same while it is at the resolver's. */
struct tcp_waiting {
	struct courier_asker asker;     /* first */
	struct tcp_asker *self;         /* made beforehand, so that an end is always told */
};

/* Streams that take replies slower than upstreams give them must not hold all memory. */
static bool
take_hold(struct tcp_errands *errands, size_t len)
{
	if (atomic_fetch_add(&errands->held, len) + len <= TCP_HELD_MAX)
		return true;
	atomic_fetch_sub(&errands->held, len);
	return false;
}

/* On the resolver's thread. */
static void
put_reply(struct courier_asker *asker, const uint8_t *reply, size_t len)
{
	struct tcp_waiting *waiting = (struct tcp_waiting *)(void *)asker;
	struct tcp_asker *self = waiting->self;
	struct tcp_errands *errands = self->errands;

	if (take_hold(errands, len)) {
		struct tcp_asker *grown = realloc(self, sizeof(*self) + len);

		if (grown != NULL) {
			self = grown;
			self->len = len;
			memcpy(self->reply, reply, len);
		} else {
			atomic_fetch_sub(&errands->held, len);
		}
	}
	free(waiting);
	inbox_put(errands->inbox, &self->item);
}

/* On the stream's thread. */
static void
take_replies(void *arg, struct inbox_item *items)
{
	struct tcp_stream *stream = arg;

	while (items != NULL) {
		struct tcp_asker *self = (struct tcp_asker *)(void *)items;

		items = items->next;
		atomic_fetch_sub(&self->errands->held, self->len);
		latency_note(&stream->durations, clock_now_us(stream->clock) -
		    self->asked.began_us);
		stream->asked = self->asked;
		tcp_client_deliver(stream, self->number, self->reply, self->len);
		free(self);
	}
}

int
tcp_errands_open(struct tcp_errands *errands, struct tcp_stream *stream)
{
	if (errands->courier.resolver == NULL)
		return 0;
	if (errands->courier.cache != NULL) {
		errands->reader = cache_reader_new(errands->courier.cache);
		if (errands->reader == NULL)
			return ERR_NOMEM;
	}
	return inbox_new(stream->loop, take_replies, stream, &errands->inbox);
}

void
tcp_errands_close(struct tcp_errands *errands)
{
	struct inbox_item *items = inbox_free(errands->inbox);

	while (items != NULL) {
		struct inbox_item *next = items->next;

		free(items);
		items = next;
	}
	errands->inbox = NULL;
}

static struct tcp_waiting *
keep(struct tcp_stream *stream, uint64_t number)
{
	struct tcp_errands *errands = &stream->errands;
	struct tcp_asker *self = calloc(1, sizeof(*self));
	struct tcp_waiting *waiting = self == NULL ? NULL : courier_asker_new(&errands->courier,
	    &errands->errand, stream->work, sizeof(*waiting));

	if (waiting == NULL) {
		free(self);
		return NULL;
	}
	waiting->asker.reply = put_reply;
	waiting->self = self;
	self->errands = errands;
	self->number = number;
	self->asked = (struct tcp_asked){ .began_us = clock_now_us(stream->clock),
	    .payload = errands->errand.query.payload,
	    .dnssec_ok = errands->errand.query.dnssec_ok };
	return waiting;
}

size_t
tcp_errand_go(struct tcp_stream *stream, uint64_t number)
{
	struct tcp_errands *errands = &stream->errands;

	courier_begin(&errands->courier, &errands->errand);
	size_t len = courier_look(&errands->courier, errands->reader, &stream->responder,
	    &errands->errand, clock_now_ms(stream->clock), stream->work, UINT16_MAX);
	if (len > 0)
		return len;
	errands->errand.wanted = false;
	struct tcp_waiting *waiting = keep(stream, number);
	if (waiting != NULL && courier_send(&waiting->asker))
		return 0;
	if (waiting != NULL)
		free(waiting->self);
	free(waiting);
	return courier_give_up(&stream->responder, &errands->errand, stream->work, UINT16_MAX);
}
