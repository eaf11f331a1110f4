/*
 * crowd.c - many TCP clients of a name server at once, of the kinds that wear servers out.
 *
 *     crowd PORT PID NAME KIND COUNT
 *
 * asks 127.0.0.1:PORT, which is process PID, for NAME; while the crowd is there, a client from
 * 127.0.0.2 keeps asking, each time over a fresh connection.  Prints lines of "WORD NUMBER"; what
 * has to hold is the caller's business.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ASKED_MAX 4096
#define MESSAGE_MAX 65535
#define GAP_US 5000             /* between two questions of the other client */

struct client {
	int fd;
	uint64_t begun_us;
	uint64_t closed_us;     /* 0: open */
};

struct crowd {
	uint16_t port;
	int pid;
	size_t count;
	struct client *clients;
	uint8_t query[300];     /* with its length in front */
	size_t query_len;
	uint64_t took_us[ASKED_MAX];
	size_t asked;
	size_t failed;
	size_t files;           /* descriptors of the server without us */
	long rss_before;
	long rss_most;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t
now_us(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000 + (uint64_t)at.tv_nsec / 1000;
}

static void
say(const char *word, uint64_t number)
{
	printf("%s %llu\n", word, (unsigned long long)number);
}

/* ---- the server, seen from outside --------------------------------------------------------- */

static long
rss_kib(const struct crowd *crowd)
{
	char path[64], line[256];
	long kib = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", crowd->pid);
	FILE *in = fopen(path, "r");
	if (in == NULL)
		die(path);
	while (fgets(line, sizeof(line), in) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	fclose(in);
	return kib;
}

static size_t
count_files(const struct crowd *crowd)
{
	char path[64];
	size_t count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", crowd->pid);
	DIR *folder = opendir(path);
	if (folder == NULL)
		die(path);
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static void
note_rss(struct crowd *crowd)
{
	long now = rss_kib(crowd);

	if (now > crowd->rss_most)
		crowd->rss_most = now;
}

/* ---- clients ------------------------------------------------------------------------------- */

/* `text` with its labels' lengths, a question for A. */
static void
make_query(struct crowd *crowd, const char *text)
{
	static const uint8_t head[12] = { 0x12, 0x34, 1, 0, 0, 1 };
	size_t at = 2 + sizeof(head);

	if (strlen(text) > 253) {
		errno = ENAMETOOLONG;
		die(text);
	}
	memcpy(crowd->query + 2, head, sizeof(head));
	while (*text != '\0') {
		size_t len = strcspn(text, ".");

		crowd->query[at++] = (uint8_t)len;
		memcpy(crowd->query + at, text, len);
		at += len;
		text += len + (text[len] == '.');
	}
	memcpy(crowd->query + at, "\0\0\1\0\1", 5);
	crowd->query_len = at + 5;
	crowd->query[0] = (uint8_t)((crowd->query_len - 2) >> 8);
	crowd->query[1] = (uint8_t)(crowd->query_len - 2);
}

static int
open_from(const struct crowd *crowd, const char *source, int receive_room)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(crowd->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	inet_pton(AF_INET, source, &from.sin_addr);
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	if (fd < 0)
		die("socket");
	/* The port is chosen only when it is known to where: any number of crowds share a range. */
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (receive_room > 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_room, sizeof(receive_room));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	return fd;
}

static bool
read_whole(int fd, uint8_t *buf, size_t len)
{
	while (len > 0) {
		ssize_t n = recv(fd, buf, len, 0);

		if (n <= 0)
			return false;
		buf += n;
		len -= (size_t)n;
	}
	return true;
}

/* One question and its reply; NOERROR counts. */
static bool
ask(const struct crowd *crowd, int fd)
{
	static uint8_t reply[MESSAGE_MAX];
	struct timeval patience = { .tv_sec = 2 };
	uint8_t len[2];

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(fd, crowd->query, crowd->query_len, MSG_NOSIGNAL) != (ssize_t)crowd->query_len ||
	    !read_whole(fd, len, 2))
		return false;
	size_t reply_len = (size_t)len[0] << 8 | len[1];
	return reply_len >= 12 && read_whole(fd, reply, reply_len) && (reply[3] & 15) == 0;
}

static void
ask_fresh(struct crowd *crowd, const char *source)
{
	uint64_t before = now_us();
	int fd = open_from(crowd, source, 0);

	if (!ask(crowd, fd))
		crowd->failed++;
	if (crowd->asked < ASKED_MAX)
		crowd->took_us[crowd->asked++] = now_us() - before;
	close(fd);
}

/* Whether the server has closed it; what it sent is thrown away. */
static bool
is_closed(struct client *client)
{
	char octets[4096];
	ssize_t n;

	if (client->closed_us > 0)
		return true;
	while ((n = recv(client->fd, octets, sizeof(octets), MSG_DONTWAIT)) > 0)
		continue;
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		client->closed_us = now_us();
	return client->closed_us > 0;
}

static size_t
count_closed(struct crowd *crowd)
{
	size_t count = 0;

	for (size_t i = 0; i < crowd->count; i++)
		count += is_closed(&crowd->clients[i]);
	return count;
}

static void
join(struct crowd *crowd, size_t i, int receive_room)
{
	crowd->clients[i] = (struct client){ .fd = open_from(crowd, "127.0.0.1", receive_room) };
	crowd->clients[i].begun_us = now_us();
}

/* The other client asks on for so long; the crowd stays as it is. */
static void
ask_on(struct crowd *crowd, uint64_t us)
{
	uint64_t end = now_us() + us;

	while (now_us() < end) {
		ask_fresh(crowd, "127.0.0.2");
		note_rss(crowd);
		usleep(GAP_US);
	}
}

/* Descriptors of the server that were not there before, once it has had the time to close them. */
static void
say_files(const struct crowd *crowd)
{
	for (int i = 0; i < 200 && count_files(crowd) > crowd->files; i++)
		usleep(10000);
	size_t now = count_files(crowd);
	say("files_left", now > crowd->files ? now - crowd->files : 0);
}

/* ---- kinds --------------------------------------------------------------------------------- */

/* Ask once, then say nothing more. */
static void
be_idle(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++) {
		join(crowd, i, 0);
		if (!ask(crowd, crowd->clients[i].fd))
			die("an idle client's first question");
	}
	ask_on(crowd, 1000000);
	say("open", crowd->count - count_closed(crowd));
}

/* A full house, and as many again: each of those is answered, the ones idle for longest go. */
static void
replace(struct crowd *crowd)
{
	size_t old = crowd->count / 2;
	size_t closed = 0;

	for (size_t i = 0; i < crowd->count; i++) {
		uint64_t before = now_us();

		join(crowd, i, 0);
		if (!ask(crowd, crowd->clients[i].fd) && i >= old)
			crowd->failed++;
		if (i >= old && crowd->asked < ASKED_MAX)
			crowd->took_us[crowd->asked++] = now_us() - before;
	}
	for (size_t i = 0; i < old; i++)
		closed += is_closed(&crowd->clients[i]);
	say("old_closed", closed);
	say("open", crowd->count - count_closed(crowd));
}

/* An octet of a message every half second. */
static void
drip(struct crowd *crowd)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (size_t i = 0; i < crowd->count; i++)
		join(crowd, i, 0);
	for (unsigned round = 0; round < 6; round++) {
		for (size_t i = 0; i < crowd->count; i++) {
			struct client *client = &crowd->clients[i];

			if (round == 0)
				client->begun_us = now_us();
			if (client->closed_us == 0)
				(void)send(client->fd, crowd->query + round, 1, MSG_NOSIGNAL);
		}
		for (int step = 0; step < 10; step++) {
			ask_on(crowd, 50000);
			count_closed(crowd);
		}
	}
	for (size_t i = 0; i < crowd->count; i++) {
		uint64_t life = crowd->clients[i].closed_us - crowd->clients[i].begun_us;

		first = life < first ? life : first;
		last = life > last ? life : last;
	}
	say("closed", count_closed(crowd));
	say("first_closed_ms", first / 1000);
	say("last_closed_ms", last / 1000);
}

