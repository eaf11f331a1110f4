/* resolver.c - the thread that asks upstreams, and the queue that leads to it. */
#include "dns/resolver.h"

#include <event2/event.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/err.h"
#include "dns/cache.h"
#include "dns/cache_zones.h"
#include "dns/channels.h"
#include "dns/edns.h"
#include "dns/flight.h"
#include "dns/flight_cache.h"
#include "dns/forward.h"
#include "dns/inbox.h"
#include "dns/index.h"
#include "dns/loop_check.h"
#include "dns/routes.h"
#include "dns/upstream.h"
#include "dns/wire.h"

/* In the queue and in flights together; flights give up their oldest long before. */
#define QUEUE_MAX (2 * RESOLVER_PENDING_MAX)
#define TIDY_MS 1000
/* All who wait are told at once; longer than that nobody waits for one who was forgotten. */
#define END_MS 1000

struct resolver {
	struct resolver_settings settings;
	struct event_base *loop;
	struct inbox *questions;
	struct inbox *orders;
	struct channels *channels;
	struct flights *flights;
	struct loop_check *loops;
	struct flight_cache held;
	struct event *timer;            /* of the flights */
	uint64_t timer_ms;              /* when it fires; UINT64_MAX: it is not set */
	struct event *tidy;
	uint64_t again_ms;              /* when loops are looked for again */
	bool started;
	uint64_t end_ms;                /* 0; else the thread ends when nothing is pending, or then */
	pthread_t thread;
	_Atomic bool accepting;
	_Atomic unsigned pending;
	/* Control's. */
	struct upstream *upstreams;     /* all there ever were */
	struct forward *forward;        /* the flights' */
};

/* ---- what flights want ---- */

static uint64_t
now_of(const struct resolver *resolver)
{
	return clock_now_ms(resolver->settings.clock);
}

static enum held
find_held(void *arg, const struct forward_zone *zone, const struct asked *asked,
    struct resolver_outcome *outcome)
{
	return flight_cache_find(&((struct resolver *)arg)->held, zone, asked, outcome);
}

static void
keep(void *arg, const struct forward_zone *zone, struct parcel *parcel, uint64_t asked_ms)
{
	flight_cache_keep(&((struct resolver *)arg)->held, zone, parcel, asked_ms);
}

static void
keep_failure(void *arg, const struct asked *asked, uint64_t asked_ms)
{
	flight_cache_keep_failure(&((struct resolver *)arg)->held, asked, asked_ms);
}

static void
note_stale(void *arg)
{
	flight_cache_note_stale(&((struct resolver *)arg)->held);
}

static void
finished(void *arg)
{
	struct resolver *resolver = arg;

	atomic_fetch_sub_explicit(&resolver->pending, 1, memory_order_relaxed);
}

static void *
ask(void *arg, struct upstream *upstream, const struct asked *asked, unsigned how,
    struct flight_try *attempt, enum try_ending *ending)
{
	return channels_ask(((struct resolver *)arg)->channels, upstream, asked, how, attempt,
	    ending);
}

static void
abandon(void *arg, void *handle)
{
	channels_abandon(((struct resolver *)arg)->channels, handle);
}

static const struct flight_ops ops = { ask, abandon, find_held, keep, keep_failure, finished,
	note_stale };

static bool
is_ours(void *arg, const uint8_t *name, size_t len)
{
	const struct resolver_settings *settings = &((struct resolver *)arg)->settings;

	return settings->is_ours != NULL && settings->is_ours(settings->arg, name, len);
}

/* ---- the loop ---- */

static void
set_timer(struct resolver *resolver, uint64_t wait_ms)
{
	struct timeval wait = { (time_t)(wait_ms / 1000), (suseconds_t)(wait_ms % 1000 * 1000) };

	(void)evtimer_add(resolver->timer, &wait);
}

/* Who was counted and then found that nothing is accepted goes without a word: look again. */
static void
end_when_idle(struct resolver *resolver)
{
	if (atomic_load(&resolver->pending) == 0 || now_of(resolver) >= resolver->end_ms)
		event_base_loopbreak(resolver->loop);
	else
		set_timer(resolver, 1);
}

