/*
 * bench_flood.h - the state of a load generator: its settings, its sockets, what has come of it.
 *
 * bench_flood.c reads the arguments and prints the figures, flood_load.c knows queries and
 * replies, and flood_udp.c and flood_tcp.c move them.
 */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_FLOOD_H
#define ROLLCALL_TESTS_BENCH_BENCH_FLOOD_H
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/latency.h"
#include "tests/bench/bench_slots.h"
#include "tests/bench/bench_steps.h"

#define FLOOD_BATCH 64U         /* datagrams moved by one call */

struct flood_tally {
	uint64_t sent;
	uint64_t answered;      /* with the right answer, or a wrong one */
	uint64_t wrong;
	uint64_t lost;          /* no reply in time */
	uint64_t stray;         /* too late, twice, or never asked for */
	uint64_t closed;        /* TCP connections that the server ended */
};

struct flood_stream;

/* A socket that is connected to the server. */
struct flood_link {
	int fd;
	struct bench_slots slots;
	struct flood_stream *stream;    /* TCP's */
};

struct flood {
	struct bench_steps steps;
	uint32_t next_step;
	struct sockaddr_storage server;
	socklen_t server_len;
	bool ids_only;          /* of a reply nothing but the id is looked at */
	bool segments;          /* queries of one length leave as one message (UDP_SEGMENT) */
	bool spin;              /* never sleep */
	unsigned burst;         /* a link sends no fewer at once */
	uint64_t rate;          /* queries a second; 0: one for each reply */
	uint64_t timeout_ns;

	uint64_t begin_ns;      /* of the pace */
	uint64_t paced;         /* queries since then */
	uint64_t sweep_ns;      /* when to look for lost queries next */
	int epoll;
	unsigned link_count;
	unsigned turn;          /* which link is next where any would do */
	struct flood_link *links;

	struct flood_tally tally;
	unsigned told;          /* faults that were printed */
	struct latency latency;
	struct latency lateness;        /* of queries that leave at their times */
};

struct flood_transport {
	void (*open)(struct flood *flood, struct flood_link *link);
	/* Read what is there and judge it. */
	void (*receive)(struct flood *flood, struct flood_link *link, uint64_t now_ns);
	/*
	 * Send that many queries, which the link has room for; the k-th was due at k * step_ns
	 * after since_ns.
	 */
	void (*send)(struct flood *flood, struct flood_link *link, unsigned count,
	    uint64_t since_ns, uint64_t step_ns);
};
extern const struct flood_transport flood_udp, flood_tcp;

/* Connect `links` sockets with room for `outstanding` queries each. */
void flood_open(struct flood *flood, const struct flood_transport *transport, unsigned links,
    unsigned outstanding);
void flood_close(struct flood *flood);
/* Load until then. */
void flood_run(struct flood *flood, const struct flood_transport *transport, uint64_t end_ns);
/* Send nothing more, and wait for what is outstanding, at most as long as a reply may take. */
void flood_drain(struct flood *flood, const struct flood_transport *transport);

/* For transports: the next query, with its id written into it; a reply that came. */
const struct bench_step *flood_next(struct flood *flood, struct flood_link *link,
    uint64_t since_ns);
void flood_judge(struct flood *flood, struct flood_link *link, const uint8_t *reply, size_t len,
    uint64_t now_ns);
#endif
