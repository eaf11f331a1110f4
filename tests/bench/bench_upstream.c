/*
 * bench_upstream.c - a name server that knows every name and costs little, to be forwarded to.
 *
 *	bench_upstream [OPTION]... ADDRESS:PORT
 *	bench_upstream --name NAME
 *
 * Says where it listens and answers over UDP until it is killed: A with an address made from the
 * name, any other type with no data.  It checks nothing.  At USR1 it says how many questions came
 * since the last time.  With --name it says what that name's address is.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/sock.h"
#include "tests/bench/bench_base.h"

#define BATCH 64
#define MESSAGE_SIZE 1232
#define RECEIVE_QUEUE (4 * 1024 * 1024)
#define ROOM (16 + 11)          /* for a record of A and an OPT */

struct upstream {
	int fd;
	uint32_t ttl_s;
	uint64_t asked;
	uint8_t messages[BATCH][MESSAGE_SIZE + ROOM];
	struct sockaddr_storage clients[BATCH];
	struct iovec iov[BATCH];
	struct mmsghdr mmsg[BATCH];
};

static volatile sig_atomic_t wanted;

static void
on_signal(int number)
{
	(void)number;
	wanted = 1;
}

/* 198.18.0.0/15, by the name without regard to case. */
static void
address_of(const uint8_t *name, size_t len, uint8_t address[4])
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)tolower(name[i])) * 16777619u;
	hash ^= hash >> 15;
	address[0] = 198;
	address[1] = (uint8_t)(18 | (hash >> 16 & 1));
	address[2] = (uint8_t)(hash >> 8);
	address[3] = (uint8_t)hash;
}

/* The query becomes its reply; 0: it is none. */
static size_t
answer(const struct upstream *upstream, uint8_t *message, size_t len)
{
	static const uint8_t opt[11] = { 0, 0, 41, 1232 >> 8, 1232 & 0xff };
	uint8_t record[16] = { 0xc0, 12, 0, 1, 0, 1, [11] = 4 };
	size_t end = 12;

	while (end < len && message[end] != 0)
		end += message[end] + 1u;
	end += 5;
	if (len < 17 || end > len || (message[2] & 0x80) != 0)
		return 0;
	bool edns = message[11] != 0, is_a = message[end - 4] == 0 && message[end - 3] == 1;
	uint32_t ttl = htonl(upstream->ttl_s);

	message[2] |= 0x80;
	message[3] = 0x80;
	message[7] = is_a;
	address_of(message + 12, end - 17, record + 12);
	memcpy(record + 6, &ttl, sizeof(ttl));
	if (is_a) {
		memcpy(message + end, record, sizeof(record));
		end += sizeof(record);
	}
	message[11] = edns;
	if (edns) {
		memcpy(message + end, opt, sizeof(opt));
		end += sizeof(opt);
	}
	return end;
}

static void
serve_batch(struct upstream *upstream)
{
	int count = recvmmsg(upstream->fd, upstream->mmsg, BATCH, MSG_WAITFORONE, NULL), at = 0;

	if (count < 0 && errno != EINTR)
		bench_die("recvmmsg");
	for (int i = 0; i < count; i++) {
		/* Nothing to say: an empty datagram says so. */
		upstream->iov[i].iov_len = answer(upstream, upstream->messages[i],
		    upstream->mmsg[i].msg_len);
		upstream->asked++;
	}
	while (at < count) {
		int done = sendmmsg(upstream->fd, upstream->mmsg + at, (unsigned)(count - at), 0);

		at += done > 0 ? done : 1;
	}
	for (int i = 0; i < count; i++) {
		upstream->iov[i].iov_len = MESSAGE_SIZE;
		upstream->mmsg[i].msg_hdr.msg_namelen = sizeof(upstream->clients[i]);
	}
}

static void
open_upstream(struct upstream *upstream, const char *text)
{
	struct addr_port address;
	char bound[ADDR_PORT_TEXT_SIZE];
	struct sigaction action = { .sa_handler = on_signal };

	if (addr_port_parse(text, &address) != 0)
		bench_fail("%s: not an address and a port", text);
	if (!addr_is_loopback(&address.addr))
		bench_fail("%s: not of loopback", text);
	if (sock_bind_udp(&address, 0, RECEIVE_QUEUE, &upstream->fd) != 0 ||
	    sock_bound(upstream->fd, &address) != 0)
		bench_die(text);
	for (int i = 0; i < BATCH; i++) {
		upstream->iov[i] = (struct iovec){ upstream->messages[i], MESSAGE_SIZE };
		upstream->mmsg[i].msg_hdr = (struct msghdr){ .msg_name = &upstream->clients[i],
			.msg_namelen = sizeof(upstream->clients[i]), .msg_iov = &upstream->iov[i],
			.msg_iovlen = 1 };
	}
	sigaction(SIGUSR1, &action, NULL);
	printf("%s\n", addr_port_text(&address, bound));
	fflush(stdout);
}

static int
say_address(const char *name)
{
	uint8_t wire[256], address[4];
	char text[INET_ADDRSTRLEN];
	size_t len = 0;

	while (*name != '\0') {
		size_t label = strcspn(name, ".");

		if (label > 63 || len + label + 2 > sizeof(wire))
			bench_fail("too long a name");
		wire[len++] = (uint8_t)label;
		memcpy(wire + len, name, label);
		len += label;
		name += label + (name[label] == '.');
	}
	address_of(wire, len, address);
	puts(inet_ntop(AF_INET, address, text, sizeof(text)));
	return 0;
}

int
main(int argc, char **argv)
{
	struct upstream *upstream = bench_alloc(1, sizeof(*upstream));
	uint64_t ttl_s = 3600;
	const struct bench_option options[] = {
		{ "ttl", "seconds, of all records", &ttl_s, NULL, NULL },
		{ NULL, NULL, NULL, NULL, NULL },
	};

	if (argc == 3 && strcmp(argv[1], "--name") == 0)
		return say_address(argv[2]);
	bench_options(argc, argv, options, "ADDRESS:PORT", 1);
	upstream->ttl_s = (uint32_t)ttl_s;
	open_upstream(upstream, argv[1]);
	for (;;) {
		serve_batch(upstream);
		if (wanted) {
			wanted = 0;
			printf("%ju\n", (uintmax_t)upstream->asked);
			fflush(stdout);
			upstream->asked = 0;
		}
	}
}
