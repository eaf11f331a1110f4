/* source_dir.c - folders and files of manifests, watched. */
#include "source/source_dir.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "net/watch.h"
#include "source/manifest_file.h"
#include "source/manifest_set.h"

/* A configured path. */
struct root {
	char *path;
	uint64_t device, inode; /* of the folder when it last had manifests */
	bool gone;              /* not there, or emptied by an unmount */
	bool said;              /* and that has been said */
};

/* A file that an event named. */
struct touched {
	char *path;
	size_t root;
};
#define TOUCHED_MAX 64

struct source_dir {
	struct event_base *loop;
	const struct clock *clock;
	struct source_dir_ops ops;
	void *arg;
	struct root *roots;
	size_t root_count;
	struct source_dir_settings settings;    /* paths excepted */
	struct manifest_set *files;
	struct watch *watch;
	struct event *rest;     /* a burst of events is one scan */
	struct event *rescan;   /* for what events miss */
	bool loaded;            /* scanned at least once */
	bool swapped;           /* the folder was exchanged while it was being read */
	bool unwatched;         /* inotify is not to be had: poll */
	struct touched touched[TOUCHED_MAX];    /* all that the next scan has to look at ... */
	size_t touched_count;
	bool look_at_all;       /* ... unless this says that it is not */
	uint64_t noticed_us;    /* when the first event came that is not dealt with; 0: none */
};

#define REST_MS 20
#define RESCAN_MS 60000
#define POLL_MS 10000
#define RETRY_MS 1000

/* ---- one configured path ---- */

static void
root_is_gone(struct source_dir *source, struct root *root, const char *why)
{
	root->gone = true;
	if (!root->said && source->loop == NULL)
		manifest_set_complain(source->files, root->path, why);
	else if (!root->said)
		log_warn("zones %s: %s; it is watched for", root->path, why);
	root->said = true;
}

/* A ConfigMap's folder is exchanged by renaming its ..data link: both worlds must be seen whole. */
static void
read_data_link(const struct root *root, char link[PATH_MAX])
{
	char path[PATH_MAX];
	ssize_t len = -1;

	if (snprintf(path, sizeof(path), "%s/..data", root->path) < (int)sizeof(path))
		len = readlink(path, link, PATH_MAX - 1);
	link[len > 0 ? len : 0] = '\0';
}

static int
scan_folder(struct source_dir *source, size_t i, const struct stat *st, bool force)
{
	struct root *root = &source->roots[i];
	bool exec_enabled = source->settings.exec_enabled;
	char before[PATH_MAX], after[PATH_MAX];
	char **paths = NULL;
	size_t count = 0;
	int err;

	read_data_link(root, before);
	err = manifest_file_list(root->path, &paths, &count);
	if (err == ERR_SYSTEM) {
		root_is_gone(source, root, strerror(errno));
		return 0;
	}
	if (err != 0)
		return err;
	if (count == 0 && root->inode != 0 &&
	    (root->device != st->st_dev || root->inode != st->st_ino)) {
		root_is_gone(source, root, "another, empty folder is in its place");
	} else {
		root->gone = root->said = false;
		root->device = st->st_dev;
		root->inode = st->st_ino;
	}
	for (size_t k = 0; err == 0 && k < count; k++)
		err = manifest_set_visit(source->files, paths[k], i, force, exec_enabled);
	manifest_file_list_free(paths, count);
	read_data_link(root, after);
	if (strcmp(before, after) != 0)
		source->swapped = true;
	return err;
}

