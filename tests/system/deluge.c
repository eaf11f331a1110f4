/*
 * deluge.c - one client floods a name server over UDP, while others want their answers.
 *
 *     deluge PORT HTTP NAME KIND SECONDS
 *
 * asks 127.0.0.1:PORT for NAME and 127.0.0.1:HTTP for /healthz.  127.0.0.9 floods: with good
 * queries, with octets of no meaning (garbage), with messages that are no queries (replies), not at
 * all (none), with 128 queries outstanding at a time (busy), which is what the server can do, or for
 * a name that nobody has asked for before each time: LABEL-NUMBER.flood.example, as fast as it goes
 * (names:LABEL) or 128 at a time (busynames:LABEL).
 * 99 clients from 127.0.1.1 on send ten queries a second each; one from 127.0.0.2 asks over a fresh
 * TCP connection each 20 ms.  Prints lines of "WORD NUMBER"; what has to hold is the caller's
 * business.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define OTHERS 99
#define OTHERS_GAP_NS 1010101           /* 990 queries a second */
#define TURN_GAP_NS 20000000            /* between two questions over TCP, to /healthz */
#define PATIENCE_NS 5000000000ULL
#define TIMES_MAX 200000

struct query {
	uint8_t octets[300];            /* two for TCP's length in front */
	size_t len;
};

/* How long something took, each time. */
struct times {
	uint64_t *ns;
	size_t count;
	size_t failed;
};

