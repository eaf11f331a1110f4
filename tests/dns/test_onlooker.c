/* test_onlooker.c - notes come out as they went in, in order, and nobody ever waits for room. */
#include "dns/onlooker.h"

#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "dns/respond.h"
#include "tests/suite.h"

#define MANY 200000u

static struct onlooker *onlooker;
static struct onlooker_ring *ring;
static const struct sockaddr_in client = {
	.sin_family = AF_INET, .sin_port = 0x3412, .sin_addr = { 0x010200c0 },
};

static void
set_up(void)
{
	onlooker = onlooker_new();
	ck_assert_ptr_nonnull(onlooker);
	ring = onlooker_ring_new(onlooker);
	ck_assert_ptr_nonnull(ring);
}

static void
tear_down(void)
{
	onlooker_free(onlooker);
}

static void
want(enum onlooker_class lines, uint32_t sample, bool frames)
{
	onlooker_set(onlooker, &(struct onlooker_settings){ .lines = lines, .sample = sample,
	    .frames = frames });
}

/* A reply of `len` octets that says `id`, rcode, and how many answers there are. */
static void
note(uint16_t id, unsigned rcode, unsigned answers, size_t len)
{
	static uint8_t reply[70000];
	struct onlooker_sight sight = {
		.client = (const struct sockaddr *)&client, .reply = reply, .reply_len = len,
		.query_len = 41, .took_us = 7, .payload = 1232, .dnssec_ok = true,
		.transport = TRANSPORT_TCP,
	};

	reply[0] = (uint8_t)(id >> 8);
	reply[1] = (uint8_t)id;
	reply[2] = 0x80;
	reply[3] = (uint8_t)rcode;
	reply[7] = (uint8_t)answers;
	if (onlooker_wants(ring))
		onlooker_note(ring, &sight);
}

struct seen {
	size_t count;
	uint16_t next;
	bool in_order;
	struct onlooker_record last;
};

static void
on_record(void *arg, const struct onlooker_record *record)
{
	struct seen *seen = arg;
	uint16_t id = (uint16_t)(record->octets[0] << 8 | record->octets[1]);

	seen->in_order = seen->in_order && id == seen->next;
	seen->next = (uint16_t)(id + 1);
	seen->count++;
	seen->last = *record;
}

static struct seen
take(uint16_t first, uint64_t *lost)
{
	struct seen seen = { .next = first, .in_order = true };

	ck_assert_uint_eq(onlooker_take(onlooker, on_record, &seen, lost), seen.count);
	return seen;
}

START_TEST(nobody_wants_to_know_at_first)
{
	uint64_t lost;

	ck_assert(!onlooker_wants(ring));
	ck_assert(!onlooker_wants(NULL));
	note(1, 0, 1, 60);
	ck_assert_uint_eq(take(1, &lost).count, 0);
}
END_TEST

START_TEST(a_note_says_who_what_and_how_long)
{
	uint64_t lost;

	want(ONLOOKER_ALL, 1, false);
	note(77, 0, 1, 400);
	struct seen seen = take(77, &lost);
	ck_assert_uint_eq(seen.count, 1);
	ck_assert(seen.in_order && seen.last.line && !seen.last.frame && seen.last.dnssec_ok);
	ck_assert_uint_eq(seen.last.reply_len, 400);
	ck_assert_uint_eq(seen.last.len, 12 + 255 + 4);
	ck_assert_uint_eq(seen.last.query_len, 41);
	ck_assert_uint_eq(seen.last.took_us, 7);
	ck_assert_uint_eq(seen.last.payload, 1232);
	ck_assert_uint_eq(seen.last.transport, TRANSPORT_TCP);
	ck_assert_uint_eq(seen.last.client.port, 0x1234);
	ck_assert_uint_eq(seen.last.client.addr.family, ADDR_IP4);
	ck_assert_uint_eq(seen.last.client.addr.octets[0], 192);
	ck_assert_uint_gt(seen.last.unix_us, 1700000000000000);
}
END_TEST

