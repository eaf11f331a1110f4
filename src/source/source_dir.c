/* source_dir.c - folders and files of manifests, watched. */
#include "source/source_dir.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "net/watch.h"
#include "source/manifest_file.h"
#include "source/manifest_set.h"
#include "source/source_dir_parts.h"

#define REST_MS 20
#define RESCAN_MS 60000
#define POLL_MS 10000

/* ---- events ---- */

static size_t
find_root(const struct source_dir *source, const char *path)
{
	size_t i = 0;

	while (i < source->root_count && strcmp(source->roots[i].path, path) != 0)
		i++;
	return i;
}

/* An event that cannot concern a manifest is none: an editor's swap file would cost a scan each. */
static bool
concerns_us(const struct source_dir *source, const char *path, const char *name)
{
	size_t root = path == NULL ? source->root_count : find_root(source, path);

	/* A path that is a file itself may have any name. */
	return name == NULL || manifest_file_is_name(name) || strncmp(name, "..", 2) == 0 ||
	    (root < source->root_count && source->roots[root].inode == 0);
}

static void
poll_instead(struct source_dir *source, const char *path)
{
	if (!source->unwatched)
		log_warn("%s %s cannot be watched: %s; looking every %d s instead",
		    source_dir_what(source), path, strerror(errno), POLL_MS / 1000);
	source->unwatched = true;
	source_scan_arm(source->rescan, POLL_MS);
}

/*
 * Note the file for the next scan; whatever is no manifest in a folder of ours is for a look
 * at everything.
 */
static void
touch(struct source_dir *source, const char *folder, const char *name)
{
	struct touched *touched = &source->touched[source->touched_count];
	char path[PATH_MAX];
	size_t root = folder == NULL ? source->root_count : find_root(source, folder);
	int len = name == NULL ? -1 : snprintf(path, sizeof(path), "%s/%s", folder, name);

	/* A path that is a file itself never had a folder's inode. */
	if (root == source->root_count || source->roots[root].inode == 0 || len < 0 ||
	    len >= (int)sizeof(path) || !manifest_file_is_name(name)) {
		source->look_at_all = true;
		return;
	}
	for (size_t i = 0; i < source->touched_count; i++)
		if (strcmp(source->touched[i].path, path) == 0)
			return;
	if (source->touched_count < TOUCHED_MAX)
		touched->path = strdup(path);
	if (source->touched_count == TOUCHED_MAX || touched->path == NULL) {
		source->look_at_all = true;
		return;
	}
	touched->root = root;
	source->touched_count++;
}

static void
watch_roots(struct source_dir *source)
{
	struct stat st;

	source->unwatched = source->watch == NULL;
	for (size_t i = 0; source->watch != NULL && i < source->root_count; i++) {
		const char *path = source->roots[i].path;
		bool file = stat(path, &st) == 0 && S_ISREG(st.st_mode);

		if ((file ? watch_file : watch_folder)(source->watch, path) != 0)
			poll_instead(source, path);
	}
}

static void
on_watch(void *arg, enum watch_event event, const char *path, const char *name)
{
	struct source_dir *source = arg;

	if (event == WATCH_LOST)
		poll_instead(source, path);
	else if (event == WATCH_CHANGED && !concerns_us(source, path, name))
		return;
	/* A path that was missing is watched as a folder; it may have come as a file. */
	else if (event == WATCH_CHANGED && name == NULL)
		watch_roots(source);
	if (source->noticed_us == 0)
		source->noticed_us = clock_now_us(source->clock);
	touch(source, path, event == WATCH_CHANGED ? name : NULL);
	/* At most the rest after the first event of a burst, however long the burst is. */
	if (!evtimer_pending(source->rest, NULL))
		source_scan_arm(source->rest, source->settings.rest_ms);
}

static void
on_rest(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	source_scan_begin(arg);
}

static void
on_rescan(evutil_socket_t fd, short what, void *arg)
{
	struct source_dir *source = arg;

	(void)fd;
	(void)what;
	watch_roots(source);
	source->look_at_all = true;
	source_scan_arm(source->rescan, source->unwatched ? POLL_MS : source->settings.rescan_ms);
	source_scan_begin(source);
}

/* ---- settings and life ---- */

static void
free_roots(struct root *roots, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(roots[i].path);
	free(roots);
}

static int
copy_roots(const struct source_dir_settings *settings, struct root **out)
{
	struct root *roots = calloc(settings->path_count + 1, sizeof(*roots));

	if (roots == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < settings->path_count; i++) {
		size_t len = strlen(settings->paths[i]);

		roots[i].path = strdup(settings->paths[i]);
		if (roots[i].path == NULL) {
			free_roots(roots, i);
			return ERR_NOMEM;
		}
		while (len > 1 && roots[i].path[len - 1] == '/')
			roots[i].path[--len] = '\0';
	}
	*out = roots;
	return 0;
}

