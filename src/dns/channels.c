/* channels.c - questions to upstreams by c-ares: from many ports, for a short while each. */
#include "dns/channels.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/asked.h"
#include "dns/channel_parts.h"
#include "dns/index.h"
#include "dns/parcel.h"
#include "dns/upstream.h"
#include "dns/wire.h"

#define QUESTION_MAX (DNS_HEADER_LEN + DNS_NAME_MAX + 4 + DNS_OPT_LEN)
#define UDP_SIZE 1232           /* what passes everywhere without fragments (RFC 9715) */
#define FLAG_RD 0x01
#define FLAG_AD 0x20
#define FLAG_CD 0x10
#define FLAG_DO 0x8000
#define SPARE_MAX 1024
#define SWEEP_MS 500
/* No flight is that old: what has not come is given up. */
#define GIVE_UP_MS (FLIGHT_MS + 1000)

static const struct timeval sweep_time = { .tv_usec = SWEEP_MS * 1000 };

/* ---- questions ---- */

static struct channel_question *
new_question(struct channels *channels)
{
	struct channel_question *question = channels->spare;

	if (question == NULL)
		return malloc(sizeof(*question));
	channels->spare = question->next;
	channels->spare_count--;
	return question;
}

static void
drop_question(struct channels *channels, struct channel_question *question)
{
	if (channels->spare_count >= SPARE_MAX) {
		free(question);
		return;
	}
	question->next = channels->spare;
	channels->spare = question;
	channels->spare_count++;
}

/* Each letter becomes a capital or not, by a bit of its own (draft-vixie-dnsext-dns0x20). */
static void
mix_letters(struct dice *dice, const struct asked *asked, uint8_t *name)
{
	uint8_t bits[DNS_NAME_MAX / 8 + 1];

	dice_fill(dice, bits, asked->name_len / 8U + 1);
	for (size_t i = 0; i < asked->name_len; i++) {
		uint8_t letter = asked->name[i];

		/* Length octets are below 64, and so no letters. */
		if (letter >= 'a' && letter <= 'z' && (bits[i / 8] >> i % 8 & 1) != 0)
			letter = (uint8_t)(letter - 32);
		name[i] = letter;
	}
}

static void
write_opt(struct wire_writer *writer, bool dnssec_ok)
{
	wire_write_u8(writer, 0);
	wire_write_u16(writer, DNS_TYPE_OPT);
	wire_write_u16(writer, UDP_SIZE);
	wire_write_u16(writer, 0);
	wire_write_u16(writer, dnssec_ok ? FLAG_DO : 0);
	wire_write_u16(writer, 0);
}

static size_t
write_question(const struct channel_question *question, const struct asked *asked,
    uint8_t octets[QUESTION_MAX])
{
	struct wire_writer writer;
	bool plain = question->plain;

	wire_writer_init(&writer, octets, QUESTION_MAX);
	wire_write_u16(&writer, question->id);
	wire_write_u8(&writer, FLAG_RD);
	/* AD in a question asks for AD in the answer (RFC 6840, 5.7); who of our clients hears of
	 * it is decided there. */
	wire_write_u8(&writer, (uint8_t)(FLAG_AD | (asked->checking_disabled ? FLAG_CD : 0)));
	wire_write_u16(&writer, 1);
	wire_write_u32(&writer, 0);
	wire_write_u16(&writer, plain ? 0 : 1);
	wire_write_octets(&writer, question->name, asked->name_len);
	wire_write_u16(&writer, asked->type);
	wire_write_u16(&writer, DNS_CLASS_IN);
	if (!plain)
		write_opt(&writer, asked->dnssec_ok);
	return writer.len;
}

/* ---- pools ---- */

/* Its socket may not be used any more.  c-ares closes it when nothing is out, but only after it has
 * told of the last reply, and what follows from that is asked before. */
static bool
is_spent(const struct channel *channel, uint64_t now_ms)
{
	return channel->fd != -1 &&
	    (channel->sent >= CHANNEL_QUESTIONS || now_ms - channel->opened_ms >= CHANNEL_MS);
}

static void
put_into(struct channel **list, struct channel *channel)
{
	channel->before = NULL;
	channel->next = *list;
	if (*list != NULL)
		(*list)->before = channel;
	*list = channel;
}

static void
take_from(struct channel **list, struct channel *channel)
{
	if (channel->before != NULL)
		channel->before->next = channel->next;
	else
		*list = channel->next;
	if (channel->next != NULL)
		channel->next->before = channel->before;
}

static void
recycle(struct channel *channel)
{
	if (!channel->drains || channel->out > 0)
		return;
	take_from(&channel->pool->draining, channel);
	channel->drains = false;
	put_into(&channel->pool->idle[channel->tcp], channel);
	channel->pool->idle_count++;
}

static void
tell_settled(const struct channels *channels)
{
	if (channels->settings.settled != NULL)
		channels->settings.settled(channels->settings.arg);
}

void
channel_settle(struct channel *channel)
{
	recycle(channel);
	tell_settled(channel->pool->channels);
}

