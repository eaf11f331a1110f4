/* reclaim.c - free what readers may still see, after a grace period, on a thread of its own. */
#include "dns/reclaim.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <urcu/urcu-qsbr.h>

#include "base/array.h"
#include "base/err.h"
#include "base/heap.h"

/*
 * liburcu is not built for ThreadSanitizer, which therefore cannot see that a grace period orders a
 * reader's last look before the free.  These two calls say just that and nothing more.
 */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif
#if defined(WITH_TSAN) || defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
static char grace;
#define GRACE_RELEASE() __tsan_release(&grace)
#define GRACE_ACQUIRE() __tsan_acquire(&grace)
#else
#define GRACE_RELEASE() ((void)0)
#define GRACE_ACQUIRE() ((void)0)
#endif

/*
 * So long the thread lets pieces gather: with a hundred thousand changes a second, waking it and
 * waiting for the readers for each of them took a tenth of the control thread's time.
 */
#define GATHER_NS 2000000
/*
 * A reload of everything leaves half as much again free as there is in use, in pieces: 60 MB with a
 * million endpoints, which took 8 to 12 ms of CPU to give back.  Only after so much, and when
 * nothing has changed for so long: nobody waits for this thread then.
 */
#define TRIM_SIZE ((size_t)4 << 20)
#define QUIET_NS 1000000000

struct pieces {
	void **items;
	size_t room;
	size_t count;
	size_t size;            /* octets */
};

struct reclaim {
	struct pieces added;    /* control thread only */
	_Atomic size_t waiting;
	pthread_mutex_t mutex;  /* guards what follows */
	pthread_cond_t wake;
	struct pieces handed;
	bool idle;              /* the thread waits to be woken */
	bool stopping;
	bool started;           /* control thread only */
	pthread_t thread;
	size_t freed;           /* the thread only: octets, since it gave any back to the kernel */
};

void
reclaim_mark_quiet(void)
{
	GRACE_RELEASE();
}

void
reclaim_mark_grace(void)
{
	GRACE_ACQUIRE();
}

struct reclaim *
reclaim_new(void)
{
	struct reclaim *reclaim = calloc(1, sizeof(*reclaim));
	pthread_condattr_t attributes;

	if (reclaim == NULL)
		return NULL;
	pthread_mutex_init(&reclaim->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&reclaim->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	return reclaim;
}

static void
wait_for_readers(void)
{
	urcu_qsbr_synchronize_rcu();
	GRACE_ACQUIRE();
}

static void
free_pieces(struct reclaim *reclaim, struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->count; i++)
		free(pieces->items[i]);
	atomic_fetch_sub_explicit(&reclaim->waiting, pieces->size, memory_order_relaxed);
	free(pieces->items);
	*pieces = (struct pieces){ 0 };
}

static struct timespec
deadline(long ns)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (until.tv_nsec + ns) / 1000000000;
	until.tv_nsec = (until.tv_nsec + ns) % 1000000000;
	return until;
}

/* Until there is something to do, or to give back.  The caller holds the mutex. */
static void
rest(struct reclaim *reclaim)
{
	struct timespec until = deadline(QUIET_NS);
	int err;

	reclaim->idle = true;
	err = reclaim->freed < TRIM_SIZE ?
	    pthread_cond_wait(&reclaim->wake, &reclaim->mutex) :
	    pthread_cond_timedwait(&reclaim->wake, &reclaim->mutex, &until);
	reclaim->idle = false;
	if (err != ETIMEDOUT || reclaim->handed.count > 0)
		return;
	reclaim->freed = 0;
	pthread_mutex_unlock(&reclaim->mutex);
	heap_trim();
	pthread_mutex_lock(&reclaim->mutex);
}

/* Let more come, unless it is the end.  The caller holds the mutex. */
static void
gather_pieces(struct reclaim *reclaim)
{
	struct timespec until = deadline(GATHER_NS);

	while (!reclaim->stopping && pthread_cond_timedwait(&reclaim->wake, &reclaim->mutex,
	    &until) == 0)
		continue;
}

