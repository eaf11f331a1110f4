/* test_lookup.c - names become addresses, or a named error, by the deadline; against a resolver of our own. */
#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "net/lookup.h"
#include "net/sock.h"
#include "tests/suite.h"

/* How the resolver answers. */
enum manner { ANSWER, NXDOMAIN, NODATA, REFUSED, SILENT, GARBAGE };

static struct event_base *loop;
static struct event *server_event;
static struct addr_port server;
static int server_fd;
static enum manner manner;
static unsigned asked;

static struct {
	unsigned calls;
	int err;
	size_t count;
	char text[512];
} result;

/* An answer of 192.0.2.7 or 2001:db8::7, by the type of the question; the name is compressed. */
static size_t
answer_records(uint8_t *at, uint16_t type)
{
	static const uint8_t ip4[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 7 };
	static const uint8_t ip6[] = { 0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 5, 0, 16, 0x20, 0x01, 0x0d, 0xb8,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7 };

	if (type == 1) {
		memcpy(at, ip4, sizeof(ip4));
		return sizeof(ip4);
	}
	memcpy(at, ip6, sizeof(ip6));
	return sizeof(ip6);
}

static void
on_query(evutil_socket_t fd, short what, void *arg)
{
	uint8_t buf[1024];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	ssize_t len = recvfrom(fd, buf, 512, 0, (struct sockaddr *)&from, &from_len);
	size_t end = 12;

	(void)what;
	(void)arg;
	ck_assert_int_gt(len, 12);
	asked++;
	if (manner == SILENT)
		return;
	while (buf[end] != 0)
		end += (size_t)buf[end] + 1;
	end += 5;

	uint16_t type = (uint16_t)(buf[end - 4] << 8 | buf[end - 3]);

	buf[2] = 0x81;
	buf[3] = (uint8_t)(0x80 | (manner == NXDOMAIN ? 3 : manner == REFUSED ? 5 : 0));
	memset(buf + 6, 0, 6);
	if (manner == ANSWER) {
		buf[7] = 1;
		end += answer_records(buf + end, type);
	} else if (manner == GARBAGE) {
		buf[7] = 200;
	}
	sendto(fd, buf, end, 0, (struct sockaddr *)&from, from_len);
}

static void
on_done(void *arg, int err, const struct addr *addrs, size_t count)
{
	char text[ADDR_TEXT_SIZE];

	(void)arg;
	result.calls++;
	result.err = err;
	result.count = count;
	for (size_t i = 0; i < count; i++) {
		strcat(result.text, addr_text(&addrs[i], text));
		strcat(result.text, " ");
	}
	event_base_loopbreak(loop);
}

static void
setup(void)
{
	memset(&result, 0, sizeof(result));
	asked = 0;
	manner = ANSWER;
	loop = event_base_new();
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &server), 0);
	ck_assert_int_eq(sock_bind_udp(&server, SOCK_FLAG_NONBLOCK, 0, &server_fd), 0);
	ck_assert_int_eq(sock_bound(server_fd, &server), 0);
	server_event = event_new(loop, server_fd, EV_READ | EV_PERSIST, on_query, NULL);
	event_add(server_event, NULL);
}

static void
teardown(void)
{
	event_free(server_event);
	close(server_fd);
	event_base_free(loop);
}

static void
look_up(const char *name, const struct addr_port *whom, uint64_t timeout_ms)
{
	ck_assert_ptr_nonnull(lookup_start(loop, name, whom, timeout_ms, on_done, NULL));
	ck_assert_uint_eq(result.calls, 0);
	event_base_dispatch(loop);
	ck_assert_uint_eq(result.calls, 1);
}

START_TEST(a_name_gives_its_addresses_of_both_families)
{
	look_up("web.example", &server, 5000);
	ck_assert_int_eq(result.err, 0);
	ck_assert_uint_eq(result.count, 2);
	ck_assert_ptr_nonnull(strstr(result.text, "192.0.2.7 "));
	ck_assert_ptr_nonnull(strstr(result.text, "2001:db8::7 "));
	ck_assert_uint_eq(asked, 2);
}
END_TEST

START_TEST(each_way_to_fail_has_its_error)
{
	static const struct { enum manner manner; const char *name; int err; } cases[] = {
		{ NXDOMAIN, "gone.example", ERR_NOTFOUND },
		{ NODATA, "empty.example", ERR_NOTFOUND },
		{ REFUSED, "refused.example", ERR_SYSTEM },
		{ ANSWER, "a..example", ERR_INVALID },
		{ ANSWER, "", ERR_INVALID },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&result, 0, sizeof(result));
		manner = cases[i].manner;
		look_up(cases[i].name, &server, 5000);
		ck_assert_msg(result.err == cases[i].err, "\"%s\": %s", cases[i].name,
		    err_text(result.err));
		ck_assert_uint_eq(result.count, 0);
	}
}
END_TEST

