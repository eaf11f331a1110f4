/* test_udp_flood.c - who fills the queue loses queries, others do not; afterwards nobody does. */
#include "dns/udp_flood.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "dns/udp_batch.h"
#include "net/sock.h"
#include "tests/suite.h"

#define CROWD 20                        /* too many for one of them to be a heavy one */

static int server, heavy, light;
static int crowd[CROWD];
static struct udp_batch *batch;
static struct udp_flood *flood;
static uint64_t now_us;
static unsigned taken;                  /* by take() */

static int
open_at(const char *address, struct addr_port *bound, int rcvbuf)
{
	int fd;

	ck_assert_int_eq(addr_port_parse(address, bound), 0);
	ck_assert_int_eq(sock_bind_udp(bound, SOCK_FLAG_NONBLOCK, rcvbuf, &fd), 0);
	ck_assert_int_eq(sock_bound(fd, bound), 0);
	return fd;
}

static int
client_at(const char *address, const struct addr_port *to)
{
	struct sockaddr_storage storage;
	struct addr_port own;
	int fd = open_at(address, &own, 0);
	socklen_t len = sock_from_addr(to, &storage);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&storage, len), 0);
	return fd;
}

static void
start(void)
{
	struct addr_port at;

	server = open_at("127.0.0.1:0", &at, 200000);
	heavy = client_at("127.0.0.2:0", &at);
	light = client_at("127.0.0.3:0", &at);
	for (unsigned i = 0; i < CROWD; i++) {
		char address[20];

		snprintf(address, sizeof(address), "127.0.1.%u:0", i + 1);
		crowd[i] = client_at(address, &at);
	}
	batch = udp_batch_new(server, false);
	flood = udp_flood_new(server);
	ck_assert(batch != NULL && flood != NULL);
	now_us = 1000000;
}

static void
finish(void)
{
	udp_flood_free(flood);
	udp_batch_free(batch);
	close(server);
	close(heavy);
	close(light);
	for (unsigned i = 0; i < CROWD; i++)
		close(crowd[i]);
}

static void
put(int fd, unsigned count)
{
	while (count-- > 0)
		ck_assert_int_eq((int)send(fd, "12345678901234567890", 20, 0), 20);
}

/* Take a batch as a responder does, a millisecond later; how many were the light client's. */
static unsigned
take(void)
{
	int count = udp_batch_receive(batch, false);
	unsigned from_light = 0;

	for (int i = 0; i < count; i++) {
		struct addr client;

		udp_batch_client(batch, (size_t)i, &client);
		from_light += client.octets[3] == 3;
	}
	now_us += 1000;
	taken += count > 0 ? (unsigned)count : 0;
	if (count > 0)
		udp_flood_note(flood, batch, (size_t)count, now_us);
	return from_light;
}

/* The heavy client sends twice what is taken; all of the light one's few arrive. */
static void
overload(unsigned rounds, unsigned *sent, unsigned *arrived)
{
	*sent = *arrived = 0;
	for (unsigned i = 0; i < rounds; i++) {
		put(heavy, 2 * UDP_BATCH_MAX);
		put(light, 1);
		*sent += 1;
		*arrived += take();
	}
}

static unsigned
empty_queue(void)
{
	unsigned from_light = 0;
	struct addr client;

	for (int count; (count = udp_batch_receive(batch, false)) > 0;)
		for (int i = 0; i < count; i++) {
			udp_batch_client(batch, (size_t)i, &client);
			from_light += client.octets[3] == 3;
		}
	return from_light;
}

START_TEST(who_fills_the_queue_is_thinned_out_and_others_lose_nothing)
{
	unsigned sent, arrived;

	overload(500, &sent, &arrived);
	ck_assert_uint_eq(udp_flood_thinned(flood), 1);
	(void)empty_queue();
	taken = 0;
	overload(1000, &sent, &arrived);
	arrived += empty_queue();
	ck_assert_uint_eq(udp_flood_thinned(flood), 1);
	ck_assert_uint_eq(sent, arrived);
	/* What we can do is done all the same. */
	ck_assert_uint_gt(taken, 1000 * UDP_BATCH_MAX / 10 * 9);
}
END_TEST

START_TEST(without_it_others_would_lose_queries)
{
	unsigned sent, arrived = 0;

	for (sent = 0; sent < 500; sent++) {
		put(heavy, 2 * UDP_BATCH_MAX);
		put(light, 1);
		(void)udp_batch_receive(batch, false);
	}
	arrived = empty_queue();
	ck_assert_uint_lt(arrived, sent / 4);
}
END_TEST

