/* test_udp_send.c - replies of any mixture arrive one by one as they were. */
#include "dns/udp_send.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/suite.h"

#define CLIENTS 4

static int sender;
static int clients[CLIENTS];
static struct sockaddr_in peers[CLIENTS];
static struct udp_send *sending;
static uint8_t octets[UDP_SEND_MAX][2000];

static int
open_bound(struct sockaddr_in *bound)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*bound);
	int size = 1 << 20;

	*bound = (struct sockaddr_in){ .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_eq(bind(fd, (struct sockaddr *)bound, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)bound, &len), 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
	return fd;
}

static void
start(void)
{
	struct sockaddr_in own;

	sender = open_bound(&own);
	for (int i = 0; i < CLIENTS; i++)
		clients[i] = open_bound(&peers[i]);
	sending = udp_send_new(sender);
	ck_assert_ptr_nonnull(sending);
}

static void
end(void)
{
	udp_send_free(sending);
	close(sender);
	for (int i = 0; i < CLIENTS; i++)
		close(clients[i]);
}

/* Reply i goes to client whose[i], has lens[i] octets, and begins with i. */
static size_t
send_batch(const unsigned *whose, const size_t *lens, size_t count)
{
	struct udp_reply replies[UDP_SEND_MAX];

	for (size_t i = 0; i < count; i++) {
		memset(octets[i], (int)i, lens[i]);
		replies[i] = (struct udp_reply){ .buf = octets[i], .len = lens[i],
			.peer = (struct sockaddr *)&peers[whose[i]], .peer_len = sizeof(peers[0]) };
	}
	return udp_send_all(sending, replies, count);
}

/* Each client gets its own ones, whole, each once. */
static void
expect_batch(const unsigned *whose, const size_t *lens, size_t count)
{
	bool seen[UDP_SEND_MAX] = { false };

	for (size_t i = 0; i < count; i++) {
		uint8_t buf[2100];
		struct pollfd wait = { .fd = clients[whose[i]], .events = POLLIN };

		ck_assert_int_eq(poll(&wait, 1, 5000), 1);
		ssize_t len = recv(wait.fd, buf, sizeof(buf), 0);
		ck_assert_int_gt((int)len, 0);
		ck_assert_uint_lt(buf[0], count);
		ck_assert(!seen[buf[0]]);
		seen[buf[0]] = true;
		ck_assert_uint_eq(whose[buf[0]], whose[i]);
		ck_assert_uint_eq((size_t)len, lens[buf[0]]);
		ck_assert_mem_eq(buf, octets[buf[0]], (size_t)len);
	}
}

/*
 * Mixtures: how many replies, over how many clients, how many different lengths, the largest of
 * them.
 */
static const struct {
	size_t count;
	unsigned clients;
	size_t lengths;
	size_t largest;
} mixtures[] = {
	{ 1, 1, 1, 100 }, { 2, 1, 1, 100 }, { 3, 1, 1, 100 }, { 64, 1, 1, 100 }, { 64, 1, 3, 120 },
	{ 64, 4, 1, 60 }, { 64, 4, 7, 300 }, { 64, 1, 64, 1200 }, { 64, 1, 1, 1232 }, { 64, 2, 2,
	  1300 },
	{ 10, 4, 10, 1900 }, { 5, 4, 1, 40 },
};

START_TEST(every_mixture_arrives_as_it_was)
{
	unsigned whose[UDP_SEND_MAX];
	size_t lens[UDP_SEND_MAX];

	for (size_t i = 0; i < mixtures[_i].count; i++) {
		whose[i] = (unsigned)(i * 7 / 3) % mixtures[_i].clients;
		lens[i] = mixtures[_i].largest - i * 5 % mixtures[_i].lengths;
	}
	ck_assert_uint_eq(send_batch(whose, lens, mixtures[_i].count), mixtures[_i].count);
	expect_batch(whose, lens, mixtures[_i].count);
	ck_assert(udp_send_segments(sending));
}
END_TEST

/*
 * A socket without checksums cannot cut messages (EIO): the pieces go alone, and so does all
 * that follows.
 */
START_TEST(where_cutting_is_refused_each_reply_goes_alone)
{
	static const unsigned whose[UDP_SEND_MAX] = { 0 };
	size_t lens[UDP_SEND_MAX];
	int on = 1;

	for (size_t i = 0; i < UDP_SEND_MAX; i++)
		lens[i] = 80;
	ck_assert_int_eq(setsockopt(sender, SOL_SOCKET, SO_NO_CHECK, &on, sizeof(on)), 0);
	ck_assert_uint_eq(send_batch(whose, lens, 20), 20);
	expect_batch(whose, lens, 20);
	ck_assert(!udp_send_segments(sending));
	ck_assert_uint_eq(send_batch(whose, lens, 20), 20);
	expect_batch(whose, lens, 20);
}
END_TEST

START_TEST(a_reply_that_is_refused_does_not_hold_up_the_others)
{
	static const unsigned whose[] = { 0, 1, 2 };
	static const size_t lens[] = { 50, 50, 50 };

	peers[1].sin_addr.s_addr = htonl(INADDR_BROADCAST);     /* EACCES */
	ck_assert_uint_eq(send_batch(whose, lens, 3), 2);
	struct pollfd wait[] = { { .fd = clients[0], .events = POLLIN }, { .fd = clients[2],
	    .events = POLLIN } };
	ck_assert_int_eq(poll(&wait[0], 1, 5000), 1);
	ck_assert_int_eq(poll(&wait[1], 1, 5000), 1);
}
END_TEST

Suite *
suite(void)
{
	Suite *udp_send = suite_create("udp_send");
	TCase *tests = tcase_create("udp_send");

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, every_mixture_arrives_as_it_was, 0,
	    (int)(sizeof(mixtures) / sizeof(mixtures[0])));
	tcase_add_test(tests, where_cutting_is_refused_each_reply_goes_alone);
	tcase_add_test(tests, a_reply_that_is_refused_does_not_hold_up_the_others);
	suite_add_tcase(udp_send, tests);
	return udp_send;
}
