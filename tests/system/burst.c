/*
 * burst.c - many clients ask a name server, all at once or so many a second, and time the answers.
 *
 *     burst [-c CLIENTS] [-n COUNT] [-r RATE] [-w WAIT] PORT NAME
 *
 * COUNT questions of type A to 127.0.0.1:PORT from CLIENTS sockets (default 100), as fast as they
 * go, or RATE a second; "%u" in NAME is the question's number.  At most WAIT seconds (6) after the
 * last question it prints lines of "WORD NUMBER": how many were answered, empty (NXDOMAIN or no
 * data), servfail, refused, lost; how many replies held 203.0.113.66, which is always a lie; times
 * in us.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 1000
#define COUNT_MAX 2000000
#define IDS 65536
#define HEADER_LEN 12

enum ending { ANSWERED, EMPTY, SERVFAIL, REFUSED, OTHER, ENDINGS };

struct burst {
	unsigned clients, count, rate, wait_s;
	uint16_t port;
	const char *name;
	struct pollfd sockets[CLIENTS_MAX];
	uint64_t *sent_us;              /* by number: 0: answered */
	uint32_t *took_us;
	unsigned sent, replies, forged;
	unsigned endings[ENDINGS];
};

static uint64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static bool
open_sockets(struct burst *burst)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(burst->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct rlimit files = { 4096, 4096 };
	int room = 1 << 20;

	(void)setrlimit(RLIMIT_NOFILE, &files);
	for (unsigned i = 0; i < burst->clients; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof(server)) != 0)
			return false;
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
		burst->sockets[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
	}
	return true;
}

/* Number n goes out of socket n % clients with id n / clients. */
static size_t
write_query(const struct burst *burst, unsigned number, uint8_t *query)
{
	static const uint8_t head[] = { 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	static const uint8_t tail[] = { 0, 0, 1, 0, 1 };
	unsigned id = number / burst->clients;
	char digits[16];
	size_t at = HEADER_LEN, label = at++;

	query[0] = (uint8_t)(id >> 8);
	query[1] = (uint8_t)id;
	memcpy(query + 2, head, sizeof(head));
	snprintf(digits, sizeof(digits), "%u", number);
	for (const char *c = burst->name; *c != '\0'; c++) {
		if (*c == '.') {
			query[label] = (uint8_t)(at - label - 1);
			label = at++;
		} else if (strncmp(c, "%u", 2) == 0) {
			memcpy(query + at, digits, strlen(digits));
			at += strlen(digits);
			c++;
		} else {
			query[at++] = (uint8_t)*c;
		}
	}
	query[label] = (uint8_t)(at - label - 1);
	memcpy(query + at, tail, sizeof(tail));
	return at + sizeof(tail);
}

static bool
send_one(struct burst *burst)
{
	uint8_t query[512];
	unsigned number = burst->sent;
	size_t len = write_query(burst, number, query);

	if (send(burst->sockets[number % burst->clients].fd, query, len, 0) < 0)
		return false;
	burst->sent_us[number] = now_us();
	burst->sent++;
	return true;
}

static enum ending
ending_of(const uint8_t *reply)
{
	bool has_answers = reply[6] != 0 || reply[7] != 0;

	switch (reply[3] & 15) {
	case 0:
		return has_answers ? ANSWERED : EMPTY;
	case 2:
		return SERVFAIL;
	case 3:
		return EMPTY;
	case 5:
		return REFUSED;
	}
	return OTHER;
}

static void
take_reply(struct burst *burst, unsigned client, const uint8_t *reply, size_t len)
{
	unsigned id = (unsigned)reply[0] << 8 | reply[1];
	unsigned number = id * burst->clients + client;

	if (number >= burst->sent || burst->sent_us[number] == 0)
		return;
	burst->took_us[burst->replies++] = (uint32_t)(now_us() - burst->sent_us[number]);
	burst->sent_us[number] = 0;
	burst->endings[ending_of(reply)]++;
	burst->forged += memmem(reply, len, "\xCB\0\x71\x42", 4) != NULL;
}

static void
receive(struct burst *burst, int wait_ms)
{
	uint8_t reply[4096];

	if (poll(burst->sockets, burst->clients, wait_ms) <= 0)
		return;
	for (unsigned i = 0; i < burst->clients; i++) {
		ssize_t len;

		if (burst->sockets[i].revents == 0)
			continue;
		while ((len = recv(burst->sockets[i].fd, reply, sizeof(reply), 0)) >= HEADER_LEN)
			take_reply(burst, i, reply, (size_t)len);
	}
}

static void
run(struct burst *burst)
{
	uint64_t start = now_us();

	while (burst->sent < burst->count) {
		uint64_t passed = now_us() - start;
		unsigned due = burst->rate == 0 ? burst->count :
		    (unsigned)(passed * burst->rate / 1000000);

		for (unsigned n = 0; burst->sent < due && burst->sent < burst->count && n < 64; n++)
			if (!send_one(burst))
				break;
		receive(burst, burst->sent < due ? 0 : 1);
	}
	uint64_t end = now_us() + burst->wait_s * 1000000ULL;
	while (burst->replies < burst->sent && now_us() < end)
		receive(burst, 10);
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
print(struct burst *burst)
{
	static const char *const words[] = { "answered", "empty", "servfail", "refused", "other" };
	unsigned n = burst->replies;

	qsort(burst->took_us, n, sizeof(*burst->took_us), compare);
	printf("sent %u\n", burst->sent);
	for (unsigned i = 0; i < ENDINGS; i++)
		printf("%s %u\n", words[i], burst->endings[i]);
	printf("lost %u\nforged %u\n", burst->sent - n, burst->forged);
	if (n > 0)
		printf("p50_us %u\np99_us %u\nworst_us %u\n", burst->took_us[n / 2],
		    burst->took_us[n - 1 - n / 100], burst->took_us[n - 1]);
}

int
main(int argc, char **argv)
{
	static struct burst burst = { .clients = 100, .count = 1, .wait_s = 6 };
	int option;

	while ((option = getopt(argc, argv, "c:n:r:w:")) != -1) {
		unsigned value = optarg == NULL ? 0 : (unsigned)strtoul(optarg, NULL, 10);

		switch (option) {
		case 'c':
			burst.clients = value;
			break;
		case 'n':
			burst.count = value;
			break;
		case 'r':
			burst.rate = value;
			break;
		case 'w':
			burst.wait_s = value;
			break;
		default:
			return 64;
		}
	}
	if (argc - optind != 2 || burst.clients == 0 || burst.clients > CLIENTS_MAX ||
	    burst.count > COUNT_MAX || burst.count / burst.clients >= IDS ||
	    strlen(argv[optind + 1]) > 200)
		return 64;
	burst.port = (uint16_t)atoi(argv[optind]);
	burst.name = argv[optind + 1];
	burst.sent_us = calloc(burst.count + 1, sizeof(*burst.sent_us));
	burst.took_us = calloc(burst.count + 1, sizeof(*burst.took_us));
	if (burst.sent_us == NULL || burst.took_us == NULL || !open_sockets(&burst))
		return 71;
	run(&burst);
	print(&burst);
	return 0;
}
