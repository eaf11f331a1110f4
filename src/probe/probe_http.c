/* probe_http.c - a probe that passes when a GET is answered with a status from 200 to 399. */
#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "net/http_reply.h"
#include "probe/dial.h"
#include "probe/engine.h"
#include "probe/http_request.h"
#include "probe/probe_host.h"
#include "probe/probe_tls.h"
#include "probe/url.h"

/* The tenth redirect is refused (kubelet: "stopped after 10 redirects"). */
#define REDIRECT_MAX 10
/* As much as is read at once: the whole of what is wanted of a body fits. */
#define PIECE 16384

enum step {
	STEP_FIND,
	STEP_CONNECT,
	STEP_TLS,
	STEP_SEND,
	STEP_HEAD,
	STEP_BODY,
};

struct http_attempt {
	struct probe probe;
	struct probe_host host;
	enum step step;
	unsigned redirects;
	bool https;
	bool host_from_headers;
	struct addr_port to;
	char *target;           /* where a redirect led; NULL: the spec's path */
	size_t sent;
	SSL *session;
	struct http_reply reply;
};

/* The host of the URL: what was asked for, not what it resolved to. */
static const char *
url_host(const struct http_attempt *http, char buf[ADDR_TEXT_SIZE])
{
	const char *host = http->probe.target.spec->host;

	return host != NULL && host[0] != '\0' ? host : addr_text(&http->probe.target.addr, buf);
}

/* ---- connecting ---- */

static bool
dial_next(struct http_attempt *http, int error)
{
	struct probe *probe = &http->probe;
	int fd = -1;

	while (fd < 0) {
		if (!probe_host_next(&http->host, &http->to.addr)) {
			probe_end(probe, dial_outcome(error), dial_detail(error));
			return false;
		}
		fd = dial_open(&http->to);
		error = -fd;
	}
	probe_set_fd(probe, fd);
	http->step = STEP_CONNECT;
	return true;
}

static bool
begin_tls(struct http_attempt *http)
{
	char host[ADDR_TEXT_SIZE];

	http->session = probe_tls_open(&http->probe, url_host(http, host));
	http->step = STEP_TLS;
	return http->session != NULL;
}

static bool
step_tls_connect(struct http_attempt *http)
{
	int error = dial_poll(http->probe.fd, &http->to);

	if (error == 0) {
		probe_step(&http->probe, "connected");
		return begin_tls(http);
	}
	if (error != EINPROGRESS)
		return dial_next(http, error);
	probe_wait(&http->probe, EV_WRITE);
	return false;
}

static bool
step_tls(struct http_attempt *http)
{
	if (!probe_tls_connect(&http->probe, http->session))
		return false;
	probe_step(&http->probe, "TLS handshake done");
	http->step = STEP_SEND;
	return true;
}

/* ---- sending ---- */

static void
add_spec_target(const struct http_attempt *http, struct strbuf *out)
{
	const char *path = http->probe.target.spec->path;

	url_add_target(out, path != NULL ? path : "/");
}

static int
write_request(struct http_attempt *http, struct strbuf *out)
{
	const struct probe_spec *spec = http->probe.target.spec;
	struct strbuf target = STRBUF_INIT;
	char host[ADDR_TEXT_SIZE];

	if (http->target == NULL)
		add_spec_target(http, &target);
	int err = target.err != 0 ? target.err : http_request_add(out, &(struct http_request){
		.host = url_host(http, host),
		.port = http->to.port,
		.target = http->target != NULL ? http->target : target.text,
		.headers = spec->headers,
		.header_count = spec->header_count,
		.host_from_headers = http->host_from_headers,
		.user_agent = http->probe.prober->settings.user_agent,
	});
	strbuf_release(&target);
	return err;
}

enum sending { SENT, SEND_LATER, SEND_ELSEWHERE };

static enum sending
send_plain(struct http_attempt *http, const char *text, size_t len)
{
	struct probe *probe = &http->probe;
	ssize_t n = send(probe->fd, text, len, MSG_NOSIGNAL);

	if (n >= 0) {
		http->step = STEP_SEND;
		http->sent += (size_t)n;
		if ((size_t)n == len)
			return SENT;
	} else if (errno == EPIPE && http->step == STEP_SEND) {
		return SENT;    /* closed early; perhaps with an answer */
	} else if (errno != EAGAIN && http->step == STEP_CONNECT) {
		return dial_next(http, errno) ? SEND_ELSEWHERE : SEND_LATER;
	} else if (errno != EAGAIN) {
		probe_end(probe, errno == ECONNRESET ? OUTCOME_RESET : OUTCOME_SEND_FAILED,
		    strerror(errno));
		return SEND_LATER;
	}
	probe_wait(probe, EV_WRITE);
	return SEND_LATER;
}

