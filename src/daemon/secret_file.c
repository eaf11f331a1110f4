/* secret_file.c - a file with a secret that only we and root may know. */
#include "daemon/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is the file root's or ours, and nobody else's to read or write? */
static bool
is_private(const struct stat *status)
{
	return (status->st_uid == 0 || status->st_uid == geteuid()) &&
	    (status->st_mode & (S_IWGRP | S_IROTH | S_IWOTH)) == 0;
}

const char *
secret_file_read(const char *path, char text[SECRET_FILE_MAX + 1])
{
	const char *wrong = NULL;
	struct stat status;
	ssize_t len = 0;
	int fd;

	text[0] = '\0';
	if (path[0] != '/')
		return "must be an absolute path";
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
	    status.st_size > SECRET_FILE_MAX)
		wrong = "is no regular file, or larger than 4096 octets";
	else if (!is_private(&status))
		wrong = "must be owned by root or by us, not writable by its group, and not "
		    "accessible to others";
	else if ((len = read(fd, text, SECRET_FILE_MAX)) < 0)
		wrong = "cannot be read";
	close(fd);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	text[len < 0 ? 0 : len] = '\0';
	return wrong;
}
