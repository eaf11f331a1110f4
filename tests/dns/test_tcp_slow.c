/* test_tcp_slow.c - on one connection a slow upstream holds up the answers that wait for it, no others. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/tcp.h"
#include "dns/wire.h"
#include "net/sock.h"
#include "tests/dns/errands.h"
#include "tests/dns/wired.h"
#include "tests/suite.h"

static struct wired wired;
static struct tcp_server *server;

static void
start(void)
{
	struct addr_port listen;
	struct tcp_settings settings = { .listen = &listen, .listen_count = 1, .max_clients = 10,
		.idle_ms = 10000, .message_ms = 2000 };
	size_t failed;

	errands_start();
	wired_begin(&wired, 1, NULL);
	settings.cache = wired.cache;
	settings.resolver = wired.resolver;
	settings.dns = &asking->settings;
	settings.index = asking->index;
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &listen), 0);
	ck_assert_int_eq(tcp_server_bind(&settings, &server, &failed), 0);
	ck_assert_int_eq(tcp_server_start(server), 0);
}

/* As the daemon does: who waits is answered, and nobody asks any more when the resolver goes. */
static void
end(void)
{
	tcp_server_halt(server, 0);
	wired_end(&wired);
	tcp_server_stop(server, 0);
	errands_end();
}

static int
client(void)
{
	struct timeval patience = { 20, 0 };
	struct sockaddr_storage storage;
	socklen_t len = sock_from_addr(tcp_server_bound(server, 0), &storage);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&storage, len), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static void
ask(int fd, const char *question)
{
	uint8_t frame[600];

	asking_write(asking, question);
	wire_set_u16(frame, (uint16_t)asking->query_len);
	memcpy(frame + 2, asking->buf, asking->query_len);
	ck_assert_int_eq(send(fd, frame, 2 + asking->query_len, MSG_NOSIGNAL),
	    (ssize_t)(2 + asking->query_len));
}

/* The next reply is this one, with one record. */
static void
expect(int fd, const char *label)
{
	uint8_t len[2];

	ck_assert_int_eq(recv(fd, len, 2, MSG_WAITALL), 2);
	asking->len = wire_get_u16(len);
	ck_assert_int_eq(recv(fd, asking->buf, asking->len, MSG_WAITALL), (ssize_t)asking->len);
	ck_assert_uint_eq(asking->buf[3] & 15, DNS_NOERROR);
	ck_assert_uint_eq(wire_get_u16(asking->buf + 6), 1);
	ck_assert_uint_eq(asking->buf[DNS_HEADER_LEN], strlen(label));
	ck_assert_mem_eq(asking->buf + DNS_HEADER_LEN + 1, label, strlen(label));
}

/* RELIABILITY.md, U3; the upstream's TCP connection is shared in the same way (RFC 7766, 6.2.1.1). */
START_TEST(a_slow_answer_holds_up_no_other)
{
	int fd = client();

	ask(fd, "slow800.com A rd");
	ask(fd, "fast.com A rd");
	expect(fd, "fast");
	ask(fd, "tc.com A rd");
	expect(fd, "tc");
	ask(fd, "web." IN_SVC " A rd");
	expect(fd, "web");
	ask(fd, "fast.com A rd");
	expect(fd, "fast");
	expect(fd, "slow800");
	close(fd);
}
END_TEST

START_TEST(many_clients_are_each_answered_what_they_asked)
{
	static const char *const labels[] = { "slow50-a", "slow20-b", "c", "tc-d" };
	int fds[8];

	for (unsigned i = 0; i < 8; i++)
		fds[i] = client();
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 8; i++) {
			char question[64];

			snprintf(question, sizeof(question), "%s.r%u.com A rd", labels[i % 4],
			    round);
			ask(fds[i], question);
		}
		for (unsigned i = 0; i < 8; i++)
			expect(fds[i], labels[i % 4]);
	}
	for (unsigned i = 0; i < 8; i++)
		close(fds[i]);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("tcp_slow");
	TCase *tests = tcase_create("tcp_slow");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, a_slow_answer_holds_up_no_other);
	tcase_add_test(tests, many_clients_are_each_answered_what_they_asked);
	suite_add_tcase(all, tests);
	return all;
}
