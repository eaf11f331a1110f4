/* small_file.c - files of the host that are read and written whole. */
#include "cli/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/strbuf.h"

int
small_file_read(const char *path, struct strbuf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char buf[4096];
	ssize_t got = 0;

	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM;
	while (out->len <= SMALL_FILE_MAX && (got = read(fd, buf, sizeof(buf))) > 0)
		strbuf_add_n(out, buf, strnlen(buf, (size_t)got));
	close(fd);
	if (got < 0)
		return ERR_SYSTEM;
	return out->len > SMALL_FILE_MAX ? ERR_LIMIT : out->err;
}

static int
make_folders(const char *path)
{
	char *copy = strdup(path);

	if (copy == NULL)
		return ERR_NOMEM;
	for (char *at = strchr(copy + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(copy, 0755) != 0 && errno != EEXIST)
			break;
		*at = '/';
	}
	free(copy);
	return 0;
}

static int
write_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t put = write(fd, text, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return ERR_SYSTEM;
		text += put;
		len -= (size_t)put;
	}
	return fchmod(fd, 0644) == 0 && fsync(fd) == 0 ? 0 : ERR_SYSTEM;
}

int
small_file_write(const char *path, const char *text)
{
	struct strbuf beside = STRBUF_INIT;
	int err = make_folders(path);
	int fd, error;

	strbuf_addf(&beside, "%s.rollcall-XXXXXX", path);
	if (err == 0)
		err = beside.err;
	if (err != 0)
		goto out;
	fd = mkstemp(beside.text);
	if (fd < 0) {
		err = ERR_SYSTEM;
		goto out;
	}
	err = write_all(fd, text);
	close(fd);
	if (err == 0 && rename(beside.text, path) != 0)
		err = ERR_SYSTEM;
	error = errno;
	if (err != 0)
		(void)unlink(beside.text);
	errno = error;
out:
	strbuf_release(&beside);
	return err;
}
