/* later.c - a resolver for tests of those who ask it. */
#include "tests/dns/later.h"

#include <pthread.h>
#include <time.h>

#include "dns/index.h"
#include "dns/parcel.h"
#include "dns/resolver.h"
#include "tests/dns/said.h"
#include "tests/suite.h"

int later_something;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;
static struct inbox_item *oldest, *newest;
static size_t count;
static bool is_full;

bool
resolver_ask(struct resolver *resolver, struct waiter *waiter)
{
	bool taken;

	ck_assert_ptr_eq(resolver, LATER_RESOLVER);
	pthread_mutex_lock(&lock);
	taken = !is_full;
	if (taken) {
		waiter->item.next = NULL;
		if (newest != NULL)
			newest->next = &waiter->item;
		else
			oldest = &waiter->item;
		newest = &waiter->item;
		count++;
		pthread_cond_signal(&came);
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

void
later_be_full(bool full)
{
	pthread_mutex_lock(&lock);
	is_full = full;
	pthread_mutex_unlock(&lock);
}

size_t
later_count(void)
{
	pthread_mutex_lock(&lock);
	size_t now = count;
	pthread_mutex_unlock(&lock);
	return now;
}

struct waiter *
later_next(void)
{
	struct timespec end;
	struct inbox_item *item;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 10;
	pthread_mutex_lock(&lock);
	while (oldest == NULL && pthread_cond_timedwait(&came, &lock, &end) == 0)
		continue;
	item = oldest;
	if (item != NULL)
		oldest = item->next;
	if (oldest == NULL)
		newest = NULL;
	pthread_mutex_unlock(&lock);
	return (struct waiter *)(void *)item;
}

struct telling {
	struct waiter *waiter;
	struct resolver_outcome outcome;
};

/* As the resolver's thread does it. */
static void *
tell(void *arg)
{
	struct telling *telling = arg;

	index_reader_begin();
	telling->waiter->done(telling->waiter, &telling->outcome);
	index_reader_end();
	return NULL;
}

static void
tell_on_a_thread(struct telling *telling)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, tell, telling), 0);
	pthread_join(thread, NULL);
}

void
later_answer(struct waiter *waiter, const char *asked, const char *reply)
{
	struct asked same = said_asked(asked);
	struct parcel *parcel = said(asked, reply);
	struct telling telling = { waiter, { .parcel = parcel, .age_s = 0 } };

	ck_assert(asked_equal(&same, &waiter->asked));
	tell_on_a_thread(&telling);
	parcel_free(parcel);
}

void
later_fail(struct waiter *waiter, const char *text)
{
	struct telling telling = { waiter, { .rcode = 2, .ede = 22, .text = text } };

	tell_on_a_thread(&telling);
}

void
later_reset(void)
{
	oldest = newest = NULL;
	count = 0;
	is_full = false;
}
