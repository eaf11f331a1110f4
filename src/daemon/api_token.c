/* api_token.c - the bearer token of http.tokenFile: made where it is missing. */
#include "daemon/api_token.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_OCTETS 32
#define TOKEN_LEAST 16          /* characters; shorter ones are guessed */
#define PATH_MAX_LEN 4096

static void
make_folder(const char *path)
{
	char folder[PATH_MAX_LEN];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (len == 0 || len >= sizeof(folder))
		return;
	(void)memcpy(folder, path, len);
	folder[len] = '\0';
	(void)mkdir(folder, 0700);
}

/* Written beside it and linked: whole or not at all, and never over what somebody else made. */
static const char *
make_file(const char *path)
{
	unsigned char octets[TOKEN_OCTETS];
	char text[TOKEN_OCTETS * 2 + 1], fresh[PATH_MAX_LEN];
	const char *wrong = NULL;
	int fd;

	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return "is too long";
	make_folder(path);
	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return strerror(errno);
	randombytes_buf(octets, sizeof(octets));
	(void)sodium_bin2hex(text, sizeof(text), octets, sizeof(octets));
	text[sizeof(text) - 1] = '\n';
	if (write(fd, text, sizeof(text)) != (ssize_t)sizeof(text) || fsync(fd) != 0 ||
	    link(fresh, path) != 0)
		wrong = strerror(errno);
	(void)close(fd);
	(void)unlink(fresh);
	sodium_memzero(octets, sizeof(octets));
	sodium_memzero(text, sizeof(text));
	return wrong;
}

/* RFC 6750, 2.1: b68token. */
static bool
is_token(const char *text)
{
	static const char others[] = "-._~+/=";

	for (const char *c = text; *c != '\0'; c++)
		if (!((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
		    (*c >= 'A' && *c <= 'Z') || strchr(others, *c) != NULL))
			return false;
	return true;
}

const char *
api_token_read(const char *path, char token[SECRET_FILE_MAX + 1])
{
	struct stat status;
	const char *wrong;

	if (lstat(path, &status) != 0 && errno == ENOENT) {
		wrong = make_file(path);
		if (wrong != NULL)
			return wrong;
	}
	wrong = secret_file_read(path, token);
	if (wrong == NULL && strlen(token) < TOKEN_LEAST)
		wrong = "must hold at least 16 characters";
	if (wrong == NULL && !is_token(token))
		wrong = "must hold letters, digits and -._~+/= only";
	return wrong;
}
