/* udp.c - responder threads: receive a batch, answer each in place, send the batch. */
#include "dns/udp.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/latency.h"
#include "base/log.h"
#include "dns/cache.h"
#include "dns/index.h"
#include "dns/query.h"
#include "dns/respond.h"
#include "dns/serving.h"
#include "dns/udp_batch.h"
#include "dns/udp_errand.h"
#include "dns/udp_flood.h"
#include "dns/udp_send.h"
#include "dns/udp_socket.h"
#include "dns/wire.h"
#include "dns/onlooker.h"
#include "net/sock.h"

/* Datagrams taken one by one after a batch of one, before a batch is tried again. */
#define SINGLES 8
#define WAKE_NS 2000000         /* between two signals to a thread that is to end */
#define DRAIN_BATCHES 1024      /* at stop: a full queue, and an end to it under a flood */
#define CACHE_LINE 64
/* So many wait for memory together: with 8 it has come when it is needed (bench_cache). */
#define ERRANDS 8

struct worker {
	_Alignas(CACHE_LINE) struct reply_counts counts;
	struct latency durations;
	_Alignas(CACHE_LINE) struct udp_server *server;
	uint64_t untimed;               /* queries since the batch that was timed last */
	uint64_t began_us;              /* the batch; where it is `seen` */
	bool seen;                      /* somebody wants to know what is answered in this batch */
	int fd;
	bool pktinfo;
	bool started;
	uint8_t family;                 /* enum addr_family of its socket */
	pthread_t thread;
	struct onlooker_ring *ring;      /* the onlooker's; NULL: none */
	struct udp_batch *batch;
	struct udp_send *send;
	struct udp_flood *flood;
	struct responder responder;
	struct errand errands[ERRANDS];
	size_t errand_of[ERRANDS];      /* their queries in the batch */
	struct cache_reader *reader;    /* NULL: there is no cache; the cache's */
	struct query queries[UDP_BATCH_MAX];
	struct udp_reply replies[UDP_BATCH_MAX];
};

struct udp_server {
	struct serving serving;
	struct udp_errands errands;
	struct clock *clock;
	_Atomic bool stopping;
	size_t listen_count;
	struct addr_port *bound;
	size_t worker_count;
	struct worker **workers;
	bool given;                     /* our sockets are somebody else's, too */
};

/* Whoever wants to know what is answered is told. */
__attribute__((noinline))
static void
tell(const struct worker *worker, size_t i, const struct udp_reply *reply)
{
	struct onlooker_sight sight = {
		.client = reply->peer, .reply = reply->buf, .reply_len = reply->len,
		.payload = worker->queries[i].payload,
		.dnssec_ok = worker->queries[i].dnssec_ok, .transport = TRANSPORT_UDP,
		.took_us = clock_now_us(worker->server->clock) - worker->began_us,
	};

	(void)udp_batch_octets(worker->batch, i, &sight.query_len);
	onlooker_note(worker->ring, &sight);
}

static inline void
see(const struct worker *worker, size_t i, const struct udp_reply *reply)
{
	if (worker->seen)
		tell(worker, i, reply);
}

/* Queries that are not ours to answer alone; returns how many of their replies come later. */
__attribute__((noinline))
static size_t
go_elsewhere(struct worker *worker, size_t count, size_t *replies)
{
	struct udp_errands *errands = &worker->server->errands;
	uint64_t now_ms = clock_now_ms(worker->server->clock);
	size_t later = 0;

	for (size_t n = 0; n < count; n++)
		courier_begin(&errands->courier, &worker->errands[n]);
	for (size_t n = 0; n < count; n++)
		courier_fetch(&errands->courier, &worker->errands[n]);
	for (size_t n = 0; n < count; n++) {
		struct udp_reply *reply = &worker->replies[*replies];
		size_t i = worker->errand_of[n], len;
		uint8_t *octets = udp_batch_octets(worker->batch, i, &len);

		udp_batch_reply(worker->batch, i, 0, reply);
		len = udp_errand_go(errands, worker->reader, &worker->responder,
		    &worker->errands[n], now_ms, worker->fd, reply, octets, UDP_BUFFER_SIZE);
		if (len == 0) {
			later++;
			continue;
		}
		reply_counts_note(&worker->counts, octets, len);
		udp_batch_reply(worker->batch, i, len, reply);
		see(worker, i, reply);
		(*replies)++;
	}
	return later;
}