START_TEST(after_the_flood_nobody_is_thinned_out)
{
	unsigned sent, arrived;

	overload(500, &sent, &arrived);
	ck_assert_uint_eq(udp_flood_thinned(flood), 1);
	for (unsigned i = 0; i < 4000 && udp_flood_thinned(flood) > 0; i++) {
		put(heavy, 1);
		put(light, 1);
		(void)take();
	}
	ck_assert_uint_eq(udp_flood_thinned(flood), 0);
	(void)empty_queue();
	put(heavy, 100);
	(void)take();
	ck_assert_int_eq(udp_batch_receive(batch, false), 100 - UDP_BATCH_MAX);
}
END_TEST

/* How long a responder would wait in vain; 0: for ever. */
static uint64_t
patience_us(void)
{
	struct timeval wait;
	socklen_t len = sizeof(wait);

	ck_assert_int_eq(getsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &wait, &len), 0);
	return (uint64_t)wait.tv_sec * 1000000 + (uint64_t)wait.tv_usec;
}

/* Nothing is sent for so long: the responder is woken only if it asked for it. */
static void
idle(uint64_t us)
{
	uint64_t end_us = now_us + us;

	for (uint64_t wait_us; (wait_us = patience_us()) > 0 && now_us + wait_us < end_us;) {
		now_us += wait_us;
		udp_flood_note(flood, batch, 0, now_us);
	}
	now_us = end_us;
}

/* The heavy client asks once a second; returns how many queries arrived. */
static unsigned
ask_each_second(unsigned seconds)
{
	taken = 0;
	while (seconds-- > 0) {
		put(heavy, 1);
		(void)take();
		idle(1000000);
	}
	return taken;
}

/* A query each 32 ms, for so long; returns how many arrived. */
static unsigned
trickle(unsigned ms)
{
	unsigned arrived = 0;

	for (unsigned i = 0; i < ms; i++) {
		if (i % 32 == 0)
			put(heavy, 1);
		int count = udp_batch_receive(batch, false);
		now_us += 1000;
		if (count <= 0)
			continue;
		arrived += (unsigned)count;
		udp_flood_note(flood, batch, (size_t)count, now_us);
	}
	return arrived;
}

/* Its share must not wait for datagrams to grow, which come the seldomer the smaller it is. */
START_TEST(who_was_held_back_is_heard_again_soon)
{
	for (unsigned i = 0; i < 300; i++) {
		put(light, 1);
		put(heavy, 8 * UDP_BATCH_MAX);
		(void)take();
	}
	ck_assert_uint_eq(udp_flood_thinned(flood), 1);
	(void)empty_queue();
	(void)trickle(1600);
	ck_assert_uint_ge(trickle(1600), 49);
}
END_TEST

/* A crowd keeps the queue full, so that next to nothing of the heavy client's is let through. */
START_TEST(who_asks_once_a_second_is_heard_again_soon)
{
	unsigned sent, arrived;

	overload(100, &sent, &arrived);
	ck_assert_uint_eq(udp_flood_thinned(flood), 1);
	for (unsigned i = 0; i < 1000; i++) {
		for (unsigned k = 0; k < 2 * UDP_BATCH_MAX; k++)
			put(crowd[(7 * i + k) % CROWD], 1);
		(void)take();
	}
	ck_assert_uint_eq(udp_flood_thinned(flood), 1);
	put(heavy, 10 * UDP_BATCH_MAX);
	while (udp_batch_receive(batch, false) > 0)
		;
	put(heavy, UDP_BATCH_MAX);
	ck_assert_int_lt(udp_batch_receive(batch, false), UDP_BATCH_MAX / 8);
	ck_assert_uint_ge(ask_each_second(10), 9);
	ck_assert_uint_eq(udp_flood_thinned(flood), 0);
	ck_assert_uint_eq(patience_us(), 0);
}
END_TEST

/* Rounds until the second of two floods has been seen through. */
static unsigned
flood_twice(unsigned rounds)
{
	unsigned sent, arrived, round = 0;

	overload(100, &sent, &arrived);
	ck_assert_uint_eq(udp_flood_thinned(flood), 1);
	for (; round < rounds && udp_flood_thinned(flood) == 1; round++) {
		put(light, 2 * UDP_BATCH_MAX);
		put(crowd[0], 1);
		(void)take();
	}
	return round;
}

