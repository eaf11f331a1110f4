/* announce.c - tell secondaries that a zone has changed. */
#include "dns/announce.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "dns/name.h"
#include "dns/tsig.h"
#include "dns/wire.h"
#include "net/sock.h"

#define FLAGS_NOTIFY_AA 0x24    /* opcode 4 (RFC 1996, 4.5) */
#define FLAGS_ANSWER 0xA0       /* QR and the opcode; AA is up to them */
#define FLAGS_LOOKED_AT 0xF8
#define MESSAGE_MAX 2048
#define READS_MAX 64            /* a round: others have their turn */
#define DONE UINT64_MAX

/* What one secondary is to be told of one zone. */
struct notice {
	size_t target;
	uint64_t due_ms;                /* DONE: nothing */
	uint64_t sent_ms;               /* last */
	unsigned tries;
	bool answered;                  /* what was sent last was */
	bool again;                     /* the zone changed since it was sent */
	uint16_t id;
	struct tsig tsig;               /* of what was sent */
	uint8_t zone[DNS_NAME_MAX];
};

struct announce {
	const struct clock *clock;
	struct event *timer;
	struct {
		int fd;
		struct event *event;
	} sockets[2];                   /* IPv4, IPv6; -1: none yet */
	struct event_base *loop;
	struct announce_target *targets;
	size_t target_count;
	struct notice *notices;
	size_t count;
	size_t room;
	struct announce_counts counts;
	struct log_gate gate;
};

/* ---- time ---------------------------------------------------------------------------------- */

static void
set_timer(struct announce *announce)
{
	uint64_t due_ms = DONE, now_ms = clock_now_ms(announce->clock);

	for (size_t i = 0; i < announce->count; i++)
		if (announce->notices[i].due_ms < due_ms)
			due_ms = announce->notices[i].due_ms;
	if (due_ms == DONE) {
		(void)evtimer_del(announce->timer);
		return;
	}
	uint64_t wait_ms = due_ms > now_ms ? due_ms - now_ms : 0;
	struct timeval wait = { (time_t)(wait_ms / 1000),
	    (suseconds_t)(wait_ms % 1000 * 1000) };
	(void)evtimer_add(announce->timer, &wait);
}

/* ---- sockets ------------------------------------------------------------------------------- */

static void on_readable(evutil_socket_t fd, short what, void *arg);

/* -1: there is none to be had. */
static int
socket_for(struct announce *announce, const struct addr *addr)
{
	size_t at = addr->family == ADDR_IP6;
	struct addr_port any = { .addr = { .family = addr->family } };
	int fd;

	if (announce->sockets[at].event != NULL)
		return announce->sockets[at].fd;
	if (sock_bind_udp(&any, SOCK_FLAG_NONBLOCK, 0, &fd) != 0)
		return -1;
	announce->sockets[at].event = event_new(announce->loop, fd, EV_READ | EV_PERSIST,
	    on_readable, announce);
	if (announce->sockets[at].event == NULL ||
	    event_add(announce->sockets[at].event, NULL) != 0) {
		if (announce->sockets[at].event != NULL)
			event_free(announce->sockets[at].event);
		announce->sockets[at].event = NULL;
		(void)close(fd);
		return -1;
	}
	announce->sockets[at].fd = fd;
	return fd;
}

/* ---- sending ------------------------------------------------------------------------------- */

static size_t
write_message(struct announce *announce, struct notice *notice, uint8_t buf[MESSAGE_MAX])
{
	const struct tsig_key *key = announce->targets[notice->target].key;
	struct wire_writer writer;

	wire_writer_init(&writer, buf, MESSAGE_MAX);
	wire_write_u16(&writer, notice->id);
	wire_write_u8(&writer, FLAGS_NOTIFY_AA);
	wire_write_u8(&writer, 0);
	wire_write_u16(&writer, 1);
	wire_write_octets(&writer, "\0\0\0\0\0", 6);
	wire_write_octets(&writer, notice->zone, name_len(notice->zone));
	wire_write_u16(&writer, DNS_TYPE_SOA);
	wire_write_u16(&writer, DNS_CLASS_IN);
	size_t len = writer.len;
	if (key != NULL && tsig_sign_query(&notice->tsig, key, clock_unix_s(announce->clock), buf,
	    &len, MESSAGE_MAX) != 0)
		return 0;
	return len;
}

