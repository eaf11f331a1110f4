/*
 * overview.h - the tables of health checks and metrics that /readyz and /metrics show.
 * Thread: control.
 */
#ifndef ROLLCALL_DAEMON_OVERVIEW_H
#define ROLLCALL_DAEMON_OVERVIEW_H

struct health_settings;
struct rollcall;

void overview_fill(struct rollcall *rollcall, struct health_settings *settings);
#endif
