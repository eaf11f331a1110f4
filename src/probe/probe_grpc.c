/* probe_grpc.c - a probe that passes when grpc.health.v1.Health/Check answers SERVING. */
#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "probe/dial.h"
#include "probe/engine.h"
#include "probe/grpc_health.h"

/* All that a server may say before we have heard enough; an answer has some hundred octets. */
#define RECEIVED_MAX 262144
#define PIECE 4096

struct grpc_attempt {
	struct probe probe;
	struct addr_port to;
	bool connected;
	nghttp2_session *session;
	int32_t stream;
	struct strbuf request;          /* the framed message */
	size_t request_sent;
	struct strbuf out;              /* octets for the socket */
	size_t out_sent;
	size_t received;
	int http_status;
	int grpc_status;                /* -1: not seen */
	bool is_grpc;                   /* by its content type */
	char message[OUTCOME_DETAIL_SIZE];
	size_t body_len;
	uint8_t body[GRPC_HEALTH_MAX];
};

static struct grpc_attempt *
attempt_of(void *user_data)
{
	return user_data;
}

static void
protocol_error(struct grpc_attempt *grpc, const char *what)
{
	probe_end(&grpc->probe, OUTCOME_GRPC_PROTOCOL, what);
}

/* ---- the answer ---- */

static bool
is_name(const uint8_t *name, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(name, text, len) == 0;
}

/* At most three digits; -1 where it is no number. */
static int
small_number(const uint8_t *text, size_t len)
{
	int number = 0;

	if (len == 0 || len > 3)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = 10 * number + (text[i] - '0');
	}
	return number;
}

static int
on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
    size_t name_len, const uint8_t *value, size_t len, uint8_t flags, void *user_data)
{
	struct grpc_attempt *grpc = attempt_of(user_data);
	static const char type[] = "application/grpc";

	(void)session;
	(void)flags;
	if (frame->hd.stream_id != grpc->stream)
		return 0;
	if (is_name(name, name_len, ":status"))
		grpc->http_status = small_number(value, len);
	else if (is_name(name, name_len, "content-type"))
		grpc->is_grpc = len >= sizeof(type) - 1 &&
		    memcmp(value, type, sizeof(type) - 1) == 0;
	else if (is_name(name, name_len, "grpc-status"))
		grpc->grpc_status = small_number(value, len);
	else if (is_name(name, name_len, "grpc-message"))
		snprintf(grpc->message, sizeof(grpc->message), "%.*s", (int)len,
		    (const char *)value);
	return 0;
}

static int
on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t len,
    void *user_data)
{
	struct grpc_attempt *grpc = attempt_of(user_data);

	(void)session;
	(void)flags;
	if (stream != grpc->stream)
		return 0;
	if (len > sizeof(grpc->body) - grpc->body_len) {
		protocol_error(grpc, "the answer is larger than a HealthCheckResponse");
		return 0;
	}
	memcpy(grpc->body + grpc->body_len, data, len);
	grpc->body_len += len;
	return 0;
}

/* The stream is complete. */
static void
judge(struct grpc_attempt *grpc)
{
	struct probe *probe = &grpc->probe;
	char text[40];
	int serving;

	if (grpc->http_status != 200) {
		snprintf(text, sizeof(text), "HTTP status %d", grpc->http_status);
		protocol_error(grpc, text);
	} else if (!grpc->is_grpc) {
		protocol_error(grpc, "the content type is not application/grpc");
	} else if (grpc->grpc_status < 0) {
		protocol_error(grpc, "no grpc-status");
	} else if (grpc->grpc_status > 0) {
		probe_end_value(probe, OUTCOME_GRPC_STATUS, grpc->grpc_status, grpc->message);
	} else if (grpc_health_read_response(grpc->body, grpc->body_len, &serving) != 0) {
		protocol_error(grpc, "malformed HealthCheckResponse");
	} else if (serving == GRPC_SERVING) {
		probe_end(probe, OUTCOME_PASS, NULL);
	} else {
		probe_end_value(probe, OUTCOME_GRPC_NOT_SERVING, serving, NULL);
	}
}

static int
on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
	struct grpc_attempt *grpc = attempt_of(user_data);
	char text[64];

	(void)session;
	if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.last_stream_id < grpc->stream) {
		snprintf(text, sizeof(text), "GOAWAY: %s",
		    nghttp2_http2_strerror(frame->goaway.error_code));
		protocol_error(grpc, text);
	} else if (frame->hd.stream_id == grpc->stream &&
	    (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
	    (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA)) {
		judge(grpc);
	}
	return 0;
}