static enum sending
send_tls(struct http_attempt *http, const char *text, size_t len)
{
	return probe_tls_send(&http->probe, http->session, text, len) ? SENT : SEND_LATER;
}

/*
 * The request is written anew each time, since mostly once is enough.  Without TLS sending is
 * also how the connection is found to be made: to an address of this host it is, and a round
 * through the loop is saved.
 */
static bool
step_send(struct http_attempt *http)
{
	struct probe *probe = &http->probe;
	struct strbuf *out = &probe->prober->scratch;

	strbuf_clear(out);
	int err = write_request(http, out);

	if (err != 0) {
		probe_end(probe, err == ERR_NOMEM ? OUTCOME_FAULT_MEMORY : OUTCOME_SEND_FAILED,
		    "a header that cannot be sent");
		return false;
	}
	const char *text = out->text + http->sent;
	size_t len = out->len - http->sent;
	enum sending sending = http->session != NULL ? send_tls(http, text, len) :
	    send_plain(http, text, len);

	if (sending == SENT) {
		probe_step(probe, http->session != NULL ? "request sent" : "connected, request sent");
		http->step = STEP_HEAD;
	}
	return sending != SEND_LATER;
}

/* ---- the answer ---- */

static bool
is_redirect(const struct http_reply *reply)
{
	switch (reply->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return reply->location != NULL;
	default:
		return false;
	}
}

static void
close_session(struct http_attempt *http)
{
	SSL_free(http->session);
	http->session = NULL;
	http_reply_release(&http->reply);
}

/* Go to where the redirect leads, which is on the same host. */
static bool
move(struct http_attempt *http, struct url *url)
{
	close_session(http);
	http_reply_init(&http->reply);
	free(http->target);
	http->target = url->target;
	url->target = NULL;
	http->https = url->https;
	http->to.port = url->port;
	http->sent = 0;
	/* Go keeps a Host of the user's own over relative redirects only. */
	http->host_from_headers = http->host_from_headers && !url->scheme_stated;
	http->host.next = 0;
	return dial_next(http, EHOSTUNREACH);
}

static bool
follow(struct http_attempt *http)
{
	struct probe *probe = &http->probe;
	struct strbuf target = STRBUF_INIT;
	char host[ADDR_TEXT_SIZE];
	struct url url = { 0 };
	bool moved = false;

	if (http->target != NULL)
		strbuf_add(&target, http->target);
	else
		add_spec_target(http, &target);
	int err = target.err != 0 ? target.err : url_resolve(&(struct url){
		.https = http->https,
		.host = (char *)url_host(http, host),
		.port = http->to.port,
		.target = target.text,
	}, http->reply.location, &url);

	if (err == ERR_NOMEM)
		probe_end(probe, OUTCOME_FAULT_MEMORY, NULL);
	else if (err != 0)
		probe_end_value(probe, OUTCOME_HTTP_REDIRECT_BAD, http->reply.status, NULL);
	else if (!url_same_host(url.host, url_host(http, host)))
		probe_end_value(probe, OUTCOME_PASS_REDIRECT, http->reply.status, url.host);
	else if (++http->redirects == REDIRECT_MAX)
		probe_end_value(probe, OUTCOME_HTTP_REDIRECT_LOOP, http->reply.status, NULL);
	else
		moved = move(http, &url);
	url_release(&url);
	strbuf_release(&target);
	return moved;
}

static void
end_bad(struct http_attempt *http)
{
	enum http_reply_fault fault = http->reply.fault;
	enum outcome_code code = OUTCOME_HTTP_MALFORMED;

	switch (fault) {
	case HTTP_REPLY_CLOSED:
	case HTTP_REPLY_HEAD_SHORT:
		code = OUTCOME_CLOSED;
		break;
	case HTTP_REPLY_BODY_SHORT:
		code = OUTCOME_BODY_SHORT;
		break;
	case HTTP_REPLY_HEAD_LARGE:
		code = OUTCOME_HEADERS_TOO_LARGE;
		break;
	case HTTP_REPLY_NOMEM:
		code = OUTCOME_FAULT_MEMORY;
		break;
	default:
		break;
	}
	probe_end(&http->probe, code, http_reply_fault_text(fault));
}