/* Questions without end, and not one octet read. */
static void
never_read(struct crowd *crowd)
{
	size_t files = crowd->files;
	uint64_t begun, end;

	for (size_t i = 0; i < crowd->count; i++)
		join(crowd, i, 4096);
	begun = now_us();
	end = begun + 8000000;
	while (now_us() < end && (now_us() - begun < 500000 || count_files(crowd) > files)) {
		for (size_t i = 0; i < crowd->count; i++)
			for (int n = 0; n < 100; n++)
				if (send(crowd->clients[i].fd, crowd->query, crowd->query_len,
				    MSG_NOSIGNAL | MSG_DONTWAIT) <= 0)
					break;
		ask_on(crowd, 20000);
	}
	say_files(crowd);
	say("gone_after_ms", (now_us() - begun) / 1000);
}

/* Half of the longest message there is. */
static void
send_half(struct crowd *crowd)
{
	static uint8_t half[2 + MESSAGE_MAX - 1] = { 0xff, 0xff };

	for (size_t i = 0; i < crowd->count; i++) {
		size_t sent = 0;

		join(crowd, i, 0);
		while (sent < sizeof(half)) {
			ssize_t n = send(crowd->clients[i].fd, half + sent, sizeof(half) - sent,
			    MSG_NOSIGNAL);

			if (n <= 0)
				break;
			sent += (size_t)n;
		}
		note_rss(crowd);
	}
	ask_on(crowd, 500000);
	say("open", crowd->count - count_closed(crowd));
	ask_on(crowd, 2500000);
	say("closed", count_closed(crowd));
}

