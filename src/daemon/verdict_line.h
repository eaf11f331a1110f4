/* verdict_line.h - the lines that tell what came of an attempt.  Thread: control; pure. */
#ifndef ROLLCALL_DAEMON_VERDICT_LINE_H
#define ROLLCALL_DAEMON_VERDICT_LINE_H
#include <stddef.h>

struct schedule_report;
struct verdict_state;

/*
 * "endpoint shop/web 10.8.0.7:8080 ready -> not ready: connect refused (2 ms, 3 of 3)".  `before`
 * is what held until now, NULL: nothing.  Returns buf; as snprintf for size.
 */
char *verdict_line(const struct schedule_report *report, const struct verdict_state *before,
    char *buf, size_t size);
/*
 * An attempt that ended as a fault of the checker, which says nothing about the target: "endpoint
 * shop/web 10.8.0.7:8080 could not be probed, stays ready: checker is out of file descriptors".
 */
char *verdict_line_fault(const struct schedule_report *report, char *buf, size_t size);
#endif
