/* probe_tcp.c - a probe that passes when the port accepts a connection. */
#include <errno.h>

#include "probe/dial.h"
#include "probe/engine.h"
#include "probe/probe_host.h"

struct tcp_attempt {
	struct probe probe;
	struct probe_host host;
	struct addr_port to;
};

static void dial_next(struct tcp_attempt *tcp, int error);

static void
connected(struct tcp_attempt *tcp, int error)
{
	struct probe *probe = &tcp->probe;

	switch (error) {
	case 0:
	case ECONNRESET:        /* both: the connection was made, then reset (PROBES.md 10.15) */
	case EPIPE:
		probe_step(probe, "connected");
		probe_end(probe, OUTCOME_PASS, NULL);
		break;
	case EINPROGRESS:
		probe_wait(probe, EV_WRITE);
		break;
	default:
		dial_next(tcp, error);
		break;
	}
}

/* Dial the next address, or end with why the one before did not work. */
static void
dial_next(struct tcp_attempt *tcp, int error)
{
	struct probe *probe = &tcp->probe;

	if (!probe_host_next(&tcp->host, &tcp->to.addr)) {
		probe_end(probe, dial_outcome(error), dial_detail(error));
		return;
	}
	int fd = dial_open(&tcp->to);

	if (fd < 0) {
		connected(tcp, -fd);
		return;
	}
	probe_set_fd(probe, fd);
	connected(tcp, dial_poll(fd, &tcp->to));
}

static void
found(struct probe *probe)
{
	dial_next((struct tcp_attempt *)probe, EHOSTUNREACH);
}

static void
start(struct probe *probe)
{
	struct tcp_attempt *tcp = (struct tcp_attempt *)probe;

	tcp->to.port = probe->target.port;
	probe_host_find(&tcp->host, probe, found);
}

static void
io(struct probe *probe)
{
	struct tcp_attempt *tcp = (struct tcp_attempt *)probe;

	connected(tcp, dial_poll(probe->fd, &tcp->to));
}

static enum outcome_code
timeout(const struct probe *probe)
{
	return probe_host_is_waiting(&((const struct tcp_attempt *)probe)->host) ?
	    OUTCOME_HOST_UNKNOWN : OUTCOME_CONNECT_TIMEOUT;
}

static void
clear(struct probe *probe)
{
	probe_host_clear(&((struct tcp_attempt *)probe)->host);
}

const struct engine engine_tcp = {
	.size = sizeof(struct tcp_attempt),
	.needs_port = true,
	.start = start,
	.io = io,
	.timeout = timeout,
	.clear = clear,
};
