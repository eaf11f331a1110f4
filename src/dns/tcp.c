/* tcp.c - the stream thread: listeners, and room for fresh clients. */
#include "dns/tcp.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/latency.h"
#include "base/log.h"
#include "dns/index.h"
#include "dns/tcp_client.h"
#include "dns/tcp_numbers.h"
#include "dns/onlooker.h"
#include "net/sock.h"

/* fresh clients a loop round and listener; the others must be served, too */
#define ACCEPT_MAX 64
#define TLS_NICE 10
#define PAUSE_MS 100            /* without descriptors: accepting again at once would only spin */

struct listener {
	struct tcp_server *server;
	struct addr_port bound;
	struct event *event;
	int fd;
};

struct tcp_server {
	struct tcp_stream stream;
	struct clock *clock;
	struct listener *listeners;
	size_t listener_count;
	unsigned max_clients;
	/* given up to turn a client away when there is no other descriptor */
	int reserve_fd;
	struct event *resume;
	int stop_fd;                    /* eventfd: control wants the thread to stop */
	struct event *stop;
	int wake_fd;                    /* eventfd: a long answer goes on */
	struct event *wake;
	struct event *grace;
	_Atomic uint64_t grace_ms;      /* when stopping ends; written before stop_fd is */
	pthread_t thread;
	bool running;
	struct log_gate gate;
};

static void
pause_accepting(struct tcp_server *server)
{
	struct timeval wait = { 0, PAUSE_MS * 1000 };

	for (size_t i = 0; i < server->listener_count; i++)
		(void)event_del(server->listeners[i].event);
	(void)event_add(server->resume, &wait);
}

static int
open_reserve(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_server *server = arg;

	(void)fd;
	(void)what;
	if (server->stream.stopping)
		return;
	if (server->reserve_fd < 0)
		server->reserve_fd = open_reserve();
	for (size_t i = 0; i < server->listener_count; i++)
		(void)event_add(server->listeners[i].event, NULL);
}

/* Close the connection that is missed least.  false: there is none. */
static bool
evict(struct tcp_server *server)
{
	struct tcp_seat *victim = tcp_peers_victim(server->stream.peers);

	if (victim == NULL)
		return false;
	tcp_client_close(tcp_client_of(victim));
	return true;
}

/*
 * No descriptor and nobody to close: the client who waits first is told so, rather than left
 * hanging.
 */
static void
turn_away(struct tcp_server *server, int listener)
{
	int fd;

	if (server->reserve_fd < 0)
		return;
	(void)close(server->reserve_fd);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		(void)close(fd);
	server->reserve_fd = open_reserve();
}

/* accept(2) failed; true: try on. */
static bool
accept_failed(struct tcp_server *server, int listener, bool *evicted)
{
	int error = errno;

	switch (error) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		/*
		 * An idle client's descriptor, once a round: another thread may have been
		 * faster.
		 */
		if (!*evicted && evict(server)) {
			*evicted = true;
			return true;
		}
		log_gated(&server->gate, 1, LOG_WARN, "TCP clients wait: accept: %s",
		    strerror(error));
		turn_away(server, listener);
		pause_accepting(server);
		return false;
	default:
		/*
		 * The client's own trouble (ECONNABORTED, and what Linux passes on from the
		 * network).
		 */
		return true;
	}
}

static void
admit(struct tcp_server *server, int fd, const struct sockaddr_storage *from, socklen_t len)
{
	struct addr_port client;
	int on = 1, unsent = TCP_UNSENT_MAX;

	if (sock_to_addr((const struct sockaddr *)from, len, &client) != 0) {
		(void)close(fd);
		return;
	}
	while (tcp_peers_count(server->stream.peers) >= server->max_clients && evict(server))
		continue;
	/* Replies are written whole: nothing is gained by waiting for more. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* What a client does not take is ours to bound: the kernel would keep 4 MiB for each. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	if (tcp_client_open(&server->stream, fd, &client.addr) != 0)
		log_gated(&server->gate, 1, LOG_WARN, "no memory for a TCP client");
}

static void
on_accept(evutil_socket_t listener, short what, void *arg)
{
	struct listener *self = arg;
	bool evicted = false;

	(void)what;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		struct sockaddr_storage from;
		socklen_t len = sizeof(from);
		int fd = accept4(listener, (struct sockaddr *)&from, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0)
			admit(self->server, fd, &from, len);
		else if (!accept_failed(self->server, listener, &evicted))
			return;
	}
}

static void
close_listeners(struct tcp_server *server)
{
	for (size_t i = 0; i < server->listener_count; i++) {
		struct listener *listener = &server->listeners[i];

		if (listener->event != NULL)
			event_free(listener->event);
		listener->event = NULL;
		if (listener->fd >= 0)
			(void)close(listener->fd);
		listener->fd = -1;
	}
}

/* Once a client is gone there may be nothing left to wait for. */
static void
on_grace(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_server *server = arg;
	struct timeval tick = { 0, 5000 };
	uint64_t now_ms = clock_now_ms(server->clock);

	(void)fd;
	(void)what;
	if (tcp_peers_count(server->stream.peers) == 0 || now_ms >= server->grace_ms) {
		(void)event_base_loopbreak(server->stream.loop);
		return;
	}
	(void)event_add(server->grace, &tick);
}

static void
finish_seat(struct tcp_seat *seat)
{
	tcp_client_finish(tcp_client_of(seat));
}

static void
close_seat(struct tcp_seat *seat)
{
	tcp_client_close(tcp_client_of(seat));
}

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_server *server = arg;

	server->stream.stopping = true;
	(void)event_del(server->stop);
	/* Those who wait to be accepted may have asked already. */
	for (size_t i = 0; i < server->listener_count; i++)
		if (server->listeners[i].event != NULL && server->listeners[i].fd >= 0)
			on_accept(server->listeners[i].fd, EV_READ, &server->listeners[i]);
	close_listeners(server);
	tcp_peers_each(server->stream.peers, finish_seat);
	on_grace(fd, what, server);
}

