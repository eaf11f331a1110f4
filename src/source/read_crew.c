/* read_crew.c - threads that read manifests ahead, handed over one by one in order. */
#include "source/read_crew.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/array.h"
#include "base/err.h"
#include "base/log.h"
#include "base/squeeze.h"
#include "source/manifest_read.h"

#define THREADS_MAX 4
/* Files that are read and not handed over may hold so much text; a single one may hold more. */
#define AHEAD_SIZE ((size_t)32 << 20)
/* A third of the CPU that one who is not nice gets beside us. */
#define NICENESS 5

struct task {
	struct manifest_read *read;     /* NULL: handed over */
	bool done;
};

struct read_crew {
	struct event_base *loop;
	struct squeeze *squeeze;        /* the loop's; NULL: no images are wanted */
	read_crew_done_fn *fn;
	void *arg;
	struct event *event;            /* NULL: not started */
	int fd;                         /* readable while the loop has something to do */
	struct task *tasks;             /* in order */
	size_t count;
	size_t room;
	pthread_t threads[THREADS_MAX];
	size_t thread_count;            /* those that could be had */
	atomic_bool stop;
	pthread_mutex_t lock;           /* of what follows, and of tasks' `done` */
	pthread_cond_t wanted;          /* there may be something to begin */
	size_t begun;                   /* tasks before this one were begun */
	size_t given;                   /* tasks before this one were handed over */
	size_t ahead_size;              /* of tasks between the two */
};

static unsigned
thread_count(void)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return 1;
	return CPU_COUNT(&cpus) < THREADS_MAX ? (unsigned)CPU_COUNT(&cpus) : THREADS_MAX;
}

/* ---- the threads ---- */

/* Under the lock: may the next task be begun, so that not all of a world is held twice? */
static bool
may_begin(const struct read_crew *crew)
{
	size_t ahead = crew->begun - crew->given;

	if (crew->begun == crew->count || ahead == 0)
		return crew->begun < crew->count;
	return ahead <= crew->thread_count &&
	    crew->ahead_size + crew->tasks[crew->begun].read->size <= AHEAD_SIZE;
}

/* Under the lock: say that the loop has something to do, or take that back. */
static void
tell(struct read_crew *crew)
{
	bool ready = crew->given < crew->count &&
	    (crew->tasks[crew->given].done || crew->thread_count == 0);
	uint64_t one = 1;

	if (ready)
		(void)!write(crew->fd, &one, sizeof(one));
	else
		(void)!read(crew->fd, &one, sizeof(one));
}

/* The next task, once it may be begun; NULL: there is none any more. */
static struct task *
begin_task(struct read_crew *crew)
{
	struct task *task = NULL;

	while (!atomic_load(&crew->stop) && crew->begun < crew->count && !may_begin(crew))
		pthread_cond_wait(&crew->wanted, &crew->lock);
	if (!atomic_load(&crew->stop) && crew->begun < crew->count) {
		task = &crew->tasks[crew->begun++];
		crew->ahead_size += task->read->size;
	}
	return task;
}

/* What a thread packs images with, made when it is needed first. */
static void
run_task(struct read_crew *crew, struct task *task, struct squeeze **own)
{
	if (crew->squeeze != NULL && *own == NULL)
		*own = squeeze_new();
	if (crew->squeeze != NULL && *own == NULL)
		task->read->err = ERR_NOMEM;
	else
		manifest_read_run(task->read, *own, &crew->stop);
}

static void *
work(void *arg)
{
	struct read_crew *crew = arg;
	struct squeeze *own = NULL;
	struct task *task;

	(void)pthread_setname_np(pthread_self(), "reader");
	/* Of this thread alone (Linux); that it cannot be is no reason not to read. */
	if (setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS) != 0)
		log_errno(LOG_DEBUG, "zones: a thread that reads cannot be nicer than the rest");
	pthread_mutex_lock(&crew->lock);
	while ((task = begin_task(crew)) != NULL) {
		pthread_mutex_unlock(&crew->lock);
		run_task(crew, task, &own);
		pthread_mutex_lock(&crew->lock);
		task->done = true;
		tell(crew);
	}
	pthread_mutex_unlock(&crew->lock);
	squeeze_free(own);
	return NULL;
}

