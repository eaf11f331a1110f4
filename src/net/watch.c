/* watch.c - say when something changes in a folder, or a file, by inotify on an event loop. */
#include "net/watch.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/err.h"

/*
 * Not IN_MODIFY: a file that is being written would be read again and again; its end is
 * IN_CLOSE_WRITE. IN_ATTRIB: an unreadable file may have become readable.  One mask for all,
 * since inotify has one watch for each inode and instance, and adding it again replaces the
 * mask.
 */
#define MASK (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | \
	IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)
#define SELF_GONE (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)

#define ARM_TRIES 64            /* each one sees a folder come or go while we look */

struct item {
	char *path;             /* as it was added */
	char *folder;           /* what is watched: path, or where the file lies */
	const char *file;       /* its name, inside path; NULL: a folder is watched */
	int wd;                 /* -1: nothing */
	/* of folder: the part that is watched; all of it unless waiting for it to come */
	size_t armed_len;
	int link_wd;            /* of where the last link of the path lies; -1: none of it is a link */
	size_t link_len;        /* of folder: up to that link's own name */
	bool removed;
};

struct watch {
	struct event *event;
	int fd;
	watch_fn *fn;
	void *arg;
	struct item **items;
	size_t count;
	size_t room;
	bool dispatching;       /* removed items stay until the events are through */
};

static void
item_free(struct item *item)
{
	if (item == NULL)
		return;
	free(item->path);
	free(item->folder);
	free(item);
}

/*
 * Where `path` up to `len` lies: the length of that part of it; 0: "." for a relative path, or
 * none above "/".
 */
static size_t
parent_len(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] != '/')
		len--;
	while (len > 1 && path[len - 1] == '/')
		len--;
	return len;
}

static struct item *
item_new(const char *path, bool is_file)
{
	struct item *item = calloc(1, sizeof(*item));

	if (item == NULL)
		return NULL;
	item->wd = item->link_wd = -1;
	item->path = strdup(path);
	if (item->path != NULL && is_file) {
		const char *slash = strrchr(item->path, '/');
		size_t len = parent_len(path, strlen(path));

		item->file = slash == NULL ? item->path : slash + 1;
		item->folder = len == 0 ? strdup(".") : strndup(path, len);
	} else {
		item->folder = strdup(path);
	}
	if (item->path == NULL || item->folder == NULL) {
		item_free(item);
		return NULL;
	}
	return item;
}

/* Let go of a watch that no item needs. */
static void
release(struct watch *watch, int wd)
{
	if (wd < 0)
		return;
	for (size_t i = 0; i < watch->count; i++)
		if ((watch->items[i]->wd == wd || watch->items[i]->link_wd == wd) &&
		    !watch->items[i]->removed)
			return;
	/* EINVAL where the kernel was faster: the folder is gone. */
	(void)inotify_rm_watch(watch->fd, wd);
}

static void
set_wd(struct watch *watch, struct item *item, int wd, size_t armed_len)
{
	int before = item->wd;

	item->wd = wd;
	item->armed_len = armed_len;
	if (before != wd)
		release(watch, before);
}

/* The name that is waited for: what follows the watched part of the folder. */
static const char *
awaited(const struct item *item, size_t *len)
{
	const char *name = item->folder + item->armed_len;

	name += strspn(name, "/");
	*len = strcspn(name, "/");
	return name;
}

