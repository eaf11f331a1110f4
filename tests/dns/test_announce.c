/* test_announce.c - secondaries are told of changes, until they answer. */
#include "dns/announce.h"

#include <event2/event.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/name.h"
#include "dns/tsig.h"
#include "dns/wire.h"
#include "net/sock.h"
#include "tests/suite.h"

static const uint8_t zone[] = "\7cluster\5local";
static const uint8_t other[] = "\7in-addr\4arpa";

static struct event_base *loop;
static struct clock *clock_at;
static struct announce *announce;
static struct tsig_key *key;
static int secondary;                   /* its socket */
static struct announce_target target;

static void
setup(void)
{
	static const struct addr_port any = { { ADDR_IP4, { 127, 0, 0, 1 } }, 0 };

	loop = event_base_new();
	/* Timers of the loop are real: what is due is due at once, or far away. */
	clock_at = clock_new_manual(1000, 1000000);
	announce = announce_new(loop, clock_at);
	ck_assert_int_eq(sock_bind_udp(&any, SOCK_FLAG_NONBLOCK, 0, &secondary), 0);
	ck_assert_int_eq(sock_bound(secondary, &target.to), 0);
	target.key = NULL;
	ck_assert_int_eq(announce_set(announce, &target, 1), 0);
	ck_assert_int_eq(tsig_key_new((const uint8_t *)"\1k", "hmac-sha256",
	    (const uint8_t *)"0123456789abcdef", 16, &key), 0);
}

static void
teardown(void)
{
	announce_free(announce);
	tsig_key_free(key);
	clock_free(clock_at);
	event_base_free(loop);
	(void)close(secondary);
}

