/*
 * manifest_file.h - read one manifest from disk, whatever it turns out to be.  Thread: any.
 *
 * Never blocks on a FIFO or a device, never reads without bound: a path out of a folder that
 * anyone may have filled is opened without waiting and must be a regular file of at most
 * MANIFEST_FILE_MAX octets.
 */
#ifndef ROLLCALL_SOURCE_MANIFEST_FILE_H
#define ROLLCALL_SOURCE_MANIFEST_FILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;

#define MANIFEST_FILE_MAX (256UL << 20)

/*
 * Which file, in which state: unchanged means that nobody wrote to it (ctime cannot be set
 * back).
 */
struct manifest_stamp {
	uint64_t device;
	uint64_t inode;
	uint64_t size;
	int64_t mtime_ns;
	int64_t ctime_ns;
};

struct manifest_file {
	char *text;             /* ends in NUL; owned, manifest_file_release() frees */
	size_t len;
	uint64_t digest;        /* of the octets */
	struct manifest_stamp stamp;
	bool trusted;           /* owned by root or by us, and writable by nobody else */
};

/*
 * Read it.  ERR_NOTFOUND: there is no such name (a dangling link is ERR_SYSTEM); ERR_INVALID:
 * no regular file; ERR_LIMIT: too large; ERR_SYSTEM: cannot be opened or read; ERR_FULL: no
 * descriptor is left, try again; ERR_NOMEM.  ERR_INVALID, ERR_LIMIT and ERR_SYSTEM are said in
 * diag, one line.
 */
int manifest_file_read(const char *path, struct manifest_file *file, struct diag *diag);
void manifest_file_release(struct manifest_file *file);

/* Look without reading; false where it is not there. */
bool manifest_file_stamp(const char *path, struct manifest_stamp *stamp);
/* The same of a link itself, not of what it leads to. */
bool manifest_file_link_stamp(const char *path, struct manifest_stamp *stamp);
bool manifest_stamp_equal(const struct manifest_stamp *a, const struct manifest_stamp *b);
/* So young that one more write might leave the same stamp. */
bool manifest_file_is_fresh(const struct manifest_stamp *stamp);

/*
 * Is this a name that a folder of manifests serves: *.yaml *.yml *.json, and *.zone, which is a
 * master file; no leading '.', no trailing '~'?
 */
bool manifest_file_is_name(const char *name);

/*
 * The manifests of a folder: full paths in byte order, each malloc'ed, as is the array.
 * ERR_SYSTEM with errno where it cannot be read, ERR_FULL (no descriptor left), ERR_NOMEM.
 */
int manifest_file_list(const char *folder, char ***paths, size_t *count);
void manifest_file_list_free(char **paths, size_t count);
#endif
