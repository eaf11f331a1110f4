/* tcp_help.c - clients for the tests of the stream thread, which runs for real on a stub for the answers. */
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dns/tcp.h"
#include "dns/tcp_answer.h"
#include "dns/tcp_client.h"
#include "dns/tcp_source.h"
#include "dns/wire.h"
#include "net/sock.h"
#include "tests/dns/tcp_help.h"
#include "tests/suite.h"

static struct tcp_server *server;
static struct addr_port at;
static struct tls_server *tls;
static _Atomic(const void *) settings_seen;
static atomic_bool released;
static atomic_uint series_ended;

/* A reply of LATE_LEN octets that comes when it is time. */
struct late {
	struct tcp_stream *stream;
	uint64_t number;
	unsigned wait_ms;
	uint8_t reply[LATE_LEN];
};

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct late *late = arg;
	struct timeval again = { 0, 1000 };

	(void)fd;
	(void)what;
	if (late->wait_ms == LATE_HELD && !atomic_load(&released)) {
		event_base_once(late->stream->loop, -1, EV_TIMEOUT, on_late, late, &again);
		return;
	}
	tcp_client_deliver(late->stream, late->number, late->reply, LATE_LEN);
	free(late);
}

static struct tcp_ending
come_later(struct tcp_stream *stream, uint64_t number, unsigned wait_ms)
{
	struct timeval wait = { 0, wait_ms == LATE_HELD ? 0 : (suseconds_t)wait_ms * 1000 };
	struct late *late = calloc(1, sizeof(*late));

	late->stream = stream;
	late->number = number;
	late->wait_ms = wait_ms;
	memcpy(late->reply, stream->work, 12);
	event_base_once(stream->loop, -1, EV_TIMEOUT, on_late, late, &wait);
	return (struct tcp_ending){ .later = true };
}

struct series {
	struct tcp_source source;
	unsigned left;
	uint16_t id;
};

static size_t
series_next(struct tcp_source *source, uint8_t *buf, size_t size)
{
	struct series *series = (struct series *)(void *)source;

	ck_assert_uint_ge(size, SERIES_LEN);
	if (series->left-- == 0)
		return 0;
	memset(buf, 0, SERIES_LEN);
	wire_set_u16(buf, series->id++);
	buf[2] = 0x80;
	return SERIES_LEN;
}

static void
series_free(struct tcp_source *source)
{
	free(source);
	atomic_fetch_add(&series_ended, 1);
}

static struct tcp_ending
come_in_series(unsigned count)
{
	struct series *series = calloc(1, sizeof(*series));

	series->source = (struct tcp_source){ series_next, series_free };
	series->left = count;
	return (struct tcp_ending){ .source = &series->source };
}

/*
 * The stub: octets 12 to 15 say how long the reply shall be; 0: silence.  A reply is the query, QR set, and
 * zeros.
 */
struct tcp_ending
tcp_answer(struct tcp_stream *stream, const struct addr *client, uint64_t number, size_t len)
{
	uint8_t *buf = stream->work;
	uint32_t want;

	ck_assert_uint_eq(client->octets[0], 127);
	atomic_store(&settings_seen, (const void *)stream->responder.settings);
	if (len < 16)
		return (struct tcp_ending){ .len = len };
	memcpy(&want, buf + 12, sizeof(want));
	buf[2] |= 0x80;
	if ((want & LATE) != 0)
		return come_later(stream, number, want & 0xFFFF);
	if ((want & SERIES) != 0)
		return come_in_series(want & 0xFFFF);
	if (want > len)
		memset(buf + len, 0, want - len);
	return (struct tcp_ending){ .len = want };
}

size_t
make_query(uint8_t *buf, uint16_t id, uint32_t reply_len)
{
	memset(buf, 0, 2 + QUERY_LEN);
	buf[1] = QUERY_LEN;
	buf[2] = (uint8_t)(id >> 8);
	buf[3] = (uint8_t)id;
	memcpy(buf + 2 + 12, &reply_len, sizeof(reply_len));
	return 2 + QUERY_LEN;
}

void
start(unsigned max_clients, uint64_t idle_ms, uint64_t message_ms, const void *settings_of_dns)
{
	struct tcp_settings settings = {
		.listen = &at, .listen_count = 1, .dns = settings_of_dns,
		.tls = tls, .max_clients = max_clients, .idle_ms = idle_ms, .message_ms = message_ms,
	};
	size_t failed;

	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &at), 0);
	ck_assert_int_eq(tcp_server_bind(&settings, &server, &failed), 0);
	at = *tcp_server_bound(server, 0);
	ck_assert_int_eq(tcp_server_start(server), 0);
}

struct tcp_server *
tcp_help_server(void)
{
	return server;
}

const struct addr_port *
tcp_help_at(void)
{
	return &at;
}

const void *
tcp_help_settings_seen(void)
{
	return atomic_load(&settings_seen);
}

void
stop(uint64_t grace_ms)
{
	tcp_server_stop(server, grace_ms);
	server = NULL;
}

void
tcp_help_setup(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	server = NULL;
	atomic_store(&released, false);
	atomic_store(&series_ended, 0);
}

void
tcp_help_teardown(void)
{
	tcp_server_stop(server, 0);
}

void
tcp_help_use_tls(struct tls_server *server_side)
{
	tls = server_side;
}

void
release(void)
{
	atomic_store(&released, true);
}

unsigned
tcp_help_series_ended(void)
{
	return atomic_load(&series_ended);
}

void
connect_fd(int fd)
{
	struct sockaddr_storage storage;
	socklen_t len = sock_from_addr(&at, &storage);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&storage, len), 0);
}

int
client_from(const char *from)
{
	struct timeval patience = { 20, 0 };
	struct addr_port local;
	struct sockaddr_storage storage;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(addr_port_parse(from, &local), 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&storage, sock_from_addr(&local, &storage)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	connect_fd(fd);
	return fd;
}

int
client(void)
{
	return client_from("127.0.0.1:0");
}

void
put(int fd, const void *data, size_t len)
{
	ck_assert_int_eq(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

void
ask(int fd, uint16_t id, uint32_t reply_len)
{
	uint8_t query[64];

	put(fd, query, make_query(query, id, reply_len));
}

int
reply(int fd, uint32_t len)
{
	static uint8_t buf[65537];
	ssize_t n = recv(fd, buf, 2, MSG_WAITALL);

	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return -1;
	ck_assert_int_eq(n, 2);
	ck_assert_uint_eq((uint32_t)(buf[0] << 8 | buf[1]), len);
	ck_assert_int_eq(recv(fd, buf, len, MSG_WAITALL), (ssize_t)len);
	ck_assert_uint_eq(buf[2] & 0x80, 0x80);
	return buf[0] << 8 | buf[1];
}

uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

size_t
clients_become(size_t most)
{
	uint64_t end = now_ms() + 10000;

	while (tcp_server_clients(server) > most && now_ms() < end)
		poll(NULL, 0, 1);
	return tcp_server_clients(server);
}

unsigned
flood(int fd, unsigned most, uint32_t reply_len, unsigned from)
{
	uint8_t query[64];
	unsigned sent = from;

	while (sent < most) {
		size_t len = make_query(query, (uint16_t)sent, reply_len);

		/* A query is small beside the least that a socket reports as writable: never taken in halves. */
		if (send(fd, query, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
			break;
		sent++;
	}
	return sent;
}
