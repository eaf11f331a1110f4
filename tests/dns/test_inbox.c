/* test_inbox.c - a queue to a loop: all arrives, in order, and wakes the loop once a batch. */
#include "dns/inbox.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/suite.h"

#define THREADS 4
#define EACH 20000

struct numbered {
	struct inbox_item item;
	unsigned thread;
	unsigned number;
};

struct receiver {
	struct event_base *loop;
	struct inbox *inbox;
	unsigned next[THREADS];         /* the number awaited of each */
	unsigned count;
	unsigned batches;
};

static void
receive(void *arg, struct inbox_item *items)
{
	struct receiver *receiver = arg;

	receiver->batches++;
	while (items != NULL) {
		struct numbered *item = (struct numbered *)items;

		items = items->next;
		ck_assert_uint_eq(item->number, receiver->next[item->thread]);
		receiver->next[item->thread]++;
		receiver->count++;
		free(item);
	}
	if (receiver->count == THREADS * EACH)
		event_base_loopbreak(receiver->loop);
}

struct sender {
	struct receiver *receiver;
	unsigned thread;
	pthread_t id;
};

static void
put(struct receiver *receiver, unsigned thread, unsigned number)
{
	struct numbered *item = calloc(1, sizeof(*item));

	ck_assert_ptr_nonnull(item);
	item->thread = thread;
	item->number = number;
	inbox_put(receiver->inbox, &item->item);
}

static void *
send_all(void *arg)
{
	struct sender *sender = arg;

	for (unsigned i = 0; i < EACH; i++)
		put(sender->receiver, sender->thread, i);
	return NULL;
}

static void
begin(struct receiver *receiver)
{
	*receiver = (struct receiver){ .loop = event_base_new() };
	ck_assert_ptr_nonnull(receiver->loop);
	ck_assert_int_eq(inbox_new(receiver->loop, receive, receiver, &receiver->inbox), 0);
}

START_TEST(what_many_threads_put_arrives_once_and_in_each_ones_order)
{
	static const struct timeval limit = { .tv_sec = 20 };
	struct receiver receiver;
	struct sender senders[THREADS];

	begin(&receiver);
	for (unsigned i = 0; i < THREADS; i++) {
		senders[i] = (struct sender){ .receiver = &receiver, .thread = i };
		ck_assert_int_eq(pthread_create(&senders[i].id, NULL, send_all, &senders[i]), 0);
	}
	event_base_loopexit(receiver.loop, &limit);
	event_base_dispatch(receiver.loop);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(senders[i].id, NULL);
	ck_assert_uint_eq(receiver.count, THREADS * EACH);
	ck_assert_ptr_null(inbox_free(receiver.inbox));
	event_base_free(receiver.loop);
}
END_TEST

START_TEST(a_batch_wakes_the_loop_once)
{
	struct receiver receiver;

	begin(&receiver);
	for (unsigned i = 0; i < 10; i++)
		put(&receiver, 0, i);
	event_base_loop(receiver.loop, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(receiver.count, 10);
	ck_assert_uint_eq(receiver.batches, 1);
	event_base_loop(receiver.loop, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(receiver.batches, 1);
	put(&receiver, 0, 10);
	event_base_loop(receiver.loop, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(receiver.count, 11);
	inbox_free(receiver.inbox);
	event_base_free(receiver.loop);
}
END_TEST

START_TEST(what_was_not_handed_out_is_returned_at_the_end)
{
	struct receiver receiver;
	struct inbox_item *left;
	unsigned count = 0;

	begin(&receiver);
	for (unsigned i = 0; i < 3; i++)
		put(&receiver, 0, i);
	left = inbox_free(receiver.inbox);
	while (left != NULL) {
		struct numbered *item = (struct numbered *)left;

		left = left->next;
		ck_assert_uint_eq(item->number, count++);
		free(item);
	}
	ck_assert_uint_eq(count, 3);
	ck_assert_ptr_null(inbox_free(NULL));
	event_base_free(receiver.loop);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("inbox");
	TCase *tests = tcase_create("inbox");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, what_many_threads_put_arrives_once_and_in_each_ones_order);
	tcase_add_test(tests, a_batch_wakes_the_loop_once);
	tcase_add_test(tests, what_was_not_handed_out_is_returned_at_the_end);
	suite_add_tcase(all, tests);
	return all;
}
