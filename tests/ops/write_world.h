/*
 * write_world.h - an API that writes, over a keeper and a view of the test's own, asked over its Unix
 * socket.  Thread: control.
 *
 * What is kept is shown as it is; nothing is decoded.  What a decoder would say the test says.
 */
#ifndef ROLLCALL_TESTS_OPS_WRITE_WORLD_H
#define ROLLCALL_TESTS_OPS_WRITE_WORLD_H
#include <jansson.h>
#include <stdbool.h>

#include "model/allot_check.h"
#include "ops/write.h"

/* Everything is there between start and stop. */
void write_world_start(void);
void write_world_stop(void);

/* A file states this object. */
void write_world_state(enum api_kind kind, const char *ns, const char *name, const char *json);
/* What is kept of an object (borrowed), or NULL. */
json_t *write_world_kept(const char *resource, const char *ns, const char *name);

/* What the keeper does from now on. */
struct write_world_mood {
	const char *problem;            /* NULL: it works */
	const char *warning;            /* of each check; "" and NULL: none */
	const char *error;              /* each check fails with it */
	const struct allot_refusal *refusal;
	int put_err;                    /* of what was begun */
	const char *put_why;
	unsigned begun;                 /* counts how often a request was begun, or begun anew */
	bool slow;                      /* nothing is finished before write_world_finish() */
};
extern struct write_world_mood write_world_mood;
void write_world_finish(void);

/*
 * METHOD PATH with a body of that type; the body of the reply, a new reference; the test fails if it
 * has another status.  write_world_head is the last reply's head.
 */
json_t *write_world_ask(const char *what, const char *type, const char *body, int status);
json_t *write_world_ask_octets(const char *what, const char *type, const void *body, size_t len,
    int status);
extern char write_world_head[4096];

/* Send a request and do not wait; the reply later. */
int write_world_send(const char *what, const char *type, const char *body);
json_t *write_world_reply(int fd, int status);
/* "message" of a Status; static. */
const char *write_world_says(const char *what, const char *type, const char *body, int status);
#endif
