/* notify.h - tell systemd how we are (sd_notify(3), without its library).  Thread: control. */
#ifndef ROLLCALL_DAEMON_NOTIFY_H
#define ROLLCALL_DAEMON_NOTIFY_H
#include <stdint.h>

/* Send "READY=1" and the like to $NOTIFY_SOCKET; nothing happens where there is none. */
void notify_send(const char *state);

/* How often WATCHDOG=1 is expected at the latest ($WATCHDOG_USEC for this process); 0: never. */
uint64_t notify_watchdog_ms(void);
#endif
