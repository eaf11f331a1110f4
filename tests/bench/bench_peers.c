/* bench_peers.c - a process that is probed: HTTP, TCP, and a port that never answers. */
#include "tests/bench/bench_peers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench_base.h"

#define EVENTS 256
#define FILL 4                  /* connections that fill a queue of length 0 */

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

static int
listen_any(int backlog, uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof(in)) != 0 ||
	    listen(fd, backlog) != 0 || getsockname(fd, (struct sockaddr *)&in, &size) != 0)
		bench_die("listen");
	*port = ntohs(in.sin_port);
	return fd;
}

/* Nobody accepts here: once the queue is full, SYNs are dropped. */
static void
fill_queue(uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };

	for (int i = 0; i < FILL; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd < 0 || (connect(fd, (struct sockaddr *)&in, sizeof(in)) != 0 &&
		    errno != EINPROGRESS))
			bench_die("connect");
	}
}

/* A probe's request comes in one segment: what is there is the request. */
static void
serve_request(int fd)
{
	char buf[2048];
	ssize_t len = recv(fd, buf, sizeof(buf), 0);

	if (len < 0 && errno == EAGAIN)
		return;
	if (len > 0 && send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) < 0 && errno == EAGAIN)
		return;
	close(fd);
}

static void
accept_all(int epoll, int listener, int is_http)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

		if (!is_http)
			close(fd);
		else if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
			bench_die("epoll_ctl");
	}
}

static void __attribute__((noreturn))
serve(int http, int tcp)
{
	struct epoll_event events[EVENTS] = { { .events = EPOLLIN, .data.fd = http } };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, http, &events[0]) != 0)
		bench_die("epoll");
	events[0].data.fd = tcp;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, tcp, &events[0]) != 0)
		bench_die("epoll");
	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;

			if (fd == http || fd == tcp)
				accept_all(epoll, fd, fd == http);
			else
				serve_request(fd);
		}
	}
}

void
bench_peers_start(struct bench_peers *peers, int cpu)
{
	int http = listen_any(4096, &peers->http);
	int tcp = listen_any(4096, &peers->tcp);
	int dead = listen_any(0, &peers->dead);

	fflush(NULL);
	peers->pid = fork();
	if (peers->pid < 0)
		bench_die("fork");
	if (peers->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		bench_pin(cpu);
		fill_queue(peers->dead);
		serve(http, tcp);
	}
	close(http);
	close(tcp);
	close(dead);
}

void
bench_peers_stop(struct bench_peers *peers)
{
	kill(peers->pid, SIGKILL);
	waitpid(peers->pid, NULL, 0);
}
