/*
 * serve.h - the sockets of the daemon: bound early, answered when there is something to
 * answer.  Thread: control.
 */
#ifndef ROLLCALL_DAEMON_SERVE_H
#define ROLLCALL_DAEMON_SERVE_H

struct generation;
struct rollcall;

/*
 * Fill the generation's dns settings for the addresses of its config, after those of the one before
 * (NULL: it is the first).  ERR_NOMEM, ERR_SYSTEM.
 */
int serve_settings(struct generation *generation, const struct generation *before);

/*
 * Bind UDP, TCP, TLS and HTTP; what is refused is said with its address.  ERR_SYSTEM, ERR_NOMEM;
 * ERR_INVALID: a certificate that is none.
 */
int serve_bind(struct rollcall *rollcall);
/* Answer DNS from now on. */
int serve_start(struct rollcall *rollcall);
/* Answer what is in, then close. */
void serve_stop(struct rollcall *rollcall);
#endif
