/* test_tcp_errand.c - a stream's queries that lie elsewhere are answered from the cache, or when it comes. */
#include "dns/tcp_errand.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/latency.h"
#include "dns/cache.h"
#include "dns/tcp.h"
#include "net/sock.h"
#include "tests/dns/errands.h"
#include "tests/dns/later.h"
#include "tests/dns/said.h"
#include "tests/suite.h"

#define WWW "NOERROR\nAN www.example.com. 9 A 192.0.2.1\n"
#define WWW_REPLY "NOERROR rd ra\nAN www.example.com. 9 IN A 192.0.2.1\n"

static struct tcp_server *server;
static struct cache *cache;
static struct cache_settings keep = { .size = 1 << 20, .max_ttl_s = 3600,
	.max_negative_ttl_s = 1800 };

static void
start(void)
{
	struct addr_port listen;
	struct tcp_settings settings = { .listen = &listen, .listen_count = 1, .max_clients = 10,
		.idle_ms = 10000, .message_ms = 2000, .resolver = LATER_RESOLVER };
	size_t failed;

	errands_start();
	later_reset();
	cache = cache_new(keep.size);
	settings.cache = cache;
	settings.dns = &asking->settings;
	settings.index = asking->index;
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &listen), 0);
	ck_assert_int_eq(tcp_server_bind(&settings, &server, &failed), 0);
	ck_assert_int_eq(tcp_server_start(server), 0);
}

static void
end(void)
{
	tcp_server_stop(server, 0);
	cache_free(cache);
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

static const char *
next(int fd)
{
	uint8_t len[2];

	ck_assert_int_eq(recv(fd, len, 2, MSG_WAITALL), 2);
	asking->len = wire_get_u16(len);
	ck_assert_int_eq(recv(fd, asking->buf, asking->len, MSG_WAITALL), (ssize_t)asking->len);
	return asking_read(asking, "");
}

START_TEST(an_answer_comes_when_it_is_there)
{
	struct dns_counts counts;
	int fd = client();

	ask(fd, "wWw.example.com A rd edns");
	struct waiter *first = later_next();
	ask(fd, "away." IN_SVC " A rd");
	struct waiter *second = later_next();
	ask(fd, "web." IN_SVC " A rd");
	ck_assert_str_eq(next(fd), "NOERROR aa rd ra\nAN web." IN_SVC ". 5 IN A 10.96.0.1\n");
	later_answer(second, "db.example.com A", "NOERROR\nAN db.example.com. 9 A 192.0.2.2\n");
	ck_assert_str_eq(next(fd), "NOERROR aa rd ra\nAN away." IN_SVC
	    ". 5 IN CNAME db.example.com.\nAN db.example.com. 9 IN A 192.0.2.2\n");
	later_answer(first, "www.example.com A", WWW);
	ck_assert_str_eq(next(fd), "NOERROR rd ra\nAN wWw.example.com. 9 IN A 192.0.2.1\n"
	    "OPT 1232\n");
	tcp_server_counts(server, &counts);
	ck_assert_uint_eq(counts.queries, 3);
	ck_assert_uint_eq(counts.replies, 3);
	ck_assert_uint_eq(counts.dropped, 0);
	close(fd);
}
END_TEST

START_TEST(what_is_in_the_cache_is_there)
{
	struct clock *clock = clock_new_system();
	uint64_t now_ms = clock_now_ms(clock);
	int fd = client();

	ck_assert(cache_put(cache, said("www.example.com A", WWW), &keep, 5, now_ms, now_ms));
	clock_free(clock);
	ask(fd, "www.example.com A rd");
	ck_assert_str_eq(next(fd), WWW_REPLY);
	ck_assert_uint_eq(later_count(), 0);
	close(fd);
}
END_TEST

START_TEST(too_many_are_told_at_once)
{
	int fd = client();

	later_be_full(true);
	ask(fd, "www.example.com A rd edns");
	ck_assert_str_eq(next(fd), "SERVFAIL rd ra\n"
	    "OPT 1232 EDE 0 too many questions wait for upstreams\n");
	close(fd);
}
END_TEST

START_TEST(an_answer_to_nobody_is_dropped)
{
	struct linger reset = { .l_onoff = 1 };
	struct dns_counts counts;
	int fd = client(), other = client();

	ask(fd, "www.example.com A rd");
	struct waiter *waiter = later_next();
	/* A reset: to end the stream alone would be to wait for the answer still. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	while (tcp_server_clients(server) > 1)
		poll(NULL, 0, 1);
	later_answer(waiter, "www.example.com A", WWW);
	do
		tcp_server_counts(server, &counts);
	while (counts.dropped < 1);
	ask(other, "web." IN_SVC " A rd");
	ck_assert_str_eq(next(other), "NOERROR aa rd ra\nAN web." IN_SVC
	    ". 5 IN A 10.96.0.1\n");
	close(other);
}
END_TEST

START_TEST(what_comes_after_the_end_of_the_thread_is_let_go)
{
	uint8_t octet;
	int fd = client();

	ask(fd, "www.example.com A rd");
	struct waiter *waiter = later_next();
	tcp_server_halt(server, 0);
	later_fail(waiter, "stopping");
	ck_assert_int_eq(recv(fd, &octet, 1, 0), 0);
	close(fd);
}
END_TEST

Suite *
suite(void)
{
	Suite *errand_suite = suite_create("tcp_errand");
	TCase *tests = tcase_create("tcp_errand");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, an_answer_comes_when_it_is_there);
	tcase_add_test(tests, what_is_in_the_cache_is_there);
	tcase_add_test(tests, too_many_are_told_at_once);
	tcase_add_test(tests, an_answer_to_nobody_is_dropped);
	tcase_add_test(tests, what_comes_after_the_end_of_the_thread_is_let_go);
	suite_add_tcase(errand_suite, tests);
	return errand_suite;
}
