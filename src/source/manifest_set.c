/* manifest_set.c - the files of a source: what was made of each, what changed, what is gone. */
#include "source/manifest_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "model/hashed.h"
#include "source/manifest_file.h"
#include "source/manifest_read.h"
#include "source/source_text.h"

/* A file that was seen, and what was made of it. */
struct known_file {
	UT_hash_handle hh;      /* by path */
	struct manifest_stamp stamp;
	uint64_t digest;
	uint64_t scan;          /* number of the scan that last saw it */
	uint64_t missing_ms;    /* since when it is not there; 0: it is */
	size_t objects;         /* handed over, and not taken back */
	size_t root;            /* index of the configured path it was found under */
	bool asked;             /* it is being read */
	bool broken;            /* its last reading failed */
	bool is_text;           /* what it stated was no manifest */
	/* stamp and digest are of its octets; else digest is of the complaint */
	bool read;
	char path[];
};

struct manifest_set {
	struct source_dir_ops ops;
	void *arg;
	const struct source_text *text; /* who takes what is no manifest; NULL: nobody */
	struct known_file *files;
	struct diag *diag;      /* of what is not read out of a file */
	uint64_t scan;
	size_t missing;         /* files that are not there, and whose objects are */
	bool changed;           /* something was handed over */
};

static struct known_file *
file_find(const struct manifest_set *set, const char *path)
{
	struct known_file *file = NULL;

	HASH_FIND(hh, set->files, path, strlen(path), file);
	return file;
}

static struct known_file *
file_find_or_add(struct manifest_set *set, const char *path, size_t root)
{
	struct known_file *file = file_find(set, path);
	size_t len = strlen(path);

	if (file != NULL) {
		file->root = root;
		return file;
	}
	file = calloc(1, sizeof(*file) + len + 1);
	if (file == NULL)
		return NULL;
	memcpy(file->path, path, len + 1);
	file->root = root;
	HASH_ADD_KEYPTR(hh, set->files, file->path, len, file);
	if (file->hh.tbl == NULL) {
		free(file);
		return NULL;
	}
	return file;
}

/* Since when it is missing; 0: it is there. */
static void
file_set_missing(struct manifest_set *set, struct known_file *file, uint64_t since_ms)
{
	set->missing -= file->missing_ms != 0;
	set->missing += since_ms != 0;
	file->missing_ms = since_ms;
}

static void
note_missing(struct manifest_set *set, struct known_file *file, uint64_t now_ms)
{
	if (file->missing_ms == 0)
		file_set_missing(set, file, now_ms != 0 ? now_ms : 1);
}

static void
file_drop(struct manifest_set *set, struct known_file *file)
{
	file_set_missing(set, file, 0);
	HASH_DEL(set->files, file);
	free(file);
}

/* ERR_NOMEM: it was not taken, and the file counts as not read. */
static int
hand_over(struct manifest_set *set, struct known_file *file, struct object_list *list,
    struct diag *diag)
{
	size_t count = list->count;
	int err = set->ops.file(set->arg, file->path, list, diag);

	object_list_release(list);
	if (err != 0)
		return err;
	file->objects = count;
	set->changed = true;
	return 0;
}

/* The same for what is no manifest; it is the taker's, also on failure. */
static int
hand_over_text(struct manifest_set *set, struct known_file *file, void *content, size_t count,
    struct diag *diag)
{
	int err = set->text->take(set->arg, file->path, content, diag);

	if (err != 0)
		return err;
	file->is_text = content != NULL;
	file->objects = count;
	set->changed = true;
	return 0;
}

static int
file_vanished(struct manifest_set *set, struct known_file *file)
{
	struct object_list none = { NULL, 0, 0 };
	int err = 0;

	diag_clear(set->diag);
	if (file->is_text)
		err = hand_over_text(set, file, NULL, 0, set->diag);
	else if (file->objects > 0 || file->broken)
		err = hand_over(set, file, &none, set->diag);
	if (err == 0)
		file_drop(set, file);
	return err;
}

/*
 * What the file was called before it was renamed: a missing one of the same octets; NULL: it is
 * new.
 */