/* The second flood ends while its sample is taken: half as many rounds as a sample has before. */
START_TEST(a_flood_that_ends_while_others_are_looked_for_leaves_nobody_thinned_out)
{
	unsigned rounds = flood_twice(10000);

	ck_assert_uint_eq(udp_flood_thinned(flood), 2);
	finish();
	start();
	(void)flood_twice(rounds - 8);
	ck_assert_uint_eq(udp_flood_thinned(flood), 1);
	while (udp_batch_receive(batch, false) > 0)
		;
	ck_assert_uint_ge(ask_each_second(5), 4);
	ck_assert_uint_eq(udp_flood_thinned(flood), 0);
}
END_TEST

START_TEST(who_comes_minutes_after_a_burst_is_not_blamed_for_it)
{
	unsigned sent, arrived;

	overload(20, &sent, &arrived);
	(void)empty_queue();
	now_us += 60000000;
	for (unsigned i = 0; i < 1000; i++) {
		put(heavy, 1);
		put(light, 1);
		put(crowd[i % CROWD], 1);
		(void)take();
		now_us += 10000;
		ck_assert_uint_eq(udp_flood_thinned(flood), 0);
	}
}
END_TEST

/* Datagrams that the queue holds. */
static unsigned
find_room(void)
{
	unsigned room = 0;

	put(heavy, 5000);
	for (int count; (count = udp_batch_receive(batch, false)) > 0;)
		room += (unsigned)count;
	ck_assert_uint_gt(room, 4 * UDP_BATCH_MAX);
	return room;
}

/* More under way than the queue holds: the rest is lost, and comes again half a second later. */
START_TEST(who_gives_up_what_was_lost_and_asks_again_is_not_thinned_out)
{
	unsigned room = find_room();

	for (unsigned i = 0; i < 5000; i++) {
		taken = 0;
		if (i % 500 == 0)
			put(heavy, i == 0 ? 2 * room : room);
		(void)take();
		put(heavy, taken);
		ck_assert_uint_eq(udp_flood_thinned(flood), 0);
	}
}
END_TEST

/* A forwarder with more and more queries under way, which all fit, and others beside it. */
START_TEST(who_waits_for_answers_is_not_thinned_out)
{
	unsigned room = find_room();

	put(heavy, room / 5 * 3);
	for (unsigned i = 0, extra = 0; i < 1000; i++) {
		taken = 0;
		unsigned from_light = take();
		put(heavy, taken - from_light + (extra < room / 10));
		extra++;
		put(light, from_light + (i == 0));
		ck_assert_uint_eq(udp_flood_thinned(flood), 0);
	}
}
END_TEST

/* The thread had no CPU for a while: nobody sends more than it can answer. */
START_TEST(a_stall_of_ours_is_soon_made_up_for)
{
	unsigned sent = 0;

	for (unsigned i = 0; i < 100; i++) {
		put(light, 1);
		put(heavy, UDP_BATCH_MAX * 2);
		(void)take();
	}
	ck_assert_uint_eq(udp_flood_thinned(flood), 1);
	for (unsigned i = 0; i < 100; i++) {
		put(heavy, UDP_BATCH_MAX / 2);
		(void)take();
	}
	(void)empty_queue();
	taken = 0;
	for (; sent < 100 * UDP_BATCH_MAX / 2; sent += UDP_BATCH_MAX / 2) {
		put(heavy, UDP_BATCH_MAX / 2);
		(void)take();
	}
	ck_assert_uint_eq(taken, sent);
}
END_TEST

START_TEST(a_silent_second_ends_it_too)
{
	unsigned sent, arrived;

	overload(500, &sent, &arrived);
	(void)empty_queue();
	now_us += 2000000;
	put(light, 1);
	(void)take();
	ck_assert_uint_eq(udp_flood_thinned(flood), 0);
}
END_TEST

START_TEST(a_queue_that_holds_what_comes_thins_out_nobody)
{
	for (unsigned i = 0; i < 1000; i++) {
		put(heavy, UDP_BATCH_MAX);
		(void)take();
	}
	ck_assert_uint_eq(udp_flood_thinned(flood), 0);
}
END_TEST