START_TEST(frames_hold_the_whole_reply)
{
	uint64_t lost;

	want(ONLOOKER_NONE, 1, true);
	note(1, 0, 1, 4096);
	struct seen seen = take(1, &lost);
	ck_assert(seen.last.frame && !seen.last.line);
	ck_assert_uint_eq(seen.last.len, 4096);
}
END_TEST

static const struct {
	unsigned rcode, answers;
	bool denial, error;
} classes[] = {
	{ 0, 1, false, false }, { 0, 0, true, false }, { 3, 0, true, false },
	{ 2, 0, false, true }, { 1, 0, false, true }, { 5, 0, false, true },
};

START_TEST(classes_take_what_they_name)
{
	uint64_t lost;

	want(ONLOOKER_DENIAL, 1, false);
	note(1, classes[_i].rcode, classes[_i].answers, 60);
	ck_assert_uint_eq(take(1, &lost).count, classes[_i].denial);
	want(ONLOOKER_ERROR, 1, false);
	note(1, classes[_i].rcode, classes[_i].answers, 60);
	ck_assert_uint_eq(take(1, &lost).count, classes[_i].error);
}
END_TEST

START_TEST(of_a_sample_one_is_told)
{
	uint64_t lost;

	want(ONLOOKER_ALL, 10, false);
	for (uint16_t i = 0; i < 95; i++)
		note(i, 0, 1, 60);
	ck_assert_uint_eq(take(0, &lost).count, 9);
	ck_assert_uint_eq(lost, 0);
}
END_TEST

START_TEST(what_does_not_fit_is_lost_and_counted)
{
	uint64_t lost;

	want(ONLOOKER_ALL, 1, false);
	for (uint32_t i = 0; i < 20000; i++)
		note((uint16_t)i, 0, 1, 60);
	struct seen seen = take(0, &lost);
	ck_assert(seen.in_order);
	ck_assert_uint_gt(lost, 0);
	ck_assert_uint_eq(seen.count + lost, 20000);
	/* And then there is room again. */
	note(5, 0, 1, 60);
	ck_assert_uint_eq(take(5, &lost).count, 1);
	ck_assert_uint_eq(lost, 0);
}
END_TEST

START_TEST(notes_of_all_sizes_go_around_the_ring)
{
	uint64_t lost;
	uint16_t id = 0;

	want(ONLOOKER_NONE, 1, true);
	for (unsigned round = 0; round < 400; round++) {
		uint16_t first = id;

		for (size_t len = 12; len < 60000; len = len * 3 + 1)
			note(id++, 0, 1, len);
		struct seen seen = take(first, &lost);
		ck_assert(seen.in_order);
		ck_assert_uint_eq(seen.next, id);
		ck_assert_uint_eq(lost, 0);
	}
}
END_TEST

static void *
produce(void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < MANY; i++)
		note((uint16_t)i, 0, 1, 60 + i % 200);
	return NULL;
}

START_TEST(one_writes_while_another_takes)
{
	uint64_t lost, taken = 0, missed = 0;
	pthread_t thread;

	want(ONLOOKER_ALL, 1, true);
	ck_assert_int_eq(pthread_create(&thread, NULL, produce, NULL), 0);
	for (;;) {
		bool over = taken + missed == MANY;
		struct seen seen = { .in_order = true };

		(void)onlooker_take(onlooker, on_record, &seen, &lost);
		taken += seen.count;
		missed += lost;
		if (over)
			break;
	}
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(taken + missed, MANY);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("onlooker");
	TCase *tc = tcase_create("onlooker");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, nobody_wants_to_know_at_first);
	tcase_add_test(tc, a_note_says_who_what_and_how_long);
	tcase_add_test(tc, frames_hold_the_whole_reply);
	tcase_add_loop_test(tc, classes_take_what_they_name, 0,
	    sizeof(classes) / sizeof(classes[0]));
	tcase_add_test(tc, of_a_sample_one_is_told);
	tcase_add_test(tc, what_does_not_fit_is_lost_and_counted);
	tcase_add_test(tc, notes_of_all_sizes_go_around_the_ring);
	tcase_add_test(tc, one_writes_while_another_takes);
	suite_add_tcase(s, tc);
	return s;
}