static struct known_file *
find_old_name(struct manifest_set *set, const struct known_file *file, uint64_t digest)
{
	if (set->missing == 0 || file->objects > 0)
		return NULL;
	for (struct known_file *old = set->files; old != NULL; old = old->hh.next)
		if (old->missing_ms != 0 && !old->asked && old->read && !old->broken &&
		    old->digest == digest)
			return old;
	return NULL;
}

/*
 * Hand over what is sound.  Of a file that was only renamed all has been said, and that its objects
 * are stated under the old name as well is no error: that one need not wait any longer to go.
 */
static int
hand_over_sound(struct manifest_set *set, struct known_file *file, struct manifest_read *read)
{
	struct known_file *old = find_old_name(set, file, read->digest);
	struct diag *diag = old != NULL ? NULL : read->diag;
	void *content = read->content;
	int err;

	read->content = NULL;
	if (content != NULL)
		err = hand_over_text(set, file, content, read->count, diag);
	else
		err = hand_over(set, file, &read->list, diag);
	if (err == 0 && old != NULL)
		(void)file_vanished(set, old);  /* with no memory for that, the sweep will */
	return err;
}

/*
 * With any error the last good objects stay; where there are none yet, what is sound is better than
 * nothing.
 */
static int
take_objects(struct manifest_set *set, struct known_file *file, struct manifest_read *read)
{
	file->broken = read->decode_err != 0;
	if (read->decode_err == 0)
		return hand_over_sound(set, file, read);
	if (file->objects == 0 && read->list.count > 0)
		return hand_over(set, file, &read->list, read->diag);
	set->ops.broken(set->arg, file->path, read->diag);
	return 0;
}

/*
 * What cannot be read (any more) keeps its last good objects.  It is said once: again only
 * when there is something else to say, or when it has been readable in between.
 */
static void
file_unreadable(struct manifest_set *set, struct known_file *file, struct diag *diag)
{
	const char *text = diag_at(diag, 0)->text;
	uint64_t complaint = text_hash(TEXT_HASH_SEED, text, strlen(text));

	if (file->broken && !file->read && file->digest == complaint)
		return;
	file->broken = true;
	file->read = false;
	file->digest = complaint;
	set->ops.broken(set->arg, file->path, diag);
}

static int
take_read(struct manifest_set *set, struct known_file *file, struct manifest_read *read)
{
	int err = read->err != 0 ? read->err : read->decode_err;

	if (err == ERR_NOTFOUND || err == ERR_NOMEM || err == ERR_FULL)
		return err;
	if (read->err != 0) {
		if (diag_at(read->diag, 0) == NULL)
			return ERR_NOMEM;
		file_unreadable(set, file, read->diag);
		return 0;
	}
	err = read->same ? 0 : take_objects(set, file, read);
	file->read = err == 0;          /* no memory: try again with the next scan */
	file->stamp = read->stamp;
	file->digest = read->digest;
	return err;
}

/* What has to be read of the file to know what it states now. */
static int
ask(const struct manifest_set *set, struct known_file *file, const struct manifest_stamp *stamp,
    bool exec_enabled, struct manifest_read **out)
{
	struct manifest_read *read = manifest_read_new(file->path);

	if (read == NULL)
		return ERR_NOMEM;
	read->exec_enabled = exec_enabled;
	read->text = set->text;
	read->known = file->read;
	read->known_digest = file->digest;
	read->size = stamp->size;
	file->asked = true;
	*out = read;
	return 0;
}

int
manifest_set_visit(struct manifest_set *set, const char *path, size_t root, bool exec_enabled,
    struct manifest_read **read)
{
	struct known_file *file = file_find_or_add(set, path, root);
	struct manifest_stamp stamp = { 0 };

	*read = NULL;
	if (file == NULL)
		return ERR_NOMEM;
	if (file->scan == set->scan || file->asked)
		return 0;
	if (!manifest_file_stamp(path, &stamp) || !file->read ||
	    !manifest_stamp_equal(&stamp, &file->stamp))
		return ask(set, file, &stamp, exec_enabled, read);
	file->scan = set->scan;
	file_set_missing(set, file, 0);
	return 0;
}

int
manifest_set_look(struct manifest_set *set, const char *path, size_t root, bool exec_enabled,
    struct manifest_read **read)
{
	struct known_file *file = file_find_or_add(set, path, root);
	struct manifest_stamp stamp = { 0 };