static int
on_stream_close(nghttp2_session *session, int32_t stream, uint32_t error, void *user_data)
{
	struct grpc_attempt *grpc = attempt_of(user_data);
	char text[64];

	(void)session;
	if (stream == grpc->stream) {
		snprintf(text, sizeof(text), "stream reset: %s", nghttp2_http2_strerror(error));
		protocol_error(grpc, text);
	}
	return 0;
}

/* The library says goodbye where the server breaks a rule, and puts into it which. */
static int
on_goodbye(nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
	struct grpc_attempt *grpc = attempt_of(user_data);
	char text[OUTCOME_DETAIL_SIZE];

	(void)session;
	if (frame->hd.type != NGHTTP2_GOAWAY || frame->goaway.error_code == NGHTTP2_NO_ERROR)
		return 0;
	snprintf(text, sizeof(text), "%s: %.*s", nghttp2_http2_strerror(frame->goaway.error_code),
	    (int)frame->goaway.opaque_data_len, (const char *)frame->goaway.opaque_data);
	protocol_error(grpc, strstr(text, "SETTINGS expected") != NULL ?
	    "the server does not speak HTTP/2" : text);
	return 0;
}

/* ---- the request ---- */

static ssize_t
give_request(nghttp2_session *session, int32_t stream, uint8_t *buf, size_t size, uint32_t *flags,
    nghttp2_data_source *source, void *user_data)
{
	struct grpc_attempt *grpc = attempt_of(user_data);
	size_t len = grpc->request.len - grpc->request_sent;

	(void)session;
	(void)stream;
	(void)source;
	if (len > size)
		len = size;
	memcpy(buf, grpc->request.text + grpc->request_sent, len);
	grpc->request_sent += len;
	if (grpc->request_sent == grpc->request.len)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)len;
}

#define NV(n, v) { (uint8_t *)(n), (uint8_t *)(v), strlen(n), strlen(v), NGHTTP2_NV_FLAG_NONE }

static bool
submit(struct grpc_attempt *grpc)
{
	const struct probe *probe = &grpc->probe;
	const nghttp2_settings_entry settings = { NGHTTP2_SETTINGS_ENABLE_PUSH, 0 };
	const nghttp2_data_provider body = { .read_callback = give_request };
	char authority[ADDR_PORT_TEXT_SIZE], limit[24];

	addr_port_text(&grpc->to, authority);
	/* At most eight digits (gRPC over HTTP/2, "Timeout"). */
	uint64_t timeout_ms = probe->target.spec->timeout_ms;
	bool short_enough = timeout_ms < 100000000;

	snprintf(limit, sizeof(limit), "%llu%c",
	    (unsigned long long)(short_enough ? timeout_ms : timeout_ms / 1000),
	    short_enough ? 'm' : 'S');
	const nghttp2_nv headers[] = {
		NV(":method", "POST"),
		NV(":scheme", "http"),
		NV(":path", "/grpc.health.v1.Health/Check"),
		NV(":authority", authority),
		NV("content-type", "application/grpc"),
		NV("te", "trailers"),
		NV("grpc-timeout", limit),
		NV("user-agent", probe->prober->settings.user_agent),
	};

	if (nghttp2_submit_settings(grpc->session, NGHTTP2_FLAG_NONE, &settings, 1) != 0)
		return false;
	grpc->stream = nghttp2_submit_request(grpc->session, NULL, headers,
	    sizeof(headers) / sizeof(headers[0]),
	    &body, NULL);
	return grpc->stream > 0;
}

static bool
open_session(struct grpc_attempt *grpc)
{
	nghttp2_session_callbacks *callbacks;

	if (nghttp2_session_callbacks_new(&callbacks) != 0)
		return false;
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
	nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_goodbye);
	int err = nghttp2_session_client_new(&grpc->session, callbacks, grpc);

	nghttp2_session_callbacks_del(callbacks);
	return err == 0 && submit(grpc);
}

/* ---- the socket ---- */

