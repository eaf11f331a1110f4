/* attempt.h - for tests of engines: one attempt, and targets that misbehave on order. */
#ifndef ROLLCALL_TESTS_PROBE_ATTEMPT_H
#define ROLLCALL_TESTS_PROBE_ATTEMPT_H
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "base/clock.h"
#include "probe/probe.h"

struct attempt {
	struct event_base *loop;
	struct clock *clock;
	struct prober_settings settings;
	struct prober *prober;          /* made by the first run */
	struct probe_spec spec;
	struct probe_target target;
	struct outcome outcome;
	unsigned done;                  /* how often it was reported */
};

/*
 * A prober over the system's clock and a spec of `engine` for 127.0.0.1:`port`, 2 s; close
 * frees all.
 */
void attempt_open(struct attempt *attempt, enum probe_engine engine, uint16_t port);
void attempt_close(struct attempt *attempt);

/* Start; run the loop until the report. */
struct probe *attempt_start(struct attempt *attempt);
const struct outcome *attempt_run(struct attempt *attempt);

/*
 * Run and compare: code, and part of the detail (NULL: any).  Where our own lateness was the
 * ending, and is not expected, it is run again.
 */
void attempt_expect(struct attempt *attempt, enum outcome_code code, const char *detail);

/*
 * A listener at 127.0.0.1, any port, on the attempt's loop; what it does with each connection
 * is `serve`.
 */
struct peer;
typedef void peer_serve_fn(struct peer *peer, int fd);
struct peer {
	struct event_base *loop;
	struct evconnlistener *listener;
	peer_serve_fn *serve;
	const void *arg;
	uint16_t port;
	unsigned accepted;
	int fds[64];                    /* kept open until peer_close */
	unsigned fd_count;
	struct bufferevent *buffers[64];
	unsigned buffer_count;
};
void peer_open(struct peer *peer, struct attempt *attempt, peer_serve_fn *serve, const void *arg);
void peer_close(struct peer *peer);

/* Kinds of service: keep it open and say nothing; close; reset. */
void peer_hang(struct peer *peer, int fd);
void peer_hang_up(struct peer *peer, int fd);
void peer_reset(struct peer *peer, int fd);

/*
 * A listener whose queue is full, so that connecting to it hangs; the descriptors are closed by
 * the call below.
 */
struct full_queue {
	int fds[8];
	unsigned count;
	uint16_t port;
};
void full_queue_open(struct full_queue *queue);
void full_queue_close(struct full_queue *queue);

/* A port of 127.0.0.1 where nobody listens. */
uint16_t closed_port(void);
#endif
