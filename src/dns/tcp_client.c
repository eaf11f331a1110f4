/*
 * tcp_client.c - one TCP connection: queries out of its stream, replies into it, within limits.
 *
 * A query that has come whole is answered out of the thread's buffers, and its reply is
 * written at once; a connection has buffers of its own only while a message is half here or a
 * reply half gone.  An idle one costs its struct.
 */
#include "dns/tcp_client.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "dns/index.h"

#define FINISH_READS 16         /* at a time, of a client that the stopping server still reads */

struct buffer {
	uint8_t *data;
	size_t len;
	size_t size;
};

struct tcp_client {
	struct tcp_seat seat;
	struct tcp_stream *stream;
	struct event readable;
	struct event writable;
	struct event timer;
	uint64_t timer_ms;              /* when the timer goes off */
	/* a message not whole yet; whole ones while the client is not read */
	struct buffer in;
	uint64_t begun_ms;              /* when the first octet of the message in `in` came */
	struct buffer out;              /* replies, from `sent` on unsent */
	size_t sent;
	size_t frame_left;              /* octets of the first unsent reply that are unsent */
	unsigned pending;               /* unsent replies */
	uint64_t progress_ms;           /* when the client last took an octet of them */
	bool spoken;                    /* it has sent a whole message */
	bool reading;
	/* the client will send no more (half-close: it still wants its replies) */
	bool ended;
};

struct tcp_client *
tcp_client_of(struct tcp_seat *seat)
{
	return (struct tcp_client *)(void *)seat;       /* the first member */
}

/* Only the stream thread writes: a plain addition, but one that others may look at. */
static void
count(_Atomic uint64_t *counter)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
	    memory_order_relaxed);
}

static uint64_t
now(const struct tcp_client *client)
{
	return clock_now_ms(client->stream->clock);
}

/* A buffer of this client changes its size. */
static void
account(struct tcp_client *client, size_t before, size_t after)
{
	client->stream->held += after - before;
	tcp_peers_hold(&client->seat, client->seat.held + after - before);
}

static void
buffer_drop(struct tcp_client *client, struct buffer *buffer)
{
	account(client, buffer->size, 0);
	free(buffer->data);
	*buffer = (struct buffer){ NULL, 0, 0 };
}

void
tcp_client_close(struct tcp_client *client)
{
	struct tcp_stream *stream = client->stream;

	(void)event_del(&client->readable);
	(void)event_del(&client->writable);
	(void)event_del(&client->timer);
	(void)close(event_get_fd(&client->readable));
	buffer_drop(client, &client->in);
	buffer_drop(client, &client->out);
	tcp_peers_remove(stream->peers, &client->seat);
	atomic_fetch_sub_explicit(&stream->clients, 1, memory_order_relaxed);
	free(client);
}

/*
 * Keep to the cap of all buffers together, at the cost of the address that holds most of it.
 * While the server stops it goes from client to client, and none but the one at hand may
 * vanish.
 */
static bool
make_room(struct tcp_client *client, size_t more)
{
	struct tcp_stream *stream = client->stream;

	while (stream->held + more > TCP_HELD_MAX) {
		struct tcp_seat *hog = tcp_peers_hog(stream->peers);

		if (hog == NULL || hog == &client->seat || stream->stopping)
			return false;
		tcp_client_close(tcp_client_of(hog));
	}
	return true;
}

/* Make a buffer hold exactly these octets.  false: the client must be given up. */
static bool
buffer_set(struct tcp_client *client, struct buffer *buffer, const uint8_t *data, size_t len)
{
	if (len == 0) {
		buffer_drop(client, buffer);
		return true;
	}
	if (len > buffer->size) {
		uint8_t *grown = make_room(client, len - buffer->size) ? malloc(len) : NULL;

		if (grown == NULL)
			return false;
		memcpy(grown, data, len);
		free(buffer->data);
		account(client, buffer->size, len);
		*buffer = (struct buffer){ grown, len, len };
		return true;
	}
	memmove(buffer->data, data, len);
	buffer->len = len;
	return true;
}