/* After all that may have changed flights. */
static void
settle(void *arg)
{
	struct resolver *resolver = arg;
	uint64_t due_ms = flights_next_ms(resolver->flights), now_ms;

	flight_cache_settle(&resolver->held);
	if (resolver->end_ms != 0) {
		end_when_idle(resolver);
		return;
	}
	/* A timer that fires too early is set anew then, which is less work than moving it. */
	if (due_ms >= resolver->timer_ms)
		return;
	now_ms = now_of(resolver);
	resolver->timer_ms = due_ms;
	set_timer(resolver, due_ms > now_ms ? due_ms - now_ms : 0);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;

	(void)fd, (void)what;
	resolver->timer_ms = UINT64_MAX;
	index_reader_online();
	(void)flights_run(resolver->flights);
	index_reader_offline();
	settle(resolver);
}

static void
on_tidy(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;
	uint64_t now_ms = now_of(resolver);

	(void)fd, (void)what;
	flight_cache_tidy(&resolver->held);
	if (now_ms < resolver->again_ms)
		return;
	resolver->again_ms = now_ms + LOOP_CHECK_AGAIN_MS;
	loop_check_again(resolver->loops);
	settle(resolver);
}

static void
refuse(struct resolver *resolver, struct waiter *waiter, uint8_t rcode, const char *text)
{
	struct resolver_outcome outcome = { .rcode = rcode, .ede = EDNS_ERROR_OTHER, .text = text };

	finished(resolver);
	waiter->done(waiter, &outcome);
}

static void
on_questions(void *arg, struct inbox_item *items)
{
	struct resolver *resolver = arg;
	bool accepting = atomic_load_explicit(&resolver->accepting, memory_order_relaxed);

	index_reader_online();
	while (items != NULL) {
		struct waiter *waiter = (struct waiter *)items;

		items = items->next;
		if (!accepting)
			refuse(resolver, waiter, DNS_SERVFAIL, "the server is stopping");
		else if (loop_check_meets(resolver->loops, &waiter->asked))
			refuse(resolver, waiter, DNS_REFUSED, "a question of ours came back to us");
		else
			flights_ask(resolver->flights, waiter);
	}
	index_reader_offline();
	settle(resolver);
}

bool
resolver_ask(struct resolver *resolver, struct waiter *waiter)
{
	/* First counted, then put: who stops waits until nobody is counted any more. */
	unsigned pending = atomic_fetch_add(&resolver->pending, 1);

	if (pending >= QUEUE_MAX || !atomic_load(&resolver->accepting)) {
		atomic_fetch_sub(&resolver->pending, 1);
		return false;
	}
	waiter->counted = true;
	inbox_put(resolver->questions, &waiter->item);
	return true;
}

/* ---- orders ---- */

static void
on_orders(void *arg, struct inbox_item *items)
{
	struct resolver *resolver = arg;

	index_reader_online();
	while (items != NULL) {
		struct resolver_order *order = (struct resolver_order *)items;

		items = items->next;
		order->fn(order->arg);
	}
	index_reader_offline();
	settle(resolver);
}

void
resolver_post(struct resolver *resolver, struct resolver_order *order)
{
	if (resolver->started)
		inbox_put(resolver->orders, &order->item);
	else
		order->fn(order->arg);
}

/* An order whose end somebody waits for. */
struct awaited {
	struct resolver_order order;
	void (*fn)(void *arg);
	void *arg;
	sem_t done;
};

static void
run_awaited(void *arg)
{
	struct awaited *awaited = arg;

	awaited->fn(awaited->arg);
	sem_post(&awaited->done);
}

void
resolver_call(struct resolver *resolver, void (*fn)(void *arg), void *arg)
{
	struct awaited awaited = { .order = { .fn = run_awaited, .arg = &awaited }, .fn = fn,
		.arg = arg };

	if (!resolver->started) {
		fn(arg);
		return;
	}
	sem_init(&awaited.done, 0, 0);
	resolver_post(resolver, &awaited.order);
	while (sem_wait(&awaited.done) != 0)
		continue;
	sem_destroy(&awaited.done);
}

