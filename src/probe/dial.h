/* dial.h - open a connection without waiting for it.  Thread: any. */
#ifndef ROLLCALL_PROBE_DIAL_H
#define ROLLCALL_PROBE_DIAL_H
#include "base/addr.h"
#include "model/outcome.h"

/* A non-blocking socket that is connecting to `to`; negative: an errno negated. */
int dial_open(const struct addr_port *to);

/*
 * 0: connected; EINPROGRESS: not yet; else the errno why not.  ECONNRESET, EPIPE: it was, and
 * was reset since.
 */
int dial_poll(int fd, const struct addr_port *to);

/* The ending that an errno of socket, connect, send or receive stands for. */
enum outcome_code dial_outcome(int error);

/* What is worth adding to it for people: strerror, or NULL where the code says all. */
const char *dial_detail(int error);
#endif
