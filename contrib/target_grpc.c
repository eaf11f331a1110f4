/* target_grpc.c - a gRPC service with grpc.health.v1.Health/Check, over plain HTTP/2. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/strbuf.h"
#include "probe/grpc_health.h"
#include "target.h"

/* gRPC status codes. */
#define NOT_FOUND "5"
#define UNIMPLEMENTED "12"

#define REQUEST_MAX 1024

struct grpc_connection {
	struct connection connection;
	nghttp2_session *session;
	struct call *calls;
	const uint8_t *pending;         /* handed out by the session, not yet sent */
	size_t pending_len;
};

struct call {
	struct call *next, *previous;
	bool is_check;
	size_t len;
	char request[REQUEST_MAX];
	char reply[7];                  /* a framed HealthCheckResponse */
};

#define NV(n, v) { (uint8_t *)(n), (uint8_t *)(v), strlen(n), strlen(v), NGHTTP2_NV_FLAG_NONE }

static int
begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	struct grpc_connection *grpc = arg;

	if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	struct call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	call->next = grpc->calls;
	if (call->next != NULL)
		call->next->previous = call;
	grpc->calls = call;
	return nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, call);
}

static int
take_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
    size_t name_len, const uint8_t *value, size_t len, uint8_t flags, void *arg)
{
	static const char path[] = "/grpc.health.v1.Health/Check";
	struct call *call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

	(void)flags;
	(void)arg;
	if (call != NULL && name_len == 5 && memcmp(name, ":path", 5) == 0)
		call->is_check = len == sizeof(path) - 1 && memcmp(value, path, len) == 0;
	return 0;
}

static int
take_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t len,
    void *arg)
{
	struct call *call = nghttp2_session_get_stream_user_data(session, stream);

	(void)flags;
	(void)arg;
	if (call == NULL || len > sizeof(call->request) - call->len)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	memcpy(call->request + call->len, data, len);
	call->len += len;
	return 0;
}

/* Is this what a client sends to ask for `service`? */
static bool
asks_for(const struct call *call, const char *service)
{
	struct strbuf expected = STRBUF_INIT;

	grpc_health_add_request(&expected, service);
	bool same = expected.err == 0 && expected.len == call->len &&
	    memcmp(expected.text, call->request, call->len) == 0;

	strbuf_release(&expected);
	return same;
}

static ssize_t
give_reply(nghttp2_session *session, int32_t stream, uint8_t *buf, size_t size,
    uint32_t *flags, nghttp2_data_source *source, void *arg)
{
	const nghttp2_nv trailers[] = { NV("grpc-status", "0") };
	const struct call *call = source->ptr;

	(void)arg;
	(void)size;
	memcpy(buf, call->reply, sizeof(call->reply));
	*flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
	if (nghttp2_submit_trailer(session, stream, trailers, 1) != 0)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	return sizeof(call->reply);
}

static int
answer(nghttp2_session *session, int32_t stream, struct call *call,
    const struct listener *listener)
{
	const char *error = !call->is_check ? UNIMPLEMENTED : NOT_FOUND;
	const nghttp2_nv headers[] = {
		NV(":status", "200"),
		NV("content-type", "application/grpc"),
		NV("grpc-status", error),       /* only where there is no reply to come */
	};
	const nghttp2_data_provider reply = { .source.ptr = call, .read_callback = give_reply };

	if (!call->is_check || (!asks_for(call, "") && !asks_for(call, listener->name)))
		return nghttp2_submit_response(session, stream, headers, 3, NULL);
	memcpy(call->reply, "\0\0\0\0\2\x08", 6);
	call->reply[6] = listener->broken ? GRPC_NOT_SERVING : GRPC_SERVING;
	return nghttp2_submit_response(session, stream, headers, 2, &reply);
}

static int
take_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	const struct grpc_connection *grpc = arg;
	struct call *call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

	if (call == NULL || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
		return 0;
	return answer(session, frame->hd.stream_id, call, grpc->connection.listener);
}

static int
end_call(nghttp2_session *session, int32_t stream, uint32_t error, void *arg)
{
	struct grpc_connection *grpc = arg;
	struct call *call = nghttp2_session_get_stream_user_data(session, stream);

	(void)error;
	if (call == NULL)
		return 0;
	if (call->previous != NULL)
		call->previous->next = call->next;
	else
		grpc->calls = call->next;
	if (call->next != NULL)
		call->next->previous = call->previous;
	free(call);
	return nghttp2_session_set_stream_user_data(session, stream, NULL);
}

/* ---- the socket ---- */

/* Send what there is to say; false: the connection is of no more use. */
static bool
speak(struct grpc_connection *grpc)
{
	for (;;) {
		if (grpc->pending_len == 0) {
			ssize_t len = nghttp2_session_mem_send(grpc->session, &grpc->pending);

			if (len <= 0)
				return len == 0;
			grpc->pending_len = (size_t)len;
		}
		ssize_t n = send(grpc->connection.fd, grpc->pending, grpc->pending_len,
		    MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN;
		grpc->pending += n;
		grpc->pending_len -= (size_t)n;
	}
}

static bool
hear(struct grpc_connection *grpc)
{
	uint8_t piece[4096];
	ssize_t n = recv(grpc->connection.fd, piece, sizeof(piece), 0);

	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	return nghttp2_session_mem_recv(grpc->session, piece, (size_t)n) == n;
}

static void
grpc_ready(evutil_socket_t fd, short what, void *arg)
{
	struct grpc_connection *grpc = arg;

	(void)fd;
	(void)what;
	if (!hear(grpc) || !speak(grpc) ||
	    (!nghttp2_session_want_read(grpc->session) &&
	    !nghttp2_session_want_write(grpc->session))) {
		connection_end(&grpc->connection);
		return;
	}
	connection_wait(&grpc->connection, grpc->pending_len > 0 ? EV_READ | EV_WRITE : EV_READ);
}

static void
grpc_clear(struct connection *connection)
{
	struct grpc_connection *grpc = (struct grpc_connection *)connection;

	nghttp2_session_del(grpc->session);
	while (grpc->calls != NULL) {
		struct call *call = grpc->calls;

		grpc->calls = call->next;
		free(call);
	}
}

static int
open_session(struct grpc_connection *grpc)
{
	nghttp2_session_callbacks *callbacks;

	if (nghttp2_session_callbacks_new(&callbacks) != 0)
		return -1;
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, take_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, take_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, take_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, end_call);
	int err = nghttp2_session_server_new(&grpc->session, callbacks, grpc);

	nghttp2_session_callbacks_del(callbacks);
	return err != 0 ? err : nghttp2_submit_settings(grpc->session, NGHTTP2_FLAG_NONE, NULL, 0);
}

static void
grpc_accept(struct listener *listener, int fd)
{
	struct connection *connection =
	    connection_new(listener, fd, sizeof(struct grpc_connection), grpc_ready);
	struct grpc_connection *grpc = (struct grpc_connection *)connection;

	if (grpc == NULL)
		return;
	/* Frames are small and answered at once: waiting to fill a segment would cost 40 ms. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	grpc->connection.clear = grpc_clear;
	if (open_session(grpc) != 0)
		connection_end(&grpc->connection);
}

const struct service service_grpc = { "--grpc", grpc_accept, false };
