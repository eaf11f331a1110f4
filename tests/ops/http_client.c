/* http_client.c - a crude HTTP client on the same loop as the server under test. */
#include "tests/ops/http_client.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "net/sock.h"
#include "tests/suite.h"

int
http_client_connect(const struct addr_port *at)
{
	struct sockaddr_storage storage;
	socklen_t len = sock_from_addr(at, &storage);
	int fd = socket(storage.ss_family, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	/* The kernel completes it for the listener: no need for the loop to run. */
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&storage, len), 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

void
http_client_send(int fd, const char *text)
{
	ssize_t n = send(fd, text, strlen(text), MSG_NOSIGNAL);

	ck_assert(n >= 0 || errno == EPIPE || errno == ECONNRESET || errno == EAGAIN);
}

void
http_client_wait(struct event_base *loop, unsigned ms)
{
	struct timeval wait = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	event_base_loopexit(loop, &wait);
	event_base_dispatch(loop);
}

bool
http_client_read(struct event_base *loop, int fd, char *buf, size_t size)
{
	time_t end = time(NULL) + 20;
	size_t len = 0;

	while (time(NULL) < end) {
		ssize_t n = recv(fd, buf + len, size - 1 - len, 0);

		buf[n > 0 ? len + (size_t)n : len] = '\0';
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return true;
		if (n > 0)
			len += (size_t)n;
		else
			http_client_wait(loop, 2);
	}
	return false;
}
