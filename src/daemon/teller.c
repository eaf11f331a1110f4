/* teller.c - tells what the onlooker saw: lines of the query log, frames of dnstap. */
#include "daemon/teller.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "daemon/config_log.h"
#include "daemon/dnstap.h"
#include "dns/onlooker.h"
#include "dns/onlooker_line.h"

/* A ring holds what 100,000 answers a second make in ten times this. */
#define LOOK_MS 10
/* With nothing to tell there is nothing to look for. */
#define IDLE_MS 1000

struct teller {
	struct onlooker *onlooker;
	pthread_t thread;
	pthread_mutex_t lock;           /* over what follows, and the turn that uses it */
	pthread_cond_t changed;
	bool running;
	bool stopping;
	bool telling;
	char *path;                     /* of the collector; NULL: none */
	struct dnstap *dnstap;          /* NULL: none */
	struct strbuf line;
	struct strbuf members;
	struct log_gate gate;
	_Atomic uint64_t lines;
	_Atomic uint64_t frames;
	_Atomic uint64_t lost;
};

static void
add(_Atomic uint64_t *count, uint64_t by)
{
	atomic_fetch_add_explicit(count, by, memory_order_relaxed);
}

static void
on_record(void *arg, const struct onlooker_record *record)
{
	struct teller *teller = arg;

	if (record->frame && teller->dnstap != NULL && dnstap_put(teller->dnstap, record) == 0)
		add(&teller->frames, 1);
	if (!record->line)
		return;
	strbuf_clear(&teller->line);
	strbuf_clear(&teller->members);
	onlooker_line(record, &teller->line, &teller->members);
	if (teller->line.err != 0 || teller->members.err != 0) {
		add(&teller->lost, 1);
		strbuf_release(&teller->line);
		strbuf_release(&teller->members);
		return;
	}
	log_event(teller->line.text, teller->members.text);
	add(&teller->lines, 1);
}

static void
tell(struct teller *teller)
{
	uint64_t lost;

	(void)onlooker_take(teller->onlooker, on_record, teller, &lost);
	if (lost == 0)
		return;
	add(&teller->lost, lost);
	log_gated(&teller->gate, 1, LOG_WARN,
	    "%llu answers came faster than they could be told of", (unsigned long long)lost);
}

static void *
run(void *arg)
{
	struct teller *teller = arg;

	(void)pthread_setname_np(pthread_self(), "teller");
	pthread_mutex_lock(&teller->lock);
	while (!teller->stopping) {
		struct timespec until;
		long wait_ms = teller->telling ? LOOK_MS : IDLE_MS;

		tell(teller);
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += wait_ms * 1000000L % 1000000000L;
		until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		(void)pthread_cond_timedwait(&teller->changed, &teller->lock, &until);
	}
	tell(teller);
	pthread_mutex_unlock(&teller->lock);
	return NULL;
}

static int
start(struct teller *teller)
{
	sigset_t all, before;
	int err;

	/* Signals are the control thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&teller->thread, NULL, run, teller);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = err;
	teller->running = err == 0;
	return err == 0 ? 0 : ERR_SYSTEM;
}

int
teller_new(struct onlooker *onlooker, struct teller **out)
{
	struct teller *teller = calloc(1, sizeof(*teller));
	pthread_condattr_t attributes;

	if (teller == NULL)
		return ERR_NOMEM;
	teller->onlooker = onlooker;
	teller->line = teller->members = (struct strbuf)STRBUF_INIT;
	pthread_mutex_init(&teller->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&teller->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	*out = teller;
	return 0;
}

/* Another collector than before, or none. */
static int
set_collector(struct teller *teller, const char *path)
{
	struct dnstap *dnstap = NULL;
	char *copy = NULL;
	int err = 0;

	if (teller->path != NULL && strcmp(teller->path, path) == 0)
		return 0;
	if (*path != '\0') {
		copy = strdup(path);
		err = copy == NULL ? ERR_NOMEM : dnstap_open(path, &dnstap);
	}
	if (err != 0) {
		free(copy);
		return err;
	}
	dnstap_close(teller->dnstap);
	free(teller->path);
	teller->dnstap = dnstap;
	teller->path = copy;
	return 0;
}

int
teller_set(struct teller *teller, const struct config_log *log)
{
	struct onlooker_settings wanted = {
		.lines = (enum onlooker_class)log->queries, .sample = log->sample,
	};
	int err;

	if (teller == NULL)
		return 0;
	pthread_mutex_lock(&teller->lock);
	err = set_collector(teller, log->dnstap);
	wanted.frames = teller->dnstap != NULL;
	teller->telling = wanted.frames || wanted.lines != ONLOOKER_NONE;
	onlooker_set(teller->onlooker, &wanted);
	pthread_cond_signal(&teller->changed);
	pthread_mutex_unlock(&teller->lock);
	/* Whoever never wants to know has no thread for it. */
	if (err == 0 && teller->telling && !teller->running)
		err = start(teller);
	return err;
}

void
teller_free(struct teller *teller)
{
	if (teller == NULL)
		return;
	pthread_mutex_lock(&teller->lock);
	teller->stopping = true;
	pthread_cond_signal(&teller->changed);
	pthread_mutex_unlock(&teller->lock);
	if (teller->running)
		pthread_join(teller->thread, NULL);
	dnstap_close(teller->dnstap);
	free(teller->path);
	strbuf_release(&teller->line);
	strbuf_release(&teller->members);
	pthread_cond_destroy(&teller->changed);
	pthread_mutex_destroy(&teller->lock);
	free(teller);
}

void
teller_count(const struct teller *teller, struct teller_counts *counts)
{
	counts->lines = atomic_load_explicit(&teller->lines, memory_order_relaxed);
	counts->frames = atomic_load_explicit(&teller->frames, memory_order_relaxed);
	counts->lost = atomic_load_explicit(&teller->lost, memory_order_relaxed);
}