static void
send_message(struct announce *announce, struct notice *notice)
{
	const struct addr_port *to = &announce->targets[notice->target].to;
	struct sockaddr_storage storage;
	socklen_t storage_len = sock_from_addr(to, &storage);
	int fd = socket_for(announce, &to->addr);
	uint8_t buf[MESSAGE_MAX];

	if (getrandom(&notice->id, sizeof(notice->id), 0) != sizeof(notice->id))
		return;
	size_t len = write_message(announce, notice, buf);
	/* Lost or not, it is sent again until it is answered. */
	if (fd >= 0 && len > 0 && sendto(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (const struct sockaddr *)&storage, storage_len) == (ssize_t)len)
		announce->counts.sent++;
}

static void
give_up(struct announce *announce, struct notice *notice)
{
	char where[ADDR_PORT_TEXT_SIZE], zone[NAME_TEXT_SIZE];

	announce->counts.failed++;
	log_gated(&announce->gate, 1, LOG_WARN, "secondary %s does not answer NOTIFY of %s",
	    addr_port_text(&announce->targets[notice->target].to, where),
	    name_to_text(notice->zone, zone));
	notice->due_ms = DONE;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct announce *announce = arg;
	uint64_t now_ms = clock_now_ms(announce->clock);

	(void)fd;
	(void)what;
	for (size_t i = 0; i < announce->count; i++) {
		struct notice *notice = &announce->notices[i];

		if (notice->due_ms > now_ms)
			continue;
		if (notice->again)
			notice->tries = 0;
		if (notice->tries == ANNOUNCE_TRIES) {
			give_up(announce, notice);
			continue;
		}
		notice->again = notice->answered = false;
		notice->sent_ms = now_ms;
		notice->due_ms = now_ms + ((uint64_t)ANNOUNCE_PAUSE_MS << notice->tries++);
		send_message(announce, notice);
	}
	set_timer(announce);
}

/* ---- answers ------------------------------------------------------------------------------- */

/* Is this message what the notice waits for? */
static bool
answers(struct announce *announce, const struct notice *notice, const struct addr_port *from,
    const uint8_t *message, size_t message_len)
{
	const struct announce_target *target = &announce->targets[notice->target];
	size_t zone_len = name_len(notice->zone), len = message_len;
	struct tsig tsig = notice->tsig;
	uint8_t copy[MESSAGE_MAX];
	bool is_signed;

	if (notice->answered || notice->tries == 0 || target->to.port != from->port ||
	    addr_compare(&target->to.addr, &from->addr) != 0 ||
	    message_len < DNS_HEADER_LEN + zone_len + 4)
		return false;
	if (wire_get_u16(message) != notice->id ||
	    (message[2] & FLAGS_LOOKED_AT) != FLAGS_ANSWER || wire_get_u16(message + 4) != 1 ||
	    !name_is_valid(message + DNS_HEADER_LEN, zone_len) ||
	    !name_equal(message + DNS_HEADER_LEN, notice->zone))
		return false;
	if (target->key == NULL)
		return true;
	memcpy(copy, message, message_len);
	return tsig_take_answer(&tsig, clock_unix_s(announce->clock), copy, &len, &is_signed) ==
	    0 && is_signed && tsig.error == TSIG_NONE;
}