/*
 * The files that are known pass to the new paths, and what is known of a path goes with it: a
 * folder that is gone while settings are read again is no more a wish than at any other time.
 */
static int
adopt_files(struct source_dir *source, struct root *roots, size_t count)
{
	size_t *now_at = calloc(source->root_count + 1, sizeof(*now_at));

	if (now_at == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < source->root_count; i++) {
		const struct root *old = &source->roots[i];

		now_at[i] = MANIFEST_SET_NOWHERE;
		for (size_t k = 0; k < count && now_at[i] == MANIFEST_SET_NOWHERE; k++) {
			if (strcmp(roots[k].path, old->path) != 0)
				continue;
			now_at[i] = k;
			roots[k].device = old->device;
			roots[k].inode = old->inode;
			roots[k].gone = old->gone;
			roots[k].said = old->said;
		}
	}
	manifest_set_move(source->files, now_at);
	free(now_at);
	return 0;
}

/* An inotify instance is had once there is something to watch. */
static void
start_watching(struct source_dir *source)
{
	if (source->watch == NULL && watch_new(source->loop, on_watch, source, &source->watch) != 0)
		poll_instead(source, "folders");
	watch_roots(source);
}

int
source_dir_set(struct source_dir *source, const struct source_dir_settings *settings)
{
	struct root *roots = NULL;
	bool exec_changed = source->settings.exec_enabled != settings->exec_enabled;
	int err = copy_roots(settings, &roots);

	if (err != 0)
		return err;
	err = adopt_files(source, roots, settings->path_count);
	if (err != 0) {
		free_roots(roots, settings->path_count);
		return err;
	}
	source_scan_cancel(source);
	/* The paths that are noted count the old ones. */
	source_scan_forget_touched(source);
	source->look_at_all = true;
	for (size_t i = 0; source->watch != NULL && i < source->root_count; i++)
		watch_remove(source->watch, source->roots[i].path);
	free_roots(source->roots, source->root_count);
	source->roots = roots;
	source->root_count = settings->path_count;
	source->settings = *settings;
	source->settings.paths = NULL;
	if (source->settings.rest_ms == 0)
		source->settings.rest_ms = REST_MS;
	if (source->settings.rescan_ms == 0)
		source->settings.rescan_ms = RESCAN_MS;
	/* What was refused or believed by the old setting has to be decoded again. */
	if (exec_changed)
		manifest_set_forget_stamps(source->files);
	/* Watched before the first scan, so that nothing slips in between. */
	if (source->loop != NULL && settings->path_count > 0)
		start_watching(source);
	return 0;
}

static int
make_timers(struct source_dir *source)
{
	source->rest = evtimer_new(source->loop, on_rest, source);
	source->rescan = evtimer_new(source->loop, on_rescan, source);
	return source->rest == NULL || source->rescan == NULL ? ERR_NOMEM : 0;
}

struct source_dir *
source_dir_new(struct event_base *loop, const struct clock *clock,
    const struct source_dir_settings *settings, const struct source_dir_ops *ops, void *arg)
{
	struct source_dir *source = calloc(1, sizeof(*source));

	if (source == NULL)
		return NULL;
	source->loop = loop;
	source->clock = clock;
	source->ops = *ops;
	source->arg = arg;
	source->settings.what = settings->what;
	source->files = manifest_set_new(ops, settings->text, arg);
	if (source->files == NULL || (loop != NULL && make_timers(source) != 0) ||
	    source_dir_set(source, settings) != 0) {
		source_dir_free(source);
		return NULL;
	}
	return source;
}

void
source_dir_free(struct source_dir *source)
{
	if (source == NULL)
		return;
	source_scan_cancel(source);
	source_scan_forget_touched(source);
	manifest_set_free(source->files);
	watch_free(source->watch);
	if (source->rest != NULL)
		event_free(source->rest);
	if (source->rescan != NULL)
		event_free(source->rescan);
	free_roots(source->roots, source->root_count);
	free(source);
}

int
source_dir_load(struct source_dir *source)
{
	source->loading = true;
	source->look_at_all = true;
	source_scan_begin(source);
	if (source->rescan != NULL)
		source_scan_arm(source->rescan,
		    source->unwatched ? POLL_MS : source->settings.rescan_ms);
	return source->loop == NULL ? source->scan.err : 0;
}

bool
source_dir_is_loading(const struct source_dir *source)
{
	return source->loading;
}

uint64_t
source_dir_noticed_us(const struct source_dir *source)
{
	return source->scan.noticed_us;
}

size_t
source_dir_file_count(const struct source_dir *source)
{
	return manifest_set_count(source->files);
}

size_t
source_dir_broken_count(const struct source_dir *source)
{
	return manifest_set_broken(source->files);
}
