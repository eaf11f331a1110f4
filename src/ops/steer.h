/*
 * steer.h - our own part of the API: why, drain, env, pools, config below /rollcall/v1.  Thread:
 * control.
 *
 *     GET  /rollcall/v1/why?name=NAME[&namespace=NS][&from=outside][&ping=1]      why.h
 *     GET  /rollcall/v1/env[?namespace=NS]                                        variables.h
 *     GET  /rollcall/v1/drain                             what is drained
 *     POST /rollcall/v1/drain  {"pod": "web-1"} or {"service": "web", "address": "10.0.0.1"}, and
 *                              "namespace", "drained": false to take back; needs permission
 *     GET  /rollcall/v1/pools                             what is left of addresses and ports
 *     GET  /rollcall/v1/config                            what holds
 *     POST /rollcall/v1/reload                            as by SIGHUP; needs permission
 *
 * None looks at more than a bounded number of things in one go: who has an address is found in turns
 * of the loop.
 */
#ifndef ROLLCALL_OPS_STEER_H
#define ROLLCALL_OPS_STEER_H
#include <jansson.h>
#include <stdbool.h>

struct event_base;
struct httpd;
struct insight;
struct steer;
struct visit;

/* What the daemon hands over; `arg` first. */
struct steer_ops {
	void (*insight)(void *arg, struct insight *out);
	/* An id of model/drain.h.  ERR_EXISTS: it is so already; ERR_NOMEM. */
	int (*drain)(void *arg, const char *id, bool drained, const char *reason);
	/* New references; NULL: no memory.  `all`: whoever asks may write. */
	json_t *(*pools)(void *arg);
	json_t *(*config)(void *arg, bool all);
	/* Soon: settings and manifests are read anew. */
	void (*reload)(void *arg);
};

/* Takes the routes; `ops` is borrowed.  ERR_NOMEM, ERR_FULL. */
int steer_new(struct event_base *loop, struct httpd *httpd, const struct steer_ops *ops, void *arg,
    struct steer **out);
/* After the httpd; NULL is allowed. */
void steer_free(struct steer *steer);

/* For other answers of the kind: reply with an object, which is taken; NULL: 500, no memory. */
void steer_reply(struct visit *visit, int status, json_t *object);
#endif