struct deluge {
	uint16_t port, http;
	struct query query;
	const char *kind;
	uint64_t end_ns;
	_Atomic uint64_t flooded;
	_Atomic uint64_t answered;      /* to the busy one */
	uint64_t others_sent;
	struct times others, tcp, page;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "deluge: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void
note(struct times *times, uint64_t ns)
{
	if (times->ns == NULL)
		times->ns = calloc(TIMES_MAX, sizeof(*times->ns));
	if (times->ns == NULL)
		die("memory");
	if (times->count < TIMES_MAX)
		times->ns[times->count++] = ns;
}

static int
compare_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void
print_times(const char *what, struct times *times)
{
	if (times->count > 0)
		qsort(times->ns, times->count, sizeof(*times->ns), compare_ns);
	printf("%s_p50_us %llu\n%s_p99_us %llu\n%s_worst_us %llu\n", what,
	    times->count == 0 ? 0 : (unsigned long long)times->ns[times->count / 2] / 1000, what,
	    times->count == 0 ? 0 : (unsigned long long)times->ns[times->count * 99 / 100] / 1000,
	    what,
	    times->count == 0 ? 0 : (unsigned long long)times->ns[times->count - 1] / 1000);
}

/* A socket of 127.0.(from >> 8).(from & 255) that is connected to a port of 127.0.0.1; -1: not yet, or never. */
static int
open_from(int type, unsigned from, uint16_t port)
{
	struct sockaddr_in own = { .sin_family = AF_INET }, to = { .sin_family = AF_INET };
	struct timeval limit = { 5, 0 };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + from);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(port);
	if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof(own)) != 0)
		die("socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
write_query(struct query *query, const char *name)
{
	uint8_t *at = query->octets + 2;

	memcpy(at, "\0\0\1\0\0\1\0\0\0\0\0\0", 12);
	at += 12;
	while (*name != '\0') {
		size_t len = strcspn(name, ".");

		if (len > 63 || at + len > query->octets + sizeof(query->octets) - 10)
			die("the name");
		*at++ = (uint8_t)len;
		memcpy(at, name, len);
		at += len;
		name += len + (name[len] == '.');
	}
	memcpy(at, "\0\0\1\0\1", 5);
	query->len = (size_t)(at + 5 - query->octets) - 2;
	query->octets[0] = (uint8_t)(query->len >> 8);
	query->octets[1] = (uint8_t)query->len;
}

/* What the flood is made of. */
static void
spoil(const char *kind, struct query *query)
{
	uint32_t number = 1;

	if (strcmp(kind, "replies") == 0)
		query->octets[4] |= 0x80;
	if (strcmp(kind, "garbage") != 0)
		return;
	for (size_t i = 5; i < query->len + 2; i++) {
		number = number * 1664525 + 1013904223;
		query->octets[i] = (uint8_t)(number >> 24);
	}
}

/* The label before the numbers of names that are all different; NULL: they are not. */
static const char *
label_of(const char *kind)
{
	const char *colon = strchr(kind, ':');

	return colon == NULL ? NULL : colon + 1;
}

static void
write_new_names(const char *label, struct query queries[BATCH], struct iovec octets[BATCH])
{
	static uint64_t number;
	char name[100];

	if (number == 0)
		number = now_ns();
	for (int i = 0; i < BATCH; i++) {
		snprintf(name, sizeof(name), "%s-%llu.flood.example", label,
		    (unsigned long long)number++);
		write_query(&queries[i], name);
		octets[i] = (struct iovec){ queries[i].octets + 2, queries[i].len };
	}
}

static void *
flood(void *arg)
{
	struct deluge *deluge = arg;
	static struct query queries[BATCH];
	struct mmsghdr out[BATCH], in[BATCH];
	struct iovec octets[BATCH];
	bool busy = strncmp(deluge->kind, "busy", 4) == 0;
	const char *label = label_of(deluge->kind);
	static uint8_t rubbish[512];
	struct iovec room = { rubbish, sizeof(rubbish) };
	unsigned waiting = 0;
	int fd;

	if (strcmp(deluge->kind, "none") == 0)
		return NULL;
	fd = open_from(SOCK_DGRAM | SOCK_NONBLOCK, 9, deluge->port);
	for (int i = 0; i < BATCH; i++) {
		queries[i] = deluge->query;
		spoil(deluge->kind, &queries[i]);
		octets[i] = (struct iovec){ queries[i].octets + 2, queries[i].len };
	}
	memset(out, 0, sizeof(out));
	memset(in, 0, sizeof(in));
	for (int i = 0; i < BATCH; i++) {
		out[i].msg_hdr = (struct msghdr){ .msg_iov = &octets[i], .msg_iovlen = 1 };
		in[i].msg_hdr = (struct msghdr){ .msg_iov = &room, .msg_iovlen = 1 };
	}
	while (now_ns() < deluge->end_ns) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		if (label != NULL)
			write_new_names(label, queries, octets);
		int sent = !busy || waiting <= BATCH ? sendmmsg(fd, out, BATCH, 0) : 0;

		deluge->flooded += sent > 0 ? (unsigned)sent : 0;
		waiting += sent > 0 ? (unsigned)sent : 0;
		if (!busy)
			continue;
		if (poll(&wait, 1, 100) == 0)
			waiting = 0;    /* lost */
		for (int got; (got = recvmmsg(fd, in, BATCH, MSG_DONTWAIT, NULL)) > 0;) {
			deluge->answered += (unsigned)got;
			waiting -= (unsigned)got < waiting ? (unsigned)got : waiting;
		}
	}
	close(fd);
	return NULL;
}

static void
take_replies(struct deluge *deluge, const struct pollfd *polls, const uint64_t *sent_ns)
{
	uint8_t reply[512];

	for (int i = 0; i < OTHERS; i++) {
		while (polls[i].revents != 0 && recv(polls[i].fd, reply, sizeof(reply), 0) >= 12) {
			unsigned id = (unsigned)reply[0] << 8 | reply[1];

			note(&deluge->others, now_ns() - sent_ns[id]);
		}
	}
}

