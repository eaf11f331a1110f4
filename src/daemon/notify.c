/* notify.c - tell systemd how we are (sd_notify(3), without its library). */
#include "daemon/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

void
notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	size_t len = path == NULL ? 0 : strlen(path);
	int fd;

	if (len == 0 || len >= sizeof(where.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(where.sun_path, path, len);
	if (path[0] == '@')
		where.sun_path[0] = '\0';       /* abstract: named by its length */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&where,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		log_errno(LOG_WARN, "cannot tell systemd %s", state);
	if (fd >= 0)
		close(fd);
}

uint64_t
notify_watchdog_ms(void)
{
	const char *period = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	uint64_t us, whose;

	if (period == NULL || !text_to_u64(period, UINT64_MAX, &us))
		return 0;
	if (pid != NULL && (!text_to_u64(pid, UINT64_MAX, &whose) || whose != (uint64_t)getpid()))
		return 0;
	return us / 1000;
}
