/* manifest_file.c - read one manifest from disk, whatever it turns out to be. */
#include "source/manifest_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"

/* Some ticks of the clock by which file systems stamp. */
#define FRESH_NS ((int64_t)100 * 1000 * 1000)

static const char *
mode_text(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a folder";
	if (S_ISFIFO(mode))
		return "a FIFO";
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return "a device";
	if (S_ISSOCK(mode))
		return "a socket";
	return "no regular file";
}

static void
say(struct diag *diag, const char *path, const char *text)
{
	struct place place = { path, 0, 0 };

	diag_add(diag, SEVERITY_ERROR, &place, "%s", text);
}

/* We have no descriptor left: that says nothing of the path, and will pass. */
static bool
is_short_of_files(int error)
{
	return error == EMFILE || error == ENFILE;
}

/* Why open(2) failed; a name that is there but leads nowhere is a dangling link. */
static int
open_failed(const char *path, struct diag *diag)
{
	int error = errno;
	struct stat st;
	char text[160];

	if (is_short_of_files(error))
		return ERR_FULL;
	if (error == ENOMEM)
		return ERR_NOMEM;
	if (error == ENOENT && lstat(path, &st) != 0)
		return ERR_NOTFOUND;
	if (error == ENOENT)
		(void)snprintf(text, sizeof(text), "is a link that leads nowhere");
	else if (error == ELOOP)
		(void)snprintf(text, sizeof(text), "is a link that leads in a circle");
	else if (error == ENXIO)
		(void)snprintf(text, sizeof(text), "is a socket, not a manifest");
	else
		(void)snprintf(text, sizeof(text), "cannot be opened: %s", strerror(error));
	say(diag, path, text);
	errno = error;
	return ERR_SYSTEM;
}

static int64_t
to_ns(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static void
stamp_of(const struct stat *st, struct manifest_stamp *stamp)
{
	*stamp = (struct manifest_stamp){
		.device = st->st_dev,
		.inode = st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime_ns = to_ns(&st->st_mtim),
		.ctime_ns = to_ns(&st->st_ctim),
	};
}

/* Read to the end, which may have moved since fstat(2). */
static int
read_all(int fd, struct manifest_file *file)
{
	size_t room = (size_t)file->stamp.size + 1;
	ssize_t got;

	file->text = malloc(room + 1);
	if (file->text == NULL)
		return ERR_NOMEM;
	while ((got = read(fd, file->text + file->len, room - file->len)) != 0) {
		if (got < 0) {
			if (errno == EINTR)
				continue;
			return ERR_SYSTEM;
		}
		file->len += (size_t)got;
		if (file->len > MANIFEST_FILE_MAX)
			return ERR_LIMIT;
		if (file->len < room)
			continue;
		char *more = realloc(file->text, 2 * room + 1);
		if (more == NULL)
			return ERR_NOMEM;
		file->text = more;
		room *= 2;
	}
	file->text[file->len] = '\0';
	return 0;
}

static int
read_open(int fd, const char *path, struct manifest_file *file, struct diag *diag)
{
	struct stat st;
	char text[160];
	int err;

	if (fstat(fd, &st) != 0) {
		say(diag, path, "cannot be looked at");
		return ERR_SYSTEM;
	}
	if (!S_ISREG(st.st_mode)) {
		(void)snprintf(text, sizeof(text), "is %s, not a manifest", mode_text(st.st_mode));
		say(diag, path, text);
		return ERR_INVALID;
	}
	stamp_of(&st, &file->stamp);
	err = file->stamp.size > MANIFEST_FILE_MAX ? ERR_LIMIT : read_all(fd, file);
	if (err == ERR_LIMIT) {
		say(diag, path, "is larger than 256 MiB");
	} else if (err == ERR_SYSTEM) {
		(void)snprintf(text, sizeof(text), "cannot be read: %s", strerror(errno));
		say(diag, path, text);
	}
	if (err != 0)
		return err;
	file->digest = text_digest(0, file->text, file->len);
	file->trusted = (st.st_uid == 0 || st.st_uid == geteuid()) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
	return 0;
}

int
manifest_file_read(const char *path, struct manifest_file *file, struct diag *diag)
{
	struct manifest_file read = { 0 };
	/* O_NONBLOCK: a FIFO without a writer would hold us; a terminal must not become ours. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return open_failed(path, diag);
	err = read_open(fd, path, &read, diag);
	(void)close(fd);
	if (err != 0) {
		free(read.text);
		return err;
	}
	*file = read;
	return 0;
}

void
manifest_file_release(struct manifest_file *file)
{
	free(file->text);
	file->text = NULL;
	file->len = 0;
}

bool
manifest_file_stamp(const char *path, struct manifest_stamp *stamp)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	stamp_of(&st, stamp);
	return true;
}

bool
manifest_file_link_stamp(const char *path, struct manifest_stamp *stamp)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return false;
	stamp_of(&st, stamp);
	return true;
}

bool
manifest_stamp_equal(const struct manifest_stamp *a, const struct manifest_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	    a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

bool
manifest_file_is_fresh(const struct manifest_stamp *stamp)
{
	struct timespec now;

	/* Compared with the file system's clock, not ours: nothing is scheduled by it. */
	return clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0 ||
	    stamp->ctime_ns > to_ns(&now) - FRESH_NS;
}

bool
manifest_file_is_name(const char *name)
{
	static const char *const endings[] = { ".yaml", ".yml", ".json", ".zone" };
	size_t len = strlen(name);

	if (name[0] == '.' || len == 0 || name[len - 1] == '~')
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);

		if (len > ending && strcmp(name + len - ending, endings[i]) == 0)
			return true;
	}
	return false;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
manifest_file_list(const char *folder, char ***paths, size_t *count)
{
	char **list = NULL;
	size_t used = 0, room = 0;
	const struct dirent *entry;
	int err = 0;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return is_short_of_files(errno) ? ERR_FULL :
		    errno == ENOMEM ? ERR_NOMEM : ERR_SYSTEM;
	while (err == 0 && (entry = readdir(dir)) != NULL) {
		if (!manifest_file_is_name(entry->d_name))
			continue;
		err = array_reserve(&list, &room, used + 1, sizeof(*list));
		if (err == 0 && asprintf(&list[used], "%s/%s", folder, entry->d_name) < 0)
			err = ERR_NOMEM;
		if (err == 0)
			used++;
	}
	(void)closedir(dir);
	if (err != 0) {
		manifest_file_list_free(list, used);
		return err;
	}
	if (used > 1)
		qsort(list, used, sizeof(*list), compare_texts);
	*paths = list;
	*count = used;
	return 0;
}

void
manifest_file_list_free(char **paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
}
