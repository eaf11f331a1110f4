/* opened.c - which files of a folder were opened. */
#include "tests/source/opened.h"

#include <check.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "source/manifest_file.h"

void
opened_let_age(const char *path)
{
	static const struct timespec pause = { .tv_nsec = 10000000 };
	struct manifest_stamp stamp;

	ck_assert(manifest_file_stamp(path, &stamp));
	while (manifest_file_is_fresh(&stamp))
		(void)nanosleep(&pause, NULL);
}

int
opened_watch(const char *folder)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	ck_assert_int_ge(inotify_add_watch(fd, folder, IN_OPEN), 0);
	return fd;
}

void
opened_end(int fd, struct strbuf *names)
{
	_Alignas(struct inotify_event) char events[4096];
	ssize_t len = read(fd, events, sizeof(events));

	for (ssize_t at = 0; at < len;) {
		const void *place = events + at;
		const struct inotify_event *event = place;

		if (event->len > 0)
			strbuf_addf(names, "%s;", event->name);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	ck_assert_int_eq(close(fd), 0);
}