/* The 99: each sends in its turn, whatever became of what it sent before. */
static void *
ask_as_others(void *arg)
{
	static const struct timespec tick = { 0, 200000 };
	struct deluge *deluge = arg;
	struct query query = deluge->query;
	struct pollfd polls[OTHERS];
	uint64_t *sent_ns = calloc(65536, sizeof(*sent_ns));
	uint64_t next_ns = now_ns();

	if (sent_ns == NULL)
		die("memory");
	for (unsigned i = 0; i < OTHERS; i++)
		polls[i] = (struct pollfd){ .events = POLLIN,
			.fd = open_from(SOCK_DGRAM | SOCK_NONBLOCK, 257 + i, deluge->port) };
	for (uint64_t now; (now = now_ns()) < deluge->end_ns + PATIENCE_NS;) {
		for (; next_ns <= now && now < deluge->end_ns; next_ns += OTHERS_GAP_NS) {
			unsigned id = deluge->others_sent & 65535;

			query.octets[2] = (uint8_t)(id >> 8);
			query.octets[3] = (uint8_t)id;
			sent_ns[id] = now;
			if (send(polls[deluge->others_sent % OTHERS].fd, query.octets + 2,
			    query.len, 0) > 0)
				deluge->others_sent++;
		}
		if (ppoll(polls, OTHERS, &tick, NULL) > 0)
			take_replies(deluge, polls, sent_ns);
		if (now >= deluge->end_ns && deluge->others.count >= deluge->others_sent)
			break;
	}
	for (int i = 0; i < OTHERS; i++)
		close(polls[i].fd);
	free(sent_ns);
	return NULL;
}

static bool
converse(int fd, const void *question, size_t len)
{
	uint8_t reply[4096];
	bool good = fd >= 0 && send(fd, question, len, MSG_NOSIGNAL) == (ssize_t)len &&
	    recv(fd, reply, sizeof(reply), 0) > 12;

	if (fd >= 0)
		close(fd);
	return good;
}

/* The same question again and again, over a connection of its own each time. */
static void
ask_in_turns(const struct deluge *deluge, struct times *times, unsigned from, uint16_t port,
    const void *question, size_t len)
{
	while (now_ns() < deluge->end_ns) {
		struct timespec gap = { 0, TURN_GAP_NS };
		uint64_t began_ns = now_ns();

		if (converse(open_from(SOCK_STREAM, from, port), question, len))
			note(times, now_ns() - began_ns);
		else
			times->failed++;
		nanosleep(&gap, NULL);
	}
}

static void *
ask_over_tcp(void *arg)
{
	struct deluge *deluge = arg;

	ask_in_turns(deluge, &deluge->tcp, 2, deluge->port, deluge->query.octets,
	    deluge->query.len + 2);
	return NULL;
}

static void *
ask_for_page(void *arg)
{
	static const char request[] = "GET /healthz HTTP/1.0\r\n\r\n";
	struct deluge *deluge = arg;

	ask_in_turns(deluge, &deluge->page, 1, deluge->http, request, sizeof(request) - 1);
	return NULL;
}

static void
print(struct deluge *deluge, double seconds)
{
	printf("flood_per_s %.0f\n", (double)deluge->flooded / seconds);
	printf("busy_answers_per_s %.0f\n", (double)deluge->answered / seconds);
	printf("others_sent %llu\n", (unsigned long long)deluge->others_sent);
	printf("others_lost %llu\n",
	    (unsigned long long)(deluge->others_sent - deluge->others.count));
	print_times("others", &deluge->others);
	printf("tcp_asked %zu\ntcp_failed %zu\n", deluge->tcp.count, deluge->tcp.failed);
	print_times("tcp", &deluge->tcp);
	printf("page_failed %zu\n", deluge->page.failed);
	print_times("page", &deluge->page);
}

int
main(int argc, char **argv)
{
	static void *(*const parts[])(void *) = { flood, ask_as_others, ask_over_tcp, ask_for_page };
	static struct deluge deluge;
	pthread_t threads[4];

	if (argc != 6) {
		fprintf(stderr, "usage: deluge PORT HTTP NAME "
		    "good|garbage|replies|none|busy|names:LABEL|busynames:LABEL SECONDS\n");
		return 64;
	}
	deluge.port = (uint16_t)strtoul(argv[1], NULL, 10);
	deluge.http = (uint16_t)strtoul(argv[2], NULL, 10);
	deluge.kind = argv[4];
	write_query(&deluge.query, argv[3]);
	double seconds = strtod(argv[5], NULL);
	deluge.end_ns = now_ns() + (uint64_t)(seconds * 1e9);
	for (int i = 0; i < 4; i++)
		if ((errno = pthread_create(&threads[i], NULL, parts[i], &deluge)) != 0)
			die("thread");
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	print(&deluge, seconds);
	return 0;
}