/* What a pass asks the memory for has come when the next one needs it. */
static size_t
answer_batch(struct worker *worker, size_t count)
{
	struct responder *responder = &worker->responder;
	struct errand *errands = worker->server->errands.courier.resolver != NULL ?
	    worker->errands : NULL;
	size_t replies = 0, waiting = 0, later = 0;
	size_t len;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *octets = udp_batch_octets(worker->batch, i, &len);

		respond_begin(responder, octets, len, &worker->queries[i]);
	}
	for (size_t i = 0; i < count; i++)
		respond_fetch(responder, &worker->queries[i]);
	for (size_t i = 0; i < count; i++) {
		uint8_t *octets = udp_batch_octets(worker->batch, i, &len);
		struct addr client;

		if (!udp_batch_answerable(worker->batch, i))
			continue;
		udp_batch_client(worker->batch, i, &client);
		reply_counts_asked(&worker->counts, &worker->queries[i], len);
		len = respond_finish(responder, TRANSPORT_UDP, &client, &worker->queries[i], octets,
		    UDP_BUFFER_SIZE, errands == NULL ? NULL : &errands[waiting]);
		if (len > 0) {
			reply_counts_note(&worker->counts, octets, len);
			udp_batch_reply(worker->batch, i, len, &worker->replies[replies]);
			see(worker, i, &worker->replies[replies++]);
		} else if (errands != NULL && errands[waiting].wanted) {
			worker->errand_of[waiting++] = i;
		}
		if (waiting == ERRANDS) {
			later += go_elsewhere(worker, waiting, &replies);
			waiting = 0;
		}
	}
	if (waiting > 0)
		later += go_elsewhere(worker, waiting, &replies);
	reply_counts_up(&worker->counts.queries, count);
	reply_counts_up(&worker->counts.dropped, count - replies - later);
	return replies;
}

/* The thread looks into the index only here; waiting and sending may take as long as they like. */
static void
serve_batch(struct worker *worker, size_t count)
{
	index_reader_online();
	serving_get(&worker->server->serving, &worker->responder);
	worker->seen = onlooker_wants(worker->ring);
	if (worker->seen)
		worker->began_us = clock_now_us(worker->server->clock);
	size_t replies = answer_batch(worker, count);
	index_reader_offline();
	if (replies == 1 && worker->replies[0].control == NULL) {
		const struct udp_reply *reply = &worker->replies[0];

		/* A reply that cannot be sent is lost, as any datagram may be. */
		(void)sendto(worker->fd, reply->buf, reply->len, 0, reply->peer, reply->peer_len);
		return;
	}
	if (replies > 0)
		(void)udp_send_all(worker->send, worker->replies, replies);
}

/* Two looks at the clock are 60 ns: nothing for a batch, too much for one query of eight. */
static void
serve_timed(struct worker *worker, size_t count)
{
	uint64_t began_us = clock_now_us(worker->server->clock);

	serve_batch(worker, count);
	uint64_t now_us = clock_now_us(worker->server->clock);
	latency_note_many(&worker->durations, now_us - began_us, worker->untimed + count);
	worker->untimed = 0;
	udp_flood_note(worker->flood, worker->batch, count, now_us);
	atomic_store_explicit(&worker->counts.thinned, udp_flood_thinned(worker->flood),
	    memory_order_relaxed);
}

/* Nothing came for a while: the share of who is thinned out grows all the same. */
static void
note_silence(struct worker *worker)
{
	if (udp_flood_thinned(worker->flood) == 0)
		return;
	udp_flood_note(worker->flood, worker->batch, 0, clock_now_us(worker->server->clock));
	atomic_store_explicit(&worker->counts.thinned, udp_flood_thinned(worker->flood),
	    memory_order_relaxed);
}

static bool
is_stopping(const struct worker *worker)
{
	return atomic_load_explicit(&worker->server->stopping, memory_order_acquire);
}

/* What was in the socket when it was told to stop is answered still. */
static void
drain(struct worker *worker)
{
	for (int i = 0; i < DRAIN_BATCHES; i++) {
		int count = udp_batch_receive(worker->batch, false);

		if (count <= 0)
			return;
		serve_timed(worker, (size_t)count);
	}
}

/*
 * Under load whole batches; with little to do, when most would be batches of one, plain calls,
 * which cost less for one datagram, and now and then a try whether there is more (PERFORMANCE.md
 * 2).
 */
static void *
run(void *arg)
{
	struct worker *worker = arg;
	unsigned singles = 0;

	/* Names are for people, and for whoever keeps threads apart (top -H, taskset). */
	(void)pthread_setname_np(pthread_self(), "responder");
	index_reader_begin();
	index_reader_offline();
	while (!is_stopping(worker)) {
		if (singles > 0) {
			singles--;
			if (udp_batch_receive_one(worker->batch) < 1)
				continue;
			serve_batch(worker, 1);
			worker->untimed++;
			continue;
		}
		int count = udp_batch_receive(worker->batch, true);
		if (count > 0)
			serve_timed(worker, (size_t)count);
		else
			note_silence(worker);
		if (count == 1 && !worker->pktinfo && udp_flood_thinned(worker->flood) == 0)
			singles = SINGLES;
	}
	drain(worker);
	index_reader_online();
	index_reader_end();
	return NULL;
}

