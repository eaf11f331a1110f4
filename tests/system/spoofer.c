/*
 * spoofer.c - forge replies of an upstream on loopback, in the hope that one is believed.
 *
 *     spoofer PORT NAME SECONDS
 *
 * sends replies from 127.0.0.1:PORT, as it says, to every port of 127.0.0.1 with ids at random, some
 * 50,000 a second: NAME's address is 203.0.113.66.  Needs a raw socket: 77 without.  Prints how
 * many it has sent.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 500               /* in 10 ms */

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	uint8_t message[300];
};

static size_t
write_message(uint8_t *message, const char *name)
{
	static const uint8_t head[] = { 0, 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0 };
	static const uint8_t tail[] = { 0, 0, 1, 0, 1, 0xC0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 203, 0, 113,
		66 };
	size_t at = sizeof(head);

	memcpy(message, head, sizeof(head));
	while (*name != '\0') {
		size_t len = strcspn(name, ".");

		message[at++] = (uint8_t)len;
		memcpy(message + at, name, len);
		at += len;
		name += len + (name[len] == '.');
	}
	memcpy(message + at, tail, sizeof(tail));
	return at + sizeof(tail);
}

static size_t
write_packet(struct packet *packet, uint16_t port, const char *name)
{
	size_t len = write_message(packet->message, name);
	size_t size = sizeof(packet->ip) + sizeof(packet->udp) + len;

	packet->ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
		.tot_len = htons((uint16_t)size), .saddr = htonl(INADDR_LOOPBACK),
		.daddr = htonl(INADDR_LOOPBACK) };
	packet->udp.source = htons(port);
	packet->udp.len = htons((uint16_t)(sizeof(packet->udp) + len));
	packet->udp.check = 0;          /* none (RFC 768) */
	return size;
}

int
main(int argc, char **argv)
{
	static const struct timespec pause = { .tv_nsec = 10000000 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct packet packet;
	unsigned long sent = 0;
	uint16_t dice[2 * BATCH];

	if (argc != 4 || strlen(argv[2]) > 200)
		return 64;
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		return 77;
	size_t size = write_packet(&packet, (uint16_t)atoi(argv[1]), argv[2]);
	time_t end = time(NULL) + atoi(argv[3]);
	while (time(NULL) <= end) {
		if (getrandom(dice, sizeof(dice), 0) != (ssize_t)sizeof(dice))
			return 71;
		for (unsigned i = 0; i < BATCH; i++) {
			packet.udp.dest = dice[2 * i] | htons(1024);
			memcpy(packet.message, &dice[2 * i + 1], 2);
			sent += sendto(fd, &packet, size, 0, (struct sockaddr *)&to, sizeof(to)) > 0;
		}
		nanosleep(&pause, NULL);
	}
	printf("%lu\n", sent);
	return 0;
}
