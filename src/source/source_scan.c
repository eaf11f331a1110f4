/* source_scan.c - look at the files of a source, and hand over what is new. */
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
#include "source/manifest_file.h"
#include "source/manifest_read.h"
#include "source/manifest_set.h"
#include "source/read_crew.h"
#include "source/source_dir_parts.h"

#define RETRY_MS 1000
#define SWAPS_MAX 10
/*
 * So little is read within 2 ms, in less time than it takes on a busy machine until a thread runs:
 * a change of a file of common size is answered sooner.
 */
#define AT_ONCE_SIZE ((size_t)64 << 10)

void
source_scan_arm(struct event *event, uint64_t ms)
{
	struct timeval wait = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	if (event != NULL)
		(void)event_add(event, &wait);
}

void
source_scan_forget_touched(struct source_dir *source)
{
	while (source->touched_count > 0)
		free(source->touched[--source->touched_count].path);
	source->look_at_all = false;
}

/* ---- one file ---- */

static void scan_end(struct source_dir *source);

static void
take(struct source_dir *source, struct manifest_read *read)
{
	struct scan *scan = &source->scan;
	bool missing;
	int err = manifest_set_take(source->files, read, clock_now_ms(source->clock), &missing);

	if (scan->err == 0)
		scan->err = err;
	scan->missing = scan->missing || missing;
}

static void
on_read(void *arg, struct manifest_read *read)
{
	struct source_dir *source = arg;
	struct scan *scan = &source->scan;

	take(source, read);
	if (--scan->left == 0 && !scan->at_once)
		scan_end(source);
}

static int
have_read(struct source_dir *source, struct manifest_read *read)
{
	struct scan *scan = &source->scan;

	if (scan->crew == NULL)
		scan->crew = read_crew_new(source->loop, source->settings.squeeze,
		    on_read, source);
	if (scan->crew != NULL && read_crew_add(scan->crew, read) == 0) {
		scan->left++;
		return 0;
	}
	read->err = ERR_NOMEM;          /* so that it is asked for again */
	take(source, read);
	return ERR_NOMEM;
}

static int
visit(struct source_dir *source, const char *path, size_t root)
{
	struct manifest_read *read;
	int err = manifest_set_visit(source->files, path, root, source->settings.exec_enabled,
	    &read);

	return err != 0 || read == NULL ? err : have_read(source, read);
}

/* ---- one configured path ---- */

static void
root_is_gone(struct source_dir *source, struct root *root, const char *why)
{
	root->gone = true;
	if (!root->said && source->loop == NULL)
		manifest_set_complain(source->files, root->path, why);
	else if (!root->said)
		log_warn("%s %s: %s; it is watched for", source_dir_what(source), root->path,
		    why);
	root->said = true;
}

/*
 * A ConfigMap's folder is exchanged by renaming its ..data link: both worlds must be seen whole.
 * The link itself tells, not where it leads: it may be back there, after being elsewhere.
 */
static void
look_at_data(const struct root *root, struct manifest_stamp *stamp)
{
	char path[PATH_MAX];

	*stamp = (struct manifest_stamp){ 0 };
	if (snprintf(path, sizeof(path), "%s/..data", root->path) < (int)sizeof(path))
		(void)manifest_file_link_stamp(path, stamp);
}

static int
scan_folder(struct source_dir *source, size_t i, const struct stat *st)
{
	struct root *root = &source->roots[i];
	char **paths = NULL;
	size_t count = 0;
	int err;

	look_at_data(root, &root->data);
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
		err = visit(source, paths[k], i);
	manifest_file_list_free(paths, count);
	return err;
}