static void
go_on_seat(struct tcp_seat *seat)
{
	tcp_client_go_on(tcp_client_of(seat));
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_server *server = arg;
	eventfd_t count;

	(void)what;
	(void)eventfd_read(fd, &count);
	tcp_peers_each(server->stream.peers, go_on_seat);
}

static void *
run(void *arg)
{
	struct tcp_server *server = arg;

	(void)pthread_setname_np(pthread_self(), server->stream.tls == NULL ? "stream" : "tls");
	/* A handshake is a millisecond of arithmetic: those who answer plain queries go first. */
	if (server->stream.tls != NULL)
		(void)setpriority(PRIO_PROCESS, (id_t)gettid(), TLS_NICE);
	index_reader_begin();
	index_reader_offline();
	(void)event_base_dispatch(server->stream.loop);
	tcp_peers_each(server->stream.peers, close_seat);
	index_reader_online();
	index_reader_end();
	return NULL;
}

static void
server_free(struct tcp_server *server)
{
	close_listeners(server);
	tcp_errands_close(&server->stream.errands);
	free(server->listeners);
	if (server->resume != NULL)
		event_free(server->resume);
	if (server->stop != NULL)
		event_free(server->stop);
	if (server->grace != NULL)
		event_free(server->grace);
	if (server->wake != NULL)
		event_free(server->wake);
	if (server->wake_fd >= 0)
		(void)close(server->wake_fd);
	if (server->stop_fd >= 0)
		(void)close(server->stop_fd);
	if (server->reserve_fd >= 0)
		(void)close(server->reserve_fd);
	tcp_peers_free(server->stream.peers);
	tcp_numbers_free(server->stream.numbers);
	if (server->stream.loop != NULL)
		event_base_free(server->stream.loop);
	clock_free(server->clock);
	free(server);
}

/* Only its own thread touches the loop: no locks. */
static struct event_base *
new_loop(void)
{
	struct event_config *config = event_config_new();
	struct event_base *loop = NULL;

	if (config != NULL && event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0)
		loop = event_base_new_with_config(config);
	if (config != NULL)
		event_config_free(config);
	return loop;
}

static int
set_up(struct tcp_server *server, const struct tcp_settings *settings)
{
	struct tcp_stream *stream = &server->stream;

	stream->idle_ms = settings->idle_ms;
	stream->message_ms = settings->message_ms;
	/* What we promise is what we keep (RFC 7828, 3.1: units of 100 ms). */
	stream->responder.keepalive_ds = settings->idle_ms / 100 > UINT16_MAX ? UINT16_MAX :
	    (uint16_t)(settings->idle_ms / 100);
	serving_set(&stream->serving, settings->dns, settings->index);
	stream->responder.answering = true;     /* the server is started when all is loaded */
	server->max_clients = settings->max_clients > 0 ? settings->max_clients : 1;
	server->clock = clock_new_system();
	stream->clock = stream->responder.clock = server->clock;
	stream->loop = new_loop();
	stream->peers = tcp_peers_new();
	stream->numbers = tcp_numbers_new();
	stream->tls = settings->tls;
	stream->transfers = settings->transfers;
	stream->ring = onlooker_ring_new(settings->onlooker);
	server->listeners = calloc(settings->listen_count, sizeof(*server->listeners));
	if (server->clock == NULL || stream->loop == NULL || stream->peers == NULL ||
	    stream->numbers == NULL || server->listeners == NULL ||
	    (settings->onlooker != NULL && stream->ring == NULL))
		return ERR_NOMEM;
	server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	server->reserve_fd = open_reserve();
	server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (server->stop_fd < 0 || server->wake_fd < 0 || server->reserve_fd < 0)
		return ERR_SYSTEM;
	server->stop = event_new(stream->loop, server->stop_fd, EV_READ | EV_PERSIST, on_stop,
	    server);
	server->wake = event_new(stream->loop, server->wake_fd, EV_READ | EV_PERSIST, on_wake,
	    server);
	server->resume = evtimer_new(stream->loop, on_resume, server);
	server->grace = evtimer_new(stream->loop, on_grace, server);
	stream->errands.courier = (struct courier){ .cache = settings->cache,
		.resolver = settings->resolver, .clock = server->clock,
		.serving = &stream->serving, .responder = { .answering = true } };
	int err = tcp_errands_open(&stream->errands, stream);
	if (err != 0)
		return err;
	if (server->stop == NULL || server->wake == NULL || server->resume == NULL ||
	    server->grace == NULL || event_add(server->stop, NULL) != 0 ||
	    event_add(server->wake, NULL) != 0)
		return ERR_NOMEM;
	return 0;
}