/* Hand what the library wants said to the socket; false after an ending. */
static bool
flush(struct grpc_attempt *grpc)
{
	struct probe *probe = &grpc->probe;
	const uint8_t *data;
	ssize_t n;

	while ((n = nghttp2_session_mem_send(grpc->session, &data)) > 0)
		strbuf_add_n(&grpc->out, (const char *)data, (size_t)n);
	if (n < 0 || grpc->out.err != 0)
		probe_end(probe, OUTCOME_FAULT_MEMORY, NULL);
	if (probe->ended || grpc->out_sent == grpc->out.len)
		return !probe->ended;
	n = send(probe->fd, grpc->out.text + grpc->out_sent, grpc->out.len - grpc->out_sent,
	    MSG_NOSIGNAL);
	if (n >= 0) {
		if (!grpc->connected)
			probe_step(probe, "connected, request sent");
		grpc->connected = true;
		grpc->out_sent += (size_t)n;
	} else if (errno != EAGAIN && !(errno == EPIPE && grpc->connected)) {
		probe_end(probe, dial_outcome(errno), dial_detail(errno));
	}
	if (grpc->out_sent == grpc->out.len) {
		strbuf_clear(&grpc->out);
		grpc->out_sent = 0;
	}
	return !probe->ended;
}

static void
wait_more(struct grpc_attempt *grpc)
{
	if (!grpc->connected)
		probe_wait(&grpc->probe, EV_WRITE);
	else if (grpc->out_sent < grpc->out.len)
		probe_wait(&grpc->probe, EV_READ | EV_WRITE);
	else
		probe_wait(&grpc->probe, EV_READ);
}

/* Read one piece; true while there may be more. */
static bool
read_piece(struct grpc_attempt *grpc)
{
	struct probe *probe = &grpc->probe;
	uint8_t piece[PIECE];
	ssize_t n = recv(probe->fd, piece, sizeof(piece), 0);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n < 0)
		probe_end(probe, errno == ECONNRESET ? OUTCOME_RESET : OUTCOME_CLOSED,
		    strerror(errno));
	else if (n == 0)
		probe_end(probe, OUTCOME_CLOSED, "closed before an answer");
	else if (nghttp2_session_mem_recv(grpc->session, piece, (size_t)n) < 0)
		protocol_error(grpc, "broken HTTP/2");
	else if ((grpc->received += (size_t)n) > RECEIVED_MAX)
		protocol_error(grpc, "more than 256 KiB before an answer");
	return !probe->ended && n == PIECE;
}

static void
io(struct probe *probe)
{
	struct grpc_attempt *grpc = (struct grpc_attempt *)probe;
	bool more = true;

	if (!flush(grpc))
		return;
	while (more && grpc->connected && !probe->ended) {
		more = read_piece(grpc);
		if (!probe->ended)
			flush(grpc);
	}
	if (!probe->ended)
		wait_more(grpc);
}

static void
start(struct probe *probe)
{
	struct grpc_attempt *grpc = (struct grpc_attempt *)probe;

	grpc->to = (struct addr_port){ .addr = probe->target.addr, .port = probe->target.port };
	grpc->out = grpc->request = (struct strbuf)STRBUF_INIT;
	grpc->grpc_status = -1;
	const char *service = probe->target.spec->grpc_service;

	grpc_health_add_request(&grpc->request, service != NULL ? service : "");
	if (grpc->request.err != 0 || !open_session(grpc)) {
		probe_end(probe, OUTCOME_FAULT_MEMORY, NULL);
		return;
	}
	int fd = dial_open(&grpc->to);

	if (fd < 0) {
		probe_end(probe, dial_outcome(-fd), dial_detail(-fd));
		return;
	}
	probe_set_fd(probe, fd);
	/* As for HTTP, sending is how the connection is found to be made. */
	if (flush(grpc))
		wait_more(grpc);
}

static enum outcome_code
timeout(const struct probe *probe)
{
	return ((const struct grpc_attempt *)probe)->connected ? OUTCOME_GRPC_TIMEOUT :
	    OUTCOME_CONNECT_TIMEOUT;
}

static void
clear(struct probe *probe)
{
	struct grpc_attempt *grpc = (struct grpc_attempt *)probe;

	nghttp2_session_del(grpc->session);
	strbuf_release(&grpc->request);
	strbuf_release(&grpc->out);
}

const struct engine engine_grpc = {
	.size = sizeof(struct grpc_attempt),
	.needs_port = true,
	.start = start,
	.io = io,
	.timeout = timeout,
	.clear = clear,
};
