/* test_udp.c - real sockets on loopback: each query is answered, until the end. */
#include "dns/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ldns/ldns.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/latency.h"
#include "dns/dns_settings.h"
#include "dns/index.h"
#include "net/sock.h"
#include "tests/dns/asking.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define ZONE "cluster.local"
#define WEB "web.shop.svc." ZONE
#define WAIT_MS 5000

static struct asking *asking;           /* index, settings, and a writer of queries */
static struct udp_server *server;

static void
start(void)
{
	asking = asking_new();
	server = NULL;
	sample_put(asking->index, &(struct sample_name){ .name = WEB, .zone = ZONE,
	    .records = { "5 A 10.96.0.1", "5 TXT \"a text that makes the reply longer\"" } });
	sample_put_many(asking->index, "many." ZONE, ZONE, 300);
}

static void
end(void)
{
	udp_server_stop(server);
	asking_free(asking);
}

/* Serve on an address; false: this host has none of its family. */
static bool
serve(const char *address, unsigned threads)
{
	struct addr_port listen;
	struct udp_settings settings = { .listen = &listen, .listen_count = 1, .threads = threads,
		.dns = &asking->settings, .index = asking->index };
	size_t failed;

	ck_assert_int_eq(addr_port_parse(address, &listen), 0);
	int err = udp_server_bind(&settings, &server, &failed);
	if (err != 0 && (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT))
		return false;
	ck_assert_int_eq(err, 0);
	ck_assert_uint_ne(udp_server_bound(server, 0)->port, 0);
	ck_assert_int_eq(udp_server_start(server), 0);
	return true;
}

/* A client whose socket takes datagrams from that address only. */
static int
client(const char *address)
{
	struct addr_port to = { .port = udp_server_bound(server, 0)->port };
	struct sockaddr_storage storage;
	int size = 1 << 20;

	ck_assert_int_eq(addr_parse(address, &to.addr), 0);
	socklen_t len = sock_from_addr(&to, &storage);
	int fd = socket(storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&storage, len), 0);
	return fd;
}

static void
send_query(int fd, const char *question, uint16_t id)
{
	asking_write(asking, question);
	asking->buf[0] = (uint8_t)(id >> 8);
	asking->buf[1] = (uint8_t)id;
	ck_assert_int_eq((int)send(fd, asking->buf, asking->query_len, 0), (int)asking->query_len);
}

/* The next reply; NULL: none came. */
static ldns_pkt *
receive(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	uint8_t buf[4096];
	ldns_pkt *packet = NULL;

	if (poll(&wait, 1, WAIT_MS) != 1)
		return NULL;
	ssize_t len = recv(fd, buf, sizeof(buf), 0);
	ck_assert_int_gt((int)len, 0);
	ck_assert_int_eq(ldns_wire2pkt(&packet, buf, (size_t)len), LDNS_STATUS_OK);
	return packet;
}

static void
expect(int fd, const char *question, ldns_pkt_rcode rcode, size_t answers)
{
	send_query(fd, question, 7);
	ldns_pkt *packet = receive(fd);
	ck_assert_ptr_nonnull(packet);
	ck_assert_uint_eq(ldns_pkt_id(packet), 7);
	ck_assert_int_eq((int)ldns_pkt_get_rcode(packet), (int)rcode);
	ck_assert_uint_eq(ldns_pkt_ancount(packet), answers);
	ldns_pkt_free(packet);
}

/* The address served and the one asked, which must be where the reply comes from. */
static const struct {
	const char *listen;
	const char *asked;
} places[] = {
	{ "127.0.0.1:0", "127.0.0.1" },
	{ "[::1]:0", "::1" },
	{ "0.0.0.0:0", "127.0.0.1" },
	{ "0.0.0.0:0", "127.0.0.2" },
	{ "[::]:0", "::1" },
};

START_TEST(replies_leave_from_the_address_that_was_asked)
{
	if (!serve(places[_i].listen, 1))
		return;
	int fd = client(places[_i].asked);

	for (int i = 0; i < 20; i++)
		expect(fd, WEB " A", LDNS_RCODE_NOERROR, 1);
	expect(fd, "nobody." ZONE " A", LDNS_RCODE_NXDOMAIN, 0);
	close(fd);
}
END_TEST