/* ---- upstreams ---- */

static struct upstream *
find_upstream(void *arg, const struct addr_port *address)
{
	struct resolver *resolver = arg;
	struct upstream *upstream = resolver->upstreams;

	while (upstream != NULL && (upstream->address.port != address->port ||
	    addr_compare(&upstream->address.addr, &address->addr) != 0))
		upstream = upstream->next;
	if (upstream != NULL)
		return upstream;
	upstream = upstream_new(address);
	if (upstream == NULL)
		return NULL;
	upstream->next = resolver->upstreams;
	resolver->upstreams = upstream;
	return upstream;
}

static void
mark_used(struct resolver *resolver)
{
	for (struct upstream *upstream = resolver->upstreams; upstream != NULL;
	    upstream = upstream->next)
		atomic_store_explicit(&upstream->used, false, memory_order_relaxed);
	for (size_t z = 0; z < forward_count(resolver->forward); z++) {
		const struct forward_zone *zone = forward_at(resolver->forward, z);

		for (size_t i = 0; i < zone->upstream_count; i++)
			atomic_store_explicit(&find_upstream(resolver, &zone->upstreams[i])->used,
			    true, memory_order_relaxed);
	}
}

struct change {
	struct resolver *resolver;
	struct routes *routes;
	const struct forward *before;   /* lives until the routes are set */
	const struct forward *after;
};

static void
check_loops(void *arg)
{
	struct resolver *resolver = arg;

	for (struct upstream *upstream = resolver->upstreams; upstream != NULL;
	    upstream = upstream->next)
		if (atomic_load_explicit(&upstream->used, memory_order_relaxed))
			(void)loop_check_begin(resolver->loops, upstream);
}

static void
change_routes(void *arg)
{
	struct change *change = arg;
	struct cache *cache = change->resolver->settings.cache;

	if (cache != NULL && cache_zones_changed(cache, change->before, change->after) > 0)
		change->resolver->held.written = true;
	flights_set_routes(change->resolver->flights, change->routes);
	if (change->resolver->started)
		check_loops(change->resolver);
}

int
resolver_set_forward(struct resolver *resolver, struct forward *forward)
{
	struct change change = { .resolver = resolver, .before = resolver->forward,
		.after = forward };
	int err = routes_new(forward, find_upstream, resolver, &change.routes);

	if (err != 0) {
		forward_free(forward);
		return err;
	}
	resolver->forward = forward;
	mark_used(resolver);
	resolver_call(resolver, change_routes, &change);
	return 0;
}

void
resolver_each_upstream(struct resolver *resolver, resolver_upstream_fn *fn, void *arg)
{
	for (size_t z = 0; z < forward_count(resolver->forward); z++) {
		const struct forward_zone *zone = forward_at(resolver->forward, z);

		for (size_t i = 0; i < zone->upstream_count; i++)
			fn(arg, zone, find_upstream(resolver, &zone->upstreams[i]));
	}
}

void
resolver_set_healthy(struct resolver *resolver, const struct addr_port *address, bool healthy)
{
	struct upstream *upstream = find_upstream(resolver, address);

	if (upstream != NULL)
		atomic_store_explicit(&upstream->healthy, healthy, memory_order_relaxed);
}

/* ---- figures ---- */

const struct flight_counts *
resolver_counts(const struct resolver *resolver)
{
	return flights_counts(resolver->flights);
}

unsigned
resolver_pending(const struct resolver *resolver)
{
	return atomic_load_explicit(&resolver->pending, memory_order_relaxed);
}

/* ---- life ---- */

static void *
run(void *arg)
{
	struct resolver *resolver = arg;

	(void)pthread_setname_np(pthread_self(), "resolver");
	index_reader_begin();
	index_reader_offline();
	(void)event_base_loop(resolver->loop, EVLOOP_NO_EXIT_ON_EMPTY);
	index_reader_online();
	index_reader_end();
	return NULL;
}

