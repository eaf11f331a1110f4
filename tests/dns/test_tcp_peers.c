/* test_tcp_peers.c - whom a full table of clients gives up. */
#include "dns/tcp_peers.h"

#include "tests/suite.h"

static struct addr
parsed(const char *text)
{
	struct addr addr = { .family = ADDR_NONE };

	ck_assert_int_eq(addr_parse(text, &addr), 0);
	return addr;
}

static unsigned visits;

static void
visit(struct tcp_seat *seat)
{
	visits++;
	tcp_peers_touch(seat, seat->active_ms + 1000);
}

START_TEST(the_longest_idle_of_the_address_with_most_is_given_up)
{
	struct tcp_peers *peers = tcp_peers_new();
	struct addr one = parsed("192.0.2.1"), two = parsed("2001:db8::2");
	struct tcp_seat seats[5];

	ck_assert_ptr_null(tcp_peers_victim(peers));
	tcp_peers_add(peers, &one, &seats[0], 1);
	tcp_peers_add(peers, &two, &seats[1], 2);
	tcp_peers_add(peers, &two, &seats[2], 3);
	ck_assert_uint_eq(tcp_peers_count(peers), 3);
	ck_assert_ptr_eq(tcp_peers_victim(peers), &seats[1]);
	tcp_peers_touch(&seats[1], 4);
	ck_assert_ptr_eq(tcp_peers_victim(peers), &seats[2]);
	tcp_peers_remove(peers, &seats[2]);
	/* One each: the longest idle of all. */
	ck_assert_ptr_eq(tcp_peers_victim(peers), &seats[0]);
	tcp_peers_touch(&seats[0], 5);
	ck_assert_ptr_eq(tcp_peers_victim(peers), &seats[1]);
	ck_assert_int_eq(addr_compare(tcp_peers_addr(&seats[1]), &two), 0);
	tcp_peers_remove(peers, &seats[1]);
	tcp_peers_remove(peers, &seats[0]);
	tcp_peers_remove(peers, &seats[0]);
	ck_assert_uint_eq(tcp_peers_count(peers), 0);
	tcp_peers_free(peers);
}
END_TEST

START_TEST(the_address_that_holds_most_octets_is_the_hog)
{
	struct tcp_peers *peers = tcp_peers_new();
	struct addr one = parsed("192.0.2.1"), two = parsed("2001:db8::2");
	struct tcp_seat seats[4];

	tcp_peers_add(peers, &one, &seats[0], 1);
	tcp_peers_add(peers, &one, &seats[1], 2);
	tcp_peers_add(peers, &two, &seats[2], 3);
	tcp_peers_add(peers, &two, &seats[3], 4);
	ck_assert_ptr_null(tcp_peers_hog(peers));
	tcp_peers_hold(&seats[1], 100);
	ck_assert_ptr_eq(tcp_peers_hog(peers), &seats[1]);
	tcp_peers_hold(&seats[2], 60);
	tcp_peers_hold(&seats[3], 60);
	ck_assert_ptr_eq(tcp_peers_hog(peers), &seats[2]);
	tcp_peers_hold(&seats[2], 10);
	ck_assert_ptr_eq(tcp_peers_hog(peers), &seats[1]);
	tcp_peers_remove(peers, &seats[1]);
	ck_assert_ptr_eq(tcp_peers_hog(peers), &seats[2]);
	tcp_peers_hold(&seats[2], 0);
	ck_assert_ptr_eq(tcp_peers_hog(peers), &seats[3]);
	tcp_peers_remove(peers, &seats[0]);
	tcp_peers_remove(peers, &seats[2]);
	tcp_peers_remove(peers, &seats[3]);
	tcp_peers_free(peers);
}
END_TEST

static struct tcp_peers *shared;

static void
leave_or_touch(struct tcp_seat *seat)
{
	visits++;
	if (seat->active_ms % 2 == 0)
		tcp_peers_remove(shared, seat);
	else
		tcp_peers_touch(seat, 99);
}

START_TEST(each_seat_is_visited_once_whatever_becomes_of_it)
{
	struct addr addrs[] = { parsed("192.0.2.1"), parsed("192.0.2.2"), parsed("192.0.2.3") };
	struct tcp_seat seats[12];

	shared = tcp_peers_new();
	for (size_t i = 0; i < 12; i++)
		tcp_peers_add(shared, &addrs[i % 3], &seats[i], i);
	tcp_peers_each(shared, visit);
	ck_assert_uint_eq(visits, 12);
	for (size_t i = 0; i < 12; i++)
		ck_assert_uint_eq(seats[i].active_ms, i + 1000);
	visits = 0;
	tcp_peers_each(shared, leave_or_touch);
	ck_assert_uint_eq(visits, 12);
	ck_assert_uint_eq(tcp_peers_count(shared), 6);
	for (size_t i = 0; i < 12; i++)
		tcp_peers_remove(shared, &seats[i]);
	tcp_peers_free(shared);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("tcp_peers");
	TCase *tc = tcase_create("tcp_peers");

	tcase_add_test(tc, the_longest_idle_of_the_address_with_most_is_given_up);
	tcase_add_test(tc, the_address_that_holds_most_octets_is_the_hog);
	tcase_add_test(tc, each_seat_is_visited_once_whatever_becomes_of_it);
	suite_add_tcase(s, tc);
	return s;
}
