/* elsewhere.c - for scenarios: what is not ours, asked of upstreams that say what a script says. */
#include "tests/scenario/elsewhere.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "dns/cache.h"
#include "dns/dns_settings.h"
#include "dns/errand.h"
#include "dns/flight.h"
#include "dns/forward.h"
#include "dns/host.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/respond.h"
#include "dns/routes.h"
#include "dns/upstream.h"
#include "dns/wire.h"
#include "tests/dns/ask.h"
#include "tests/scenario/script.h"

#define CLIENTS_MAX 2048
#define TRIES_MAX 4096
#define ZONES_MAX 8
#define UPSTREAMS_MAX 16
#define CACHE_SIZE (1 << 20)
#define REPLY_MAX 65535

/* Somebody who asks, or a popular name's renewal (label ""). */
struct client {
	struct waiter waiter;           /* first */
	struct elsewhere *elsewhere;
	struct responder *responder;
	struct errand errand;
	uint8_t *begun;                 /* errand.len octets of the reply */
	char label[64];
	char *reply;                    /* in words; NULL: it waits */
};

/* A question that an upstream has got. */
struct try {
	struct elsewhere *elsewhere;
	struct upstream *upstream;
	uint64_t sent_us;
	struct flight_try *attempt;     /* NULL: nobody waits for it any more */
	struct script_question question;
	uint64_t due_ms;                /* UINT64_MAX: never */
	const char *how;
};

struct elsewhere {
	struct clock *clock;
	struct dns_settings *settings;
	const struct index *index;
	struct cache *cache;
	struct cache_reader *reader;
	struct flights *flights;
	struct forward *forward;        /* what the settings have */
	struct forward_zone zones[ZONES_MAX];
	size_t zone_count;
	struct upstream *upstreams[UPSTREAMS_MAX];
	size_t upstream_count;
	struct script *script;
	struct try *tries[TRIES_MAX];
	size_t try_count;
	struct client *clients[CLIENTS_MAX];
	size_t client_count;
	struct strbuf asked;
};

/* ---- upstreams ----------------------------------------------------------------------------- */

/* "a" to "o" are 192.0.2.1 to 192.0.2.15, port 53. */
static struct addr_port
address_of(const char *word)
{
	struct addr_port address = { { ADDR_IP4, { 192, 0, 2, 0 } }, 53 };

	ck_assert_msg(word[0] >= 'a' && word[0] <= 'o' && word[1] == '\0', "upstream %s?", word);
	address.addr.octets[3] = (uint8_t)(word[0] - 'a' + 1);
	return address;
}

static const char *
word_of(const struct upstream *upstream)
{
	static char word[2];

	word[0] = (char)('a' + upstream->address.addr.octets[3] - 1);
	return word;
}

static struct upstream *
find_upstream(void *arg, const struct addr_port *address)
{
	struct elsewhere *elsewhere = arg;

	for (size_t i = 0; i < elsewhere->upstream_count; i++)
		if (addr_compare(&elsewhere->upstreams[i]->address.addr, &address->addr) == 0)
			return elsewhere->upstreams[i];
	ck_assert_uint_lt(elsewhere->upstream_count, UPSTREAMS_MAX);
	return elsewhere->upstreams[elsewhere->upstream_count++] = upstream_new(address);
}

static void
note_asked(struct elsewhere *elsewhere, const struct upstream *upstream,
    const struct script_question *question)
{
	strbuf_addf(&elsewhere->asked, "%s%s %s", elsewhere->asked.len > 0 ? ", " : "",
	    word_of(upstream), script_question_text(question));
}

static void *
ask_upstream(void *arg, struct upstream *upstream, const struct asked *asked, unsigned how,
    struct flight_try *attempt, enum try_ending *ending)
{
	struct elsewhere *elsewhere = arg;
	struct try *try = calloc(1, sizeof(*try));
	unsigned delay_ms;

	ck_assert_uint_lt(elsewhere->try_count, TRIES_MAX);
	*try = (struct try){ .elsewhere = elsewhere, .upstream = upstream, .attempt = attempt,
	    .sent_us = clock_now_us(elsewhere->clock) };
	try->question = (struct script_question){ .asked = *asked,
	    .plain = (how & ASK_PLAIN) != 0, .tcp = (how & ASK_TCP) != 0 };
	note_asked(elsewhere, upstream, &try->question);
	try->how = script_find(elsewhere->script, word_of(upstream), &try->question, &delay_ms);
	if (strcmp(try->how, "unreachable") == 0) {
		*ending = TRY_UNREACHABLE;
		free(try);
		return NULL;
	}
	try->due_ms = strcmp(try->how, "silent") == 0 ? UINT64_MAX :
	    clock_now_ms(elsewhere->clock) + delay_ms;
	elsewhere->tries[elsewhere->try_count++] = try;
	return try;
}