/* All ids of a burst come back, each once, whatever way the replies were put together. */
static void
expect_burst(int fd, unsigned count)
{
	static const char *const questions[] = { WEB " A", WEB " TXT", WEB " AAAA", "many."
	    ZONE " A edns" };
	uint8_t *seen = calloc(count, 1);

	for (unsigned i = 0; i < count; i++)
		send_query(fd, questions[i % 4], (uint16_t)i);
	for (unsigned i = 0; i < count; i++) {
		ldns_pkt *packet = receive(fd);

		ck_assert_msg(packet != NULL, "reply %u of %u did not come", i, count);
		ck_assert_uint_lt(ldns_pkt_id(packet), count);
		ck_assert_uint_eq(seen[ldns_pkt_id(packet)]++, 0);
		ldns_rr_type type = ldns_rr_get_type(ldns_rr_list_rr(ldns_pkt_question(packet), 0));
		static const ldns_rr_type types[] = { LDNS_RR_TYPE_A, LDNS_RR_TYPE_TXT,
		    LDNS_RR_TYPE_AAAA,
			LDNS_RR_TYPE_A };
		ck_assert_int_eq((int)type, (int)types[ldns_pkt_id(packet) % 4]);
		ldns_pkt_free(packet);
	}
	free(seen);
}

START_TEST(bursts_of_one_client_are_answered_whole)
{
	ck_assert(serve(_i == 0 ? "127.0.0.1:0" : "0.0.0.0:0", 1));
	int fd = client("127.0.0.1");

	for (unsigned count = 1; count < 300; count = count * 2 + 1)
		expect_burst(fd, count);
	close(fd);
}
END_TEST

START_TEST(many_clients_of_many_threads_get_their_own_replies)
{
	int fds[20];

	ck_assert(serve("127.0.0.1:0", 3));
	for (int i = 0; i < 20; i++)
		fds[i] = client("127.0.0.1");
	for (uint16_t round = 0; round < 10; round++)
		for (int i = 0; i < 20; i++)
			send_query(fds[i], WEB " A", (uint16_t)(i * 100 + round));
	for (int i = 0; i < 20; i++) {
		unsigned sum = 0;

		for (unsigned round = 0; round < 10; round++) {
			ldns_pkt *packet = receive(fds[i]);

			ck_assert_ptr_nonnull(packet);
			ck_assert_int_eq(ldns_pkt_id(packet) / 100, i);
			sum += ldns_pkt_id(packet) % 100u;
			ldns_pkt_free(packet);
		}
		ck_assert_uint_eq(sum, 45);
		close(fds[i]);
	}
}
END_TEST

START_TEST(what_is_in_the_socket_is_answered_at_the_end)
{
	ck_assert(serve("127.0.0.1:0", 1));
	int fd = client("127.0.0.1");

	for (uint16_t i = 0; i < 200; i++)
		send_query(fd, WEB " A", i);
	udp_server_stop(server);
	server = NULL;
	for (unsigned i = 0; i < 200; i++) {
		ldns_pkt *packet = receive(fd);

		ck_assert_msg(packet != NULL, "reply %u did not come", i);
		ldns_pkt_free(packet);
	}
	close(fd);
}
END_TEST

START_TEST(an_idle_server_stops_at_once)
{
	struct timespec before, after;

	ck_assert(serve("127.0.0.1:0", 4));
	clock_gettime(CLOCK_MONOTONIC, &before);
	udp_server_stop(server);
	server = NULL;
	clock_gettime(CLOCK_MONOTONIC, &after);
	ck_assert_int_le((int)(after.tv_sec - before.tv_sec), 1);
}
END_TEST

START_TEST(garbage_gets_silence_and_does_no_harm)
{
	struct dns_counts counts;

	ck_assert(serve("127.0.0.1:0", 1));
	int fd = client("127.0.0.1");
	ck_assert_int_eq((int)send(fd, "", 0, 0), 0);
	ck_assert_int_eq((int)send(fd, "short", 5, 0), 5);
	asking_write(asking, WEB " A");
	asking->buf[2] = 0x80;
	ck_assert_int_gt((int)send(fd, asking->buf, asking->query_len, 0), 0);
	memset(asking->buf, 0xff, sizeof(asking->buf));
	asking->buf[2] = 0;
	ck_assert_int_eq((int)send(fd, asking->buf, 60000, 0), 60000);
	ldns_pkt *packet = receive(fd);
	ck_assert_int_eq((int)ldns_pkt_get_rcode(packet), LDNS_RCODE_FORMERR);
	ldns_pkt_free(packet);
	expect(fd, WEB " A", LDNS_RCODE_NOERROR, 1);
	udp_server_counts(server, &counts);
	ck_assert_uint_eq(counts.queries, 5);
	ck_assert_uint_eq(counts.replies, 2);
	ck_assert_uint_eq(counts.dropped, 3);
	ck_assert_uint_eq(counts.rcode[1], 1);
	ck_assert_uint_eq(counts.rcode[0], 1);
	close(fd);
}
END_TEST

