/*
 * client.h - ask the daemon over its Unix socket, HTTP or HTTPS.  Thread: main; one call at a time.
 *
 * Where the server is not named, the sockets of a system's and of a user's daemon are tried
 * before http://127.0.0.1:8053, which only reads.  No proxy of the environment is used, no
 * redirect is followed, and what a reply may hold is bounded.  A token goes out over https only.
 */
#ifndef ROLLCALL_CLI_CLIENT_H
#define ROLLCALL_CLI_CLIENT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct client;

struct client_settings {
	const char *server;             /* URL, unix:PATH or /PATH; NULL: the defaults */
	const char *token_file;         /* NULL: none */
	const char *cacert;             /* PEM file; NULL: the system's authorities */
};

#define CLIENT_REPLY_MAX (512UL << 20)  /* octets of a reply: 100,000 Services are about 100 MB */
#define CLIENT_LINE_MAX (8UL << 20)     /* octets of one line of a stream */
#define CLIENT_TIMEOUT_MS 60000

/* One question and its answer; start with CALL_INIT(method, path). */
struct call {
	const char *method;             /* "GET", "POST" ... */
	const char *path;               /* with its query, escaped */
	const char *accept;             /* NULL: application/json */
	const char *type;               /* of the body; NULL: application/json */
	const char *body;               /* NULL: none */
	size_t body_len;
	unsigned timeout_ms;            /* for all of it; 0: CLIENT_TIMEOUT_MS, for streams: none */
	/* the answer */
	int status;                     /* 200 ...; 0: there was none */
	struct strbuf reply;
	struct strbuf warnings;         /* texts of Warning: headers, a line each */
};
#define CALL_INIT(method_, path_) \
	{ .method = (method_), .path = (path_), .reply = STRBUF_INIT, .warnings = STRBUF_INIT }
void call_release(struct call *call);

/* How the reading of a stream is taken part in; all but `line` may be NULL. */
struct client_stream {
	/* A line without its end; false: enough.  Not called for replies that are errors. */
	bool (*line)(void *arg, const char *text, size_t len);
	/* Every tick_ms, and when `fd` is readable; false: enough. */
	bool (*tick)(void *arg);
	unsigned tick_ms;
	int fd;                         /* say STDIN_FILENO; -1: none */
	void *arg;
};

/* NULL: no memory, or a file that cannot be read: `problem` has the sentence. */
struct client *client_new(const struct client_settings *settings, struct strbuf *problem);
void client_free(struct client *client);

/*
 * Ask and wait for the whole answer.  0 when there is one, whatever its status; else ERR_NOMEM,
 * ERR_LIMIT (too large), ERR_TIMEOUT, ERR_CLOSED, ERR_DENIED (the certificate), ERR_NOTFOUND
 * (nobody there), and client_problem() has the sentence: what was tried, what to do.
 */
int client_call(struct client *client, struct call *call);

/*
 * The same for a reply without an end: lines are handed on as they come.  0 when the server ended
 * it, or line() or tick() had enough; ERR_CLOSED when it broke off.  A reply with a status of 400
 * and above is collected in call->reply instead.
 */
int client_stream(struct client *client, struct call *call, const struct client_stream *stream);

/* The sentence on the last failure; never NULL. */
const char *client_problem(const struct client *client);

/* The address that answered last, as people write it: "/run/rollcall/api.sock"; NULL: none yet. */
const char *client_address(const struct client *client);

/* Add `text` to a URL with everything but unreserved characters escaped (RFC 3986, 2.3). */
void client_escape(struct strbuf *url, const char *text);
#endif