static void
abandon(void *arg, void *handle)
{
	(void)arg;
	((struct try *)handle)->attempt = NULL;
}

/* Names that we answer ourselves. */
static bool
is_ours(void *arg, const uint8_t *name, size_t len)
{
	const struct elsewhere *elsewhere = arg;

	return host_or_zone_is_ours(elsewhere->index, name, len);
}

/* The upstream says what it has to say. */
static void
speak(struct try *try)
{
	struct flight_try *attempt = try->attempt;
	static uint8_t octets[REPLY_MAX];
	struct parcel_question question = { .asked = &try->question.asked,
	    .name = try->question.asked.name, .id = SCRIPT_ID };
	struct parcel_reading reading;
	struct parcel_rules rules = { .is_ours = is_ours, .arg = try->elsewhere };

	if (strcmp(try->how, "refuses") == 0 || strcmp(try->how, "closes") == 0) {
		try->attempt = NULL;
		flight_try_failed(attempt, try->how[0] == 'r' ? TRY_REFUSED_CONNECTION : TRY_CLOSED);
		return;
	}
	uint64_t now_us = clock_now_us(try->elsewhere->clock);
	size_t len = script_reply(try->how, &try->question, octets, sizeof(octets));
	flight_try_rules(attempt, &rules);
	enum parcel_verdict verdict = parcel_read(&question, &rules, octets, len, &reading);
	if (verdict == PARCEL_FOREIGN)
		return;                 /* it is waited on for the true one */
	upstream_note_reply(try->upstream, now_us, now_us - try->sent_us);
	try->attempt = NULL;
	flight_try_reply(attempt, verdict, &reading);
}

/* ---- the cache ----------------------------------------------------------------------------- */

static enum held
find_held(void *arg, const struct forward_zone *zone, const struct asked *asked,
    struct resolver_outcome *outcome)
{
	struct elsewhere *elsewhere = arg;
	struct cache_hit hit;
	enum cache_state state = cache_look(elsewhere->cache, asked, zone->name_len,
	    clock_now_ms(elsewhere->clock), &hit);

	if (state == CACHE_MISS)
		return HELD_NOTHING;
	if (parcel_rcode(hit.parcel) == DNS_SERVFAIL) {
		outcome->rcode = DNS_SERVFAIL;
		return HELD_FAILED;
	}
	outcome->parcel = hit.parcel;
	outcome->age_s = hit.age_s;
	outcome->stale = state == CACHE_STALE || state == CACHE_STALE_NOW;
	return state == CACHE_STALE ? HELD_STALE : state == CACHE_STALE_NOW ? HELD_STALE_FAILED :
	    HELD_GOOD;
}

static void
keep(void *arg, const struct forward_zone *zone, struct parcel *parcel, uint64_t asked_ms)
{
	struct elsewhere *elsewhere = arg;

	if (!cache_put(elsewhere->cache, parcel, &zone->cache, zone->name_len, asked_ms,
	    clock_now_ms(elsewhere->clock)))
		parcel_free(parcel);
}

static void
keep_failure(void *arg, const struct asked *asked, uint64_t asked_ms)
{
	struct elsewhere *elsewhere = arg;

	cache_fail(elsewhere->cache, asked, DNS_SERVFAIL, asked_ms,
	    clock_now_ms(elsewhere->clock));
}

static void
finished(void *arg)
{
	(void)arg;
}

static const struct flight_ops ops = { ask_upstream, abandon, find_held, keep, keep_failure,
    finished, NULL };

/* ---- clients ------------------------------------------------------------------------------- */

static void done(struct waiter *waiter, const struct resolver_outcome *outcome);

static void
take_reply(struct client *client, const uint8_t *buf, size_t len, bool foreign)
{
	ck_assert_ptr_null(client->reply);
	client->reply = ask_words(buf, len, foreign);
}

static void
ask_flights(struct client *client, bool refresh)
{
	client->waiter = (struct waiter){ .refresh = refresh, .done = done,
	    .asked = client->errand.asked };
	flights_ask(client->elsewhere->flights, &client->waiter);
}

/* The same question once more, for nobody. */
static void
renew(struct client *client)
{
	struct client *renewal = calloc(1, sizeof(*renewal));

	*renewal = (struct client){ .elsewhere = client->elsewhere, .errand = client->errand };
	ask_flights(renewal, true);
}