/* Where the queue may be so long: only root may ask for that. */
START_TEST(a_burst_that_is_worked_off_thins_out_nobody)
{
	int size = 2 << 20;

	(void)setsockopt(server, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	put(heavy, 5000);
	for (unsigned i = 0; i < 5000 / UDP_BATCH_MAX; i++) {
		(void)take();
		ck_assert_uint_eq(udp_flood_thinned(flood), 0);
	}
}
END_TEST

/* What arrives on a fresh socket of the same host under a filter for these clients. */
static const struct {
	const char *at;
	const char *clients[3];
	uint32_t keep;
	bool passes;
} filters[] = {
	{ "127.0.0.1:0", { "127.0.0.2", "127.0.0.1", "127.0.0.3" }, 0, false },
	{ "127.0.0.1:0", { "127.0.0.3", "127.0.0.2", "127.0.0.1" }, 0, false },
	{ "127.0.0.1:0", { "127.0.0.1" }, 0, false },
	{ "127.0.0.1:0", { "127.0.0.2", "10.0.0.1", "1.0.0.127" }, 0, true },
	{ "127.0.0.1:0", { "127.0.0.1" }, UINT32_MAX, true },
	{ "127.0.0.1:0", { NULL }, 0, true },
	{ "[::1]:0", { "2001:db8::1", "::1" }, 0, false },
	{ "[::1]:0", { "::1", "2001:db8::1" }, 0, false },
	{ "[::1]:0", { "1::1", "0:0:1::1", "::1:0:0:1" }, 0, true },
	{ "[::1]:0", { "::2", "::1:1" }, 0, true },
	{ "[::1]:0", { "::1" }, UINT32_MAX, true },
};

START_TEST(the_filter_knows_its_clients_from_others)
{
	struct sock_filter code[UDP_FLOOD_CODE_MAX];
	struct sock_fprog program = { .filter = code };
	struct addr clients[3];
	struct sockaddr_storage storage;
	struct addr_port at;
	size_t count = 0;
	char octets[20];
	int fd;

	ck_assert_int_eq(addr_port_parse(filters[_i].at, &at), 0);
	if (sock_bind_udp(&at, SOCK_FLAG_NONBLOCK, 0, &fd) != 0)
		return;                 /* no IPv6 here */
	ck_assert_int_eq(sock_bound(fd, &at), 0);
	for (; count < 3 && filters[_i].clients[count] != NULL; count++)
		ck_assert_int_eq(addr_parse(filters[_i].clients[count], &clients[count]), 0);
	program.len = (unsigned short)udp_flood_filter(code, clients, count, filters[_i].keep);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)),
	    0);
	socklen_t len = sock_from_addr(&at, &storage);
	ck_assert_int_eq((int)sendto(fd, "datagram", 8, 0, (struct sockaddr *)&storage, len), 8);
	ck_assert_int_eq((int)recv(fd, octets, sizeof(octets), 0), filters[_i].passes ? 8 : -1);
	close(fd);
}
END_TEST

START_TEST(eight_clients_of_either_family_fit)
{
	struct sock_filter code[UDP_FLOOD_CODE_MAX];
	struct addr clients[HEAVY_MAX] = { { .family = ADDR_IP6 } };

	for (size_t i = 0; i < HEAVY_MAX; i++)
		clients[i].family = ADDR_IP6;
	ck_assert_uint_eq(udp_flood_filter(code, clients, HEAVY_MAX, 1), UDP_FLOOD_CODE_MAX);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("udp_flood");
	TCase *t = tcase_create("udp_flood");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, start, finish);
	tcase_add_test(t, who_fills_the_queue_is_thinned_out_and_others_lose_nothing);
	tcase_add_test(t, without_it_others_would_lose_queries);
	tcase_add_test(t, after_the_flood_nobody_is_thinned_out);
	tcase_add_test(t, who_was_held_back_is_heard_again_soon);
	tcase_add_test(t, who_asks_once_a_second_is_heard_again_soon);
	tcase_add_test(t,
	    a_flood_that_ends_while_others_are_looked_for_leaves_nobody_thinned_out);
	tcase_add_test(t, who_comes_minutes_after_a_burst_is_not_blamed_for_it);
	tcase_add_test(t, who_gives_up_what_was_lost_and_asks_again_is_not_thinned_out);
	tcase_add_test(t, who_waits_for_answers_is_not_thinned_out);
	tcase_add_test(t, a_stall_of_ours_is_soon_made_up_for);
	tcase_add_test(t, a_silent_second_ends_it_too);
	tcase_add_test(t, a_queue_that_holds_what_comes_thins_out_nobody);
	tcase_add_test(t, a_burst_that_is_worked_off_thins_out_nobody);
	tcase_add_loop_test(t, the_filter_knows_its_clients_from_others, 0,
	    (int)(sizeof(filters) / sizeof(filters[0])));
	tcase_add_test(t, eight_clients_of_either_family_fit);
	suite_add_tcase(s, t);
	return s;
}