static void *
run(void *arg)
{
	struct reclaim *reclaim = arg;

	(void)pthread_setname_np(pthread_self(), "reclaim");
	pthread_mutex_lock(&reclaim->mutex);
	while (!reclaim->stopping || reclaim->handed.count > 0) {
		if (reclaim->handed.count == 0) {
			rest(reclaim);
			continue;
		}
		gather_pieces(reclaim);
		struct pieces pieces = reclaim->handed;
		reclaim->handed = (struct pieces){ 0 };
		pthread_mutex_unlock(&reclaim->mutex);
		wait_for_readers();
		reclaim->freed += pieces.size;
		free_pieces(reclaim, &pieces);
		pthread_mutex_lock(&reclaim->mutex);
	}
	pthread_mutex_unlock(&reclaim->mutex);
	return NULL;
}

/* Signals are the control thread's business: the new thread takes none. */
static bool
start_thread(struct reclaim *reclaim)
{
	sigset_t all, before;

	if (reclaim->started)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	reclaim->started = pthread_create(&reclaim->thread, NULL, run, reclaim) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return reclaim->started;
}

bool
reclaim_has_room(struct reclaim *reclaim)
{
	struct pieces *added = &reclaim->added;

	return array_reserve(&added->items, &added->room, added->count + 1,
	    sizeof(*added->items)) == 0;
}

void
reclaim_add(struct reclaim *reclaim, void *piece, size_t size)
{
	struct pieces *added = &reclaim->added;

	if (!reclaim_has_room(reclaim)) {
		wait_for_readers();
		free(piece);
		return;
	}
	added->items[added->count++] = piece;
	added->size += size;
	atomic_fetch_add_explicit(&reclaim->waiting, size, memory_order_relaxed);
}

/*
 * Append to what the thread has not taken yet; the caller holds the mutex.  ERR_NOMEM: nothing
 * moved.
 */
static int
append_pieces(struct pieces *to, struct pieces *from)
{
	if (to->count == 0) {
		free(to->items);
		*to = *from;
		*from = (struct pieces){ 0 };
		return 0;
	}
	int err = array_reserve(&to->items, &to->room, to->count + from->count, sizeof(*to->items));
	if (err != 0)
		return err;
	for (size_t i = 0; i < from->count; i++)
		to->items[to->count++] = from->items[i];
	to->size += from->size;
	from->count = 0;
	from->size = 0;
	return 0;
}

void
reclaim_flush(struct reclaim *reclaim)
{
	if (reclaim->added.count == 0)
		return;
	if (!start_thread(reclaim)) {
		wait_for_readers();
		free_pieces(reclaim, &reclaim->added);
		return;
	}
	pthread_mutex_lock(&reclaim->mutex);
	/* Without memory they stay for the next time. */
	(void)append_pieces(&reclaim->handed, &reclaim->added);
	if (reclaim->idle)
		pthread_cond_signal(&reclaim->wake);
	pthread_mutex_unlock(&reclaim->mutex);
}

void
reclaim_free(struct reclaim *reclaim)
{
	if (reclaim == NULL)
		return;
	if (reclaim->started) {
		pthread_mutex_lock(&reclaim->mutex);
		reclaim->stopping = true;
		pthread_cond_signal(&reclaim->wake);
		pthread_mutex_unlock(&reclaim->mutex);
		pthread_join(reclaim->thread, NULL);
	}
	if (reclaim->added.count > 0)
		wait_for_readers();
	free_pieces(reclaim, &reclaim->added);
	free(reclaim->handed.items);
	pthread_cond_destroy(&reclaim->wake);
	pthread_mutex_destroy(&reclaim->mutex);
	free(reclaim);
}

size_t
reclaim_waiting(const struct reclaim *reclaim)
{
	return atomic_load_explicit(&reclaim->waiting, memory_order_relaxed);
}
