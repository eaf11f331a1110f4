/* flood_tcp.c - the load generator's connections: many queries a write, many replies a read. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "dns/wire.h"
#include "tests/bench/bench_base.h"
#include "tests/bench/bench_flood.h"

#define LENGTH_PREFIX 2U

/* A link has at most SLOTS_MAX queries under way: what the socket does not take waits here. */
struct flood_stream {
	size_t out_len;
	size_t in_len;
	uint8_t out[SLOTS_MAX * (QUERY_SIZE_MAX + LENGTH_PREFIX)];
	uint8_t in[2 * 65536];
};

static void
tcp_open(struct flood *flood, struct flood_link *link)
{
	int on = 1;

	link->fd = socket(flood->server.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&flood->server,
	    flood->server_len) != 0)
		bench_die("connect");
	if (setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		bench_die("TCP_NODELAY");
	if (link->stream == NULL)
		link->stream = bench_alloc(1, sizeof(*link->stream));
	link->stream->out_len = link->stream->in_len = 0;
}

/*
 * Ended by the server, as some do after so many queries: its queries are lost, and there is
 * another.
 */
static void
reopen(struct flood *flood, struct flood_link *link)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = link };

	flood->tally.closed++;
	flood->tally.lost += bench_slots_expire(&link->slots, UINT64_MAX);
	(void)close(link->fd);
	flood_tcp.open(flood, link);
	if (epoll_ctl(flood->epoll, EPOLL_CTL_ADD, link->fd, &event) != 0)
		bench_die("epoll_ctl");
}

/* What is not taken now goes with the next queries, or when replies have made room. */
static void
flush_out(struct flood_link *link)
{
	struct flood_stream *stream = link->stream;
	ssize_t done = stream->out_len == 0 ? 0 :
	    send(link->fd, stream->out, stream->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (done <= 0)
		return;
	stream->out_len -= (size_t)done;
	memmove(stream->out, stream->out + done, stream->out_len);
}

static void
judge_all(struct flood *flood, struct flood_link *link, uint64_t now_ns)
{
	struct flood_stream *stream = link->stream;
	size_t at = 0;

	while (stream->in_len - at >= LENGTH_PREFIX) {
		size_t len = wire_get_u16(stream->in + at);

		if (stream->in_len - at < LENGTH_PREFIX + len)
			break;
		flood_judge(flood, link, stream->in + at + LENGTH_PREFIX, len, now_ns);
		at += LENGTH_PREFIX + len;
	}
	stream->in_len -= at;
	memmove(stream->in, stream->in + at, stream->in_len);
}

static void
tcp_receive(struct flood *flood, struct flood_link *link, uint64_t now_ns)
{
	struct flood_stream *stream = link->stream;
	ssize_t got = recv(link->fd, stream->in + stream->in_len,
	    sizeof(stream->in) - stream->in_len, MSG_DONTWAIT);

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		reopen(flood, link);
		return;
	}
	if (got < 0)
		return;
	stream->in_len += (size_t)got;
	judge_all(flood, link, now_ns);
	flush_out(link);
}

static void
tcp_send(struct flood *flood, struct flood_link *link, unsigned count, uint64_t since_ns,
    uint64_t step_ns)
{
	struct flood_stream *stream = link->stream;

	for (; count > 0; count--, since_ns += step_ns) {
		const struct bench_step *step = flood_next(flood, link, since_ns);
		size_t len = LENGTH_PREFIX + step->len;

		/* Only after a query was given up that still stands here. */
		if (len > sizeof(stream->out) - stream->out_len)
			continue;
		memcpy(stream->out + stream->out_len,
		    flood->steps.octets + step->at - LENGTH_PREFIX, len);
		stream->out_len += len;
	}
	flush_out(link);
}

const struct flood_transport flood_tcp = { tcp_open, tcp_receive, tcp_send };