static int
open_listener(struct tcp_server *server, const struct tcp_settings *settings, size_t i)
{
	struct listener *listener = &server->listeners[server->listener_count];
	int err = 0;

	if (settings->given != NULL)
		listener->fd = settings->given[i];
	else
		err = sock_listen_tcp(&settings->listen[i], SOCK_FLAG_NONBLOCK, SOMAXCONN,
		    &listener->fd);
	if (err != 0)
		return err;
	listener->server = server;
	server->listener_count++;       /* from here on server_free closes it */
	err = sock_bound(listener->fd, &listener->bound);
	if (err != 0)
		return err;
	listener->event = event_new(server->stream.loop, listener->fd, EV_READ | EV_PERSIST,
	    on_accept, listener);
	if (listener->event == NULL || event_add(listener->event, NULL) != 0)
		return ERR_NOMEM;
	return 0;
}

int
tcp_server_bind(const struct tcp_settings *settings, struct tcp_server **out, size_t *failed)
{
	struct tcp_server *server = calloc(1, sizeof(*server));
	int err, saved;

	if (server == NULL)
		return ERR_NOMEM;
	server->stop_fd = server->wake_fd = server->reserve_fd = -1;
	err = set_up(server, settings);
	for (size_t i = 0; err == 0 && i < settings->listen_count; i++) {
		err = open_listener(server, settings, i);
		if (err != 0)
			*failed = i;
	}
	if (err == 0) {
		*out = server;
		return 0;
	}
	saved = errno;
	server_free(server);
	errno = saved;
	return err;
}

const struct addr_port *
tcp_server_bound(const struct tcp_server *server, size_t i)
{
	return &server->listeners[i].bound;
}

int
tcp_server_start(struct tcp_server *server)
{
	sigset_t all, before;

	/* Signals are the control thread's. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);

	int error = pthread_create(&server->thread, NULL, run, server);

	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0) {
		errno = error;
		return ERR_SYSTEM;
	}
	server->running = true;
	return 0;
}

void
tcp_server_halt(struct tcp_server *server, uint64_t grace_ms)
{
	if (!server->running)
		return;
	server->grace_ms = clock_now_ms(server->clock) + grace_ms;
	/* An eventfd takes 2^64 - 1 of these: it cannot be full. */
	(void)eventfd_write(server->stop_fd, 1);
	(void)pthread_join(server->thread, NULL);
	server->running = false;
}

void
tcp_server_stop(struct tcp_server *server, uint64_t grace_ms)
{
	if (server == NULL)
		return;
	tcp_server_halt(server, grace_ms);
	server_free(server);
}

void
tcp_server_set(struct tcp_server *server, const struct dns_settings *dns, const struct index *index)
{
	serving_set(&server->stream.serving, dns, index);
}

void
tcp_server_wake(struct tcp_server *server)
{
	/* Full it cannot be: 2^64 - 1 of these. */
	(void)eventfd_write(server->wake_fd, 1);
}

void
tcp_server_counts(const struct tcp_server *server, struct dns_counts *counts)
{
	*counts = (struct dns_counts){ 0 };
	reply_counts_add(counts, &server->stream.counts[0]);
	reply_counts_add(counts, &server->stream.counts[1]);
}

void
tcp_server_counts_of(const struct tcp_server *server, uint8_t family, struct dns_counts *counts)
{
	*counts = (struct dns_counts){ 0 };
	reply_counts_add(counts, &server->stream.counts[family == ADDR_IP6 ? 1 : 0]);
}

void
tcp_server_durations(const struct tcp_server *server, struct latency *sum)
{
	latency_add(sum, &server->stream.durations);
}

size_t
tcp_server_clients(const struct tcp_server *server)
{
	return atomic_load_explicit(&server->stream.clients, memory_order_relaxed);
}