static int
scan_root(struct source_dir *source, size_t i)
{
	struct root *root = &source->roots[i];
	struct stat st;

	root->data = (struct manifest_stamp){ 0 };
	/* A link that leads nowhere: a folder that was there is gone, else a broken manifest. */
	if (stat(root->path, &st) != 0 && (root->inode != 0 || lstat(root->path, &st) != 0)) {
		root_is_gone(source, root, strerror(errno));
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return scan_folder(source, i, &st);
	root->gone = root->said = false;
	return visit(source, root->path, i);
}

/* Was a folder exchanged while it was being read? */
static bool
is_mixed(const struct source_dir *source)
{
	struct manifest_stamp now;

	for (size_t i = 0; i < source->root_count; i++) {
		look_at_data(&source->roots[i], &now);
		if (!manifest_stamp_equal(&now, &source->roots[i].data))
			return true;
	}
	return false;
}

/* ---- all of it ---- */

static int
scan_all(struct source_dir *source)
{
	int err = 0;

	manifest_set_begin(source->files);
	for (size_t i = 0; err == 0 && i < source->root_count; i++)
		err = scan_root(source, i);
	return err;
}

/* A link swap says nothing of the files behind it, and a missing file is for the sweep. */
static bool
few_will_do(const struct source_dir *source)
{
	struct manifest_stamp data;

	if (source->look_at_all || source->touched_count == 0)
		return false;
	for (size_t i = 0; i < source->touched_count; i++) {
		const struct root *root = &source->roots[source->touched[i].root];

		look_at_data(root, &data);
		if (root->gone || data.inode != 0)
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
	int err = 0;

	for (size_t i = 0; i < source->touched_count && err == 0; i++) {
		const struct touched *touched = &source->touched[i];
		struct manifest_read *read;

		err = manifest_set_look(source->files, touched->path, touched->root,
		    source->settings.exec_enabled, &read);
		if (err == 0)
			err = have_read(source, read);
	}
	return err;
}

/* Files that are not there any more. */
static int
sweep(struct source_dir *source)
{
	bool *gone = calloc(source->root_count + 1, sizeof(*gone));

	if (gone == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < source->root_count; i++)
		gone[i] = source->roots[i].gone;
	source->scan.missing = manifest_set_sweep(source->files, gone,
	    clock_now_ms(source->clock));
	free(gone);
	return 0;
}

/* When what this scan could not see to its end is looked at again; for the same event. */
static void
look_again(struct source_dir *source)
{
	const struct scan *scan = &source->scan;

	source->look_at_all = true;
	source->noticed_us = scan->noticed_us;
	source_scan_arm(source->rest, scan->err != 0 ? RETRY_MS :
	    scan->mixed ? source->settings.rest_ms : MANIFEST_SET_VANISH_MS);
}

static void
crew_let_go(struct source_dir *source)
{
	read_crew_free(source->scan.crew);
	source->scan.crew = NULL;
	if (source->scan.left > 0)
		manifest_set_forget_asked(source->files);
	source->scan.left = 0;
}

static void
scan_start(struct source_dir *source)
{
	struct scan *scan = &source->scan;
	int err;

	scan->err = scan->whole ? scan_all(source) : scan_touched(source);
	source_scan_forget_touched(source);
	if (scan->left == 0)
		return;
	scan->at_once = source->loop == NULL || read_crew_size(scan->crew) <= AT_ONCE_SIZE;
	if (scan->at_once) {
		read_crew_run(scan->crew);
		return;
	}
	err = read_crew_start(scan->crew);
	if (err == 0)
		return;
	crew_let_go(source);
	scan->err = err;
}

/* All is handed over: tell that, and see to it that what is left is looked at again. */
static void
scan_tell(struct source_dir *source)
{
	struct scan *scan = &source->scan;
	bool over = scan->err == 0 && !scan->mixed;
	bool loaded = source->loading && scan->whole && over;

	scan->running = false;
	if (scan->err != 0)
		log_error("%s: %s; trying again", source_dir_what(source),
		    scan->err == ERR_FULL ? "no file descriptor left" : err_text(scan->err));
	/* Events of meanwhile are for the next scan. */
	if (!over || scan->missing)
		look_again(source);
	else if (source->look_at_all || source->touched_count > 0)
		source_scan_arm(source->rest, source->settings.rest_ms);
	source->loading = source->loading && !loaded;
	/* Else what was handed over is told after the next scan. */
	if (over && (manifest_set_take_changed(source->files) || loaded))
		source->ops.batch_end(source->arg);
}

static void
scan_end(struct source_dir *source)
{
	struct scan *scan = &source->scan;

	crew_let_go(source);
	/* A swap in the middle may have mixed two worlds, and nobody is told of that. */
	while (scan->whole && scan->err == 0 && (scan->mixed = is_mixed(source)) &&
	    scan->tries++ < SWAPS_MAX) {
		scan_start(source);
		if (scan->left > 0)
			return;
		crew_let_go(source);
	}
	if (scan->whole && scan->err == 0 && !scan->mixed)
		scan->err = sweep(source);
	scan_tell(source);
}

void
source_scan_begin(struct source_dir *source)
{
	struct scan *scan = &source->scan;

	if (scan->running)
		return;                 /* its end sees that there is more to look at */
	*scan = (struct scan){ .running = true, .whole = !few_will_do(source),
		.noticed_us = source->noticed_us };
	if (scan->noticed_us == 0)
		scan->noticed_us = clock_now_us(source->clock);
	source->noticed_us = 0;
	scan_start(source);
	if (scan->left == 0)
		scan_end(source);
}

void
source_scan_cancel(struct source_dir *source)
{
	if (!source->scan.running)
		return;
	crew_let_go(source);
	source->scan.running = false;
	source->look_at_all = true;
}
