/*
 * watch.h - say when something changes in a folder, or a file, by inotify on an event loop.
 *
 * A folder is watched, never a file: editors and link swaps replace files, and a watch on a
 * file dies with it.  A folder that is missing is waited for at its nearest ancestor that is
 * there; one that goes is waited for again; a file that comes in its place is told, too.  Where
 * the path holds a link, its last one may be exchanged.  Not seen, so look again from time to
 * time: changes behind a link to a file, or to another link that is exchanged; mounts, a
 * renamed ancestor, and a writer that never closes the file.  Thread: the loop's.
 */
#ifndef ROLLCALL_NET_WATCH_H
#define ROLLCALL_NET_WATCH_H
#include <stddef.h>

struct event_base;
struct watch;

enum watch_event {
	/* to `name` in the folder `path`; name NULL: to the folder itself, which may be gone */
	WATCH_CHANGED,
	/* the kernel dropped events: look at everything again; path and name are NULL */
	WATCH_OVERFLOW,
	/* `path` is not watched any more (errno says why): poll it, or add it again */
	WATCH_LOST,
};

/*
 * `path` is as it was added; both texts are valid during the call only.  Called once an event,
 * unfiltered: resting until a burst is over is up to the callee.  It may add and remove, but
 * not free.
 */
typedef void watch_fn(void *arg, enum watch_event event, const char *path, const char *name);

/* ERR_FULL: the system has no inotify instance left (EMFILE).  ERR_SYSTEM with errno; ERR_NOMEM. */
int watch_new(struct event_base *loop, watch_fn *fn, void *arg, struct watch **out);
void watch_free(struct watch *watch);

/*
 * Watch a folder, missing or not; or a file, by its folder: then only events of its name and
 * of "..data" (Kubernetes swaps that link under a ConfigMap's files) are told, with the file
 * as `path`. Adding a path again is cheap and looks anew what it names by now. ERR_FULL: no
 * watches left (ENOSPC, fs.inotify.max_user_watches); ERR_SYSTEM with errno; ERR_NOMEM. After
 * an error the path is not watched.
 */
int watch_folder(struct watch *watch, const char *path);
int watch_file(struct watch *watch, const char *path);

/* Forget a path; a path that was never added is none of our business. */
void watch_remove(struct watch *watch, const char *path);

/* Paths that are watched, or waited for. */
size_t watch_count(const struct watch *watch);
#endif
