/*
 * tls_crowd.c - idle TLS sessions, and handshakes at a rate, beside a client that asks over UDP.
 *
 *     tls_crowd UDP_PORT TLS_PORT NAME IDLE RATE SECONDS
 *
 * all on 127.0.0.1.  Prints lines of "WORD NUMBER"; what has to hold is the caller's business.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ASKED_MAX 100000
#define GAP_US 2000             /* between two questions over UDP */

struct crowd {
	uint16_t udp_port, tls_port;
	unsigned rate, seconds;
	uint8_t query[300];     /* with its length in front */
	size_t query_len;
	SSL_CTX *context;
	atomic_bool ended;
	unsigned made, failed;
	uint64_t took_us[ASKED_MAX];
	size_t asked, lost;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "tls_crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void
sleep_until(uint64_t us)
{
	struct timespec at = { (time_t)(us / 1000000), (long)(us % 1000000 * 1000) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		continue;
}

static void
write_query(struct crowd *crowd, const char *name)
{
	uint8_t *at = crowd->query + 2;
	static const uint8_t head[12] = { 0x12, 0x34, 1, 0, 0, 1 };

	memcpy(at, head, sizeof(head));
	at += sizeof(head);
	while (*name != '\0') {
		size_t len = strcspn(name, ".");

		*at++ = (uint8_t)len;
		memcpy(at, name, len);
		at += len;
		name += len + (name[len] == '.');
	}
	memcpy(at, "\0\0\1\0\1", 5);
	crowd->query_len = (size_t)(at + 5 - crowd->query);
	crowd->query[1] = (uint8_t)(crowd->query_len - 2);
}

static int
connect_to(int type, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { 5, 0 };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	return fd;
}

static bool
ask(struct crowd *crowd, SSL *session)
{
	uint8_t reply[600];

	return SSL_write(session, crowd->query, (int)crowd->query_len) == (int)crowd->query_len &&
	    SSL_read(session, reply, sizeof(reply)) > 14;
}

/* A session that has been answered once; NULL: it has not. */
static SSL *
open_session(struct crowd *crowd)
{
	SSL *session = SSL_new(crowd->context);
	int fd = connect_to(SOCK_STREAM, crowd->tls_port);

	SSL_set_fd(session, fd);
	if (SSL_connect(session) == 1 && ask(crowd, session))
		return session;
	SSL_free(session);
	close(fd);
	return NULL;
}

static void
close_session(SSL *session)
{
	int fd = SSL_get_fd(session);

	SSL_free(session);
	close(fd);
}

static void *
make_handshakes(void *arg)
{
	struct crowd *crowd = arg;
	uint64_t due = now_us();

	while (!atomic_load(&crowd->ended)) {
		SSL *session = open_session(crowd);

		if (session == NULL)
			crowd->failed++;
		else
			close_session(session);
		crowd->made += session != NULL;
		due += 1000000 / crowd->rate;
		sleep_until(due);
	}
	return NULL;
}

static void
ask_over_udp(struct crowd *crowd)
{
	uint64_t end = now_us() + crowd->seconds * 1000000ULL;
	int fd = connect_to(SOCK_DGRAM, crowd->udp_port);
	uint8_t reply[600];

	while (now_us() < end && crowd->asked < ASKED_MAX) {
		uint64_t began = now_us();

		if (send(fd, crowd->query + 2, crowd->query_len - 2, 0) < 0)
			die("send");
		crowd->lost += recv(fd, reply, sizeof(reply), 0) <= 0;
		crowd->took_us[crowd->asked++] = now_us() - began;
		sleep_until(began + GAP_US);
	}
	close(fd);
}

static int
by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	static struct crowd crowd;
	size_t idle, open = 0;
	pthread_t thread;

	if (argc != 7)
		return 64;
	signal(SIGPIPE, SIG_IGN);
	crowd.udp_port = (uint16_t)atoi(argv[1]);
	crowd.tls_port = (uint16_t)atoi(argv[2]);
	write_query(&crowd, argv[3]);
	idle = (size_t)atoi(argv[4]);
	crowd.rate = (unsigned)atoi(argv[5]);
	crowd.seconds = (unsigned)atoi(argv[6]);
	crowd.context = SSL_CTX_new(TLS_client_method());
	SSL **sessions = calloc(idle, sizeof(*sessions));
	for (size_t i = 0; i < idle; i++)
		sessions[i] = open_session(&crowd);
	if (pthread_create(&thread, NULL, make_handshakes, &crowd) != 0)
		die("thread");
	ask_over_udp(&crowd);
	atomic_store(&crowd.ended, true);
	pthread_join(thread, NULL);
	/* Those who were idle meanwhile are answered still. */
	for (size_t i = 0; i < idle; i++) {
		open += sessions[i] != NULL && ask(&crowd, sessions[i]);
		if (sessions[i] != NULL)
			close_session(sessions[i]);
	}
	qsort(crowd.took_us, crowd.asked, sizeof(crowd.took_us[0]), by_size);
	printf("open %zu\nhandshakes %u\nhandshakes_failed %u\n", open, crowd.made, crowd.failed);
	printf("asked %zu\nlost %zu\n", crowd.asked, crowd.lost);
	printf("p50_us %llu\n", (unsigned long long)crowd.took_us[crowd.asked / 2]);
	printf("p99_us %llu\n", (unsigned long long)crowd.took_us[crowd.asked * 99 / 100]);
	free(sessions);
	return 0;
}
