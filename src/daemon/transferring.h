/*
 * transferring.h - zones on their way to secondaries, as the settings say.  Thread: control.
 *
 * While nobody may have a zone nothing is kept for it: the index has no observer.
 */
#ifndef ROLLCALL_DAEMON_TRANSFERRING_H
#define ROLLCALL_DAEMON_TRANSFERRING_H

struct rollcall;
struct tcp_transfers;

/* Make what streams are handed when they are bound.  ERR_NOMEM, ERR_SYSTEM. */
int transferring_start(struct rollcall *rollcall);
/* For streams: who makes transfers; NULL: nobody. */
const struct tcp_transfers *transferring_streams(const struct rollcall *rollcall);
/* Settings or index are others now, or zones may be had from now on. */
void transferring_update(struct rollcall *rollcall);
/* Once a second. */
void transferring_tick(struct rollcall *rollcall);
/* After the streams. */
void transferring_stop(struct rollcall *rollcall);
#endif
