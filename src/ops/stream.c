/* stream.c - what happens, told to many as it does: server-sent events. */
#include "ops/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/strbuf.h"
#include "ops/status.h"
#include "ops/visit.h"

#define KEPT_MESSAGES 512
#define KEPT_OCTETS (256 * 1024)
/* A greeting may be 64 KiB; who is this far behind a stream of short messages has stopped reading. */
#define BEHIND_MAX (256 * 1024)
#define FORGET_S 60
#define JSON_FORM (JSON_COMPACT | JSON_ENSURE_ASCII)

struct message {
	uint64_t id;
	size_t len;
	char *text;
};

struct client {
	struct stream *stream;
	struct visit *visit;
	struct client *prev, *next;
};

struct stream {
	struct stream_settings settings;
	struct client *clients;
	size_t client_count;
	struct message kept[KEPT_MESSAGES];     /* a ring */
	size_t first;
	size_t count;
	size_t octets;
	uint64_t next_id;
	unsigned lonely_s;
};

static void
drop_oldest(struct stream *stream)
{
	struct message *oldest = &stream->kept[stream->first];

	stream->octets -= oldest->len;
	free(oldest->text);
	stream->first = (stream->first + 1) % KEPT_MESSAGES;
	stream->count--;
}

static void
keep(struct stream *stream, uint64_t id, char *text, size_t len)
{
	while (stream->count > 0 &&
	    (stream->count == KEPT_MESSAGES || stream->octets + len > KEPT_OCTETS))
		drop_oldest(stream);
	stream->kept[(stream->first + stream->count) % KEPT_MESSAGES] =
	    (struct message){ .id = id, .len = len, .text = text };
	stream->count++;
	stream->octets += len;
}

/* The message as it goes over the wire; NULL: no memory.  Takes the reference. */
static char *
format(uint64_t id, const char *event, json_t *data, size_t *len)
{
	char *json = data == NULL ? NULL : json_dumps(data, JSON_FORM);
	struct strbuf text = STRBUF_INIT;

	json_decref(data);
	if (json == NULL)
		return NULL;
	strbuf_addf(&text, "id: %" PRIu64 "\nevent: %s\ndata: ", id, event);
	strbuf_add(&text, json);
	strbuf_add(&text, "\n\n");
	free(json);
	*len = text.len;
	return strbuf_take(&text);
}

/* ---- clients ---- */

static void
forget(struct client *client)
{
	DL_DELETE(client->stream->clients, client);
	client->stream->client_count--;
	free(client);
}

static void
on_gone(void *arg)
{
	forget(arg);
}

static void
send_text(struct client *client, const char *text, size_t len)
{
	(void)visit_more(client->visit, text, len);
	if (visit_waiting(client->visit) <= BEHIND_MAX)
		return;
	visit_abort(client->visit);
	forget(client);
}

/* The place in the ring of what follows `id`; false: it is forgotten, or none of ours. */
static bool
find_next(const struct stream *stream, uint64_t id, size_t *at)
{
	if (id + 1 == stream->next_id) {
		*at = stream->count;
		return true;
	}
	if (stream->count == 0 || id >= stream->next_id ||
	    id + 1 < stream->kept[stream->first].id)
		return false;
	/* Numbers have no gaps. */
	*at = (size_t)(id + 1 - stream->kept[stream->first].id);
	return true;
}

static void
add_missed(const struct stream *stream, size_t at, struct strbuf *text)
{
	for (; at < stream->count; at++) {
		const struct message *message =
		    &stream->kept[(stream->first + at) % KEPT_MESSAGES];

		strbuf_add_n(text, message->text, message->len);
	}
}

static void
add_greeting(const struct stream *stream, struct strbuf *text)
{
	size_t len;
	char *hello = format(stream->next_id - 1, "hello",
	    stream->settings.greeting(stream->settings.arg), &len);

	if (hello == NULL)
		text->err = -1;
	else
		strbuf_add_n(text, hello, len);
	free(hello);
}

static void
begin(struct stream *stream, struct visit *visit, const struct strbuf *text)
{
	struct client *client = text->err == 0 ? calloc(1, sizeof(*client)) : NULL;

	if (client == NULL) {
		status_say(visit, 503, "no memory for another stream");
		return;
	}
	client->stream = stream;
	client->visit = visit;
	DL_APPEND(stream->clients, client);
	stream->client_count++;
	stream->lonely_s = 0;
	visit_set_header(visit, "Cache-Control", "no-store");
	visit_set_header(visit, "X-Accel-Buffering", "no");
	visit_set_flow(visit, NULL, on_gone, client);
	visit_begin(visit, 200, "text/event-stream");
	(void)visit_more(visit, text->text, text->len);
}

void
stream_open(struct stream *stream, struct visit *visit)
{
	const char *last = visit_header(visit, "Last-Event-ID");
	struct strbuf text = STRBUF_INIT;
	size_t at;

	if (visit_method(visit) == VISIT_HEAD) {
		visit_reply(visit, 200, "text/event-stream", "", 0);
		return;
	}
	if (stream->client_count >= stream->settings.max_clients) {
		status_say(visit, 503, "%zu streams are open, as many as there may be",
		    stream->client_count);
		return;
	}
	strbuf_add(&text, "retry: 1000\n\n");
	if (last != NULL && find_next(stream, strtoull(last, NULL, 10), &at))
		add_missed(stream, at, &text);
	else
		add_greeting(stream, &text);
	begin(stream, visit, &text);
	strbuf_release(&text);
}

/* ---- public ---- */

struct stream *
stream_new(const struct stream_settings *settings)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (stream == NULL)
		return NULL;
	stream->settings = *settings;
	stream->next_id = settings->first_id + 1;
	stream->lonely_s = FORGET_S;
	return stream;
}

void
stream_free(struct stream *stream)
{
	if (stream == NULL)
		return;
	while (stream->clients != NULL) {
		visit_abort(stream->clients->visit);
		forget(stream->clients);
	}
	while (stream->count > 0)
		drop_oldest(stream);
	free(stream);
}

void
stream_say(struct stream *stream, const char *event, json_t *data)
{
	struct client *client, *next;
	size_t len;
	char *text;

	if (!stream_is_heard(stream)) {
		json_decref(data);
		return;
	}
	text = format(stream->next_id, event, data, &len);
	/* Who misses one must not believe to have had them all: the number is left out. */
	if (text == NULL) {
		while (stream->count > 0)
			drop_oldest(stream);
		stream->next_id += 2;
		return;
	}
	keep(stream, stream->next_id++, text, len);
	DL_FOREACH_SAFE(stream->clients, client, next)
		send_text(client, text, len);
}

size_t
stream_clients(const struct stream *stream)
{
	return stream->client_count;
}

bool
stream_is_heard(const struct stream *stream)
{
	return stream->client_count > 0 || stream->lonely_s < FORGET_S;
}

void
stream_tick(struct stream *stream)
{
	if (stream->client_count > 0 || stream->lonely_s >= FORGET_S)
		return;
	if (++stream->lonely_s < FORGET_S)
		return;
	while (stream->count > 0)
		drop_oldest(stream);
	/* What is said from now on goes unnumbered. */
	stream->next_id += 2;
}