/* With what the cache has, or by asking: the errand in hand, `buf` begins with the reply so far. */
static void
run_errand(struct client *client, uint8_t *buf)
{
	struct elsewhere *elsewhere = client->elsewhere;
	struct errand *errand = &client->errand;

	while (client->reply == NULL) {
		struct cache_hit hit;
		enum cache_state state = cache_find(elsewhere->cache, elsewhere->reader,
		    &errand->asked, cache_begin(elsewhere->cache, &errand->asked),
		    errand->zone_len, clock_now_ms(elsewhere->clock), &hit);

		if (state == CACHE_MISS || state == CACHE_STALE) {
			free(client->begun);
			client->begun = malloc(errand->len);
			memcpy(client->begun, buf, errand->len);
			ask_flights(client, false);
			return;
		}
		if (state == CACHE_REFRESH)
			renew(client);
		size_t len = errand_answer(client->responder, errand, hit.parcel, hit.age_s,
		    state == CACHE_STALE_NOW, buf, REPLY_MAX);
		if (!errand->wanted)
			take_reply(client, buf, len, true);
	}
}

static void
done(struct waiter *waiter, const struct resolver_outcome *outcome)
{
	struct client *client = (struct client *)(void *)waiter;
	static uint8_t buf[REPLY_MAX];
	size_t len;

	if (waiter->refresh) {
		free(client);
		return;
	}
	memcpy(buf, client->begun, client->errand.len);
	if (outcome->parcel != NULL)
		len = errand_answer(client->responder, &client->errand, outcome->parcel,
		    outcome->age_s, outcome->stale, buf, sizeof(buf));
	else
		len = errand_fail(client->responder, &client->errand,
		    (enum dns_rcode)outcome->rcode, outcome->ede, outcome->text, buf, sizeof(buf));
	if (outcome->parcel != NULL && client->errand.wanted)
		run_errand(client, buf);
	else
		take_reply(client, buf, len, true);
}

static struct client *
find_client(const struct elsewhere *elsewhere, const char *label)
{
	for (size_t i = elsewhere->client_count; i-- > 0;)
		if (strcmp(elsewhere->clients[i]->label, label) == 0)
			return elsewhere->clients[i];
	return NULL;
}

void
elsewhere_send(struct elsewhere *elsewhere, struct responder *responder, const char *label,
    const char *question)
{
	struct client *client = calloc(1, sizeof(*client));
	static uint8_t buf[REPLY_MAX];
	struct ask_query asked;
	struct query query;

	ck_assert_uint_lt(elsewhere->client_count, CLIENTS_MAX);
	elsewhere->clients[elsewhere->client_count++] = client;
	client->elsewhere = elsewhere;
	client->responder = responder;
	snprintf(client->label, sizeof(client->label), "%s", label);
	ask_write(question, &asked, buf, sizeof(buf));
	index_reader_begin();
	respond_begin(responder, buf, asked.len, &query);
	size_t len = respond_finish(responder, asked.transport, &asked.client, &query, buf,
	    sizeof(buf), &client->errand);
	if (len > 0)
		take_reply(client, buf, len, false);
	else
		run_errand(client, buf);
	index_reader_end();
}

const char *
elsewhere_reply(const struct elsewhere *elsewhere, const char *label)
{
	const struct client *client = find_client(elsewhere, label);

	ck_assert_msg(client != NULL, "nobody is called %s", label);
	return client->reply;
}

const char *
elsewhere_asked(struct elsewhere *elsewhere)
{
	static char text[8192];

	snprintf(text, sizeof(text), "%s", elsewhere->asked.len > 0 ? elsewhere->asked.text :
	    "nobody");
	strbuf_clear(&elsewhere->asked);
	return text;
}

/* ---- settings, time, life ------------------------------------------------------------------ */

static bool
read_policy(const char *word, struct forward_zone *zone)
{
	static const char *const words[] = { "random", "round_robin", "sequential" };

	for (uint8_t i = 0; i < 3; i++)
		if (strcmp(word, words[i]) == 0) {
			zone->policy = i;
			return true;
		}
	return false;
}

static bool
read_option(const char *word, struct cache_settings *cache)
{
	const char *value = strchr(word, '=');

	if (value == NULL)
		return false;
	if (strncmp(word, "maxTTL=", 7) == 0)
		cache->max_ttl_s = (uint32_t)atoi(value + 1);
	else if (strncmp(word, "maxNegativeTTL=", 15) == 0)
		cache->max_negative_ttl_s = (uint32_t)atoi(value + 1);
	else if (strncmp(word, "serveStale=", 11) == 0)
		cache->serve_stale_s = (uint32_t)atoi(value + 1);
	else if (strncmp(word, "prefetch=", 9) == 0)
		cache->prefetch = strcmp(value + 1, "true") == 0;
	else
		return false;
	return true;
}

