/*
 * rollcall.h - the running daemon: what is started in which order, and stopped in the reverse.
 * Thread: control.
 *
 * The order: exec helper, loop, sockets, privileges given up, state, world, manifests; then, once
 * the first results are in (at most two seconds), DNS is answered and readiness told.
 */
#ifndef ROLLCALL_DAEMON_ROLLCALL_H
#define ROLLCALL_DAEMON_ROLLCALL_H

struct config;
struct config_flags;
struct rollcall;

/* Start everything up to the loop; takes the config over, the flags are borrowed.  What fails is
 * said.  Returns an exit code of sysexits(3): 0, 69 (another daemon has the state folder), 71, 78
 * (no such user). */
int rollcall_start(const struct config_flags *flags, struct config *config, struct rollcall **out);
/* Run until TERM or INT. */
int rollcall_run(struct rollcall *rollcall);
/* Answer what is in, save, stop in reverse order; NULL is allowed. */
void rollcall_stop(struct rollcall *rollcall);
#endif
