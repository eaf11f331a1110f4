/* attempt.c - for tests of engines: one attempt, and targets that misbehave on order. */
#include "tests/probe/attempt.h"

#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

void
attempt_open(struct attempt *attempt, enum probe_engine engine, uint16_t port)
{
	signal(SIGPIPE, SIG_IGN);
	memset(attempt, 0, sizeof(*attempt));
	attempt->loop = event_base_new();
	attempt->clock = clock_new_system();
	attempt->settings = (struct prober_settings){
		.loop = attempt->loop,
		.clock = attempt->clock,
		.user_agent = "kube-probe/1.34 (rollcall/test)",
	};
	attempt->spec = (struct probe_spec){
		.engine = engine,
		.timeout_ms = 2000,
		.period_ms = 10000,
		.path = "/",
		.grpc_service = "",
	};
	attempt->target = (struct probe_target){
		.spec = &attempt->spec,
		.port = port,
		.trusted = true,
		.pod_name = "",
		.ns = "",
	};
	ck_assert_int_eq(addr_parse("127.0.0.1", &attempt->target.addr), 0);
}

void
attempt_close(struct attempt *attempt)
{
	prober_free(attempt->prober);
	event_base_free(attempt->loop);
	clock_free(attempt->clock);
}

static void
ended(void *arg, const struct outcome *outcome)
{
	struct attempt *attempt = arg;

	attempt->outcome = *outcome;
	attempt->done++;
	event_base_loopbreak(attempt->loop);
}

struct probe *
attempt_start(struct attempt *attempt)
{
	if (attempt->prober == NULL)
		attempt->prober = prober_new(&attempt->settings);
	ck_assert_ptr_nonnull(attempt->prober);
	attempt->done = 0;
	struct probe *probe = probe_start(attempt->prober, &attempt->target, ended, attempt);

	ck_assert_ptr_nonnull(probe);
	ck_assert_uint_eq(attempt->done, 0);
	return probe;
}

const struct outcome *
attempt_run(struct attempt *attempt)
{
	attempt_start(attempt);
	event_base_dispatch(attempt->loop);
	ck_assert_uint_eq(attempt->done, 1);
	return &attempt->outcome;
}

void
attempt_expect(struct attempt *attempt, enum outcome_code code, const char *detail)
{
	const struct outcome *outcome = attempt_run(attempt);
	char text[256];

	/* A machine that is busy elsewhere for 50 ms is a fault of the checker, and said to be. */
	for (int i = 0; i < 20 && outcome->code == OUTCOME_FAULT_LATE && code != outcome->code; i++)
		outcome = attempt_run(attempt);

	ck_assert_msg(outcome->code == code, "expected %s, got %s: %s", outcome_word(code),
	    outcome_word(outcome->code), outcome_text(outcome, text, sizeof(text)));
	if (detail != NULL)
		ck_assert_msg(strstr(outcome->detail, detail) != NULL, "expected '%s' in '%s'",
		    detail,
		    outcome->detail);
}

/* ---- peers ---- */

static void
accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int len,
    void *arg)
{
	struct peer *peer = arg;

	(void)listener;
	(void)from;
	(void)len;
	peer->accepted++;
	peer->serve(peer, fd);
}

void
peer_open(struct peer *peer, struct attempt *attempt, peer_serve_fn *serve, const void *arg)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);

	memset(peer, 0, sizeof(*peer));
	peer->loop = attempt->loop;
	peer->serve = serve;
	peer->arg = arg;
	peer->listener = evconnlistener_new_bind(attempt->loop, accepted, peer,
	    LEV_OPT_CLOSE_ON_FREE, 128,
	    (struct sockaddr *)&address, sizeof(address));
	ck_assert_ptr_nonnull(peer->listener);
	getsockname(evconnlistener_get_fd(peer->listener), (struct sockaddr *)&address, &len);
	peer->port = ntohs(address.sin_port);
	attempt->target.port = peer->port;
}

void
peer_close(struct peer *peer)
{
	evconnlistener_free(peer->listener);
	while (peer->buffer_count > 0)
		bufferevent_free(peer->buffers[--peer->buffer_count]);
	while (peer->fd_count > 0)
		close(peer->fds[--peer->fd_count]);
}

void
peer_hang(struct peer *peer, int fd)
{
	ck_assert_uint_lt(peer->fd_count, 64);
	peer->fds[peer->fd_count++] = fd;
}

void
peer_hang_up(struct peer *peer, int fd)
{
	(void)peer;
	close(fd);
}

void
peer_reset(struct peer *peer, int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)peer;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static int
bound_socket(struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*address);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	ck_assert_int_eq(bind(fd, (struct sockaddr *)address, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)address, &len), 0);
	return fd;
}

void
full_queue_open(struct full_queue *queue)
{
	struct sockaddr_in address;

	queue->fds[0] = bound_socket(&address);
	queue->port = ntohs(address.sin_port);
	ck_assert_int_eq(listen(queue->fds[0], 0), 0);
	for (queue->count = 1; queue->count < 8; queue->count++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		connect(fd, (struct sockaddr *)&address, sizeof(address));
		queue->fds[queue->count] = fd;
	}
}

void
full_queue_close(struct full_queue *queue)
{
	while (queue->count > 0)
		close(queue->fds[--queue->count]);
}

uint16_t
closed_port(void)
{
	struct sockaddr_in address;

	close(bound_socket(&address));
	return ntohs(address.sin_port);
}
