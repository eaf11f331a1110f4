/* liar.c - for tests: a name server on loopback that answers, lies or is silent, as it is asked. */
#include "tests/dns/liar.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "net/sock.h"

#define CLIENTS_MAX 256
#define LATER_MAX 4096
#define QUESTIONS_MAX 200000
#define TRUTH_LATER_MS 50
#define PIECES 20
#define PIECE_GAP_MS 5

struct client {
	int fd;                         /* -1: free */
	unsigned serial;                /* tells one client of this place from the next */
	uint8_t in[4096];
	size_t in_len;
	uint8_t *out;
	size_t out_len;
};

/* Octets that go out at a time to come. */
struct later {
	uint64_t due_ms;
	uint8_t *octets;
	size_t len;
	unsigned copies;
	struct client *client;          /* NULL: UDP */
	unsigned serial;
	bool close, reset;              /* TCP: and that was it */
	enum lie_from from;
	struct sockaddr_storage to;
	socklen_t to_len;
};

/* Places in `fds` before those of the clients. */
enum { AT_WAKE, AT_UDP, AT_LISTEN, AT_CLIENTS };

struct liar {
	struct addr_port at;
	int wake, udp, listener;
	int others[3];                  /* by enum lie_from */
	uint64_t end_ms;
	pthread_t thread;
	bool stop;
	pthread_mutex_t lock;           /* over what follows */
	char mode[64];
	struct liar_question *questions;
	size_t count, room;
	struct client clients[CLIENTS_MAX];
	struct later later[LATER_MAX];
	size_t later_count;
	struct lie lie;
	uint8_t in[65536];
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- what was asked --- */

static size_t
count_name(const struct liar *liar, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < liar->count; i++)
		count += name == NULL || strcasecmp(liar->questions[i].name, name) == 0;
	return count;
}

static void
keep_question(struct liar *liar, const struct liar_question *question)
{
	if (liar->count == liar->room && liar->room < QUESTIONS_MAX) {
		size_t room = liar->room > 0 ? liar->room * 2 : 256;
		struct liar_question *grown = realloc(liar->questions, room * sizeof(*grown));

		if (grown == NULL)
			return;
		liar->questions = grown;
		liar->room = room;
	}
	if (liar->count < liar->room)
		liar->questions[liar->count++] = *question;
}

/* The mode is the names' first label, or one for all. */
static void
make_lie(struct liar *liar, const struct liar_question *question)
{
	pthread_mutex_lock(&liar->lock);
	const char *mode = liar->mode[0] != '\0' ? liar->mode : question->name;
	char word[64];
	/* Only these ask; counting would make a crowd of questions slow. */
	bool counts = strncasecmp(mode, "flip", 4) == 0 || strncasecmp(mode, "fail", 4) == 0 ||
	    strncasecmp(mode, "drop", 4) == 0;
	unsigned seen = counts ? (unsigned)count_name(liar, question->name) : 0;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(mode, "."), mode);
	keep_question(liar, question);
	pthread_mutex_unlock(&liar->lock);
	liar_lie(&liar->lie, question, word, seen);
}

/* --- sending --- */

static void
client_close(struct client *client, bool reset)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (reset)
		setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(client->fd);
	free(client->out);
	client->fd = -1;
	client->out = NULL;
	client->out_len = client->in_len = 0;
	client->serial++;
}

static void
client_flush(struct client *client)
{
	ssize_t sent = send(client->fd, client->out, client->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN) {
		client_close(client, false);
	} else if (sent > 0) {
		client->out_len -= (size_t)sent;
		memmove(client->out, client->out + sent, client->out_len);
	}
}

static void
send_now(struct liar *liar, const struct later *later)
{
	struct client *client = later->client;

	if (client == NULL) {
		int fd = later->from == LIE_FROM_HERE ? liar->udp : liar->others[later->from];

		for (unsigned i = 0; i < later->copies; i++)
			sendto(fd, later->octets, later->len, 0,
			    (const struct sockaddr *)&later->to, later->to_len);
		return;
	}
	if (client->fd < 0 || client->serial != later->serial)
		return;
	uint8_t *grown = realloc(client->out, client->out_len + later->len + 1);

	if (grown == NULL)
		return;
	memcpy(grown + client->out_len, later->octets, later->len);
	client->out = grown;
	client->out_len += later->len;
	if (client->out_len > 0)
		client_flush(client);
	if ((later->close || later->reset) && client->serial == later->serial)
		client_close(client, later->reset);
}