static void
worker_free(struct worker *worker)
{
	if (worker == NULL)
		return;
	udp_batch_free(worker->batch);
	udp_send_free(worker->send);
	udp_flood_free(worker->flood);
	(void)close(worker->fd);
	free(worker);
}

/* Takes the socket over, on failure too. */
static struct worker *
worker_new(struct udp_server *server, int fd, bool pktinfo, uint8_t family)
{
	struct worker *worker = aligned_alloc(CACHE_LINE, sizeof(*worker));

	if (worker == NULL) {
		(void)close(fd);
		return NULL;
	}
	memset(worker, 0, sizeof(*worker));
	worker->server = server;
	worker->fd = fd;
	worker->pktinfo = pktinfo;
	worker->family = family;
	worker->batch = udp_batch_new(fd, pktinfo);
	worker->send = udp_send_new(fd);
	worker->flood = udp_flood_new(fd);
	/*
	 * Threads begin at different places, so that a client with several sockets sees no
	 * pattern.
	 */
	worker->responder = (struct responder){ .answering = true, .clock = server->clock,
		.rotation = (uint32_t)server->worker_count };
	struct cache *cache = server->errands.courier.cache;
	worker->reader = cache != NULL ? cache_reader_new(cache) : NULL;
	if (worker->batch == NULL || worker->send == NULL || worker->flood == NULL ||
	    (cache != NULL && worker->reader == NULL)) {
		worker_free(worker);
		return NULL;
	}
	return worker;
}

/* Takes the socket over, on failure too. */
static int
add_worker(struct udp_server *server, int fd, const struct addr_port *address)
{
	udp_socket_tune(fd, address);
	struct worker *worker = worker_new(server, fd,
	    addr_is_unspecified(&address->addr), address->addr.family);

	if (worker == NULL)
		return ERR_NOMEM;
	server->workers[server->worker_count++] = worker;
	return 0;
}

/* The sockets that were given for one address. */
static int
adopt(struct udp_server *server, const struct udp_settings *settings, size_t listen)
{
	const struct addr_port *address = &settings->listen[listen];
	unsigned sockets = 0;
	int first = -1;

	server->bound[listen] = *address;
	for (size_t i = 0; i < settings->given_count; i++) {
		int fd = settings->given[i].fd;

		if (settings->given[i].listen != listen)
			continue;
		udp_socket_renew(fd, address);
		if (add_worker(server, fd, address) != 0)
			return ERR_NOMEM;
		if (sockets++ == 0)
			first = fd;
	}
	if (sockets > 1)
		udp_socket_steer(first, sockets);
	return 0;
}

/* One socket for each thread on one address. */
static int
bind_address(struct udp_server *server, const struct addr_port *address, struct addr_port *bound,
    unsigned threads)
{
	bool any = addr_is_unspecified(&address->addr);
	unsigned flags = (threads > 1 ? SOCK_FLAG_REUSEPORT : 0) | (any ? SOCK_FLAG_PKTINFO : 0);
	int first = -1;

	*bound = *address;
	for (unsigned i = 0; i < threads; i++) {
		int fd;
		int err = sock_bind_udp(bound, flags, 0, &fd);

		if (err == 0 && i == 0)
			err = sock_bound(fd, bound);
		if (err != 0)
			return err;
		err = add_worker(server, fd, address);
		if (err != 0)
			return err;
		if (i == 0)
			first = fd;
	}
	if (threads > 1)
		udp_socket_steer(first, threads);
	return 0;
}

static void
server_free(struct udp_server *server)
{
	int saved = errno;

	for (size_t i = 0; server->workers != NULL && i < server->worker_count; i++)
		worker_free(server->workers[i]);
	free(server->workers);
	free(server->bound);
	clock_free(server->clock);
	free(server);
	errno = saved;
}

/* Threads that answer, and the resolver's that answers for them, have a ring each. */
static bool
make_rings(struct udp_server *server, struct onlooker *onlooker)
{
	if (onlooker == NULL)
		return true;
	for (size_t i = 0; i < server->worker_count; i++) {
		server->workers[i]->ring = onlooker_ring_new(onlooker);
		if (server->workers[i]->ring == NULL)
			return false;
	}
	server->errands.ring = onlooker_ring_new(onlooker);
	return server->errands.ring != NULL;
}

