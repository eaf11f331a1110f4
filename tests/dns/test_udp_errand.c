/* test_udp_errand.c - what lies elsewhere is answered from the cache, or when it comes. */
#include "dns/udp_errand.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/clock.h"
#include "dns/cache.h"
#include "dns/udp.h"
#include "net/sock.h"
#include "tests/dns/errands.h"
#include "tests/dns/later.h"
#include "tests/dns/said.h"
#include "tests/suite.h"

#define WAIT_MS 10000

static struct udp_server *server;
static struct cache *cache;
static struct cache_settings keep = { .size = 1 << 20, .max_ttl_s = 3600,
	.max_negative_ttl_s = 1800 };

static void
start_at(const char *address, bool with_cache)
{
	struct addr_port listen;
	struct udp_settings settings = { .listen = &listen, .listen_count = 1, .threads = 1,
		.dns = &asking->settings, .index = asking->index,
		.resolver = LATER_RESOLVER };
	size_t failed;

	if (with_cache)
		cache = cache_new(keep.size);
	settings.cache = cache;
	ck_assert_int_eq(addr_port_parse(address, &listen), 0);
	ck_assert_int_eq(udp_server_bind(&settings, &server, &failed), 0);
	ck_assert_int_eq(udp_server_start(server), 0);
}

static void
start(void)
{
	errands_start();
	later_reset();
	server = NULL;
	cache = NULL;
}

static void
end(void)
{
	udp_server_stop(server);
	cache_free(cache);
	errands_end();
}

static int
client(void)
{
	struct addr_port to = *udp_server_bound(server, 0);
	struct sockaddr_storage storage;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(addr_parse("127.0.0.1", &to.addr), 0);
	socklen_t len = sock_from_addr(&to, &storage);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&storage, len), 0);
	return fd;
}

static void
ask(int fd, const char *question)
{
	asking_write(asking, question);
	ck_assert_int_eq(send(fd, asking->buf, asking->query_len, 0),
	    (ssize_t)asking->query_len);
}

static const char *
next(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	ck_assert_int_eq(poll(&wait, 1, WAIT_MS), 1);
	asking->len = (size_t)recv(fd, asking->buf, sizeof(asking->buf), 0);
	return asking_read(asking, "");
}

static void
put(const char *asked, const char *reply, uint64_t at_ms)
{
	struct clock *clock = clock_new_system();
	uint64_t now_ms = clock_now_ms(clock) - at_ms;

	ck_assert(cache_put(cache, said(asked, reply), &keep, 5, now_ms, now_ms));
	clock_free(clock);
}

static struct dns_counts
counts(void)
{
	struct dns_counts now;

	udp_server_counts(server, &now);
	return now;
}

START_TEST(an_answer_is_sent_when_it_comes)
{
	start_at("127.0.0.1:0", false);
	int fd = client();

	ask(fd, "wWw.example.com A rd edns");
	struct waiter *first = later_next();
	/* Others are answered meanwhile. */
	ask(fd, "web." IN_SVC " A rd");
	ck_assert_str_eq(next(fd), "NOERROR aa rd ra\nAN web." IN_SVC ". 5 IN A 10.96.0.1\n");
	ask(fd, "away." IN_SVC " A rd");
	struct waiter *second = later_next();
	later_answer(second, "db.example.com A", "NOERROR\nAN db.example.com. 9 A 192.0.2.2\n");
	ck_assert_str_eq(next(fd), "NOERROR aa rd ra\nAN away." IN_SVC
	    ". 5 IN CNAME db.example.com.\nAN db.example.com. 9 IN A 192.0.2.2\n");
	later_answer(first, "www.example.com A", "NOERROR\nAN www.example.com. 9 A 192.0.2.1\n");
	ck_assert_str_eq(next(fd), "NOERROR rd ra\nAN wWw.example.com. 9 IN A 192.0.2.1\n"
	    "OPT 1232\n");
	struct dns_counts now = counts();
	ck_assert_uint_eq(now.queries, 3);
	ck_assert_uint_eq(now.replies, 3);
	ck_assert_uint_eq(now.dropped, 0);
	close(fd);
}
END_TEST

START_TEST(an_answer_leaves_from_the_address_that_was_asked)
{
	start_at("0.0.0.0:0", false);
	int fd = client();

	ask(fd, "www.example.com A rd");
	later_answer(later_next(), "www.example.com A",
	    "NOERROR\nAN www.example.com. 9 A 192.0.2.1\n");
	/* The client's socket takes datagrams from 127.0.0.1 only. */
	ck_assert_str_eq(next(fd), "NOERROR rd ra\nAN www.example.com. 9 IN A 192.0.2.1\n");
	close(fd);
}
END_TEST

START_TEST(a_failure_is_told)
{
	start_at("127.0.0.1:0", false);
	int fd = client();

	ask(fd, "away." IN_SVC " A rd edns");
	later_fail(later_next(), "127.0.0.1:9 timed out");
	ck_assert_str_eq(next(fd), "SERVFAIL rd ra\nOPT 1232 EDE 22 127.0.0.1:9 timed out\n");
	ck_assert_uint_eq(counts().rcode[2], 1);
	close(fd);
}
END_TEST