START_TEST(a_reply_that_lies_is_an_error)
{
	manner = GARBAGE;
	look_up("lie.example", &server, 5000);
	ck_assert_int_ne(result.err, 0);
}
END_TEST

START_TEST(silence_ends_at_the_deadline)
{
	struct timespec start, end;

	manner = SILENT;
	clock_gettime(CLOCK_MONOTONIC, &start);
	look_up("slow.example", &server, 100);
	clock_gettime(CLOCK_MONOTONIC, &end);

	long took_ms = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;

	ck_assert_int_eq(result.err, ERR_TIMEOUT);
	/* The loop reads a clock that moves every 4 ms, so its timers may be that much early. */
	ck_assert_int_ge(took_ms, 95);
	ck_assert_int_lt(took_ms, 5000);
}
END_TEST

START_TEST(a_name_too_long_is_invalid)
{
	char name[400];

	memset(name, 'a', sizeof(name));
	for (size_t i = 50; i < sizeof(name); i += 51)
		name[i] = '.';
	name[sizeof(name) - 1] = '\0';
	look_up(name, &server, 5000);
	ck_assert_int_eq(result.err, ERR_INVALID);
	ck_assert_uint_eq(asked, 0);
}
END_TEST

START_TEST(a_cancelled_lookup_is_not_heard_of_again)
{
	struct timeval wait = { 0, 150000 };

	lookup_cancel(lookup_start(loop, "web.example", &server, 50, on_done, NULL));
	lookup_cancel(lookup_start(loop, "192.0.2.1", &server, 50, on_done, NULL));
	lookup_cancel(NULL);
	event_base_loopexit(loop, &wait);
	event_base_dispatch(loop);
	ck_assert_uint_eq(result.calls, 0);
}
END_TEST

START_TEST(an_address_is_its_own_answer)
{
	look_up("192.0.2.9", &server, 5000);
	ck_assert_int_eq(result.err, 0);
	ck_assert_str_eq(result.text, "192.0.2.9 ");
	ck_assert_uint_eq(asked, 0);
}
END_TEST

START_TEST(without_a_server_the_system_is_asked)
{
	FILE *hosts = fopen("/etc/hosts", "r");
	char line[256];
	bool listed = false;

	while (hosts != NULL && fgets(line, sizeof(line), hosts) != NULL)
		listed = listed || (strncmp(line, "127.0.0.1", 9) == 0 && strstr(line, "localhost") != NULL);
	if (hosts != NULL)
		fclose(hosts);
	if (!listed)
		return;
	look_up("localhost", NULL, 5000);
	ck_assert_int_eq(result.err, 0);
	ck_assert_ptr_nonnull(strstr(result.text, "127.0.0.1 "));
}
END_TEST

static int
open_files(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += dup2(fd, fd) == fd;
	return count;
}

START_TEST(lookups_leave_no_descriptor_behind)
{
	int before;

	look_up("web.example", &server, 5000);
	before = open_files();
	for (int i = 0; i < 20; i++) {
		memset(&result, 0, sizeof(result));
		manner = i % 2 == 0 ? ANSWER : SILENT;
		look_up("web.example", &server, manner == SILENT ? 5 : 5000);
		lookup_cancel(lookup_start(loop, "web.example", &server, 50, on_done, NULL));
	}
	ck_assert_int_eq(open_files(), before);
}
END_TEST

/* Without a server given, neither the hosts file nor resolv.conf can be read then either. */
START_TEST(without_a_descriptor_left_no_resolver_is_to_blame)
{
	const struct addr_port *whom = _i == 0 ? &server : NULL;
	int next = dup(server_fd);
	struct rlimit limit, none;

	close(next);
	getrlimit(RLIMIT_NOFILE, &limit);
	none = (struct rlimit){ .rlim_cur = (rlim_t)next, .rlim_max = limit.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	look_up("web.example", whom, 5000);
	setrlimit(RLIMIT_NOFILE, &limit);
	ck_assert_msg(result.err == ERR_FULL, "%s", err_text(result.err));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("lookup");
	TCase *tc = tcase_create("lookup");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_name_gives_its_addresses_of_both_families);
	tcase_add_test(tc, each_way_to_fail_has_its_error);
	tcase_add_test(tc, a_reply_that_lies_is_an_error);
	tcase_add_test(tc, silence_ends_at_the_deadline);
	tcase_add_test(tc, a_name_too_long_is_invalid);
	tcase_add_test(tc, a_cancelled_lookup_is_not_heard_of_again);
	tcase_add_test(tc, an_address_is_its_own_answer);
	tcase_add_test(tc, without_a_server_the_system_is_asked);
	tcase_add_loop_test(tc, without_a_descriptor_left_no_resolver_is_to_blame, 0, 2);
	tcase_add_test(tc, lookups_leave_no_descriptor_behind);
	suite_add_tcase(s, tc);
	return s;
}
