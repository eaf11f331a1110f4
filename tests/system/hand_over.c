/* hand_over.c - open sockets as a service manager would, from descriptor 3 on, and run a command. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "net/sock.h"

#define FIRST_FD 3
#define SOCKETS_MAX 16
#define ATTEMPTS 64

static const char usage[] =
    "usage: hand_over (udp|tcp)=ADDRESS:PORT... -- COMMAND [ARGUMENT]...\n"
    "Port 0: the kernel's choice, the same for all.  The command finds it in $HANDED_PORT.\n";

struct wanted {
	bool stream;
	struct addr_port at;
};

/* All of them, or none: a port that is free for UDP may be taken for TCP. */
static bool
open_all(const struct wanted *wanted, size_t count, uint16_t *port)
{
	*port = 0;
	for (size_t i = 0; i < count; i++) {
		struct addr_port at = wanted[i].at;
		int fd, err;

		if (at.port == 0)
			at.port = *port;
		err = wanted[i].stream ? sock_listen_tcp(&at, SOCK_FLAG_REUSEPORT, 16, &fd) :
		    sock_bind_udp(&at, SOCK_FLAG_REUSEPORT, 0, &fd);
		if (err != 0 || sock_bound(fd, &at) != 0 || dup2(fd, FIRST_FD + (int)i) < 0)
			return false;
		if (fd >= FIRST_FD + (int)count)
			close(fd);
		(void)fcntl(FIRST_FD + (int)i, F_SETFD, 0);
		*port = at.port;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct wanted wanted[SOCKETS_MAX];
	size_t count = 0;
	uint16_t port = 0;
	char text[16];
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0 && count < SOCKETS_MAX; i++) {
		struct wanted *one = &wanted[count++];

		one->stream = strncmp(argv[i], "tcp=", 4) == 0;
		if ((!one->stream && strncmp(argv[i], "udp=", 4) != 0) ||
		    addr_port_parse(argv[i] + 4, &one->at) != 0)
			i = argc;
	}
	if (i + 1 >= argc) {
		fputs(usage, stderr);
		return 64;
	}
	for (int attempt = 0; !open_all(wanted, count, &port); attempt++)
		if (attempt == ATTEMPTS)
			return 71;
	snprintf(text, sizeof(text), "%u", port);
	setenv("HANDED_PORT", text, 1);
	snprintf(text, sizeof(text), "%zu", count);
	setenv("HANDED_COUNT", text, 1);
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 71;
}