static void
reset_many(const struct crowd *crowd, size_t count)
{
	struct linger now = { .l_onoff = 1 };

	for (size_t i = 0; i < count; i++) {
		int fd = open_from(crowd, "127.0.0.1", 0);

		if (i % 2 == 0)
			(void)send(fd, crowd->query, 1 + i % crowd->query_len, MSG_NOSIGNAL);
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(fd);
	}
}

/* Connect, send nothing or part of a question, and reset; by two processes, for one is too slow. */
static void
reset(struct crowd *crowd)
{
	uint64_t begun = now_us();
	pid_t child = fork();
	int status = 1;

	if (child < 0)
		die("fork");
	reset_many(crowd, crowd->count / 2);
	if (child == 0)
		_exit(0);
	if (waitpid(child, &status, 0) != child || status != 0)
		die("the other half");
	say("resets_a_second", crowd->count * 1000000 / (now_us() - begun + 1));
	ask_on(crowd, 500000);
	say_files(crowd);
}

static const struct {
	const char *word;
	void (*run)(struct crowd *crowd);
} kinds[] = {
	{ "idle", be_idle }, { "replace", replace }, { "drip", drip }, { "never-read", never_read },
	{ "half", send_half }, { "reset", reset },
};

/* ---- figures ------------------------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
say_figures(struct crowd *crowd)
{
	size_t count = crowd->asked;

	qsort(crowd->took_us, count, sizeof(crowd->took_us[0]), compare);
	say("asked", count);
	say("failed", crowd->failed);
	if (count > 0) {
		say("p50_us", crowd->took_us[count / 2]);
		say("p99_us", crowd->took_us[count - 1 - count / 100]);
		say("worst_us", crowd->took_us[count - 1]);
	}
	say("rss_growth_kib", crowd->rss_most > crowd->rss_before ?
	    (uint64_t)(crowd->rss_most - crowd->rss_before) : 0);
}

int
main(int argc, char **argv)
{
	static struct crowd crowd;

	if (argc != 6) {
		fprintf(stderr, "usage: crowd PORT PID NAME KIND COUNT\n");
		return 64;
	}
	crowd.port = (uint16_t)atoi(argv[1]);
	crowd.pid = atoi(argv[2]);
	crowd.count = strtoul(argv[5], NULL, 10);
	crowd.clients = calloc(crowd.count, sizeof(*crowd.clients));
	make_query(&crowd, argv[3]);
	for (int i = 0; i < 10; i++)
		ask_fresh(&crowd, "127.0.0.2");         /* what the first ones cost is no growth */
	usleep(50000);
	crowd.asked = 0;
	crowd.files = count_files(&crowd);
	crowd.rss_before = crowd.rss_most = rss_kib(&crowd);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[4], kinds[i].word) == 0) {
			kinds[i].run(&crowd);
			note_rss(&crowd);
			say_figures(&crowd);
			return 0;
		}
	fprintf(stderr, "crowd: no kind %s\n", argv[4]);
	return 64;
}
