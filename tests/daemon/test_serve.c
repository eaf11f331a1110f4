/* test_serve.c - sockets are bound together or not at all, and answer between start and stop. */
#include "daemon/serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "daemon/wiring.h"
#include "dns/index.h"
#include "dns/tcp.h"
#include "dns/udp.h"
#include "tests/daemon/outfit.h"
#include "tests/suite.h"

static struct outfit outfit;

static void
set_up(void)
{
	outfit_start(&outfit, "dns: {ttl: 7, udpSize: 1400}\n");
}

static void
tear_down(void)
{
	serve_stop(&outfit.rollcall);
	outfit_stop(&outfit);
}

/* A socket of ours on 127.0.0.1; port 0: the kernel's choice.  -1: it is taken. */
static int
take(int type, uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(*port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 1) != 0)) {
		close(fd);
		return -1;
	}
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* Does the port answer a query over UDP within so long?  Its rcode, -1: no. */
static int
ask_udp(uint16_t port, int wait_ms)
{
	static const uint8_t query[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0" "\1x\0\0\1\0\1";
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint8_t reply[512];
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rcode = -1;
	struct pollfd readable = { fd, POLLIN, 0 };

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(send(fd, query, sizeof(query) - 1, 0), sizeof(query) - 1);
	if (poll(&readable, 1, wait_ms) == 1 && recv(fd, reply, sizeof(reply), 0) > 12)
		rcode = reply[3] & 15;
	close(fd);
	return rcode;
}

START_TEST(udp_and_tcp_have_the_same_port_and_answer_only_once_started)
{
	struct rollcall *rollcall = &outfit.rollcall;

	ck_assert_int_eq(serve_bind(rollcall), 0);
	uint16_t port = udp_server_bound(rollcall->udp, 0)->port;

	ck_assert_uint_ne(port, 0);
	ck_assert_uint_eq(tcp_server_bound(rollcall->tcp, 0)->port, port);
	ck_assert_int_eq(ask_udp(port, 50), -1);
	ck_assert_int_eq(serve_start(rollcall), 0);
	ck_assert(rollcall->udp_started && rollcall->tcp_started);
	/* REFUSED: no zone is ours yet. */
	ck_assert_int_eq(ask_udp(port, 10000), 5);
	serve_stop(rollcall);
	ck_assert(!rollcall->udp_started && !rollcall->tcp_started && !rollcall->serving);
	ck_assert(rollcall->udp == NULL && rollcall->tcp == NULL);
}
END_TEST

/* Where a port is taken for one kind of socket, binding fails; is it free for the other kind then? */
static bool
is_let_go(int taken, int other)
{
	uint16_t port = 0;
	int theirs = take(taken, &port);

	outfit.rollcall.now->config->listen[0].port = port;
	ck_assert_int_eq(serve_bind(&outfit.rollcall), ERR_SYSTEM);
	ck_assert(outfit.rollcall.udp == NULL && outfit.rollcall.tcp == NULL);
	int fd = take(other, &port);

	close(theirs);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

START_TEST(where_one_of_both_is_taken_the_other_is_let_go)
{
	static const int types[] = { SOCK_DGRAM, SOCK_STREAM };

	for (size_t i = 0; i < 2; i++) {
		unsigned attempts = 0;

		/* Another process may have the number for its own; not sixteen times. */
		while (!is_let_go(types[i], types[1 - i]))
			ck_assert_uint_lt(++attempts, 16);
	}
}
END_TEST

START_TEST(dns_settings_come_from_the_configuration_and_the_addresses_bound)
{
	const struct dns_settings *dns = &outfit.rollcall.now->dns;
	struct addr loopback;

	ck_assert_int_eq(addr_parse("127.0.0.1", &loopback), 0);
	ck_assert_uint_eq(dns->ttl_s, 7);
	ck_assert_uint_eq(dns->udp_size, 1400);
	ck_assert_str_eq(dns->cluster_domain, "cluster.local");
	ck_assert_uint_eq(dns->own_address_count, 1);
	ck_assert_int_eq(addr_compare(&dns->own_addresses[0], &loopback), 0);
}
END_TEST

START_TEST(loopback_is_ours_but_does_not_name_us_beside_another_address)
{
	struct addr_port listen[2] = { { .port = 53 }, { .port = 53 } };
	struct config config = *outfit.rollcall.now->config;
	struct generation generation = { .config = &config };

	ck_assert_int_eq(addr_parse("127.0.0.1", &listen[0].addr), 0);
	ck_assert_int_eq(addr_parse("192.0.2.1", &listen[1].addr), 0);
	config.listen = listen;
	config.listen_count = 2;
	ck_assert_int_eq(serve_settings(&generation, NULL), 0);
	ck_assert_uint_eq(generation.dns.own_address_count, 2);
	ck_assert_uint_eq(generation.dns.ns_address_count, 1);
	ck_assert_int_eq(addr_compare(&generation.dns.ns_addresses[0], &listen[1].addr), 0);
	listen_own_release(&generation.own);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("serve");
	TCase *tcase = tcase_create("serve");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, udp_and_tcp_have_the_same_port_and_answer_only_once_started);
	tcase_add_test(tcase, where_one_of_both_is_taken_the_other_is_let_go);
	tcase_add_test(tcase, dns_settings_come_from_the_configuration_and_the_addresses_bound);
	tcase_add_test(tcase, loopback_is_ours_but_does_not_name_us_beside_another_address);
	return suite;
}
