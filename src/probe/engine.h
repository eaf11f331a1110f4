/*
 * engine.h - what probe.c and the engines share; private to this folder.  Thread: control.
 *
 * The life of an attempt: probe_start() makes it and calls the engine's start; the engine
 * dials, waits with probe_wait() and is called back at its io; whoever knows the ending calls
 * probe_end(), once.  The report follows from the loop, then everything is freed.  Time running
 * out is probe.c's business.
 */
#ifndef ROLLCALL_PROBE_ENGINE_H
#define ROLLCALL_PROBE_ENGINE_H
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "probe/probe.h"

struct tls_client;

/* One row per engine.  Its state begins with a struct probe and has `size` octets. */
struct engine {
	size_t size;
	bool needs_port;
	/* the deadline is kept by somebody else, who is given up only after so long */
	uint32_t grace_ms;
	/* Begin; zeroed memory.  May end the attempt. */
	void (*start)(struct probe *probe);
	/* The socket is ready, or the time is over and this is the last look at it. */
	void (*io)(struct probe *probe);
	/* What it means that the time runs out now. */
	enum outcome_code (*timeout)(const struct probe *probe);
	/* Free what the engine holds; the socket is closed by probe.c.  May be NULL. */
	void (*clear)(struct probe *probe);
};

extern const struct engine engine_tcp, engine_http, engine_grpc, engine_exec, engine_dns;

struct probe {
	struct prober *prober;
	const struct engine *engine;
	struct probe_target target;
	probe_done_fn *done;
	void *done_arg;
	struct event timer;     /* the deadline, then the report */
	struct event io;
	int fd;                 /* -1: none */
	short waiting;          /* what io waits for; 0: not added */
	bool ended;
	bool peer_closed;       /* the other side has sent its FIN */
	bool part;              /* after the end let the other side close first */
	uint64_t started_us;
	uint64_t deadline_us;
	bool parting;           /* reported; waiting for that */
	size_t parted;          /* octets thrown away meanwhile */
	struct probe *next;     /* among those that part */
	struct probe *previous;
	struct outcome outcome;
};

struct prober {
	struct prober_settings settings;        /* with copies of all it points at */
	struct tls_client *tls[2];              /* [verify]; made when first needed */
	struct strbuf scratch;                  /* requests are written here, then sent */
	struct probe *parting;
	size_t parting_count;
	size_t attempts;                        /* not freed yet, those that part among them */
	bool given_up;                          /* the last of them takes the prober along */
};

/* Wait for EV_READ, EV_WRITE; EV_CLOSED comes with EV_READ.  0: stop waiting. */
void probe_wait(struct probe *probe, short what);

/* The attempt ends so.  `detail` may be NULL.  Later calls do nothing: the first reason counts. */
void probe_end(struct probe *probe, enum outcome_code code, const char *detail);
void probe_end_value(struct probe *probe, enum outcome_code code, int value, const char *detail);

/* This much of the attempt is done, for who wants to watch. */
static inline void
probe_step(const struct probe *probe, const char *what)
{
	const struct prober_settings *settings = &probe->prober->settings;

	if (settings->step != NULL && !probe->ended)
		settings->step(settings->step_arg, what);
}

/* The TLS settings for probes that do, or do not, verify.  NULL: no memory. */
struct tls_client *prober_tls(struct prober *prober, bool verify);

/* An attempt is freed; a prober that was given up goes with its last one. */
void prober_forget(struct prober *prober);

/* A reported attempt that waits for its server to close does so no longer. */
void probe_part_now(struct probe *probe);

/* Take `fd` as the attempt's socket, closing the one before. */
void probe_set_fd(struct probe *probe, int fd);
#endif
