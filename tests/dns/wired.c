/* wired.c - for tests: a resolver, and lying name servers on loopback as its upstreams. */
#include "tests/dns/wired.h"

#include <errno.h>
#include <arpa/inet.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "dns/cache.h"
#include "dns/name.h"
#include "dns/parcel.h"
#include "dns/resolver.h"
#include "dns/wire.h"
#include "tests/suite.h"

#define LIFE_S 60

struct forward *
wired_table(const struct wired *wired, size_t liars)
{
	struct forward_zone zone = { .name_len = 1, .policy = FORWARD_SEQUENTIAL,
		.upstream_count = (uint8_t)liars, .lack = liars == 0 ? "nobody is named" : NULL };
	struct forward *forward;

	zone.cache = (struct cache_settings){ .size = 1 << 22, .max_ttl_s = 3600,
		.max_negative_ttl_s = 1800, .serve_stale_s = 86400 };
	for (size_t i = 0; i < liars; i++) {
		addr_parse("127.0.0.1", &zone.upstreams[i].addr);
		zone.upstreams[i].port = liar_port(wired->liars[i]);
	}
	ck_assert_int_eq(forward_new(&zone, 1, &forward), 0);
	return forward;
}

void
wired_begin(struct wired *wired, size_t liars, struct clock *clock)
{
	struct resolver_settings settings;

	*wired = (struct wired){ .clock = clock != NULL ? clock : clock_new_system(), .count = liars };
	for (size_t i = 0; i < liars; i++) {
		wired->liars[i] = liar_start("127.0.0.1", LIFE_S);
		ck_assert_ptr_nonnull(wired->liars[i]);
	}
	wired->cache = cache_new(1 << 22);
	settings = (struct resolver_settings){ .clock = wired->clock, .cache = wired->cache };
	ck_assert_int_eq(resolver_new(&settings, &wired->resolver), 0);
	ck_assert_int_eq(resolver_set_forward(wired->resolver, wired_table(wired, liars)), 0);
	ck_assert_int_eq(resolver_start(wired->resolver), 0);
}

void
wired_end(struct wired *wired)
{
	resolver_stop(wired->resolver);
	resolver_free(wired->resolver);
	cache_free(wired->cache);
	for (size_t i = 0; i < wired->count; i++)
		liar_stop(wired->liars[i]);
	clock_free(wired->clock);
}

struct asker {
	struct waiter waiter;
	struct wired_reply *reply;      /* NULL: a count is enough */
	_Atomic size_t *answered;
	sem_t *done;
};

static void
write_reply(const struct asker *asker, const struct resolver_outcome *outcome)
{
	struct parcel_placing placing = { .name_at = DNS_HEADER_LEN, .age_s = outcome->age_s,
		.stale = outcome->stale };
	struct wired_reply *reply = asker->reply;
	const struct asked *asked = &asker->waiter.asked;
	struct parcel_fit fit;
	struct wire_writer writer;

	wire_writer_init(&writer, reply->message, sizeof(reply->message));
	for (unsigned i = 0; i < DNS_HEADER_LEN; i++)
		wire_write_u8(&writer, 0);
	wire_write_octets(&writer, asked->name, asked->name_len);
	wire_write_u16(&writer, asked->type);
	wire_write_u16(&writer, DNS_CLASS_IN);
	parcel_write(outcome->parcel, &placing, &writer, &fit);
	reply->len = writer.len;
	reply->rcode = parcel_rcode(outcome->parcel);
}

static void
done(struct waiter *waiter, const struct resolver_outcome *outcome)
{
	struct asker *asker = (struct asker *)waiter;
	struct wired_reply *reply = asker->reply;
	sem_t *sem = asker->done;

	if (reply != NULL) {
		reply->answered = outcome->parcel != NULL;
		reply->stale = outcome->stale;
		reply->rcode = outcome->rcode;
		reply->ede = outcome->ede;
		snprintf(reply->text, sizeof(reply->text), "%s",
		    outcome->text != NULL ? outcome->text : "");
		if (outcome->parcel != NULL)
			write_reply(asker, outcome);
	}
	if (outcome->parcel != NULL && asker->answered != NULL)
		atomic_fetch_add(asker->answered, 1);
	free(asker);
	sem_post(sem);
}

static struct asker *
new_asker(const char *name, uint16_t type, sem_t *sem)
{
	struct asker *asker = calloc(1, sizeof(*asker));
	struct asked *asked = &asker->waiter.asked;
	size_t len;

	ck_assert_ptr_nonnull(asker);
	ck_assert_int_eq(name_from_text(name, asked->name, &len), 0);
	name_fold(asked->name, len);
	asked->name_len = (uint8_t)len;
	asked->type = type;
	asker->waiter.done = done;
	asker->done = sem;
	return asker;
}

static void
await(sem_t *sem)
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += 10;
	while (sem_timedwait(sem, &limit) != 0)
		ck_assert_int_eq(errno, EINTR);
}

static unsigned
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

void
wired_ask(struct wired *wired, const char *name, uint16_t type, struct wired_reply *reply)
{
	struct asker *asker;
	unsigned start_ms = now_ms();
	sem_t sem;

	memset(reply, 0, sizeof(*reply));
	sem_init(&sem, 0, 0);
	asker = new_asker(name, type, &sem);
	asker->reply = reply;
	ck_assert(resolver_ask(wired->resolver, &asker->waiter));
	await(&sem);
	sem_destroy(&sem);
	reply->took_ms = now_ms() - start_ms;
}

bool
wired_is_true(const struct wired_reply *reply, const char *name)
{
	uint8_t octets[4];
	char text[16];

	liar_address_text(name, text);
	ck_assert_int_eq(inet_pton(AF_INET, text, octets), 1);
	return reply->answered && memmem(reply->message, reply->len, octets, 4) != NULL;
}

void
wired_await(sem_t *told, size_t count)
{
	for (size_t i = 0; i < count; i++)
		await(told);
}

void
wired_send(struct wired *wired, const char *format, size_t count, sem_t *told)
{
	char name[64];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s-%zu.example", format, i);
		ck_assert(resolver_ask(
		    wired->resolver, &new_asker(name, DNS_TYPE_A, told)->waiter));
	}
}

size_t
wired_load(struct wired *wired, const char *format, size_t count, size_t at_a_time)
{
	_Atomic size_t answered = 0;
	char name[64];
	sem_t sem;

	sem_init(&sem, 0, (unsigned)at_a_time);
	for (size_t i = 0; i < count; i++) {
		struct asker *asker;

		await(&sem);
		snprintf(name, sizeof(name), "%s-%zu.example", format, i);
		asker = new_asker(name, DNS_TYPE_A, &sem);
		asker->answered = &answered;
		ck_assert(resolver_ask(wired->resolver, &asker->waiter));
	}
	wired_await(&sem, at_a_time);
	sem_destroy(&sem);
	return answered;
}