static void
take(struct announce *announce, const struct addr_port *from, const uint8_t *message, size_t len)
{
	for (size_t i = 0; i < announce->count; i++) {
		struct notice *notice = &announce->notices[i];

		if (!answers(announce, notice, from, message, len))
			continue;
		announce->counts.answered++;
		notice->answered = true;
		notice->due_ms = notice->again ? notice->sent_ms + ANNOUNCE_PAUSE_MS : DONE;
		set_timer(announce);
		return;
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct announce *announce = arg;

	(void)what;
	for (int i = 0; i < READS_MAX; i++) {
		struct sockaddr_storage storage;
		socklen_t storage_len = sizeof(storage);
		uint8_t buf[MESSAGE_MAX];
		struct addr_port from;
		ssize_t len = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC,
		    (struct sockaddr *)&storage, &storage_len);

		/* An error may be of a datagram before (ICMP): the next one may be good. */
		if (len < 0)
			return;
		if ((size_t)len <= sizeof(buf) &&
		    sock_to_addr((const struct sockaddr *)&storage, storage_len, &from) == 0)
			take(announce, &from, buf, (size_t)len);
	}
}

/* ---- what there is to tell ----------------------------------------------------------------- */

/* NULL: no memory. */
static struct notice *
find_or_add(struct announce *announce, const uint8_t *zone, size_t target)
{
	for (size_t i = 0; i < announce->count; i++)
		if (announce->notices[i].target == target &&
		    name_equal(announce->notices[i].zone, zone))
			return &announce->notices[i];
	if (array_reserve(&announce->notices, &announce->room, announce->count + 1,
	    sizeof(*announce->notices)) != 0)
		return NULL;
	struct notice *notice = &announce->notices[announce->count++];
	memset(notice, 0, sizeof(*notice));
	notice->target = target;
	notice->due_ms = DONE;
	memcpy(notice->zone, zone, name_len(zone));
	return notice;
}

void
announce_zone(struct announce *announce, const uint8_t *zone)
{
	uint64_t now_ms = clock_now_ms(announce->clock);

	for (size_t i = 0; i < announce->target_count; i++) {
		struct notice *notice = find_or_add(announce, zone, i);

		if (notice == NULL)
			continue;
		notice->again = true;
		notice->due_ms = now_ms;
		if (notice->tries > 0 && now_ms < notice->sent_ms + ANNOUNCE_PAUSE_MS)
			notice->due_ms = notice->sent_ms + ANNOUNCE_PAUSE_MS;
	}
	if (announce->target_count > 0)
		set_timer(announce);
}

/* ---- life ---------------------------------------------------------------------------------- */

struct announce *
announce_new(struct event_base *loop, const struct clock *clock)
{
	struct announce *announce = calloc(1, sizeof(*announce));

	if (announce == NULL)
		return NULL;
	announce->loop = loop;
	announce->clock = clock;
	announce->timer = evtimer_new(loop, on_timer, announce);
	if (announce->timer == NULL) {
		free(announce);
		return NULL;
	}
	return announce;
}

int
announce_set(struct announce *announce, const struct announce_target *targets, size_t count)
{
	struct announce_target *copy = calloc(count + 1, sizeof(*copy));

	if (copy == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		copy[i] = targets[i];
		if (copy[i].key != NULL)
			copy[i].key = tsig_key_ref(copy[i].key);
	}
	for (size_t i = 0; i < announce->target_count; i++)
		tsig_key_free(announce->targets[i].key);
	free(announce->targets);
	announce->targets = copy;
	announce->target_count = count;
	announce->count = 0;
	set_timer(announce);
	return 0;
}

void
announce_free(struct announce *announce)
{
	if (announce == NULL)
		return;
	for (size_t i = 0; i < announce->target_count; i++)
		tsig_key_free(announce->targets[i].key);
	free(announce->targets);
	free(announce->notices);
	for (size_t i = 0; i < 2; i++) {
		if (announce->sockets[i].event == NULL)
			continue;
		event_free(announce->sockets[i].event);
		(void)close(announce->sockets[i].fd);
	}
	event_free(announce->timer);
	free(announce);
}

void
announce_counts(const struct announce *announce, struct announce_counts *counts)
{
	*counts = announce->counts;
}