static int
scan_root(struct source_dir *source, size_t i, bool force)
{
	struct root *root = &source->roots[i];
	struct stat st;

	/* A link that leads nowhere: where a folder was it is gone, else it is a broken manifest. */
	if (stat(root->path, &st) != 0 && (root->inode != 0 || lstat(root->path, &st) != 0)) {
		root_is_gone(source, root, strerror(errno));
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return scan_folder(source, i, &st, force);
	root->gone = root->said = false;
	return manifest_set_visit(source->files, root->path, i, force,
	    source->settings.exec_enabled);
}

/* ---- scanning ---- */

static int
scan_once(struct source_dir *source, bool force)
{
	int err = 0;

	manifest_set_begin(source->files);
	source->swapped = false;
	for (size_t i = 0; err == 0 && i < source->root_count; i++)
		err = scan_root(source, i, force);
	return err;
}

static void
arm(struct event *event, uint64_t ms)
{
	struct timeval wait = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	if (event != NULL)
		(void)event_add(event, &wait);
}

/* Files that are not there any more; *waiting: some are missing for too short a time. */
static int
sweep(struct source_dir *source, bool *waiting)
{
	bool *gone = calloc(source->root_count + 1, sizeof(*gone));

	if (gone == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < source->root_count; i++)
		gone[i] = source->roots[i].gone;
	*waiting = manifest_set_sweep(source->files, gone, clock_now_ms(source->clock));
	free(gone);
	return 0;
}

static void
forget_touched(struct source_dir *source)
{
	while (source->touched_count > 0)
		free(source->touched[--source->touched_count].path);
	source->look_at_all = false;
}

static int
scan(struct source_dir *source, bool force)
{
	bool waiting = false;
	int err = scan_once(source, force);

	forget_touched(source);
	/* A swap in the middle may have mixed two worlds; nothing is published before batch_end. */
	for (int tries = 0; err == 0 && source->swapped && tries < 10; tries++)
		err = scan_once(source, force);
	if (err == 0)
		err = sweep(source, &waiting);
	source->loaded = true;
	if (err != 0) {
		log_error("zones: %s; trying again",
		    err == ERR_FULL ? "no file descriptor left" : err_text(err));
		source->look_at_all = true;
		arm(source->rest, RETRY_MS);
	} else if (waiting) {
		source->look_at_all = true;
		arm(source->rest, MANIFEST_SET_VANISH_MS);
	}
	return err;
}

/* A link swap says nothing of the files behind it, and a missing file is for the sweep. */
static bool
few_will_do(const struct source_dir *source)
{
	char link[PATH_MAX];

	if (source->look_at_all || source->touched_count == 0)
		return false;
	for (size_t i = 0; i < source->touched_count; i++) {
		const struct root *root = &source->roots[source->touched[i].root];

		read_data_link(root, link);
		if (root->gone || link[0] != '\0')
			return false;
	}
	return true;
}

/*
 * Only the files that events named: with 10,000 files in a folder, looking at each takes
 * longer than all the rest of a change.
 */
static int
scan_touched(struct source_dir *source)
{
	uint64_t now_ms = clock_now_ms(source->clock);
	bool waiting = false;
	int err = 0;

	for (size_t i = 0; i < source->touched_count && err == 0; i++) {
		bool missing = false;

		err = manifest_set_look(source->files, source->touched[i].path,
		    source->touched[i].root,
		    source->settings.exec_enabled, now_ms, &missing);
		waiting = waiting || missing;
	}
	forget_touched(source);
	if (err != 0 || waiting) {
		source->look_at_all = true;
		arm(source->rest, err != 0 ? RETRY_MS : MANIFEST_SET_VANISH_MS);
	}
	return err;
}

static void
scan_and_tell(struct source_dir *source)
{
	if (source->noticed_us == 0)
		source->noticed_us = clock_now_us(source->clock);
	int err = few_will_do(source) ? scan_touched(source) : scan(source, false);

	if (err != 0)
		return;                 /* what was handed over is told after the next scan */
	/* What is missing for too short a time is looked at again, for the same event. */
	if (!source->look_at_all)
		source->noticed_us = 0;
	if (manifest_set_take_changed(source->files))
		source->ops.batch_end(source->arg);
}

/* ---- events ---- */

/* An event that cannot concern a manifest is none: an editor's swap file would cost a scan each. */
static bool
concerns_us(const char *name)
{
	return name == NULL || manifest_file_is_name(name) || strncmp(name, "..", 2) == 0;
}

static void
poll_instead(struct source_dir *source, const char *path)
{
	if (!source->unwatched)
		log_warn("zones %s cannot be watched: %s; looking every %d s instead", path,
		    strerror(errno), POLL_MS / 1000);
	source->unwatched = true;
	arm(source->rescan, POLL_MS);
}

static size_t
find_root(const struct source_dir *source, const char *path)
{
	size_t i = 0;

	while (i < source->root_count && strcmp(source->roots[i].path, path) != 0)
		i++;
	return i;
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
on_watch(void *arg, enum watch_event event, const char *path, const char *name)
{
	struct source_dir *source = arg;

	if (event == WATCH_LOST)
		poll_instead(source, path);
	else if (event == WATCH_CHANGED && !concerns_us(name))
		return;
	if (source->noticed_us == 0)
		source->noticed_us = clock_now_us(source->clock);
	touch(source, path, event == WATCH_CHANGED ? name : NULL);
	/* At most the rest after the first event of a burst, however long the burst is. */
	if (!evtimer_pending(source->rest, NULL))
		arm(source->rest, source->settings.rest_ms);
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
on_rest(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	scan_and_tell(arg);
}

static void
on_rescan(evutil_socket_t fd, short what, void *arg)
{
	struct source_dir *source = arg;

	(void)fd;
	(void)what;
	watch_roots(source);
	source->look_at_all = true;
	arm(source->rescan, source->unwatched ? POLL_MS : source->settings.rescan_ms);
	scan_and_tell(source);
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
	/* The paths that are noted count the old ones. */
	forget_touched(source);
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
	if (source->loop != NULL)
		watch_roots(source);
	return 0;
}

static int
start_watching(struct source_dir *source)
{
	source->rest = evtimer_new(source->loop, on_rest, source);
	source->rescan = evtimer_new(source->loop, on_rescan, source);
	if (source->rest == NULL || source->rescan == NULL)
		return ERR_NOMEM;
	int err = watch_new(source->loop, on_watch, source, &source->watch);

	if (err == ERR_NOMEM)
		return err;
	if (err != 0)
		poll_instead(source, "folders");
	return 0;
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
	source->files = manifest_set_new(ops, arg);
	if (source->files == NULL || (loop != NULL && start_watching(source) != 0) ||
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
	forget_touched(source);
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
	source->noticed_us = clock_now_us(source->clock);
	int err = scan(source, true);

	if (err == 0 && !source->look_at_all)
		source->noticed_us = 0;
	if (source->rescan != NULL)
		arm(source->rescan, source->unwatched ? POLL_MS : source->settings.rescan_ms);
	(void)manifest_set_take_changed(source->files);
	source->ops.batch_end(source->arg);
	return err;
}

uint64_t
source_dir_noticed_us(const struct source_dir *source)
{
	return source->noticed_us;
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