START_TEST(too_many_are_told_at_once)
{
	start_at("127.0.0.1:0", false);
	int fd = client();

	later_be_full(true);
	ask(fd, "away." IN_SVC " A rd edns");
	ck_assert_str_eq(next(fd), "SERVFAIL rd ra\n"
	    "OPT 1232 EDE 0 too many questions wait for upstreams\n");
	later_be_full(false);
	/* One that is already on its way may still meet a full queue. */
	ask(fd, "www.example.com A rd edns");
	struct waiter *waiter = later_next();
	later_be_full(true);
	later_answer(waiter, "www.example.com A",
	    "NOERROR\nAN www.example.com. 9 CNAME away." IN_SVC ".\n");
	ck_assert_str_eq(next(fd), "SERVFAIL rd ra\n"
	    "OPT 1232 EDE 0 too many questions wait for upstreams\n");
	close(fd);
}
END_TEST

START_TEST(what_is_in_the_cache_wakes_nobody)
{
	start_at("127.0.0.1:0", true);
	int fd = client();

	put("www.example.com A", "NOERROR\nAN www.example.com. 300 A 192.0.2.1\n", 10000);
	put("db.example.com A", "NOERROR\nAN db.example.com. 300 A 192.0.2.2\n", 20000);
	ask(fd, "WWW.example.com A rd");
	ck_assert_str_eq(next(fd), "NOERROR rd ra\nAN WWW.example.com. 290 IN A 192.0.2.1\n");
	ask(fd, "alias." IN_SVC " A rd");
	ck_assert_str_eq(next(fd), "NOERROR aa rd ra\nAN alias." IN_SVC ". 5 IN CNAME away."
	    IN_SVC ".\nAN away." IN_SVC ". 5 IN CNAME db.example.com.\n"
	    "AN db.example.com. 280 IN A 192.0.2.2\n");
	ck_assert_uint_eq(later_count(), 0);
	/* Without RD nobody learns what others have asked. */
	ask(fd, "www.example.com A");
	ck_assert_str_eq(next(fd), "REFUSED ra\n");
	close(fd);
}
END_TEST

START_TEST(a_remembered_failure_shows_no_cname)
{
	struct asked asked = said_asked("db.example.com A");
	struct clock *clock = clock_new_system();

	start_at("127.0.0.1:0", true);
	int fd = client();
	cache_fail(cache, &asked, 2, clock_now_ms(clock), clock_now_ms(clock));
	clock_free(clock);
	ask(fd, "away." IN_SVC " A rd edns");
	ck_assert_str_eq(next(fd), "SERVFAIL rd ra\nOPT 1232 EDE 13\n");
	close(fd);
}
END_TEST

START_TEST(a_chain_is_looked_up_piece_by_piece)
{
	start_at("127.0.0.1:0", true);
	int fd = client();

	put("www.example.com A", "NOERROR\nAN www.example.com. 300 CNAME away." IN_SVC ".\n", 0);
	ask(fd, "www.example.com A rd");
	later_answer(later_next(), "db.example.com A",
	    "NOERROR\nAN db.example.com. 300 A 192.0.2.2\n");
	ck_assert_str_eq(next(fd), "NOERROR rd ra\nAN www.example.com. 300 IN CNAME away."
	    IN_SVC ".\nAN away." IN_SVC ". 5 IN CNAME db.example.com.\n"
	    "AN db.example.com. 300 IN A 192.0.2.2\n");
	/* And where the first piece is asked for, the second may be in the cache. */
	put("db.example.com A", "NOERROR\nAN db.example.com. 300 A 192.0.2.2\n", 0);
	ask(fd, "w3.example.com A rd");
	later_answer(later_next(), "w3.example.com A",
	    "NOERROR\nAN w3.example.com. 300 CNAME away." IN_SVC ".\n");
	ck_assert_str_eq(next(fd), "NOERROR rd ra\nAN w3.example.com. 300 IN CNAME away."
	    IN_SVC ".\nAN away." IN_SVC ". 5 IN CNAME db.example.com.\n"
	    "AN db.example.com. 300 IN A 192.0.2.2\n");
	ck_assert_uint_eq(later_count(), 2);
	close(fd);
}
END_TEST

START_TEST(who_waits_is_answered_after_the_threads_have_ended)
{
	start_at("127.0.0.1:0", false);
	int fd = client();

	ask(fd, "www.example.com A rd");
	struct waiter *waiter = later_next();
	udp_server_halt(server);
	later_fail(waiter, "stopping");
	ck_assert_str_eq(next(fd), "SERVFAIL rd ra\n");
	close(fd);
}
END_TEST

Suite *
suite(void)
{
	Suite *errand_suite = suite_create("udp_errand");
	TCase *tests = tcase_create("udp_errand");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, an_answer_is_sent_when_it_comes);
	tcase_add_test(tests, an_answer_leaves_from_the_address_that_was_asked);
	tcase_add_test(tests, a_failure_is_told);
	tcase_add_test(tests, too_many_are_told_at_once);
	tcase_add_test(tests, what_is_in_the_cache_wakes_nobody);
	tcase_add_test(tests, a_remembered_failure_shows_no_cname);
	tcase_add_test(tests, a_chain_is_looked_up_piece_by_piece);
	tcase_add_test(tests, who_waits_is_answered_after_the_threads_have_ended);
	suite_add_tcase(errand_suite, tests);
	return errand_suite;
}