static struct channel *
new_channel(struct pool *pool, bool tcp)
{
	struct channel *channel = pool->idle[tcp];

	if (channel != NULL) {
		take_from(&pool->idle[tcp], channel);
		pool->idle_count--;
		return channel;
	}
	if (pool->count >= CHANNELS_MAX)
		return NULL;
	channel = calloc(1, sizeof(*channel));
	if (channel == NULL)
		return NULL;
	channel->pool = pool;
	channel->tcp = tcp;
	if (channel_open(channel) != 0) {
		free(channel);
		return NULL;
	}
	pool->count++;
	pool->channels->made++;
	return channel;
}

/* Nothing is sent there any more until what is out has come or was given up. */
static void
retire(struct channel **place)
{
	struct channel *channel = *place;

	channel->drains = true;
	put_into(&channel->pool->draining, channel);
	*place = NULL;
}

static struct channel *
channel_at(struct pool *pool, struct channel **place, bool tcp, uint64_t now_ms)
{
	if (*place != NULL && is_spent(*place, now_ms))
		retire(place);
	if (*place == NULL)
		*place = new_channel(pool, tcp);
	return *place;
}

static struct pool *
pool_of(struct channels *channels, struct upstream *upstream)
{
	struct pool *pool = upstream->transport;

	if (pool != NULL)
		return pool;
	pool = calloc(1, sizeof(*pool));
	if (pool == NULL)
		return NULL;
	pool->channels = channels;
	pool->upstream = upstream;
	pool->next = channels->pools;
	channels->pools = pool;
	upstream->transport = pool;
	return pool;
}

/* ---- replies ---- */

static void
read_reply(struct channel_question *question, uint8_t *reply, size_t len)
{
	const struct channels_settings *settings = &question->channel->pool->channels->settings;
	struct parcel_question sent = { .asked = question->asked, .name = question->name,
		.id = question->id };
	struct parcel_rules rules = { .is_ours = settings->is_ours, .arg = settings->arg };
	struct parcel_reading reading = { 0 };
	enum parcel_verdict verdict;

	flight_try_rules(question->attempt, &rules);
	channel_restore(question->channel, reply, len);
	verdict = parcel_read(&sent, &rules, reply, len, &reading);
	flight_try_reply(question->attempt, verdict, &reading);
}

/*
 * A reply that nobody waits for any more tells something of its upstream: who has taken it for one
 * that drops EDNS, because an answer without OPT was faster, is told better.
 */
static void
read_late(const struct channel_question *question, const uint8_t *reply, size_t len)
{
	struct upstream *upstream = question->channel->pool->upstream;
	uint8_t rcode = len < DNS_HEADER_LEN ? DNS_SERVFAIL : reply[3] & 15;

	if (question->plain || (rcode != DNS_NOERROR && rcode != DNS_NXDOMAIN))
		return;
	upstream->knows_edns = true;
	upstream->plain_until_ms = 0;
}

static void
run_failed(struct channels *channels)
{
	while (channels->failed != NULL) {
		struct channel_question *question = channels->failed;

		channels->failed = question->next;
		if (channels->failed == NULL)
			channels->failed_last = &channels->failed;
		if (question->attempt != NULL)
			flight_try_failed(
			    question->attempt, (enum try_ending)question->ending);
		drop_question(channels, question);
	}
}

static void
on_deferred(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	index_reader_online();
	run_failed(arg);
	index_reader_offline();
	tell_settled(arg);
}

/* Flights may not change while they are asking: what fails meanwhile is told a moment later. */
static void
defer(struct channels *channels, struct channel_question *question)
{
	question->next = NULL;
	*channels->failed_last = question;
	channels->failed_last = &question->next;
	event_active(channels->deferred, EV_TIMEOUT, 0);
}

static void
on_answer(void *arg, int status, int timeouts, unsigned char *reply, int len)
{
	struct channel_question *question = arg;
	struct channel *channel = question->channel;
	struct channels *channels = channel->pool->channels;

	(void)timeouts;
	channel->out--;
	if (reply != NULL && !channel->tcp) {
		uint64_t now_us = clock_now_us(channels->settings.clock);

		upstream_note_reply(channel->pool->upstream, now_us, now_us - question->sent_us);
	}
	if (reply == NULL && question->attempt != NULL) {
		question->ending = (uint8_t)channel_ending(channel, status);
		defer(channels, question);
		return;
	}
	if (question->attempt != NULL)
		read_reply(question, reply, (size_t)len);
	else if (reply != NULL)
		read_late(question, reply, (size_t)len);
	drop_question(channels, question);
}

/* ---- asking ---- */

