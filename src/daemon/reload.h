/* reload.h - SIGHUP: settings and manifests anew, without a lost query.  Thread: control. */
#ifndef ROLLCALL_DAEMON_RELOAD_H
#define ROLLCALL_DAEMON_RELOAD_H
#include <stdbool.h>

struct rollcall;

/*
 * Settings with an error change nothing; what cannot be changed while running is named and keeps
 * its old value.  Manifests are being read when this returns (feed_reload); not to be called while
 * they still are.
 */
void reload_now(struct rollcall *rollcall);
/* Free the settings of before that nothing refers to; `all` of them at stop. */
void reload_reclaim(struct rollcall *rollcall, bool all);
#endif
