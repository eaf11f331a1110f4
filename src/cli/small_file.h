/* small_file.h - files of the host that are read and written whole.  Thread: any. */
#ifndef ROLLCALL_CLI_SMALL_FILE_H
#define ROLLCALL_CLI_SMALL_FILE_H
#include <stddef.h>

struct strbuf;

#define SMALL_FILE_MAX ((size_t)1 << 20)

/* What the file holds, up to its first NUL.  ERR_NOTFOUND, ERR_SYSTEM with errno, ERR_LIMIT, ERR_NOMEM. */
int small_file_read(const char *path, struct strbuf *out);
/*
 * The file is this text now, or as it was: written beside it and put in its place; missing folders
 * above it are made.  ERR_SYSTEM with errno, ERR_NOMEM.
 */
int small_file_write(const char *path, const char *text);
#endif
