/*
 * source_dir.h - folders and files of manifests, watched.  Thread: control.
 *
 * Reads every manifest of its folders at start (source_dir_load), then on change; hands over
 * each file's objects as a whole.  Never hangs or dies on what it finds in a folder: FIFO,
 * device, loop, binary file.
 *
 * With a loop, files are read and decoded by threads (read_crew.h) while the loop goes on, and
 * handed over from the loop, one a round, in byte order of their names within a folder.  Nobody
 * should act on them before `batch_end`: an object that moves from one file to another is gone in
 * between.
 */
#ifndef ROLLCALL_SOURCE_SOURCE_DIR_H
#define ROLLCALL_SOURCE_SOURCE_DIR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/decode.h"

struct event_base;
struct clock;
struct source_dir;
struct source_text;
struct squeeze;

struct source_dir_ops {
	/*
	 * The file states exactly these objects now (count 0: it is gone or empty).  Ownership
	 * of the objects moves to the callee; the list itself stays.  diag holds what was
	 * found in the file so far (warnings) and takes conflicts; it is NULL where the file
	 * was only renamed: its old name goes right after.  Called once a changed file;
	 * `batch_end` follows.  ERR_NOMEM: nothing was taken (the objects are gone all the
	 * same); the file is read and handed over again within a second.
	 */
	int (*file)(void *arg, const char *path, struct object_list *objects, struct diag *diag);
	/* The file cannot be used; its last good objects stay.  diag says why. */
	void (*broken)(void *arg, const char *path, struct diag *diag);
	/* A burst of changes, or a load, has been handed over; time to refresh. */
	void (*batch_end)(void *arg);
};

struct source_dir_settings {
	const char *const *paths;       /* folders or files; borrowed for the life of the source */
	size_t path_count;
	bool exec_enabled;
	/* who takes what is no manifest, with the ops' arg; NULL: nobody.  From the start only. */
	const struct source_text *text;
	/* packs what objects state; borrowed for the life of the source.  NULL: no images */
	struct squeeze *squeeze;
	const char *what;               /* what the paths are called; NULL: zones */
	/* quiet time after an event before reading: 20; vanished files: 100 */
	uint64_t rest_ms;
	/* full rescan: 60,000 (10,000 where inotify is not to be had) */
	uint64_t rescan_ms;
};

/* loop may be NULL: nothing is watched, no thread is made (--check, lint).  NULL: no memory. */
struct source_dir *source_dir_new(struct event_base *loop, const struct clock *clock,
    const struct source_dir_settings *settings, const struct source_dir_ops *ops, void *arg);
void source_dir_free(struct source_dir *source);

/*
 * Look at everything, reading what was written to since, and hand over what differs from before
 * (SIGHUP; start); batch_end is called once then, changed or not.  Without a loop all that is over
 * on return: 0, ERR_NOMEM, ERR_FULL.  With one it begins: what fails is tried again every second,
 * and source_dir_is_loading() until it is over, just before batch_end.
 */
int source_dir_load(struct source_dir *source);
bool source_dir_is_loading(const struct source_dir *source);

/* Replace the settings live (config reload); then source_dir_load(). */
int source_dir_set(struct source_dir *source, const struct source_dir_settings *settings);

/*
 * While a file is handed over: when the first event of its burst came, or, without one, the look
 * at the folders began (clock_now_us).
 */
uint64_t source_dir_noticed_us(const struct source_dir *source);

/* Files seen; files that keep last good objects because they are broken. */
size_t source_dir_file_count(const struct source_dir *source);
size_t source_dir_broken_count(const struct source_dir *source);
#endif
