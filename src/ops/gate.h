/*
 * gate.h - who may come in with what: host names, origins, the token.  Thread: control.
 *
 * A web page of anywhere makes its reader's browser ask us: over another name that it lets point to
 * our address (DNS rebinding), or across origins.  So a request must be for a name of ours: an IP
 * address as such, localhost, the host's own name or one of http.allowHosts; an Origin must be the
 * one asked for; and what the browser itself calls of another site is refused, but for the page
 * ("/") and pictures (/badge/).  The Unix socket is out of a browser's reach, and not asked any
 * of this.
 *
 * Over TLS who brings the token writes, a wrong token is refused whatever is asked, and without
 * one there is reading, as over plain HTTP.
 */
#ifndef ROLLCALL_OPS_GATE_H
#define ROLLCALL_OPS_GATE_H
#include <stdbool.h>
#include <stddef.h>

#include "ops/httpd_door.h"
#include "ops/request_head.h"

struct gate;

/* NULL: no memory. */
struct gate *gate_new(void);
void gate_free(struct gate *gate);
/* Copied as a keyed hash; NULL: there is none. */
void gate_set_token(struct gate *gate, const char *token);
/* What we are called besides the host's own name; borrowed. */
void gate_set_hosts(struct gate *gate, const char *const *names, size_t count);

struct gate_verdict {
	int code;                       /* 0: come in; else the status that refuses */
	const char *why;
	bool is_writer;
};

/* `is_peer`: local_socket_admits() says so; only asked for DOOR_LOCAL. */
void gate_ask(const struct gate *gate, enum door_kind door, bool is_peer,
    const struct request_head *head, struct gate_verdict *verdict);
/* What a reader is told who wants to write. */
int gate_refuse_write(enum door_kind door, const char **why);
#endif