START_TEST(every_query_has_a_duration_once_a_batch_is_timed)
{
	struct latency durations = { .total = 0 };

	ck_assert(serve("127.0.0.1:0", 1));
	int fd = client("127.0.0.1");
	/* One as a batch, eight by themselves, one as a batch. */
	for (int i = 0; i < 10; i++)
		expect(fd, WEB " A", LDNS_RCODE_NOERROR, 1);
	close(fd);
	/* The last note comes after the last reply; the test's time limit ends this. */
	while (durations.total != 10) {
		durations = (struct latency){ .total = 0 };
		sched_yield();
		udp_server_durations(server, &durations);
	}
	ck_assert_uint_gt(durations.sum_us, 0);
	ck_assert_uint_lt(durations.worst_us, 1000000);
}
END_TEST

START_TEST(truncation_is_counted)
{
	struct dns_counts counts;

	ck_assert(serve("127.0.0.1:0", 1));
	int fd = client("127.0.0.1");
	expect(fd, "many." ZONE " A", LDNS_RCODE_NOERROR, 0);
	udp_server_counts(server, &counts);
	ck_assert_uint_eq(counts.truncated, 1);
	close(fd);
}
END_TEST

START_TEST(new_settings_hold_from_the_next_batch_on)
{
	struct dns_settings closed = asking->settings;
	struct cidr elsewhere;

	ck_assert_int_eq(cidr_parse("192.0.2.0/24", &elsewhere), 0);
	closed.allow_from = &elsewhere;
	closed.allow_from_count = 1;
	ck_assert(serve("127.0.0.1:0", 1));
	int fd = client("127.0.0.1");
	expect(fd, WEB " A", LDNS_RCODE_NOERROR, 1);
	udp_server_set(server, &closed, asking->index);
	index_wait_readers();
	expect(fd, WEB " A", LDNS_RCODE_REFUSED, 0);
	udp_server_set(server, &asking->settings, asking->index);
	expect(fd, WEB " A", LDNS_RCODE_NOERROR, 1);
	close(fd);
	udp_server_stop(server);
	server = NULL;
}
END_TEST

START_TEST(a_taken_address_is_named)
{
	struct addr_port listen[2];
	struct udp_settings settings = { .listen = listen, .listen_count = 2, .threads = 1,
		.dns = &asking->settings, .index = asking->index };
	struct udp_server *second;
	size_t failed = 9;

	ck_assert(serve("127.0.0.1:0", 1));
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &listen[0]), 0);
	listen[1] = *udp_server_bound(server, 0);
	ck_assert_int_eq(udp_server_bind(&settings, &second, &failed), ERR_SYSTEM);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_uint_eq(failed, 1);
}
END_TEST

Suite *
suite(void)
{
	Suite *udp = suite_create("udp");
	TCase *tests = tcase_create("udp");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, replies_leave_from_the_address_that_was_asked, 0,
	    (int)(sizeof(places) / sizeof(places[0])));
	tcase_add_loop_test(tests, bursts_of_one_client_are_answered_whole, 0, 2);
	tcase_add_test(tests, many_clients_of_many_threads_get_their_own_replies);
	tcase_add_test(tests, what_is_in_the_socket_is_answered_at_the_end);
	tcase_add_test(tests, an_idle_server_stops_at_once);
	tcase_add_test(tests, garbage_gets_silence_and_does_no_harm);
	tcase_add_test(tests, every_query_has_a_duration_once_a_batch_is_timed);
	tcase_add_test(tests, truncation_is_counted);
	tcase_add_test(tests, new_settings_hold_from_the_next_batch_on);
	tcase_add_test(tests, a_taken_address_is_named);
	suite_add_tcase(udp, tests);
	return udp;
}
