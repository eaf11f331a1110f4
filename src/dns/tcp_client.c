/*
 * tcp_client.c - one TCP or TLS connection: queries out of its stream, replies into it, within
 * limits.
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
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "dns/index.h"
#include "dns/tcp_answer.h"
#include "dns/tcp_numbers.h"
#include "dns/tcp_outbox.h"
#include "dns/tcp_source.h"
#include "dns/wire.h"
#include "dns/onlooker.h"
#include "net/link.h"
#include "net/tls_server.h"

#define PUMP_MAX 8              /* messages of a long answer at a time */
#define FINISH_READS 16         /* at a time, of a client that the stopping server still reads */

struct tcp_client {
	struct tcp_seat seat;
	struct tcp_stream *stream;
	struct link link;
	uint64_t number;
	struct event readable;
	struct event writable;
	struct event timer;
	uint64_t timer_ms;              /* when the timer goes off */
	/* a message not whole yet; whole ones while the client is not read */
	struct tcp_buffer in;
	uint64_t begun_ms;              /* when the first octet of the message in `in` came */
	struct tcp_outbox out;
	struct tcp_source *source;      /* a long answer under way: nothing is read meanwhile */
	bool source_waits;              /* it had nothing to say */
	unsigned errands;               /* queries whose answers come from elsewhere */
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

static uint64_t
now(const struct tcp_client *client)
{
	return clock_now_ms(client->stream->clock);
}

/* A buffer of this client changes its size. */
static void
account_change(void *arg, size_t before, size_t after)
{
	struct tcp_client *client = arg;

	client->stream->held += after - before;
	tcp_peers_hold(&client->seat, client->seat.held + after - before);
}

/*
 * Keep to the cap of all buffers together, at the cost of the address that holds most of it.
 * While the server stops it goes from client to client, and none but the one at hand may
 * vanish.
 */
static bool
make_room(void *arg, size_t more)
{
	struct tcp_client *client = arg;
	struct tcp_stream *stream = client->stream;

	while (stream->held + more > TCP_HELD_MAX) {
		struct tcp_seat *hog = tcp_peers_hog(stream->peers);

		if (hog == NULL || hog == &client->seat || stream->stopping)
			return false;
		tcp_client_close(tcp_client_of(hog));
	}
	return true;
}

static struct tcp_account
account_of(struct tcp_client *client)
{
	return (struct tcp_account){ .grow = make_room, .changed = account_change, .arg = client };
}

static void
drop_source(struct tcp_client *client)
{
	if (client->source != NULL)
		client->source->free(client->source);
	client->source = NULL;
	client->source_waits = false;
}

void
tcp_client_close(struct tcp_client *client)
{
	struct tcp_stream *stream = client->stream;
	struct tcp_account account = account_of(client);

	(void)event_del(&client->readable);
	(void)event_del(&client->writable);
	(void)event_del(&client->timer);
	link_close(&client->link);
	drop_source(client);
	tcp_buffer_drop(&client->in, &account);
	tcp_buffer_drop(&client->out.buffer, &account);
	tcp_numbers_drop(stream->numbers, client->number);
	tcp_peers_remove(stream->peers, &client->seat);
	atomic_fetch_sub_explicit(&stream->clients, 1, memory_order_relaxed);
	free(client);
}

static bool
is_full(const struct tcp_client *client)
{
	return tcp_outbox_unsent(&client->out) >= TCP_UNSENT_MAX ||
	    client->out.pending + client->errands >= TCP_PENDING_MAX || client->source != NULL;
}

/* When this connection is given up if nothing happens to it until then. */
static uint64_t
deadline(const struct tcp_client *client)
{
	const struct tcp_stream *stream = client->stream;
	uint64_t limit_ms = client->spoken ? stream->idle_ms : stream->message_ms;
	/* Who is to be answered by us has time. */
	uint64_t at = client->errands > 0 || client->source_waits ? UINT64_MAX :
	    client->seat.active_ms + limit_ms;

	if (client->in.len > 0 && client->reading)
		at = client->begun_ms + stream->message_ms;
	if (tcp_outbox_unsent(&client->out) > 0) {
		uint64_t unsent_at = client->out.progress_ms + stream->message_ms;

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

/* Read only while the client takes its replies, write only while something waits. */
static void
set_events(struct tcp_client *client)
{
	bool want = !client->ended && !is_full(client);

	/*
	 * A long answer that had its turn has the next one when all others have been looked at: an
	 * event that is active already would come before them.
	 */
	if (tcp_outbox_unsent(&client->out) > 0 || client->link.needs_room ||
	    (client->source != NULL && !client->source_waits))
		(void)event_add(&client->writable, NULL);
	else
		(void)event_del(&client->writable);
	if (want != client->reading) {
		client->reading = want;
		if (want) {
			client->begun_ms = now(client);
			(void)event_add(&client->readable, NULL);
		} else {
			(void)event_del(&client->readable);
		}
	}
	/* What TLS holds already the socket does not tell of. */
	if (want && link_has_more(&client->link))
		event_active(&client->readable, EV_READ, 0);
}

static struct reply_counts *
counts_of(const struct tcp_client *client)
{
	bool ip6 = tcp_peers_addr(&client->seat)->family == ADDR_IP6;

	return &client->stream->counts[ip6 ? 1 : 0];
}

/* A reply goes out, to stream->asked. */
static void
note_reply(const struct tcp_client *client, const uint8_t *reply, size_t len)
{
	struct tcp_stream *stream = client->stream;
	const struct tcp_asked *asked = &stream->asked;

	reply_counts_note(counts_of(client), reply, len);
	if (!onlooker_wants(stream->ring))
		return;
	struct onlooker_sight sight = {
		.reply = reply, .reply_len = len, .query_len = asked->len,
		.payload = asked->payload, .dnssec_ok = asked->dnssec_ok,
		.took_us = clock_now_us(stream->clock) - asked->began_us,
		.transport = stream->tls != NULL ? TRANSPORT_TLS : TRANSPORT_TCP,
	};
	onlooker_note_connection(stream->ring, client->link.fd, &sight);
}

/* Put a message behind its length; the octets of both. */
static size_t
frame(uint8_t *out, const uint8_t *message, size_t len)
{
	wire_set_u16(out, (uint16_t)len);
	memcpy(out + 2, message, len);
	return 2 + len;
}

/* false: the client must be given up. */
static bool
send_batch(struct tcp_client *client, size_t len, unsigned replies)
{
	struct tcp_account account = account_of(client);

	return len == 0 || tcp_outbox_send(&client->out, &account, &client->link,
	    client->stream->out, len, replies, now(client));
}

/* Answer one query into the batch.  Its length there; 0: silence, or later. */
static size_t
answer(struct tcp_client *client, const uint8_t *query, size_t len, uint8_t *out)
{
	struct tcp_stream *stream = client->stream;

	memcpy(stream->work, query, len);
	stream->queries++;
	reply_counts_up(&counts_of(client)->queries, 1);
	struct tcp_ending ending = tcp_answer(stream, tcp_peers_addr(&client->seat),
	    client->number, len);
	reply_counts_asked(counts_of(client), &ending.query, len);
	client->source = ending.source;
	client->errands += ending.later;
	if (ending.len == 0 || ending.len > UINT16_MAX) {
		if (!ending.later && ending.source == NULL)
			reply_counts_up(&counts_of(client)->dropped, 1);
		return 0;
	}
	stream->asked.len = (uint16_t)len;
	stream->asked.payload = ending.query.payload;
	stream->asked.dnssec_ok = ending.query.dnssec_ok;
	note_reply(client, stream->work, ending.len);
	return frame(out, stream->work, ending.len);
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
	    len - at >= 2 + (size_t)wire_get_u16(in + at)) {
		size_t query_len = wire_get_u16(in + at);
		size_t reply = 0;

		/* Less than a header is no DNS: nothing behind it can be believed. */
		*good = query_len >= DNS_HEADER_LEN;
		if (*good)
			reply = answer(client, in + at + 2, query_len, client->stream->out + batch);
		at += 2 + query_len;
		batch += reply;
		replies += reply > 0;
		client->spoken = true;
		/* The batch must fit into stream->out. */
		if (tcp_outbox_unsent(&client->out) + batch >= TCP_UNSENT_MAX ||
		    client->out.pending + client->errands + replies >= TCP_PENDING_MAX ||
		    !*good) {
			*good = send_batch(client, batch, replies) && *good;
			batch = replies = 0;
		}
	}
	if (batch > 0)
		*good = send_batch(client, batch, replies) && *good;
	return at;
}

/*
 * Go on with a long answer while the client takes it, for so many messages: others have their turn.
 * false: the client must be given up.
 */
static bool
pump(struct tcp_client *client)
{
	struct tcp_stream *stream = client->stream;

	client->source_waits = false;
	for (int i = 0; client->source != NULL && tcp_outbox_unsent(&client->out) < TCP_UNSENT_MAX &&
	    client->out.pending < TCP_PENDING_MAX; i++) {
		if (i == PUMP_MAX)
			return true;
		index_reader_online();
		size_t len = client->source->next(client->source, stream->work, UINT16_MAX);
		index_reader_offline();
		client->source_waits = len == TCP_SOURCE_LATER;
		if (client->source_waits)
			return true;
		if (len == 0 || len == TCP_SOURCE_FAILED) {
			drop_source(client);
			return len == 0;
		}
		reply_counts_note(counts_of(client), stream->work, len);
		tcp_peers_touch(&client->seat, now(client));
		if (!send_batch(client, frame(stream->out, stream->work, len), 1))
			return false;
	}
	return true;
}

/*
 * Go through in[0..len), which is either stream->in or the client's own buffer, and keep the
 * rest.  Closes the client where it must; false then.
 */
static bool
digest(struct tcp_client *client, const uint8_t *in, size_t len)
{
	struct tcp_stream *stream = client->stream;
	struct tcp_account account = account_of(client);
	bool had_part = client->in.len > 0;
	bool good = pump(client);
	uint64_t began_us = clock_now_us(stream->clock);
	uint64_t before = stream->queries;

	stream->asked.began_us = began_us;

	/*
	 * Settings, too, are kept until the readers have passed a quiescent point: first
	 * online, then load.
	 */
	index_reader_online();
	serving_get(&stream->serving, &stream->responder);
	size_t done = good ? answer_all(client, in, len, &good) : 0;
	index_reader_offline();
	if (stream->queries != before)
		latency_note_many(&stream->durations, clock_now_us(stream->clock) - began_us,
		    stream->queries - before);
	bool series = client->source != NULL;
	if (!good || !tcp_buffer_set(&client->in, &account, in + done, len - done) ||
	    !pump(client)) {
		tcp_client_close(client);
		return false;
	}
	if (done > 0)
		tcp_peers_touch(&client->seat, now(client));
	if (done > 0 || !had_part)
		client->begun_ms = now(client);
	set_events(client);
	/* A short one that is through already: what came behind it has its turn. */
	if (series && client->source == NULL)
		event_active(&client->writable, EV_WRITE, 0);
	/* Half a message that will never be whole is no reason to wait. */
	if (client->ended && tcp_outbox_unsent(&client->out) == 0 && client->errands == 0 &&
	    client->source == NULL) {
		tcp_client_close(client);
		return false;
	}
	set_timer(client);
	return true;
}

/* Go through what came before the client was too slow, or had too much under way, to be read. */
static void
go_on(struct tcp_client *client)
{
	struct tcp_stream *stream = client->stream;
	size_t len = client->in.len;

	if (len > 0)
		memcpy(stream->in, client->in.data, len);
	if (digest(client, stream->in, len) && stream->stopping)
		tcp_client_finish(client);
}

void
tcp_client_go_on(struct tcp_client *client)
{
	if (client->source_waits)
		go_on(client);
}

/* How much to read: the rest of the message begun, or as much as comes at once. */
static size_t
read_size(const struct tcp_client *client)
{
	size_t need = client->in.len < 2 ? 0 : 2 + (size_t)wire_get_u16(client->in.data);

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

	ssize_t n = link_read(&client->link, stream->in + len, read_size(client));

	if (n < 0 && errno == EAGAIN) {
		set_events(client);
		return TAKEN_NOTHING;
	}
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
	if (taken == TAKEN_NOTHING && tcp_outbox_unsent(&client->out) == 0 &&
	    client->errands == 0)
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
	else if (client->reading)
		(void)take(client);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_client *client = arg;
	struct tcp_account account = account_of(client);

	/* In the middle of a handshake it is a read that goes on. */
	if (client->link.needs_room && client->reading) {
		on_readable(fd, what, arg);
		return;
	}
	if (tcp_outbox_flush(&client->out, &account, &client->link, now(client)))
		go_on(client);
	else
		tcp_client_close(client);
}

void
tcp_client_deliver(struct tcp_stream *stream, uint64_t number, const uint8_t *reply, size_t len)
{
	struct tcp_client *client = tcp_numbers_find(stream->numbers, number);

	if (client == NULL || len == 0 || len > UINT16_MAX)
		reply_counts_up(&stream->counts[0].dropped, 1);
	if (client == NULL)
		return;
	client->errands--;
	tcp_peers_touch(&client->seat, now(client));
	if (len > 0 && len <= UINT16_MAX) {
		note_reply(client, reply, len);
		if (!send_batch(client, frame(stream->out, reply, len), 1)) {
			tcp_client_close(client);
			return;
		}
	}
	go_on(client);
}

/* false: no memory, or no session for TLS. */
static bool
set_up(struct tcp_client *client, int fd, const struct addr *addr)
{
	struct tcp_stream *stream = client->stream;
	struct ssl_st *session = NULL;

	if (stream->tls != NULL) {
		session = tls_server_session(stream->tls);
		if (session == NULL)
			return false;
	}
	link_open(&client->link, fd, session);
	client->number = tcp_numbers_take(stream->numbers, client);
	return client->number != 0 && tcp_peers_add(stream->peers, addr, &client->seat,
	    clock_now_ms(stream->clock)) == 0;
}

int
tcp_client_open(struct tcp_stream *stream, int fd, const struct addr *addr)
{
	struct tcp_client *client = calloc(1, sizeof(*client));

	if (client == NULL) {
		(void)close(fd);
		return ERR_NOMEM;
	}
	client->stream = stream;
	link_open(&client->link, fd, NULL);
	if (!set_up(client, fd, addr)) {
		link_close(&client->link);
		tcp_numbers_drop(stream->numbers, client->number);
		free(client);
		return ERR_NOMEM;
	}
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
