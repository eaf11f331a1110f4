/* test_visitors.c - HTTP clients that drip, hang or come in crowds do not keep others out. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "net/sock.h"
#include "ops/visitors.h"
#include "tests/ops/http_client.h"
#include "tests/suite.h"

static struct event_base *loop;
static struct evhttp *http;
static struct visitors *visitors;
static struct addr_port at;
static char got[4096];

static void
on_request(struct evhttp_request *request, void *arg)
{
	bool writer;

	(void)arg;
	visitors_answered(visitors,
	    evhttp_connection_get_bufferevent(evhttp_request_get_connection(request)), &writer);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
	evhttp_send_reply(request, HTTP_OK, NULL, NULL);
}

static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
	struct bufferevent *connection = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	(void)arg;
	ck_assert_int_eq(visitors_admit(visitors, connection, NULL), 0);
	return connection;
}

static void
start(size_t max, uint64_t request_ms)
{
	int fd;

	loop = event_base_new();
	http = evhttp_new(loop);
	evhttp_set_gencb(http, on_request, NULL);
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &at), 0);
	ck_assert_int_eq(sock_listen_tcp(&at, SOCK_FLAG_NONBLOCK, 128, &fd), 0);
	ck_assert_int_eq(sock_bound(fd, &at), 0);
	ck_assert_int_eq(evhttp_accept_socket(http, fd), 0);
	visitors = visitors_new(loop, max, request_ms);
	ck_assert_ptr_nonnull(visitors);
	evhttp_set_bevcb(http, on_connection, NULL);
}

static void
teardown(void)
{
	evhttp_free(http);
	visitors_free(visitors);
	event_base_free(loop);
}

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Run the loop until no more than `most` are left; how many that is. */
static size_t
become(size_t most)
{
	uint64_t end = now_ms() + 10000;

	while (visitors_count(visitors) > most && now_ms() < end)
		http_client_wait(loop, 10);
	return visitors_count(visitors);
}

START_TEST(who_drips_a_request_is_shut_down_in_time)
{
	static const char request[] = "GET / HTTP/1.1\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	uint64_t before;
	size_t sent = 0;
	int fd;

	start(10, 300);
	fd = http_client_connect(&at);
	before = now_ms();
	http_client_wait(loop, 1);
	ck_assert_uint_eq(visitors_count(visitors), 1);
	while (visitors_count(visitors) > 0 && sent < sizeof(request) - 1) {
		char octet[2] = { request[sent++], '\0' };

		http_client_send(fd, octet);
		http_client_wait(loop, 20);
	}
	ck_assert_uint_eq(become(0), 0);
	ck_assert_uint_ge(now_ms() - before, 290);
	ck_assert_uint_lt(sent, sizeof(request) - 1);
	ck_assert(http_client_read(loop, fd, got, sizeof(got)));
	close(fd);
}
END_TEST

START_TEST(a_crowd_costs_the_oldest_its_place)
{
	int fds[8];

	start(4, 60000);
	for (int i = 0; i < 8; i++) {
		fds[i] = http_client_connect(&at);
		http_client_wait(loop, 1);
	}
	ck_assert_uint_le(become(4), 4);
	for (int i = 0; i < 8; i++) {
		http_client_send(fds[i], "GET / HTTP/1.1\r\n\r\n");
		ck_assert(http_client_read(loop, fds[i], got, sizeof(got)));
		ck_assert_int_eq(strncmp(got, "HTTP/1.1 200", 12) == 0, i >= 4);
		close(fds[i]);
	}
	ck_assert_uint_eq(become(0), 0);
}
END_TEST

START_TEST(a_crowd_in_one_round_costs_as_many_their_places)
{
	int fds[12];

	start(4, 60000);
	for (int i = 0; i < 12; i++)
		fds[i] = http_client_connect(&at);
	http_client_wait(loop, 10);
	ck_assert_uint_ge(visitors_count(visitors), 4);
	ck_assert_uint_le(become(4), 4);
	for (int i = 0; i < 12; i++)
		close(fds[i]);
	ck_assert_uint_eq(become(0), 0);
}
END_TEST

START_TEST(those_who_leave_make_room)
{
	start(2, 60000);
	for (int i = 0; i < 10; i++) {
		int fd = http_client_connect(&at);

		http_client_send(fd, "GET / HTTP/1.1\r\n\r\n");
		ck_assert(http_client_read(loop, fd, got, sizeof(got)));
		ck_assert_int_eq(strncmp(got, "HTTP/1.1 200", 12), 0);
		close(fd);
	}
	ck_assert_uint_eq(become(0), 0);
}
END_TEST

START_TEST(visitors_at_the_end_are_let_go)
{
	int fd;

	start(10, 60000);
	fd = http_client_connect(&at);
	http_client_wait(loop, 1);
	ck_assert_uint_eq(visitors_count(visitors), 1);
	close(fd);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("visitors");
	TCase *tc = tcase_create("visitors");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, who_drips_a_request_is_shut_down_in_time);
	tcase_add_test(tc, a_crowd_costs_the_oldest_its_place);
	tcase_add_test(tc, a_crowd_in_one_round_costs_as_many_their_places);
	tcase_add_test(tc, those_who_leave_make_room);
	tcase_add_test(tc, visitors_at_the_end_are_let_go);
	suite_add_tcase(s, tc);
	return s;
}
