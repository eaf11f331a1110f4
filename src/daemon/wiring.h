/* wiring.h - the world's view of the outside: state, probes, loop.  Thread: control. */
#ifndef ROLLCALL_DAEMON_WIRING_H
#define ROLLCALL_DAEMON_WIRING_H

struct rollcall;

/* Open the state, make prober and world, restore.  Exit codes of rollcall_start(). */
int wiring_start(struct rollcall *rollcall);
/* Save verdicts for the last time, then free all. */
void wiring_stop(struct rollcall *rollcall);

/* A prober for the settings that hold now; the one before goes on with what it has in flight.
 * ERR_NOMEM. */
int wiring_make_prober(struct rollcall *rollcall);

/* Bring the world up to date and set the timer for what is next. */
void wiring_run(struct rollcall *rollcall);
/* Write what the verdicts changed since the last time. */
void wiring_save_verdicts(struct rollcall *rollcall);
#endif