/* ---- the loop ---- */

/* Under the lock: the next one in order, if it is done. */
static struct manifest_read *
take(struct read_crew *crew)
{
	struct task *task = &crew->tasks[crew->given];
	struct manifest_read *read = NULL;

	if (crew->given < crew->count && task->done) {
		read = task->read;
		task->read = NULL;
		crew->ahead_size -= read->size;
		crew->given++;
		pthread_cond_broadcast(&crew->wanted);
	}
	tell(crew);
	return read;
}

static void
on_done(evutil_socket_t fd, short what, void *arg)
{
	struct read_crew *crew = arg;
	struct manifest_read *read;

	(void)fd;
	(void)what;
	pthread_mutex_lock(&crew->lock);
	if (crew->thread_count == 0 && crew->given < crew->count) {
		struct task *task = begin_task(crew);

		manifest_read_run(task->read, crew->squeeze, &crew->stop);
		task->done = true;
	}
	read = take(crew);
	pthread_mutex_unlock(&crew->lock);
	if (read != NULL)
		crew->fn(crew->arg, read);
}

struct read_crew *
read_crew_new(struct event_base *loop, struct squeeze *squeeze, read_crew_done_fn *done, void *arg)
{
	struct read_crew *crew = calloc(1, sizeof(*crew));

	if (crew == NULL)
		return NULL;
	crew->loop = loop;
	crew->squeeze = squeeze;
	crew->fn = done;
	crew->arg = arg;
	crew->fd = -1;
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->wanted, NULL);
	return crew;
}

void
read_crew_free(struct read_crew *crew)
{
	if (crew == NULL)
		return;
	pthread_mutex_lock(&crew->lock);
	atomic_store(&crew->stop, true);
	pthread_cond_broadcast(&crew->wanted);
	pthread_mutex_unlock(&crew->lock);
	for (size_t i = 0; i < crew->thread_count; i++)
		pthread_join(crew->threads[i], NULL);
	if (crew->event != NULL)
		event_free(crew->event);
	if (crew->fd >= 0)
		(void)close(crew->fd);
	for (size_t i = 0; i < crew->count; i++)
		manifest_read_free(crew->tasks[i].read);
	free(crew->tasks);
	pthread_cond_destroy(&crew->wanted);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}

int
read_crew_add(struct read_crew *crew, struct manifest_read *read)
{
	if (array_reserve(&crew->tasks, &crew->room, crew->count + 1, sizeof(*crew->tasks)) != 0)
		return ERR_NOMEM;
	crew->tasks[crew->count++] = (struct task){ read, false };
	return 0;
}

size_t
read_crew_size(const struct read_crew *crew)
{
	size_t size = 0;

	for (size_t i = crew->given; i < crew->count; i++)
		size += crew->tasks[i].read->size;
	return size;
}

void
read_crew_run(struct read_crew *crew)
{
	while (crew->begun < crew->count) {
		struct task *task = &crew->tasks[crew->begun++];
		struct manifest_read *read = task->read;

		manifest_read_run(read, crew->squeeze, NULL);
		task->read = NULL;
		crew->given = crew->begun;
		crew->fn(crew->arg, read);
	}
}

/* What the threads wake the loop by. */
static int
make_event(struct read_crew *crew)
{
	crew->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (crew->fd < 0)
		return errno == ENOMEM ? ERR_NOMEM : ERR_FULL;
	crew->event = event_new(crew->loop, crew->fd, EV_READ | EV_PERSIST, on_done, crew);
	return crew->event == NULL || event_add(crew->event, NULL) != 0 ? ERR_NOMEM : 0;
}

int
read_crew_start(struct read_crew *crew)
{
	size_t left = crew->count - crew->begun;
	size_t wanted = left < thread_count() ? left : thread_count();
	sigset_t all, before;
	bool had = true;
	int err = make_event(crew);

	if (err != 0)
		return err;
	/* Signals are the control thread's business. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&crew->lock);
	while (had && crew->thread_count < wanted) {
		had = pthread_create(&crew->threads[crew->thread_count], NULL, work, crew) == 0;
		crew->thread_count += had;
	}
	tell(crew);
	pthread_mutex_unlock(&crew->lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return 0;
}
