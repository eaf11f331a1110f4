/* sight.h - what the page and its feeds are handed of the daemon.  Thread: control. */
#ifndef ROLLCALL_DAEMON_SIGHT_H
#define ROLLCALL_DAEMON_SIGHT_H

struct rollcall;

/* After the httpd and the ledger; without either there is no page.  0 or an error. */
int sight_start(struct rollcall *rollcall);
/* After the httpd, before the ledger. */
void sight_stop(struct rollcall *rollcall);
#endif