bool
elsewhere_forward(struct elsewhere *elsewhere, const char *text)
{
	struct forward_zone *zone = &elsewhere->zones[elsewhere->zone_count];
	char copy[512], *at = NULL;
	size_t len = 0;

	ck_assert_uint_lt(elsewhere->zone_count, ZONES_MAX);
	*zone = (struct forward_zone){ .cache = { .size = CACHE_SIZE, .max_ttl_s = 3600,
	    .max_negative_ttl_s = 1800 } };
	snprintf(copy, sizeof(copy), "%s", text);
	const char *name = strtok_r(copy, " ", &at), *policy = strtok_r(NULL, " ", &at);
	if (name == NULL || policy == NULL || !read_policy(policy, zone) ||
	    name_from_text(name, zone->name, &len) != 0)
		return false;
	zone->name_len = (uint8_t)len;
	for (char *word; (word = strtok_r(NULL, " ", &at)) != NULL;)
		if (strchr(word, '=') == NULL)
			zone->upstreams[zone->upstream_count++] = address_of(word);
		else if (!read_option(word, &zone->cache))
			return false;
	if (zone->upstream_count == 0)
		zone->lack = "/etc/resolv.conf names no upstream";
	elsewhere->zone_count++;
	struct forward *table, *shown = elsewhere->forward;
	struct routes *routes;
	ck_assert_int_eq(forward_new(elsewhere->zones, elsewhere->zone_count, &table), 0);
	ck_assert_int_eq(routes_new(table, find_upstream, elsewhere, &routes), 0);
	flights_set_routes(elsewhere->flights, routes);
	ck_assert_int_eq(forward_new(elsewhere->zones, elsewhere->zone_count,
	    &elsewhere->forward), 0);
	elsewhere->settings->forward = elsewhere->forward;
	forward_free(shown);
	return true;
}

bool
elsewhere_upstream(struct elsewhere *elsewhere, const char *text)
{
	return script_add(elsewhere->script, text);
}

/* One that is due speaks, or is forgotten; false: there is none. */
static bool
speak_one(struct elsewhere *elsewhere)
{
	for (size_t i = 0; i < elsewhere->try_count; i++) {
		struct try *try = elsewhere->tries[i];

		if (try->attempt != NULL && try->due_ms > clock_now_ms(elsewhere->clock))
			continue;
		if (try->attempt != NULL)
			speak(try);
		if (try->attempt != NULL) {
			try->due_ms = UINT64_MAX;       /* nobody took it for an answer */
			return true;
		}
		elsewhere->tries[i] = elsewhere->tries[--elsewhere->try_count];
		free(try);
		return true;
	}
	return false;
}

uint64_t
elsewhere_run(struct elsewhere *elsewhere)
{
	uint64_t next_ms;

	index_reader_begin();
	do {
		next_ms = flights_run(elsewhere->flights);
	} while (speak_one(elsewhere) || next_ms <= clock_now_ms(elsewhere->clock));
	index_reader_end();
	cache_reclaim(elsewhere->cache);
	for (size_t i = 0; i < elsewhere->try_count; i++)
		if (elsewhere->tries[i]->due_ms < next_ms)
			next_ms = elsewhere->tries[i]->due_ms;
	return next_ms;
}

struct elsewhere *
elsewhere_new(struct clock *clock, struct dns_settings *settings, const struct index *index)
{
	struct elsewhere *elsewhere = calloc(1, sizeof(*elsewhere));
	struct flight_settings flights = { .clock = clock, .waiters_max = 1000, .ops = &ops,
		.arg = elsewhere };

	elsewhere->clock = clock;
	elsewhere->settings = settings;
	elsewhere->index = index;
	elsewhere->script = script_new();
	elsewhere->cache = cache_new(CACHE_SIZE);
	elsewhere->reader = cache_reader_new(elsewhere->cache);
	elsewhere->flights = flights_new(&flights);
	ck_assert_ptr_nonnull(elsewhere->flights);
	ck_assert_ptr_nonnull(elsewhere->reader);
	return elsewhere;
}

void
elsewhere_free(struct elsewhere *elsewhere)
{
	flights_end(elsewhere->flights, "the scenario ends");
	flights_set_routes(elsewhere->flights, NULL);
	flights_free(elsewhere->flights);
	for (size_t i = 0; i < elsewhere->client_count; i++) {
		free(elsewhere->clients[i]->begun);
		free(elsewhere->clients[i]->reply);
		free(elsewhere->clients[i]);
	}
	for (size_t i = 0; i < elsewhere->try_count; i++)
		free(elsewhere->tries[i]);
	for (size_t i = 0; i < elsewhere->upstream_count; i++)
		upstream_free(elsewhere->upstreams[i]);
	forward_free(elsewhere->forward);
	cache_free(elsewhere->cache);
	script_free(elsewhere->script);
	strbuf_release(&elsewhere->asked);
	free(elsewhere);
}
