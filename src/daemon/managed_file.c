/* managed_file.c - the files that hold objects written through the API. */
#include "daemon/managed_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "source/manifest_file.h"

#define BEFORE ".before"
#define NEW ".new"
/* A name may have 253 octets and a file's name 255, of which those beside it need some. */
#define STEM_MAX 200

static int
system_error(void)
{
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ERR_FULL : ERR_SYSTEM;
}

int
managed_file_path(const char *root, const char *resource, const char *ns, const char *name,
    char path[MANAGED_PATH_SIZE])
{
	char stem[STEM_MAX + 24];
	int len;

	if (!text_is_dns1123_subdomain(name) || (*ns != '\0' && !text_is_dns1123_label(ns)))
		return ERR_INVALID;
	if (strlen(name) <= STEM_MAX)
		snprintf(stem, sizeof(stem), "%s", name);
	else
		snprintf(stem, sizeof(stem), "%.*s-%016" PRIx64, STEM_MAX, name,
		    text_hash(TEXT_HASH_SEED, name, strlen(name)));
	len = snprintf(path, MANAGED_PATH_SIZE, "%s/%s/%s%s%s.yaml", root, resource, ns,
	    *ns == '\0' ? "" : "/", stem);
	/* And room for what lies beside it. */
	return len > 0 && len < MANAGED_PATH_SIZE - 16 ? 0 : ERR_LIMIT;
}

/* "FOLDER/.FILE" and an ending. */
static int
beside(const char *path, const char *ending, char out[MANAGED_PATH_SIZE])
{
	const char *file = strrchr(path, '/') + 1;
	int len = snprintf(out, MANAGED_PATH_SIZE, "%.*s.%s%s", (int)(file - path), path, file,
	    ending);

	return len > 0 && len < MANAGED_PATH_SIZE ? 0 : ERR_LIMIT;
}

int
managed_file_before(const char *path, char before[MANAGED_PATH_SIZE])
{
	return beside(path, BEFORE, before);
}

static int
sync_folder_of(const char *path)
{
	char folder[MANAGED_PATH_SIZE];
	int fd, failed;

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* It went with its last file. */
	if (fd < 0)
		return errno == ENOENT ? 0 : ERR_SYSTEM;
	failed = fsync(fd);
	close(fd);
	return failed == 0 ? 0 : system_error();
}

/* The folders between root and file, each lasting before the next. */
static int
make_folders(const char *root, const char *path)
{
	char folder[MANAGED_PATH_SIZE];

	snprintf(folder, sizeof(folder), "%s", path);
	for (char *at = folder + strlen(root); at != NULL; at = strchr(at + 1, '/')) {
		int err = 0;

		*at = '\0';
		if (mkdir(folder, 0750) == 0)
			err = sync_folder_of(folder);
		else if (errno != EEXIST)
			err = system_error();
		*at = '/';
		if (err != 0)
			return err;
	}
	return 0;
}

static int
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t done = write(fd, text, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return system_error();
		text += done;
		len -= (size_t)done;
	}
	return fsync(fd) == 0 ? 0 : system_error();
}

static int
write_new(const char *path, const char *text, size_t len)
{
	int fd, err;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return system_error();
	err = write_all(fd, text, len);
	if (close(fd) != 0 && err == 0)
		err = system_error();
	return err;
}

int
managed_file_put(const char *root, const char *path, const char *text, size_t len)
{
	char fresh[MANAGED_PATH_SIZE], before[MANAGED_PATH_SIZE];
	int err = beside(path, NEW, fresh);

	if (err == 0)
		err = beside(path, BEFORE, before);
	if (err == 0)
		err = make_folders(root, path);
	if (err != 0)
		return err;
	(void)unlink(before);
	err = write_new(fresh, text, len);
	if (err == 0 && link(path, before) != 0 && errno != ENOENT)
		err = system_error();
	if (err == 0 && rename(fresh, path) != 0)
		err = system_error();
	if (err != 0) {
		int kept = errno;

		(void)unlink(fresh);
		(void)unlink(before);
		errno = kept;
	}
	return err;
}

int
managed_file_drop(const char *path)
{
	char before[MANAGED_PATH_SIZE];
	int err = beside(path, BEFORE, before);

	if (err == 0 && rename(path, before) != 0 && errno != ENOENT)
		err = system_error();
	return err;
}

int
managed_file_sync(const char *path)
{
	return sync_folder_of(path);
}

void
managed_file_commit(const char *root, const char *path)
{
	char before[MANAGED_PATH_SIZE], folder[MANAGED_PATH_SIZE];
	char *slash;

	if (beside(path, BEFORE, before) == 0)
		(void)unlink(before);
	snprintf(folder, sizeof(folder), "%s", path);
	/* rmdir() refuses what is not empty. */
	while ((slash = strrchr(folder, '/')) != NULL && (size_t)(slash - folder) > strlen(root)) {
		*slash = '\0';
		if (rmdir(folder) != 0)
			break;
	}
}

int
managed_file_revert(const char *path)
{
	char before[MANAGED_PATH_SIZE];
	int err = beside(path, BEFORE, before);

	if (err != 0)
		return err;
	if (rename(before, path) != 0 &&
	    (errno != ENOENT || (unlink(path) != 0 && errno != ENOENT)))
		return ERR_SYSTEM;
	return sync_folder_of(path);
}

/* ---- all of them ---- */

static bool
is_leftover(const char *name)
{
	size_t len = strlen(name);

	return name[0] == '.' && ((len > sizeof(NEW) && strcmp(name + len - 4, NEW) == 0) ||
	    (len > sizeof(BEFORE) && strcmp(name + len - 7, BEFORE) == 0));
}

/* Folders, and leftovers on the way. */
static int
visit_folder(const char *folder, int depth, managed_file_fn *visit, void *arg);

static int
visit_folders(const char *folder, int depth, managed_file_fn *visit, void *arg)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	int err = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : ERR_SYSTEM;
	for (int i = 0; i < count; i++) {
		char path[MANAGED_PATH_SIZE];
		const char *name = entries[i]->d_name;
		bool fits = (size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) <
		    sizeof(path);
		struct stat status;

		if (fits && is_leftover(name))
			(void)unlink(path);
		else if (fits && name[0] != '.' && depth > 0 && err == 0 &&
		    lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
			err = visit_folder(path, depth - 1, visit, arg);
		free(entries[i]);
	}
	free(entries);
	return err;
}

static int
visit_folder(const char *folder, int depth, managed_file_fn *visit, void *arg)
{
	int err = visit_folders(folder, depth, visit, arg);
	char **paths;
	size_t count;

	if (err == 0)
		err = manifest_file_list(folder, &paths, &count);
	if (err != 0)
		return err;
	for (size_t i = 0; err == 0 && i < count; i++)
		err = visit(arg, paths[i]);
	manifest_file_list_free(paths, count);
	return err;
}

int
managed_file_each(const char *root, managed_file_fn *visit, void *arg)
{
	struct stat status;

	if (stat(root, &status) != 0)
		return errno == ENOENT ? 0 : ERR_SYSTEM;
	/* Kinds, namespaces. */
	return visit_folder(root, 2, visit, arg);
}