/* A copy of the octets goes out in a while, or at once. */
static void
send_in(struct liar *liar, struct later *later, uint8_t *octets, size_t len, unsigned delay_ms)
{
	later->octets = octets;
	later->len = len;
	if (delay_ms == 0) {
		send_now(liar, later);
		return;
	}
	if (liar->later_count == LATER_MAX)
		return;
	later->octets = malloc(len + 1);
	if (later->octets == NULL)
		return;
	memcpy(later->octets, octets, len);
	later->due_ms = now_ms() + delay_ms;
	liar->later[liar->later_count++] = *later;
}

static void
send_due(struct liar *liar)
{
	uint64_t now = now_ms();
	size_t kept = 0;

	/* In the order of their making, which for pieces is that of their octets. */
	for (size_t i = 0; i < liar->later_count; i++) {
		struct later *later = &liar->later[i];

		if (later->due_ms > now) {
			liar->later[kept++] = *later;
			continue;
		}
		send_now(liar, later);
		free(later->octets);
	}
	liar->later_count = kept;
}

static void
send_tcp(struct liar *liar, struct later *later, uint8_t *octets, size_t len)
{
	const struct lie *lie = &liar->lie;
	size_t piece = lie->tcp == LIE_TCP_PIECES ? len / PIECES + 1 : len;
	unsigned delay_ms = lie->delay_ms;

	later->reset = lie->tcp == LIE_TCP_RESET;
	later->close = lie->tcp == LIE_TCP_CLOSE;
	if (later->reset || later->close)
		len = 0;
	else if (lie->tcp == LIE_TCP_HALF)
		len = piece = len / 2;
	for (size_t at = 0; at < len || at == 0; at += piece, delay_ms += PIECE_GAP_MS)
		send_in(liar, later, octets + at, at + piece < len ? piece : len - at, delay_ms);
}

static void
send_lie(struct liar *liar, struct later *later)
{
	static const size_t prefix = 2;
	struct lie *lie = &liar->lie;
	uint8_t *framed;

	if (lie->silent)
		return;
	later->copies = lie->copies;
	later->from = lie->from;
	if (later->client == NULL) {
		send_in(liar, later, lie->octets, lie->len, lie->delay_ms);
		return;
	}
	framed = malloc(lie->len + prefix);
	if (framed == NULL)
		return;
	framed[0] = (uint8_t)(lie->len >> 8);
	framed[1] = (uint8_t)lie->len;
	memcpy(framed + prefix, lie->octets, lie->len);
	send_tcp(liar, later, framed, lie->len + prefix);
	free(framed);
}

static void
answer(struct liar *liar, struct later *later, const struct liar_question *question)
{
	bool then;

	make_lie(liar, question);
	then = liar->lie.then;
	send_lie(liar, later);
	if (then) {
		liar_lie(&liar->lie, question, "", 0);
		liar->lie.delay_ms = TRUTH_LATER_MS;
		send_lie(liar, later);
	}
}

/* --- receiving --- */

static void
take_udp(struct liar *liar)
{
	for (unsigned i = 0; i < 64; i++) {
		struct later later = { .to_len = sizeof(later.to) };
		struct liar_question question;
		struct addr_port from;
		ssize_t len = recvfrom(liar->udp, liar->in, sizeof(liar->in), MSG_DONTWAIT,
		    (struct sockaddr *)&later.to, &later.to_len);

		if (len < 0)
			return;
		if (!liar_question_read(&question, liar->in, (size_t)len))
			continue;
		if (sock_to_addr((struct sockaddr *)&later.to, later.to_len, &from) == 0)
			question.port = from.port;
		answer(liar, &later, &question);
	}
}

