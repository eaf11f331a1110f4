/* test_udp_batch.c - datagrams come out of the batch as they went in, with who sent them. */
#include "dns/udp_batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "net/sock.h"
#include "tests/suite.h"

static int server, client;
static struct addr_port server_at, client_at;
static struct udp_batch *batch;

static void
open_pair(const char *listen, bool pktinfo)
{
	struct sockaddr_storage storage;
	struct addr_port any;

	ck_assert_int_eq(addr_port_parse(listen, &server_at), 0);
	ck_assert_int_eq(sock_bind_udp(&server_at, pktinfo ? SOCK_FLAG_PKTINFO : 0, 0, &server), 0);
	ck_assert_int_eq(sock_bound(server, &server_at), 0);
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &any), 0);
	ck_assert_int_eq(sock_bind_udp(&any, 0, 0, &client), 0);
	ck_assert_int_eq(sock_bound(client, &client_at), 0);
	ck_assert_int_eq(addr_parse("127.0.0.3", &server_at.addr), 0);
	socklen_t len = sock_from_addr(&server_at, &storage);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&storage, len), 0);
	batch = udp_batch_new(server, pktinfo);
	ck_assert_ptr_nonnull(batch);
}

static void
close_pair(void)
{
	udp_batch_free(batch);
	close(server);
	close(client);
}

static void
send_numbers(unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++) {
		uint8_t octets[100];

		memset(octets, (int)i, sizeof(octets));
		ck_assert_int_eq((int)send(client, octets, 1 + i, 0), (int)(1 + i));
	}
}

static void
expect_number(size_t at, unsigned number)
{
	struct addr from;
	size_t len;
	uint8_t *octets = udp_batch_octets(batch, at, &len);

	ck_assert_uint_eq(len, number + 1);
	ck_assert_uint_eq(octets[0], number);
	udp_batch_client(batch, at, &from);
	ck_assert_int_eq(addr_compare(&from, &client_at.addr), 0);
	ck_assert(udp_batch_answerable(batch, at));
}

START_TEST(all_that_waits_comes_in_one_batch)
{
	open_pair("127.0.0.3:0", false);
	for (unsigned round = 0; round < 3; round++) {
		send_numbers(round, 20);
		ck_assert_int_eq(udp_batch_receive(batch, true), 20);
		for (unsigned i = 0; i < 20; i++)
			expect_number(i, round + i);
		send_numbers(50, 1);
		ck_assert_int_eq(udp_batch_receive_one(batch), 1);
		expect_number(0, 50);
	}
	ck_assert_int_eq(udp_batch_receive(batch, false), -1);
	ck_assert_int_eq(errno, EAGAIN);
	close_pair();
}
END_TEST

START_TEST(a_batch_has_an_end)
{
	open_pair("127.0.0.3:0", false);
	send_numbers(0, 99);
	ck_assert_int_eq(udp_batch_receive(batch, false), UDP_BATCH_MAX);
	expect_number(63, 63);
	ck_assert_int_eq(udp_batch_receive(batch, false), 99 - UDP_BATCH_MAX);
	expect_number(0, 64);
	close_pair();
}
END_TEST

START_TEST(a_reply_goes_back_from_where_the_query_came_to)
{
	struct udp_reply reply;
	uint8_t octets[10];

	open_pair("0.0.0.0:0", true);
	for (int round = 0; round < 3; round++) {
		send_numbers(9, 1);
		ck_assert_int_eq(udp_batch_receive(batch, true), 1);
		udp_batch_reply(batch, 0, 5, &reply);
		ck_assert_ptr_nonnull(reply.control);
		struct msghdr message = { .msg_name = (void *)(uintptr_t)reply.peer,
		    .msg_namelen = reply.peer_len,
			.msg_iov = &(struct iovec){ reply.buf, reply.len }, .msg_iovlen = 1,
			.msg_control = reply.control, .msg_controllen = reply.control_len };
		ck_assert_int_eq((int)sendmsg(server, &message, 0), 5);
		/* The client is connected to 127.0.0.3: from elsewhere it would get nothing. */
		ck_assert_int_eq((int)recv(client, octets, sizeof(octets), 0), 5);
	}
	close_pair();
}
END_TEST

Suite *
suite(void)
{
	Suite *udp_batch = suite_create("udp_batch");
	TCase *tests = tcase_create("udp_batch");

	tcase_add_test(tests, all_that_waits_comes_in_one_batch);
	tcase_add_test(tests, a_batch_has_an_end);
	tcase_add_test(tests, a_reply_goes_back_from_where_the_query_came_to);
	suite_add_tcase(udp_batch, tests);
	return udp_batch;
}