static void *
send_question(struct channel *channel, struct channel_question *question,
    const struct asked *asked, unsigned how)
{
	struct channels *channels = channel->pool->channels;
	uint8_t octets[QUESTION_MAX];
	size_t len;

	question->id = dice_u16(&channels->dice);
	question->plain = (how & ASK_PLAIN) != 0;
	mix_letters(&channels->dice, asked, question->name);
	len = write_question(question, asked, octets);
	channel->out++;
	channel->last_ms = question->sent_us / 1000;
	if (!event_pending(channels->sweep, EV_TIMEOUT, NULL))
		event_add(channels->sweep, &sweep_time);
	ares_send(channel->ares, octets, (int)len, on_answer, question);
	channel->sent++;
	return question;
}

void *
channels_ask(struct channels *channels, struct upstream *upstream, const struct asked *asked,
    unsigned how, struct flight_try *attempt, enum try_ending *ending)
{
	struct pool *pool = pool_of(channels, upstream);
	struct channel_question *question = new_question(channels);
	uint64_t now_us = clock_now_us(channels->settings.clock);
	bool tcp = (how & ASK_TCP) != 0;
	struct channel *channel = NULL;

	if (pool != NULL && question != NULL)
		channel = channel_at(pool,
		    tcp ? &pool->tcp : &pool->udp[dice_below(&channels->dice, CHANNELS)], tcp,
		    now_us / 1000);
	if (channel == NULL) {
		if (question != NULL)
			drop_question(channels, question);
		*ending = TRY_NO_ROOM;
		return NULL;
	}
	question->channel = channel;
	question->attempt = attempt;
	question->asked = asked;
	question->sent_us = now_us;
	return send_question(channel, question, asked, how);
}

void
channels_abandon(struct channels *channels, void *handle)
{
	struct channel_question *question = handle;

	(void)channels;
	question->attempt = NULL;
}

/* ---- time ---- */

/* What a silent upstream has left is more than an answering one needs: 74 KiB each. */
static void
trim(struct pool *pool)
{
	while (pool->idle_count > CHANNELS && pool->idle[false] != NULL) {
		struct channel *channel = pool->idle[false];

		take_from(&pool->idle[false], channel);
		pool->idle_count--;
		pool->count--;
		pool->channels->made--;
		ares_destroy(channel->ares);
		free(channel);
	}
}

static void
sweep_pool(struct pool *pool, uint64_t now_ms)
{
	struct channel *channel = pool->draining;

	for (size_t i = 0; i < CHANNELS; i++)
		if (pool->udp[i] != NULL && is_spent(pool->udp[i], now_ms))
			retire(&pool->udp[i]);
	if (pool->tcp != NULL && is_spent(pool->tcp, now_ms))
		retire(&pool->tcp);
	while (channel != NULL) {
		struct channel *next = channel->next;

		if (channel->out > 0 && now_ms - channel->last_ms >= GIVE_UP_MS)
			ares_cancel(channel->ares);
		recycle(channel);
		channel = next;
	}
	trim(pool);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct channels *channels = arg;
	uint64_t now_ms = clock_now_ms(channels->settings.clock);

	(void)fd, (void)what;
	index_reader_online();
	for (struct pool *pool = channels->pools; pool != NULL; pool = pool->next)
		sweep_pool(pool, now_ms);
	index_reader_offline();
	tell_settled(channels);
	if (channels->open > 0)
		event_add(channels->sweep, &sweep_time);
}

/* ---- life ---- */

struct channels *
channels_new(const struct channels_settings *settings)
{
	struct channels *channels = calloc(1, sizeof(*channels));

	if (channels == NULL)
		return NULL;
	channels->settings = *settings;
	channels->failed_last = &channels->failed;
	channels->sweep = evtimer_new(settings->loop, on_sweep, channels);
	channels->deferred = evtimer_new(settings->loop, on_deferred, channels);
	if (channels->sweep == NULL || channels->deferred == NULL) {
		channels_free(channels);
		return NULL;
	}
	return channels;
}

static void
free_list(struct channel *channel)
{
	while (channel != NULL) {
		struct channel *next = channel->next;

		ares_destroy(channel->ares);
		free(channel);
		channel = next;
	}
}

static void
free_pool(struct pool *pool)
{
	for (size_t i = 0; i < CHANNELS; i++)
		if (pool->udp[i] != NULL)
			retire(&pool->udp[i]);
	if (pool->tcp != NULL)
		retire(&pool->tcp);
	free_list(pool->draining);
	free_list(pool->idle[false]);
	free_list(pool->idle[true]);
	pool->upstream->transport = NULL;
	free(pool);
}

void
channels_free(struct channels *channels)
{
	if (channels == NULL)
		return;
	while (channels->pools != NULL) {
		struct pool *pool = channels->pools;

		channels->pools = pool->next;
		free_pool(pool);
	}
	run_failed(channels);
	while (channels->spare != NULL) {
		struct channel_question *question = channels->spare;

		channels->spare = question->next;
		free(question);
	}
	if (channels->sweep != NULL)
		event_free(channels->sweep);
	if (channels->deferred != NULL)
		event_free(channels->deferred);
	free(channels);
}

size_t
channels_open(const struct channels *channels)
{
	return channels->open;
}

size_t
channels_made(const struct channels *channels)
{
	return channels->made;
}
