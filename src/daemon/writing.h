/*
 * writing.h - the API's writer (ops/write.h) over the keeper of objects (managed.h).  Thread:
 * control.
 */
#ifndef ROLLCALL_DAEMON_WRITING_H
#define ROLLCALL_DAEMON_WRITING_H

struct managed;
struct rollcall;
struct write;

/*
 * Over rollcall->ledger_feed and rollcall->managed.  Free it (write_free) after both httpd and
 * managed.  ERR_NOMEM.
 */
int writing_start(struct rollcall *rollcall, struct write **out);
#endif
