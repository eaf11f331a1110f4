/*
 * managed_file.h - the files that hold objects written through the API.  Thread: control.
 *
 *     ROOT/services/shop/web.yaml     ROOT/namespaces/shop.yaml
 *
 * A change is made in steps, so that it can be taken back until the very end, and so that a
 * power cut at any moment leaves the object of before or the new one:
 *     managed_file_put() or managed_file_drop()   the old file is kept beside, under a name with a dot
 *     managed_file_sync()                         now it lasts
 *     managed_file_commit()  or  managed_file_revert()
 */
#ifndef ROLLCALL_DAEMON_MANAGED_FILE_H
#define ROLLCALL_DAEMON_MANAGED_FILE_H
#include <stddef.h>

#define MANAGED_PATH_SIZE 4096

/*
 * Where the object's file lies; `resource` is "services", `ns` "" for what is in no namespace.
 * ERR_INVALID: no names of Kubernetes; ERR_LIMIT: the path is too long.
 */
int managed_file_path(const char *root, const char *resource, const char *ns, const char *name,
    char path[MANAGED_PATH_SIZE]);

/*
 * Put the text there, with the folders above it, from `root` on.  ERR_FULL: no space is left;
 * ERR_SYSTEM with errno.  On failure all is as before.
 */
int managed_file_put(const char *root, const char *path, const char *text, size_t len);
/* Take the file away; it is no error where there is none. */
int managed_file_drop(const char *path);
int managed_file_sync(const char *path);
/* Forget what was before, and folders that are empty. */
void managed_file_commit(const char *root, const char *path);
/* All as before.  ERR_SYSTEM with errno. */
int managed_file_revert(const char *path);
/* Where the file of before is kept between the steps. */
int managed_file_before(const char *path, char before[MANAGED_PATH_SIZE]);

/*
 * Visit all files below root, folder by folder, in byte order.  What a change left behind that was
 * never committed is removed.  Not 0 stops and is returned.  A root that is not there has none.
 */
typedef int managed_file_fn(void *arg, const char *path);
int managed_file_each(const char *root, managed_file_fn *visit, void *arg);
#endif