static void
take_clients(struct liar *liar)
{
	int fd;

	while ((fd = accept4(liar->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		size_t i = 0;

		while (i < CLIENTS_MAX && liar->clients[i].fd >= 0)
			i++;
		if (i == CLIENTS_MAX)
			close(fd);
		else
			liar->clients[i].fd = fd;
	}
}

/* The first message of those that came whole; false: there is none. */
static bool
take_message(struct liar *liar, struct client *client)
{
	struct later later = { .client = client, .serial = client->serial };
	struct liar_question question;
	struct addr_port from;
	size_t len = (size_t)client->in[0] << 8 | client->in[1];

	if (client->in_len < 2 || client->in_len < len + 2)
		return false;
	if (liar_question_read(&question, client->in + 2, len)) {
		question.tcp = true;
		if (sock_peer(client->fd, &from) == 0)
			question.port = from.port;
		answer(liar, &later, &question);
	}
	if (client->fd < 0 || client->serial != later.serial)
		return false;
	client->in_len -= len + 2;
	memmove(client->in, client->in + len + 2, client->in_len);
	return true;
}

static void
take_tcp(struct liar *liar, struct client *client)
{
	ssize_t len = recv(client->fd, client->in + client->in_len,
	    sizeof(client->in) - client->in_len, MSG_DONTWAIT);

	if (len < 0 && errno == EAGAIN)
		return;
	if (len <= 0) {
		client_close(client, false);
		return;
	}
	client->in_len += (size_t)len;
	while (take_message(liar, client))
		;
}

/* --- the loop --- */

/* Until the next thing is due, or the end. */
static int
patience_ms(const struct liar *liar)
{
	uint64_t next = liar->end_ms, now = now_ms();

	for (size_t i = 0; i < liar->later_count; i++)
		if (liar->later[i].due_ms < next)
			next = liar->later[i].due_ms;
	return next > now ? (int)(next - now) : 0;
}

static void
turn(struct liar *liar)
{
	struct pollfd fds[AT_CLIENTS + CLIENTS_MAX];

	fds[AT_WAKE] = (struct pollfd){ .fd = liar->wake, .events = POLLIN };
	fds[AT_UDP] = (struct pollfd){ .fd = liar->udp, .events = POLLIN };
	fds[AT_LISTEN] = (struct pollfd){ .fd = liar->listener, .events = POLLIN };
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &liar->clients[i];

		fds[AT_CLIENTS + i] = (struct pollfd){ .fd = client->fd, .events = POLLIN };
		if (client->out_len > 0)
			fds[AT_CLIENTS + i].events |= POLLOUT;
	}
	if (poll(fds, AT_CLIENTS + CLIENTS_MAX, patience_ms(liar)) < 0)
		return;
	if (fds[AT_UDP].revents != 0)
		take_udp(liar);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &liar->clients[i];

		if (client->fd >= 0 && (fds[AT_CLIENTS + i].revents & POLLOUT))
			client_flush(client);
		if (client->fd >= 0 && (fds[AT_CLIENTS + i].revents & ~POLLOUT))
			take_tcp(liar, client);
	}
	if (fds[AT_LISTEN].revents != 0)
		take_clients(liar);
	send_due(liar);
}

static void *
run(void *arg)
{
	struct liar *liar = arg;
	bool stop = false;

	while (!stop && now_ms() < liar->end_ms) {
		turn(liar);
		pthread_mutex_lock(&liar->lock);
		stop = liar->stop;
		pthread_mutex_unlock(&liar->lock);
	}
	return NULL;
}

/* --- the beginning and the end --- */

/* One port for both; where the kernel's choice for one is taken for the other, another. */
static int
open_sockets(struct liar *liar, struct addr_port wanted)
{
	int err = 0;

	for (unsigned tries = 0; tries < 50; tries++) {
		liar->at = wanted;
		err = sock_listen_tcp(&liar->at, SOCK_FLAG_NONBLOCK, 64, &liar->listener);
		if (err != 0)
			return err;
		sock_bound(liar->listener, &liar->at);
		err = sock_bind_udp(&liar->at, SOCK_FLAG_NONBLOCK, 1 << 22, &liar->udp);
		if (err == 0)
			return 0;
		close(liar->listener);
		liar->listener = -1;
	}
	return err;
}