/* Let everything happen that is due; the clock is turned and the timer set anew by nobody else. */
static void
run(void)
{
	for (int i = 0; i < 3; i++)
		(void)event_base_loop(loop, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* The next message to the secondary; 0: there is none. */
static size_t
receive(uint8_t *buf, struct sockaddr_storage *from, socklen_t *from_len)
{
	*from_len = sizeof(*from);
	ssize_t len = recvfrom(secondary, buf, 2048, MSG_DONTWAIT, (struct sockaddr *)from,
	    from_len);

	return len < 0 ? 0 : (size_t)len;
}

static size_t
drain(void)
{
	struct sockaddr_storage from;
	socklen_t from_len;
	uint8_t buf[2048];
	size_t count = 0;

	while (receive(buf, &from, &from_len) > 0)
		count++;
	return count;
}

static struct announce_counts
counts(void)
{
	struct announce_counts now;

	announce_counts(announce, &now);
	return now;
}

static void
reply(const uint8_t *buf, size_t len, const struct sockaddr_storage *to, socklen_t to_len)
{
	ck_assert_int_eq(sendto(secondary, buf, len, 0, (const struct sockaddr *)to, to_len),
	    (ssize_t)len);
	run();
}

START_TEST(a_change_is_told_once_and_the_answer_ends_it)
{
	struct sockaddr_storage from;
	socklen_t from_len;
	uint8_t buf[2048];

	announce_zone(announce, zone);
	run();
	size_t len = receive(buf, &from, &from_len);
	ck_assert_uint_eq(len, DNS_HEADER_LEN + sizeof(zone) + 4);
	ck_assert_uint_eq(buf[2], 0x24);
	ck_assert_mem_eq(buf + DNS_HEADER_LEN, zone, sizeof(zone));
	ck_assert_uint_eq(wire_get_u16(buf + DNS_HEADER_LEN + sizeof(zone)), DNS_TYPE_SOA);
	ck_assert_uint_eq(drain(), 0);
	buf[2] = 0xA4;
	reply(buf, len, &from, from_len);
	ck_assert_uint_eq(counts().answered, 1);
	clock_turn_ms(clock_at, 100000);
	run();
	ck_assert_uint_eq(drain(), 0);
	ck_assert_uint_eq(counts().sent, 1);
}
END_TEST

START_TEST(what_is_no_answer_ends_nothing)
{
	struct sockaddr_storage from;
	socklen_t from_len;
	uint8_t good[2048], buf[2048];

	announce_zone(announce, zone);
	run();
	size_t len = receive(good, &from, &from_len);
	good[2] = 0xA4;
	for (int i = 0; i < 5; i++) {
		memcpy(buf, good, len);
		switch (i) {
		case 0: buf[0] ^= 1; break;                             /* another id */
		case 1: buf[2] = 0x24; break;                           /* no answer */
		case 2: buf[2] = 0x84; break;                           /* of a query */
		case 3: buf[DNS_HEADER_LEN + 1] = 'x'; break;           /* another zone */
		case 4: break;                                          /* cut short */
		}
		reply(buf, i == 4 ? len - 1 : len, &from, from_len);
		ck_assert_uint_eq(counts().answered, 0);
	}
	reply(good, len, &from, from_len);
	ck_assert_uint_eq(counts().answered, 1);
	/* Once is enough. */
	reply(good, len, &from, from_len);
	ck_assert_uint_eq(counts().answered, 1);
}
END_TEST

/* A second has passed: the loop's own timer cannot be turned, so another zone sets it anew. */
static void
pass(uint64_t ms)
{
	clock_turn_ms(clock_at, ms);
	announce_zone(announce, other);
	run();
}

START_TEST(many_changes_are_told_once_a_second_for_each_zone)
{
	announce_zone(announce, zone);
	run();
	ck_assert_uint_eq(drain(), 1);
	for (int i = 0; i < 50; i++) {
		announce_zone(announce, zone);
		run();
	}
	ck_assert_uint_eq(drain(), 0);
	pass(1000);
	ck_assert_uint_eq(drain(), 2);
	announce_zone(announce, zone);
	announce_zone(announce, other);
	run();
	ck_assert_uint_eq(drain(), 0);
}
END_TEST

START_TEST(who_does_not_answer_is_told_less_and_less_often_and_then_given_up)
{
	struct sockaddr_storage from;
	socklen_t from_len;
	unsigned told = 0;
	uint8_t buf[2048];

	announce_zone(announce, zone);
	for (int s = 0; s < 200; s++) {
		pass(1000);
		while (receive(buf, &from, &from_len) > 0)
			told += memcmp(buf + DNS_HEADER_LEN, zone, sizeof(zone)) == 0;
	}
	ck_assert_uint_eq(told, ANNOUNCE_TRIES);
	ck_assert_uint_eq(counts().failed, 1);
	announce_zone(announce, zone);
	run();
	ck_assert_uint_eq(drain(), 1);
}
END_TEST

START_TEST(with_a_key_both_sides_sign)
{
	struct sockaddr_storage from;
	socklen_t from_len;
	uint8_t buf[2048];
	const struct tsig_key *keys[] = { key };
	struct tsig tsig;
	bool is_signed;

	target.key = key;
	ck_assert_int_eq(announce_set(announce, &target, 1), 0);
	announce_zone(announce, zone);
	run();
	size_t len = receive(buf, &from, &from_len);
	ck_assert_int_eq(tsig_take(&tsig, keys, 1, 1000000, buf, &len, &is_signed), 0);
	ck_assert(is_signed && tsig.error == TSIG_NONE);
	ck_assert_uint_eq(len, DNS_HEADER_LEN + sizeof(zone) + 4);
	buf[2] = 0xA4;
	reply(buf, len, &from, from_len);
	ck_assert_uint_eq(counts().answered, 0);
	ck_assert_int_eq(tsig_sign_answer(&tsig, true, 1000000, buf, &len, sizeof(buf)), 0);
	reply(buf, len, &from, from_len);
	ck_assert_uint_eq(counts().answered, 1);
}
END_TEST

START_TEST(new_targets_know_nothing_of_old_changes)
{
	announce_zone(announce, zone);
	ck_assert_int_eq(announce_set(announce, NULL, 0), 0);
	announce_zone(announce, zone);
	run();
	ck_assert_uint_eq(drain(), 0);
	announce_free(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("announce");
	TCase *tcase = tcase_create("announce");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_change_is_told_once_and_the_answer_ends_it);
	tcase_add_test(tcase, what_is_no_answer_ends_nothing);
	tcase_add_test(tcase, many_changes_are_told_once_a_second_for_each_zone);
	tcase_add_test(tcase, who_does_not_answer_is_told_less_and_less_often_and_then_given_up);
	tcase_add_test(tcase, with_a_key_both_sides_sign);
	tcase_add_test(tcase, new_targets_know_nothing_of_old_changes);
	return suite;
}