/* Whether the name that is waited for is a folder by now. */
static bool
has_come(const struct item *item)
{
	char at[PATH_MAX];
	struct stat st;
	size_t len;
	const char *name = awaited(item, &len);
	size_t end = (size_t)(name - item->folder) + len;

	if (end >= sizeof(at))
		return false;
	memcpy(at, item->folder, end);
	at[end] = '\0';
	return stat(at, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Watch the first `len` octets of the folder's path. */
static int
add_part(struct watch *watch, const struct item *item, size_t len)
{
	char at[PATH_MAX];

	if (len >= sizeof(at)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(at, item->folder, len);
	at[len] = '\0';
	return inotify_add_watch(watch->fd, len == 0 ? "." : at, MASK);
}

/* The length of the path up to and with its last link; 0: no part of it is one. */
static size_t
find_link(const char *folder)
{
	char at[PATH_MAX];
	struct stat st;
	size_t len = strlen(folder);

	while (len > 0 && len < sizeof(at)) {
		size_t up = parent_len(folder, len);

		memcpy(at, folder, len);
		at[len] = '\0';
		if (lstat(at, &st) == 0 && S_ISLNK(st.st_mode))
			return len;
		if (up == len)
			break;
		len = up;
	}
	return 0;
}

/*
 * A link that is exchanged says nothing in the folder that it led to: watch where it lies.  Should that
 * fail, the exchange is seen when somebody looks again.
 */
static void
arm_link(struct watch *watch, struct item *item)
{
	int before = item->link_wd;

	item->link_len = find_link(item->folder);
	item->link_wd = item->link_len == 0 ? -1 :
	    add_part(watch, item, parent_len(item->folder, item->link_len));
	if (before != item->link_wd)
		release(watch, before);
}

/* Does this event say that the link of the path is another by now? */
static bool
is_of_link(const struct item *item, const struct inotify_event *event)
{
	size_t up = parent_len(item->folder, item->link_len);
	const char *name = item->folder + up;

	if (item->link_wd < 0 || item->link_wd != event->wd)
		return false;
	if ((event->mask & SELF_GONE) != 0)
		return true;
	name += strspn(name, "/");

	size_t len = (size_t)(item->folder + item->link_len - name);

	return event->len > 0 && strlen(event->name) == len && memcmp(event->name, name, len) == 0;
}

static int
arm_failed(struct watch *watch, struct item *item)
{
	int saved = errno;

	set_wd(watch, item, -1, 0);
	errno = saved;
	if (saved == ENOMEM)
		return ERR_NOMEM;
	return saved == ENOSPC ? ERR_FULL : ERR_SYSTEM;
}

/*
 * Watch the folder, or its nearest ancestor that is there.  What comes between a look and a
 * watch would be missed, so after watching an ancestor the look is taken again.
 */
static int
arm(struct watch *watch, struct item *item)
{
	size_t whole = strlen(item->folder), len = whole;

	/* First, so that no exchange slips in between. */
	arm_link(watch, item);
	for (int i = 0; i < ARM_TRIES; i++) {
		int wd = add_part(watch, item, len);

		if (wd >= 0) {
			set_wd(watch, item, wd, len);
			if (len == whole || !has_come(item))
				return 0;
			len = whole;
			continue;
		}
		if (errno != ENOENT && errno != ENOTDIR)
			break;

		size_t up = parent_len(item->folder, len);

		if (len == 0 || up == len)
			break;
		len = up;
	}
	return arm_failed(watch, item);
}

static bool
is_whole(const struct item *item)
{
	return item->wd >= 0 && item->folder[item->armed_len] == '\0';
}

/* What is no folder has come where one was waited for. */
static bool
is_other(const struct item *item)
{
	struct stat st;

	return stat(item->folder, &st) == 0 && !S_ISDIR(st.st_mode);
}

static void
rearm(struct watch *watch, struct item *item, bool was_whole)
{
	int err = arm(watch, item);

	if (err != 0)
		watch->fn(watch->arg, WATCH_LOST, item->path, NULL);
	else if (was_whole || is_whole(item) || is_other(item))
		watch->fn(watch->arg, WATCH_CHANGED, item->path, NULL);
}

/* An event of the watch that this item has. */
static void
item_event(struct watch *watch, struct item *item, uint32_t mask, const char *name)
{
	if ((mask & SELF_GONE) != 0) {
		bool was_whole = is_whole(item);

		/* A moved folder takes its watch along: let go of it. */
		set_wd(watch, item, -1, 0);
		rearm(watch, item, was_whole);
		return;
	}
	if (!is_whole(item)) {
		size_t len;
		const char *wanted = awaited(item, &len);

		if (name != NULL && strlen(name) == len && memcmp(name, wanted, len) == 0)
			rearm(watch, item, false);
		return;
	}
	/*
	 * Without a name it is the folder's own mode or owner: what could not be read may be
	 * readable.
	 */
	if (item->file == NULL || name == NULL || strcmp(name, item->file) == 0 ||
	    strcmp(name, "..data") == 0)
		watch->fn(watch->arg, WATCH_CHANGED, item->path, name);
}

static void
dispatch(struct watch *watch, const struct inotify_event *event)
{
	const char *name = event->len > 0 ? event->name : NULL;

	if ((event->mask & IN_Q_OVERFLOW) != 0) {
		watch->fn(watch->arg, WATCH_OVERFLOW, NULL, NULL);
		return;
	}
	/* Items that the callee adds meanwhile stand behind `count`. */
	for (size_t i = 0, count = watch->count; i < count; i++) {
		struct item *item = watch->items[i];

		if (item->removed)
			continue;
		if (is_of_link(item, event))
			rearm(watch, item, is_whole(item));
		else if (item->wd == event->wd)
			item_event(watch, item, event->mask, name);
	}
}

static void
sweep(struct watch *watch)
{
	size_t kept = 0;

	for (size_t i = 0; i < watch->count; i++) {
		if (watch->items[i]->removed)
			item_free(watch->items[i]);
		else
			watch->items[kept++] = watch->items[i];
	}
	watch->count = kept;
}

/* One read a round: the loop comes back for the rest. */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	_Alignas(struct inotify_event) char buf[16384];
	struct watch *watch = arg;
	ssize_t len = read(fd, buf, sizeof(buf));

	(void)what;
	watch->dispatching = true;
	for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= len;) {
		const void *place = buf + at;
		const struct inotify_event *event = place;

		dispatch(watch, event);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	watch->dispatching = false;
	sweep(watch);
}

int
watch_new(struct event_base *loop, watch_fn *fn, void *arg, struct watch **out)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return ERR_NOMEM;
	watch->fn = fn;
	watch->arg = arg;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0) {
		int err = errno == EMFILE ? ERR_FULL : ERR_SYSTEM;

		free(watch);
		return err;
	}
	watch->event = event_new(loop, watch->fd, EV_READ | EV_PERSIST, on_readable, watch);
	if (watch->event == NULL || event_add(watch->event, NULL) != 0) {
		watch_free(watch);
		return ERR_NOMEM;
	}
	*out = watch;
	return 0;
}