static int
open_others(struct liar *liar)
{
	struct addr_port other = liar->at;
	int err;

	/* IPv6 has but one loopback address: there the lie comes from another port. */
	if (other.addr.family == ADDR_IP4)
		other.addr.octets[3] = other.addr.octets[3] == 66 ? 67 : 66;
	else
		other.port = 0;
	err = sock_bind_udp(&other, SOCK_FLAG_NONBLOCK, 0, &liar->others[LIE_FROM_OTHER_ADDRESS]);
	if (err != 0)
		return err;
	other = liar->at;
	other.port = 0;
	return sock_bind_udp(&other, SOCK_FLAG_NONBLOCK, 0, &liar->others[LIE_FROM_OTHER_PORT]);
}

static void
close_all(struct liar *liar)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (liar->clients[i].fd >= 0)
			client_close(&liar->clients[i], false);
	for (size_t i = 0; i < liar->later_count; i++)
		free(liar->later[i].octets);
	int fds[] = { liar->wake, liar->udp, liar->listener, liar->others[1], liar->others[2] };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	pthread_mutex_destroy(&liar->lock);
	free(liar->questions);
	free(liar);
}

struct liar *
liar_start(const char *address, unsigned life_s)
{
	struct liar *liar = calloc(1, sizeof(*liar));
	struct addr_port wanted = { .port = 0 };

	if (liar == NULL)
		return NULL;
	liar->udp = liar->listener = liar->others[1] = liar->others[2] = -1;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		liar->clients[i].fd = -1;
	pthread_mutex_init(&liar->lock, NULL);
	liar->wake = eventfd(0, EFD_CLOEXEC);
	liar->end_ms = now_ms() + 1000 * (uint64_t)life_s;
	if ((addr_parse(address, &wanted.addr) != 0 && addr_port_parse(address, &wanted) != 0) ||
	    !addr_is_loopback(&wanted.addr) || open_sockets(liar, wanted) != 0 ||
	    open_others(liar) != 0 || pthread_create(&liar->thread, NULL, run, liar) != 0) {
		close_all(liar);
		return NULL;
	}
	return liar;
}

void
liar_stop(struct liar *liar)
{
	if (liar == NULL)
		return;
	pthread_mutex_lock(&liar->lock);
	liar->stop = true;
	pthread_mutex_unlock(&liar->lock);
	eventfd_write(liar->wake, 1);
	pthread_join(liar->thread, NULL);
	close_all(liar);
}

uint16_t
liar_port(const struct liar *liar)
{
	return liar->at.port;
}

void
liar_set_mode(struct liar *liar, const char *mode)
{
	pthread_mutex_lock(&liar->lock);
	snprintf(liar->mode, sizeof(liar->mode), "%s", mode);
	pthread_mutex_unlock(&liar->lock);
}

size_t
liar_count(struct liar *liar, const char *name)
{
	pthread_mutex_lock(&liar->lock);
	size_t count = count_name(liar, name);

	pthread_mutex_unlock(&liar->lock);
	return count;
}

bool
liar_asked(struct liar *liar, size_t i, struct liar_question *question)
{
	pthread_mutex_lock(&liar->lock);
	bool there = i < liar->count;

	if (there)
		*question = liar->questions[i];
	pthread_mutex_unlock(&liar->lock);
	return there;
}

void
liar_forget(struct liar *liar)
{
	pthread_mutex_lock(&liar->lock);
	liar->count = 0;
	pthread_mutex_unlock(&liar->lock);
}

void
liar_address_text(const char *name, char text[16])
{
	uint8_t wire[256], address[4];
	size_t len = 0;

	while (*name != '\0' && *name != '.' && len < 190) {
		size_t label = strcspn(name, ".");

		wire[len++] = (uint8_t)label;
		memcpy(wire + len, name, label);
		len += label;
		name += label + (name[label] == '.');
	}
	wire[len++] = 0;
	liar_wire_address(wire, len, address);
	inet_ntop(AF_INET, address, text, 16);
}