int
udp_server_bind(const struct udp_settings *settings, struct udp_server **out, size_t *failed)
{
	unsigned threads = settings->threads == 0 ? 1 : settings->threads;
	struct udp_server *server = calloc(1, sizeof(*server));
	int err = ERR_NOMEM;

	if (server == NULL)
		return ERR_NOMEM;
	serving_set(&server->serving, settings->dns, settings->index);
	server->clock = clock_new_system();
	server->errands.courier = (struct courier){ .cache = settings->cache,
		.resolver = settings->resolver, .clock = server->clock,
		.serving = &server->serving, .responder = { .answering = true } };
	server->listen_count = settings->listen_count;
	server->bound = calloc(settings->listen_count + 1, sizeof(*server->bound));
	server->given = settings->given_count > 0;
	server->workers = calloc(server->given ? settings->given_count :
	    settings->listen_count * threads + 1, sizeof(struct worker *));
	if (server->clock == NULL || server->bound == NULL || server->workers == NULL)
		goto fail;
	for (size_t i = 0; i < settings->listen_count; i++) {
		err = server->given ? adopt(server, settings, i) :
		    bind_address(server, &settings->listen[i], &server->bound[i], threads);
		if (err != 0) {
			*failed = i;
			goto fail;
		}
	}
	if (!make_rings(server, settings->onlooker)) {
		err = ERR_NOMEM;
		goto fail;
	}
	*out = server;
	return 0;
fail:
	server_free(server);
	return err;
}

static void
on_wake(int number)
{
	(void)number;
}

/* Without SA_RESTART a signal ends a receive call; its default is to be ignored. */
static void
prepare_waking(sigset_t *blocked)
{
	const struct sigaction wake = { .sa_handler = on_wake };

	(void)sigaction(SIGURG, &wake, NULL);
	sigdelset(blocked, SIGURG);
}

/*
 * A socket that was given and shut down would stay so for the one who is given it next: its thread
 * is woken by a signal, again where that came between its look at `stopping` and its call.
 */
static void
join(struct worker *worker)
{
	struct timespec until;

	if (!worker->server->given) {
		(void)pthread_join(worker->thread, NULL);
		return;
	}
	do {
		(void)pthread_kill(worker->thread, SIGURG);
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += WAKE_NS;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
	} while (pthread_clockjoin_np(worker->thread, NULL, CLOCK_MONOTONIC, &until) != 0);
}

int
udp_server_start(struct udp_server *server)
{
	sigset_t all, before;
	int err = 0;

	/* Signals are the control thread's business, but for the one that wakes us. */
	sigfillset(&all);
	if (server->given)
		prepare_waking(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (size_t i = 0; i < server->worker_count && err == 0; i++) {
		struct worker *worker = server->workers[i];

		err = pthread_create(&worker->thread, NULL, run, worker);
		worker->started = err == 0;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = err;
	return err == 0 ? 0 : ERR_SYSTEM;
}

void
udp_server_halt(struct udp_server *server)
{
	atomic_store_explicit(&server->stopping, true, memory_order_release);
	/* Says ENOTCONN, but wakes whoever waits in a receive call on it all the same. */
	for (size_t i = 0; i < server->worker_count && !server->given; i++)
		(void)shutdown(server->workers[i]->fd, SHUT_RD);
	for (size_t i = 0; i < server->worker_count; i++)
		if (server->workers[i]->started)
			join(server->workers[i]);
	for (size_t i = 0; i < server->worker_count; i++)
		server->workers[i]->started = false;
}

void
udp_server_stop(struct udp_server *server)
{
	if (server == NULL)
		return;
	udp_server_halt(server);
	server_free(server);
}

size_t
udp_server_count(const struct udp_server *server)
{
	return server->listen_count;
}

const struct addr_port *
udp_server_bound(const struct udp_server *server, size_t i)
{
	return i < server->listen_count ? &server->bound[i] : NULL;
}

void
udp_server_set(struct udp_server *server, const struct dns_settings *dns, const struct index *index)
{
	serving_set(&server->serving, dns, index);
}

void
udp_server_counts(const struct udp_server *server, struct dns_counts *counts)
{
	*counts = (struct dns_counts){ 0 };
	for (size_t i = 0; i < server->worker_count; i++)
		reply_counts_add(counts, &server->workers[i]->counts);
	reply_counts_add(counts, &server->errands.counts);
}

void
udp_server_counts_of(const struct udp_server *server, uint8_t family, struct dns_counts *counts)
{
	*counts = (struct dns_counts){ 0 };
	for (size_t i = 0; i < server->worker_count; i++)
		if (server->workers[i]->family == family)
			reply_counts_add(counts, &server->workers[i]->counts);
}

void
udp_server_durations(const struct udp_server *server, struct latency *sum)
{
	for (size_t i = 0; i < server->worker_count; i++)
		latency_add(sum, &server->workers[i]->durations);
	latency_add(sum, &server->errands.durations);
}