/* What is known so far may decide; true: a redirect is followed. */
static bool
judge(struct http_attempt *http)
{
	struct probe *probe = &http->probe;
	const struct http_reply *reply = &http->reply;

	if (reply->head_done && http->step == STEP_HEAD)
		probe_step(probe, is_redirect(reply) ? "headers read: a redirect" : "headers read");
	if (reply->head_done && is_redirect(reply))
		return follow(http);
	if (reply->head_done && (reply->status < 200 || reply->status >= 400)) {
		/* The body could only add a second reason. */
		probe->part = true;
		probe_end_value(probe, OUTCOME_HTTP_STATUS, reply->status, NULL);
		return false;
	}
	if (reply->head_done)
		http->step = STEP_BODY;
	if (reply->step == HTTP_REPLY_BAD) {
		end_bad(http);
	} else if (reply->step == HTTP_REPLY_DONE) {
		probe_step(probe, "body read");
		probe->part = reply->body_len < HTTP_REPLY_BODY_MAX;
		probe_end_value(probe, reply->status < 300 ? OUTCOME_PASS : OUTCOME_PASS_REDIRECT,
		    reply->status < 300 ? 0 : reply->status, NULL);
	}
	return false;
}

/* Octets, 0 at the end, -1 after an ending or when there is nothing yet. */
static ssize_t
receive(struct http_attempt *http, char *piece)
{
	struct probe *probe = &http->probe;

	if (http->session != NULL)
		return probe_tls_receive(probe, http->session, piece, PIECE);
	ssize_t n = recv(probe->fd, piece, PIECE, 0);

	if (n < 0 && errno == EAGAIN)
		probe_wait(probe, EV_READ);
	else if (n < 0)
		probe_end(probe, errno == ECONNRESET ? OUTCOME_RESET : OUTCOME_CLOSED,
		    strerror(errno));
	return n;
}

static bool
step_read(struct http_attempt *http)
{
	char piece[PIECE];
	ssize_t n = receive(http, piece);

	if (n < 0)
		return false;
	if (n == 0)
		http_reply_end(&http->reply);
	else
		http_reply_feed(&http->reply, piece, (size_t)n);
	if (judge(http))
		return true;
	if (http->probe.ended)
		return false;
	/*
	 * A piece that was not full has emptied the socket; TLS may hold more than epoll knows
	 * of.
	 */
	if (http->session == NULL && n < PIECE) {
		probe_wait(&http->probe, EV_READ);
		return false;
	}
	return true;
}

/* ---- the engine ---- */

static bool
step(struct http_attempt *http)
{
	switch (http->step) {
	case STEP_FIND:
		return false;
	case STEP_CONNECT:
		return http->https ? step_tls_connect(http) : step_send(http);
	case STEP_TLS:
		return step_tls(http);
	case STEP_SEND:
		return step_send(http);
	case STEP_HEAD:
	case STEP_BODY:
		return step_read(http);
	}
	return false;
}

static void
io(struct probe *probe)
{
	struct http_attempt *http = (struct http_attempt *)probe;

	while (!probe->ended && step(http))
		continue;
}

static void
found(struct probe *probe)
{
	struct http_attempt *http = (struct http_attempt *)probe;

	if (dial_next(http, EHOSTUNREACH))
		io(probe);
}

static void
start(struct probe *probe)
{
	struct http_attempt *http = (struct http_attempt *)probe;

	http->to.port = probe->target.port;
	http->https = probe->target.spec->https;
	http->host_from_headers = true;
	http_reply_init(&http->reply);
	probe_host_find(&http->host, probe, found);
}

static enum outcome_code
timeout(const struct probe *probe)
{
	switch (((const struct http_attempt *)probe)->step) {
	case STEP_FIND:
		return OUTCOME_HOST_UNKNOWN;
	case STEP_CONNECT:
		return OUTCOME_CONNECT_TIMEOUT;
	case STEP_TLS:
		return OUTCOME_TLS_TIMEOUT;
	case STEP_SEND:
	case STEP_HEAD:
		return OUTCOME_HEADERS_TIMEOUT;
	case STEP_BODY:
		return OUTCOME_BODY_TIMEOUT;
	}
	return OUTCOME_HEADERS_TIMEOUT;
}

static void
clear(struct probe *probe)
{
	struct http_attempt *http = (struct http_attempt *)probe;

	probe_host_clear(&http->host);
	close_session(http);
	free(http->target);
}

const struct engine engine_http = {
	.size = sizeof(struct http_attempt),
	.needs_port = true,
	.start = start,
	.io = io,
	.timeout = timeout,
	.clear = clear,
};