void
watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->event != NULL)
		event_free(watch->event);
	(void)close(watch->fd);
	for (size_t i = 0; i < watch->count; i++)
		item_free(watch->items[i]);
	free(watch->items);
	free(watch);
}

static struct item *
find(const struct watch *watch, const char *path)
{
	for (size_t i = 0; i < watch->count; i++)
		if (!watch->items[i]->removed && strcmp(watch->items[i]->path, path) == 0)
			return watch->items[i];
	return NULL;
}

static int
add(struct watch *watch, const char *path, bool is_file)
{
	struct item *item = find(watch, path);

	if (item != NULL && (item->file != NULL) != is_file) {
		watch_remove(watch, path);
		item = NULL;
	}
	if (item == NULL) {
		item = item_new(path, is_file);
		if (item == NULL ||
		    array_reserve(&watch->items, &watch->room, watch->count + 1,
		    sizeof(item)) != 0) {
			item_free(item);
			return ERR_NOMEM;
		}
		watch->items[watch->count++] = item;
	}

	int err = arm(watch, item);
	int saved = errno;

	if (err != 0)
		watch_remove(watch, path);
	errno = saved;
	return err;
}

int
watch_folder(struct watch *watch, const char *path)
{
	return add(watch, path, false);
}

int
watch_file(struct watch *watch, const char *path)
{
	return add(watch, path, true);
}

void
watch_remove(struct watch *watch, const char *path)
{
	struct item *item = find(watch, path);

	if (item == NULL)
		return;
	item->removed = true;
	release(watch, item->wd);
	release(watch, item->link_wd);
	if (!watch->dispatching)
		sweep(watch);
}

size_t
watch_count(const struct watch *watch)
{
	size_t count = 0;

	for (size_t i = 0; i < watch->count; i++)
		count += !watch->items[i]->removed;
	return count;
}