	*read = NULL;
	if (file == NULL)
		return ERR_NOMEM;
	(void)manifest_file_stamp(path, &stamp);
	return ask(set, file, &stamp, exec_enabled, read);
}

int
manifest_set_take(struct manifest_set *set, struct manifest_read *read, uint64_t now_ms,
    bool *missing)
{
	struct known_file *file = file_find(set, read->path);
	int err = 0;

	*missing = false;
	if (file != NULL) {
		file->asked = false;
		err = take_read(set, file, read);
		*missing = err == ERR_NOTFOUND;
	}
	if (*missing) {
		note_missing(set, file, now_ms);
		err = 0;
	} else if (file != NULL && err == 0) {
		file->scan = set->scan;
		file_set_missing(set, file, 0);
	}
	manifest_read_free(read);
	return err;
}

void
manifest_set_forget_asked(struct manifest_set *set)
{
	for (struct known_file *file = set->files; file != NULL; file = file->hh.next)
		file->asked = false;
}

/*
 * Would more than half of all objects go because folders are gone?  Then rather an accident
 * than a wish.
 */
static bool
keep_gone(const struct manifest_set *set, const bool *gone)
{
	size_t all = 0, going = 0;

	for (const struct known_file *file = set->files; file != NULL; file = file->hh.next) {
		if (file->root == MANIFEST_SET_NOWHERE)
			continue;
		all += file->objects;
		if (file->scan != set->scan && gone[file->root])
			going += file->objects;
	}
	return going * 2 > all;
}

bool
manifest_set_sweep(struct manifest_set *set, const bool *gone, uint64_t now_ms)
{
	bool keep = keep_gone(set, gone);
	bool waiting = false;
	struct known_file *file, *next;

	for (file = set->files; file != NULL; file = next) {
		next = file->hh.next;
		bool nowhere = file->root == MANIFEST_SET_NOWHERE;

		if (file->scan == set->scan || (!nowhere && keep && gone[file->root]))
			continue;
		note_missing(set, file, now_ms);
		if ((!nowhere && now_ms - file->missing_ms < MANIFEST_SET_VANISH_MS) ||
		    file_vanished(set, file) != 0)
			waiting = true;
	}
	return waiting;
}

void
manifest_set_move(struct manifest_set *set, const size_t *now_at)
{
	for (struct known_file *file = set->files; file != NULL; file = file->hh.next)
		if (file->root != MANIFEST_SET_NOWHERE)
			file->root = now_at[file->root];
}

void
manifest_set_begin(struct manifest_set *set)
{
	set->scan++;
}

void
manifest_set_complain(struct manifest_set *set, const char *path, const char *text)
{
	struct place place = { path, 0, 0 };

	diag_clear(set->diag);
	diag_add(set->diag, SEVERITY_ERROR, &place, "%s", text);
	set->ops.broken(set->arg, path, set->diag);
}

void
manifest_set_forget_stamps(struct manifest_set *set)
{
	for (struct known_file *file = set->files; file != NULL; file = file->hh.next)
		file->read = false;
}

bool
manifest_set_take_changed(struct manifest_set *set)
{
	bool changed = set->changed;

	set->changed = false;
	return changed;
}

size_t
manifest_set_count(const struct manifest_set *set)
{
	return HASH_COUNT(set->files);
}

size_t
manifest_set_broken(const struct manifest_set *set)
{
	size_t count = 0;

	for (const struct known_file *file = set->files; file != NULL; file = file->hh.next)
		count += file->broken;
	return count;
}

struct manifest_set *
manifest_set_new(const struct source_dir_ops *ops, const struct source_text *text, void *arg)
{
	struct manifest_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->ops = *ops;
	set->text = text;
	set->arg = arg;
	set->diag = diag_new();
	if (set->diag == NULL) {
		free(set);
		return NULL;
	}
	return set;
}

void
manifest_set_free(struct manifest_set *set)
{
	struct known_file *file, *next;

	if (set == NULL)
		return;
	for (file = set->files; file != NULL; file = next) {
		next = file->hh.next;
		file_drop(set, file);
	}
	diag_free(set->diag);
	free(set);
}
