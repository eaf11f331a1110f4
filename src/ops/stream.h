/*
 * stream.h - what happens, told to many as it does: server-sent events.  Thread: control.
 *
 * Each message has a number that grows, over restarts too, so that a client that lost its
 * connection gets what it missed (Last-Event-ID) or, if that is forgotten, a greeting as a new one
 * does.  Who does not take what it is sent is shown out.  WHATWG HTML, 9.2 Server-sent events.
 */
#ifndef ROLLCALL_OPS_STREAM_H
#define ROLLCALL_OPS_STREAM_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;
struct visit;

struct stream_settings {
	size_t max_clients;             /* more are answered with 503 */
	uint64_t first_id;              /* the microseconds since 1970 */
	/* What a new client is told first, as event "hello": a new reference, or NULL. */
	json_t *(*greeting)(void *arg);
	void *arg;
};

struct stream *stream_new(const struct stream_settings *settings);      /* NULL: no memory */
/* Breaks off what is open. */
void stream_free(struct stream *stream);

/* A GET that wants to be told; takes the visit over. */
void stream_open(struct stream *stream, struct visit *visit);
/* Tell all; takes the reference, NULL is nothing. */
void stream_say(struct stream *stream, const char *event, json_t *data);

size_t stream_clients(const struct stream *stream);
/* Is anybody there, or was lately, who may come back for what it missed? */
bool stream_is_heard(const struct stream *stream);
/* Once a second: after a minute without a client what was said is forgotten. */
void stream_tick(struct stream *stream);
#endif
