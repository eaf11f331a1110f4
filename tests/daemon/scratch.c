/* scratch.c - a folder of its own for a test, removed at the end. */
#include "tests/daemon/scratch.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
scratch_make(struct scratch *scratch)
{
	const char *below = getenv("TMPDIR");

	snprintf(scratch->path, sizeof(scratch->path), "%s/rollcall-test-XXXXXX",
	    below != NULL ? below : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(scratch->path));
	scratch->fd = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(scratch->fd, 0);
}

static void
empty_folder(int fd)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		int sub;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			continue;
		sub = openat(
		    dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			empty_folder(sub);
		unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

void
scratch_remove(struct scratch *scratch)
{
	fchmod(scratch->fd, 0700);
	empty_folder(scratch->fd);
	rmdir(scratch->path);
}

uint8_t *
scratch_read(const struct scratch *scratch, const char *name, size_t *len)
{
	int fd = openat(scratch->fd, name, O_RDONLY | O_CLOEXEC);
	struct stat status;
	uint8_t *data;

	ck_assert_msg(fd >= 0, "no file %s", name);
	ck_assert_int_eq(fstat(fd, &status), 0);
	*len = (size_t)status.st_size;
	data = malloc(*len + 1);
	ck_assert_ptr_nonnull(data);
	ck_assert_int_eq(read(fd, data, *len), (ssize_t)*len);
	close(fd);
	return data;
}

void
scratch_write(const struct scratch *scratch, const char *name, const void *data, size_t len)
{
	int fd = openat(scratch->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}
