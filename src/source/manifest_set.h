/*
 * manifest_set.h - the files of a source: what was made of each, what changed, what is gone.
 * Thread: control.
 *
 * A scan is manifest_set_begin(), a visit to every file that is there, and
 * manifest_set_sweep(); the set hands over each file whose octets differ from the last time,
 * and takes back what has vanished.
 */
#ifndef ROLLCALL_SOURCE_MANIFEST_SET_H
#define ROLLCALL_SOURCE_MANIFEST_SET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/source_dir.h"

struct manifest_read;
struct manifest_set;
struct source_text;

/* A file that is missing for less than this may be an editor at work. */
#define MANIFEST_SET_VANISH_MS 100

/* NULL: no memory. */
struct manifest_set *manifest_set_new(const struct source_dir_ops *ops,
    const struct source_text *text, void *arg);
void manifest_set_free(struct manifest_set *set);

void manifest_set_begin(struct manifest_set *set);

/*
 * The file is there, found under the configured path number `root`.  *read is what has to be run
 * (manifest_read_run, by any thread) and then taken; NULL where its stamp says that nobody wrote
 * to it (no more than the file's metadata was looked at), or it is being read already.  ERR_NOMEM.
 */
int manifest_set_visit(struct manifest_set *set, const char *path, size_t root, bool exec_enabled,
    struct manifest_read **read);

/*
 * The same outside of a scan: something was said to have happened to this file, so it is read
 * whatever its stamp says.
 */
int manifest_set_look(struct manifest_set *set, const char *path, size_t root, bool exec_enabled,
    struct manifest_read **read);

/*
 * Take in what came of reading, and free it.  *missing: the file is not there; a sweep after
 * MANIFEST_SET_VANISH_MS will take it away.  ERR_NOMEM, ERR_FULL: it has to be read again.
 */
int manifest_set_take(struct manifest_set *set, struct manifest_read *read, uint64_t now_ms,
    bool *missing);

/* What is being read will not be taken. */
void manifest_set_forget_asked(struct manifest_set *set);

/* Something is wrong with a configured path itself: tell it as a broken file. */
void manifest_set_complain(struct manifest_set *set, const char *path, const char *text);

/*
 * End of the scan: whatever was not visited goes; at once where its path is no longer
 * configured, else after MANIFEST_SET_VANISH_MS. `gone[root]` says that a configured folder
 * itself is not there: its files stay if more than half of all objects would go (an unmounted
 * disk is an accident, not a wish).  True: some files wait; sweep again.
 */
bool manifest_set_sweep(struct manifest_set *set, const bool *gone, uint64_t now_ms);

/*
 * Other paths are configured: what was found under number i lies under now_at[i], or under none
 * of them.
 */
#define MANIFEST_SET_NOWHERE SIZE_MAX
void manifest_set_move(struct manifest_set *set, const size_t *now_at);

/* Decode everything again at the next visit. */
void manifest_set_forget_stamps(struct manifest_set *set);

/* Has anything been handed over since the last call? */
bool manifest_set_take_changed(struct manifest_set *set);

size_t manifest_set_count(const struct manifest_set *set);
/* Files that cannot be used as they are now. */
size_t manifest_set_broken(const struct manifest_set *set);
#endif