static bool
is_full(const struct tcp_client *client)
{
	return client->out.len - client->sent >= TCP_UNSENT_MAX ||
	    client->pending >= TCP_PENDING_MAX;
}

/* When this connection is given up if nothing happens to it until then. */
static uint64_t
deadline(const struct tcp_client *client)
{
	const struct tcp_stream *stream = client->stream;
	uint64_t limit_ms = client->spoken ? stream->idle_ms : stream->message_ms;
	uint64_t at = client->seat.active_ms + limit_ms;

	if (client->in.len > 0 && client->reading)
		at = client->begun_ms + stream->message_ms;
	if (client->out.len > 0) {
		uint64_t unsent_at = client->progress_ms + stream->message_ms;

		if (client->in.len == 0 || !client->reading || unsent_at < at)
			at = unsent_at;
	}
	return at;
}

/*
 * The timer is set anew only when it would go off too late; going off too early costs less
 * than that.
 */
static void
set_timer(struct tcp_client *client)
{
	uint64_t at = deadline(client), from = now(client);
	uint64_t wait = at > from ? at - from : 0;
	struct timeval tv = { (time_t)(wait / 1000), (suseconds_t)(wait % 1000 * 1000) };

	if (client->timer_ms <= at)
		return;
	client->timer_ms = at;
	(void)event_add(&client->timer, &tv);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_client *client = arg;

	(void)fd;
	(void)what;
	if (deadline(client) <= now(client)) {
		tcp_client_close(client);
		return;
	}
	client->timer_ms = UINT64_MAX;
	set_timer(client);
}

/* Read only while the client takes its replies. */
static void
set_reading(struct tcp_client *client)
{
	bool want = !client->ended && !is_full(client);

	if (want == client->reading)
		return;
	client->reading = want;
	if (want) {
		client->begun_ms = now(client);
		(void)event_add(&client->readable, NULL);
	} else {
		(void)event_del(&client->readable);
	}
}

static uint16_t
get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* `n` more octets are sent: count the replies that are through. */
static void
note_sent(struct tcp_client *client, size_t n)
{
	client->progress_ms = now(client);
	while (n > 0) {
		size_t step = n < client->frame_left ? n : client->frame_left;

		client->sent += step;
		client->frame_left -= step;
		n -= step;
		if (client->frame_left == 0) {
			client->pending--;
			/*
			 * A reply's length is in the buffer as a whole, even if it was sent in
			 * halves.
			 */
			client->frame_left = client->sent < client->out.len ?
			    2 + (size_t)get16(client->out.data + client->sent) : 0;
		}
	}
}

