/* verdict_line.h - the one line that tells a change of verdict.  Thread: control; pure. */
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
#endif