static struct event_base *
make_loop(void)
{
	struct event_config *config = event_config_new();
	struct event_base *loop;

	if (config == NULL)
		return NULL;
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NOLOCK);
	loop = event_base_new_with_config(config);
	event_config_free(config);
	return loop;
}

static int
make_parts(struct resolver *resolver)
{
	struct flight_settings flight = { .clock = resolver->settings.clock,
		.waiters_max = RESOLVER_PENDING_MAX, .ops = &ops, .arg = resolver };
	struct channels_settings channel = { .clock = resolver->settings.clock,
		.is_ours = is_ours, .settled = settle, .arg = resolver };
	int err;

	channel.loop = resolver->loop = make_loop();
	if (resolver->loop == NULL)
		return ERR_NOMEM;
	resolver->flights = flights_new(&flight);
	resolver->channels = channels_new(&channel);
	resolver->timer = evtimer_new(resolver->loop, on_timer, resolver);
	resolver->tidy = event_new(resolver->loop, -1, EV_PERSIST, on_tidy, resolver);
	if (resolver->flights == NULL || resolver->channels == NULL || resolver->timer == NULL ||
	    resolver->tidy == NULL)
		return ERR_NOMEM;
	resolver->loops = loop_check_new(resolver->flights);
	if (resolver->loops == NULL)
		return ERR_NOMEM;
	err = inbox_new(resolver->loop, on_questions, resolver, &resolver->questions);
	if (err == 0)
		err = inbox_new(resolver->loop, on_orders, resolver, &resolver->orders);
	return err;
}

int
resolver_new(const struct resolver_settings *settings, struct resolver **out)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	int err;

	if (resolver == NULL)
		return ERR_NOMEM;
	resolver->settings = *settings;
	resolver->held = (struct flight_cache){ .cache = settings->cache,
		.clock = settings->clock };
	resolver->timer_ms = UINT64_MAX;
	err = make_parts(resolver);
	if (err != 0) {
		resolver_free(resolver);
		return err;
	}
	*out = resolver;
	return 0;
}

static void
begin(void *arg)
{
	struct resolver *resolver = arg;

	resolver->again_ms = now_of(resolver) + LOOP_CHECK_AGAIN_MS;
	check_loops(resolver);
}

/* Signals are for the control thread. */
static int
start_thread(struct resolver *resolver)
{
	sigset_t all, before;
	int result;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	result = pthread_create(&resolver->thread, NULL, run, resolver);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result;
}

int
resolver_start(struct resolver *resolver)
{
	static const struct timeval tidy = { .tv_sec = TIDY_MS / 1000 };

	if (event_add(resolver->tidy, &tidy) != 0)
		return ERR_NOMEM;
	if (start_thread(resolver) != 0)
		return ERR_SYSTEM;
	resolver->started = true;
	resolver_call(resolver, begin, resolver);
	atomic_store(&resolver->accepting, true);
	return 0;
}

static void
end(void *arg)
{
	struct resolver *resolver = arg;

	flights_end(resolver->flights, "the server is stopping");
	resolver->end_ms = now_of(resolver) + END_MS;
}

void
resolver_stop(struct resolver *resolver)
{
	if (resolver == NULL || !resolver->started)
		return;
	atomic_store(&resolver->accepting, false);
	resolver_call(resolver, end, resolver);
	pthread_join(resolver->thread, NULL);
	resolver->started = false;
}

void
resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	resolver_stop(resolver);
	/* Nothing is left in them: the thread ended when nothing was pending. */
	(void)inbox_free(resolver->questions);
	(void)inbox_free(resolver->orders);
	channels_free(resolver->channels);
	loop_check_free(resolver->loops);
	flights_free(resolver->flights);
	while (resolver->upstreams != NULL) {
		struct upstream *upstream = resolver->upstreams;

		resolver->upstreams = upstream->next;
		upstream_free(upstream);
	}
	if (resolver->timer != NULL)
		event_free(resolver->timer);
	if (resolver->tidy != NULL)
		event_free(resolver->tidy);
	if (resolver->loop != NULL)
		event_base_free(resolver->loop);
	free(resolver);
}