/* Send what waits.  false: the client is gone. */
static bool
flush(struct tcp_client *client)
{
	size_t left = client->out.len - client->sent;
	ssize_t n = left == 0 ? 0 :
	    send(event_get_fd(&client->readable), client->out.data + client->sent,
	    left, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	if (n > 0)
		note_sent(client, (size_t)n);
	if (client->sent == client->out.len) {
		buffer_drop(client, &client->out);
		client->sent = 0;
		(void)event_del(&client->writable);
	}
	return true;
}

/* Queue a batch of whole replies behind what waits already. */
static bool
queue_replies(struct tcp_client *client, const uint8_t *data, size_t len)
{
	size_t left = client->out.len - client->sent;
	uint8_t *joined = client->stream->out;

	if (left > 0) {
		/*
		 * The batch lies in stream->out: move it behind the rest, which is below
		 * TCP_UNSENT_MAX.
		 */
		memmove(joined + left, data, len);
		memcpy(joined, client->out.data + client->sent, left);
		data = joined;
	}
	client->sent = 0;
	if (!buffer_set(client, &client->out, data, left + len))
		return false;
	(void)event_add(&client->writable, NULL);
	return true;
}

/* Send a batch of whole replies in one write, keep what the socket does not take. */
static bool
send_batch(struct tcp_client *client, size_t len, unsigned replies)
{
	const uint8_t *data = client->stream->out;
	size_t done = 0;

	if (len == 0)
		return true;
	if (client->out.len == 0) {
		ssize_t n = send(event_get_fd(&client->readable), data, len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		done = n > 0 ? (size_t)n : 0;
		if (done == len)
			return true;
		/*
		 * Whole replies that are through need not be kept; a half one is, from its
		 * length on.
		 */
		size_t at = 0;
		while (at + 2 + get16(data + at) <= done) {
			at += 2 + (size_t)get16(data + at);
			replies--;
		}
		client->progress_ms = now(client);
		client->frame_left = 2 + (size_t)get16(data + at);
		client->pending = replies;
		if (!queue_replies(client, data + at, len - at))
			return false;
		client->sent = done - at;
		client->frame_left -= done - at;
		return true;
	}
	client->pending += replies;
	return queue_replies(client, data, len);
}

/* Answer one query into the batch.  Its length there; 0: silence. */
static size_t
answer(struct tcp_client *client, const uint8_t *query, size_t len, uint8_t *out)
{
	struct tcp_stream *stream = client->stream;
	size_t reply_len;

	memcpy(stream->work, query, len);
	count(&stream->counts.queries);
	reply_len = respond(&stream->responder, TRANSPORT_TCP, tcp_peers_addr(&client->seat),
	    stream->work, len, sizeof(stream->work) - 2);
	if (reply_len == 0 || reply_len > UINT16_MAX) {
		count(&stream->counts.dropped);
		return 0;
	}
	count(&stream->counts.replies);
	count(&stream->counts.rcode[stream->work[3] & 15]);
	if ((stream->work[2] & 2) != 0)
		count(&stream->counts.truncated);
	out[0] = (uint8_t)(reply_len >> 8);
	out[1] = (uint8_t)reply_len;
	memcpy(out + 2, stream->work, reply_len);
	return 2 + reply_len;
}

/*
 * Answer the whole messages of in[0..len), as far as the limits go; returns how far.  *good:
 * nobody must be closed.
 */
static size_t
answer_all(struct tcp_client *client, const uint8_t *in, size_t len, bool *good)
{
	size_t at = 0, batch = 0;
	unsigned replies = 0;

	*good = true;
	while (*good && !is_full(client) && len - at >= 2 &&
	    len - at >= 2 + (size_t)get16(in + at)) {
		size_t query_len = get16(in + at);
		size_t reply = 0;

		/* Less than a header is no DNS: nothing behind it can be believed. */
		*good = query_len >= 12;
		if (*good)
			reply = answer(client, in + at + 2, query_len, client->stream->out + batch);
		at += 2 + query_len;
		batch += reply;
		replies += reply > 0;
		client->spoken = true;
		/* The rest that is unsent and the batch must fit into stream->out together. */
		if (client->out.len - client->sent + batch >= TCP_UNSENT_MAX ||
		    client->pending + replies >= TCP_PENDING_MAX || !*good) {
			*good = send_batch(client, batch, replies) && *good;
			batch = replies = 0;
		}
	}
	if (batch > 0)
		*good = send_batch(client, batch, replies) && *good;
	return at;
}

/*
 * Go through in[0..len), which is either stream->in or the client's own buffer, and keep the
 * rest.  Closes the client where it must; false then.
 */
static bool
digest(struct tcp_client *client, const uint8_t *in, size_t len)
{
	struct tcp_stream *stream = client->stream;
	bool had_part = client->in.len > 0, good;
	uint64_t began_us = clock_now_us(stream->clock);
	uint64_t before = stream->counts.queries;

	/*
	 * Settings, too, are kept until the readers have passed a quiescent point: first
	 * online, then load.
	 */
	index_reader_online();
	serving_get(&stream->serving, &stream->responder);
	size_t done = answer_all(client, in, len, &good);
	index_reader_offline();
	if (stream->counts.queries != before)
		latency_note_many(&stream->durations, clock_now_us(stream->clock) - began_us,
		    stream->counts.queries - before);
	if (!good || !buffer_set(client, &client->in, in + done, len - done)) {
		tcp_client_close(client);
		return false;
	}
	if (done > 0)
		tcp_peers_touch(&client->seat, now(client));
	if (done > 0 || !had_part)
		client->begun_ms = now(client);
	set_reading(client);
	/* Half a message that will never be whole is no reason to wait. */
	if (client->ended && client->out.len == 0) {
		tcp_client_close(client);
		return false;
	}
	set_timer(client);
	return true;
}

/* How much to read: the rest of the message begun, or as much as comes at once. */
static size_t
read_size(const struct tcp_client *client)
{
	size_t need = client->in.len < 2 ? 0 : 2 + (size_t)get16(client->in.data);

	return need > client->in.len + TCP_READ_MAX ? need - client->in.len : TCP_READ_MAX;
}

enum taken { TAKEN_SOME, TAKEN_NOTHING, TAKEN_GONE };

/* One read.  TAKEN_GONE: the client is closed. */
static enum taken
take(struct tcp_client *client)
{
	struct tcp_stream *stream = client->stream;
	size_t len = client->in.len;

	if (len > 0)
		memcpy(stream->in, client->in.data, len);

	ssize_t n = recv(event_get_fd(&client->readable), stream->in + len, read_size(client),
	    MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return TAKEN_NOTHING;
	if (n < 0) {
		tcp_client_close(client);
		return TAKEN_GONE;
	}
	client->ended = n == 0;
	return digest(client, stream->in, len + (size_t)n) ? TAKEN_SOME : TAKEN_GONE;
}

void
tcp_client_finish(struct tcp_client *client)
{
	enum taken taken = TAKEN_SOME;

	for (int i = 0; i < FINISH_READS && client->reading && taken == TAKEN_SOME; i++) {
		taken = take(client);
		if (taken == TAKEN_GONE)
			return;
	}
	/*
	 * Not before the socket is empty: closing it with octets unread resets what was sent,
	 * too.
	 */
	if (taken == TAKEN_NOTHING && client->out.len == 0)
		tcp_client_close(client);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_client *client = arg;

	(void)fd;
	(void)what;
	if (client->stream->stopping)
		tcp_client_finish(client);
	else
		(void)take(client);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_client *client = arg;
	struct tcp_stream *stream = client->stream;

	(void)fd;
	(void)what;
	if (!flush(client)) {
		tcp_client_close(client);
		return;
	}
	/* What came before the client was too slow to be read. */
	size_t len = client->in.len;

	if (len > 0)
		memcpy(stream->in, client->in.data, len);
	if (digest(client, stream->in, len) && stream->stopping)
		tcp_client_finish(client);
}

int
tcp_client_open(struct tcp_stream *stream, int fd, const struct addr *addr)
{
	struct tcp_client *client = calloc(1, sizeof(*client));

	if (client == NULL || tcp_peers_add(stream->peers, addr, &client->seat,
	    clock_now_ms(stream->clock)) != 0) {
		free(client);
		(void)close(fd);
		return ERR_NOMEM;
	}
	client->stream = stream;
	client->timer_ms = UINT64_MAX;
	atomic_fetch_add_explicit(&stream->clients, 1, memory_order_relaxed);
	(void)event_assign(&client->readable, stream->loop, fd, EV_READ | EV_PERSIST, on_readable,
	    client);
	(void)event_assign(&client->writable, stream->loop, fd, EV_WRITE | EV_PERSIST, on_writable,
	    client);
	(void)event_assign(&client->timer, stream->loop, -1, 0, on_timer, client);
	client->reading = true;
	if (event_add(&client->readable, NULL) != 0) {
		tcp_client_close(client);
		return ERR_NOMEM;
	}
	set_timer(client);
	return 0;
}
