/* test_sock.c - sockets are bound where and how they were asked for. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "net/sock.h"
#include "tests/suite.h"

static struct addr_port
parsed(const char *text)
{
	struct addr_port addr_port = { .port = 0 };

	ck_assert_int_eq(addr_port_parse(text, &addr_port), 0);
	return addr_port;
}

static bool
have_ip6(void)
{
	struct addr_port loopback = parsed("[::1]:0");
	int fd;

	if (sock_bind_udp(&loopback, 0, 0, &fd) != 0)
		return false;
	close(fd);
	return true;
}

static int
option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	ck_assert_int_eq(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

START_TEST(addresses_survive_the_way_there_and_back)
{
	static const char *const texts[] = { "192.0.2.1:53", "0.0.0.0:0", "[2001:db8::1]:65535", "[::]:1" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct addr_port from = parsed(texts[i]), to;
		struct sockaddr_storage storage;
		socklen_t len = sock_from_addr(&from, &storage);
		char text[ADDR_PORT_TEXT_SIZE];

		ck_assert_int_eq(sock_to_addr((struct sockaddr *)&storage, len, &to), 0);
		ck_assert_str_eq(addr_port_text(&to, text), texts[i]);
		ck_assert_int_eq(sock_to_addr((struct sockaddr *)&storage, len - 1, &to), ERR_INVALID);
	}
}
END_TEST

START_TEST(other_families_are_refused)
{
	struct sockaddr_storage storage = { .ss_family = AF_UNIX };
	struct addr_port none = { .port = 1 };
	int fd = -1;

	ck_assert_int_eq(sock_to_addr((struct sockaddr *)&storage, sizeof(storage), &none), ERR_INVALID);
	ck_assert_int_eq(sock_to_addr((struct sockaddr *)&storage, 0, &none), ERR_INVALID);
	ck_assert_uint_eq(none.port, 1);
	ck_assert_uint_eq(sock_from_addr(&none, &storage), 0);
	ck_assert_int_eq(sock_bind_udp(&none, 0, 0, &fd), ERR_SYSTEM);
	ck_assert_int_eq(errno, EAFNOSUPPORT);
	ck_assert_int_eq(fd, -1);
}
END_TEST

START_TEST(flags_are_set_on_the_socket)
{
	struct addr_port loopback = parsed("127.0.0.1:0"), bound;
	int plain, special;

	ck_assert_int_eq(sock_bind_udp(&loopback, 0, 0, &plain), 0);
	ck_assert_int_eq(sock_bind_udp(&loopback, SOCK_FLAG_REUSEPORT | SOCK_FLAG_NONBLOCK |
	    SOCK_FLAG_PKTINFO, 65536, &special), 0);
	ck_assert_int_eq(fcntl(plain, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(fcntl(plain, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(option(plain, SOL_SOCKET, SO_REUSEPORT), 0);
	ck_assert_int_eq(option(plain, SOL_SOCKET, SO_REUSEADDR), 0);
	ck_assert_int_eq(fcntl(special, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(fcntl(special, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	ck_assert_int_eq(option(special, SOL_SOCKET, SO_REUSEPORT), 1);
	ck_assert_int_eq(option(special, IPPROTO_IP, IP_PKTINFO), 1);
	/* The kernel doubles what it is told (socket(7)). */
	ck_assert_int_eq(option(special, SOL_SOCKET, SO_RCVBUF), 131072);
	ck_assert_int_eq(sock_bound(special, &bound), 0);
	ck_assert_uint_ne(bound.port, 0);
	close(plain);
	close(special);
}
END_TEST

START_TEST(an_address_is_shared_only_on_request)
{
	struct addr_port at = parsed("127.0.0.1:0");
	int first, second, third = -1;

	ck_assert_int_eq(sock_bind_udp(&at, SOCK_FLAG_REUSEPORT, 0, &first), 0);
	ck_assert_int_eq(sock_bound(first, &at), 0);
	ck_assert_int_eq(sock_bind_udp(&at, SOCK_FLAG_REUSEPORT, 0, &second), 0);
	ck_assert_int_eq(sock_bind_udp(&at, 0, 0, &third), ERR_SYSTEM);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_eq(third, -1);
	close(first);
	close(second);
}
END_TEST

START_TEST(both_wildcards_can_have_one_port)
{
	struct addr_port ip4 = parsed("0.0.0.0:0"), ip6 = parsed("[::]:0");
	int fd4, fd6;

	if (!have_ip6())
		return;
	ck_assert_int_eq(sock_listen_tcp(&ip4, 0, 16, &fd4), 0);
	ck_assert_int_eq(sock_bound(fd4, &ip4), 0);
	ip6.port = ip4.port;
	ck_assert_int_eq(sock_listen_tcp(&ip6, 0, 16, &fd6), 0);
	ck_assert_int_eq(option(fd6, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	close(fd4);
	close(fd6);
}
END_TEST

START_TEST(a_listener_takes_connections_and_knows_its_peer)
{
	struct addr_port at = parsed("127.0.0.1:0"), peer, local;
	struct sockaddr_storage storage;
	int listener, client, server;

	ck_assert_int_eq(sock_listen_tcp(&at, 0, 16, &listener), 0);
	ck_assert_int_eq(option(listener, SOL_SOCKET, SO_REUSEADDR), 1);
	ck_assert_int_eq(sock_bound(listener, &at), 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&storage, sock_from_addr(&at, &storage)), 0);
	server = accept(listener, NULL, NULL);
	ck_assert_int_ge(server, 0);
	ck_assert_int_eq(sock_peer(server, &peer), 0);
	ck_assert_int_eq(sock_bound(client, &local), 0);
	ck_assert_int_eq(addr_compare(&peer.addr, &local.addr), 0);
	ck_assert_uint_eq(peer.port, local.port);
	close(client);
	close(server);
	close(listener);
}
END_TEST

START_TEST(a_foreign_address_cannot_be_bound)
{
	struct addr_port at = parsed("192.0.2.1:0");
	int fd = -1;

	ck_assert_int_eq(sock_bind_udp(&at, 0, 0, &fd), ERR_SYSTEM);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
}
END_TEST

START_TEST(the_host_has_a_loopback_address_once)
{
	struct addr *addrs;
	size_t count, loopbacks = 0;

	ck_assert_int_eq(sock_host_addrs(&addrs, &count), 0);
	for (size_t i = 0; i < count; i++)
		loopbacks += addrs[i].family == ADDR_IP4 && addrs[i].octets[0] == 127 &&
		    addrs[i].octets[3] == 1;
	ck_assert_uint_eq(loopbacks, 1);
	free(addrs);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("sock");
	TCase *tc = tcase_create("sock");

	tcase_add_test(tc, addresses_survive_the_way_there_and_back);
	tcase_add_test(tc, other_families_are_refused);
	tcase_add_test(tc, flags_are_set_on_the_socket);
	tcase_add_test(tc, an_address_is_shared_only_on_request);
	tcase_add_test(tc, both_wildcards_can_have_one_port);
	tcase_add_test(tc, a_listener_takes_connections_and_knows_its_peer);
	tcase_add_test(tc, a_foreign_address_cannot_be_bound);
	tcase_add_test(tc, the_host_has_a_loopback_address_once);
	suite_add_tcase(s, tc);
	return s;
}
