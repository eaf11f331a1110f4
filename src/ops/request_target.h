/*
 * request_target.h - the path and the query of an HTTP request, decoded once.  Thread: any.
 *
 * RFC 3986, sections 2.1, 3.3 and 3.4; the query as HTML forms write it ("+" is a space).
 */
#ifndef ROLLCALL_OPS_REQUEST_TARGET_H
#define ROLLCALL_OPS_REQUEST_TARGET_H
#include <stddef.h>

struct request_target {
	char *path;             /* begins with "/"; no empty, "." or ".." segment */
	char *pairs;            /* key NUL value NUL key NUL value NUL ... */
	size_t pair_count;
};

/*
 * `query` may be NULL.  ERR_INVALID: a broken escape, or a control character behind one;
 * ERR_NOTFOUND: a path that goes around (dot segments, doubled slashes); ERR_NOMEM.
 */
int request_target_parse(const char *path, const char *query, struct request_target *out);
void request_target_release(struct request_target *target);

/* The value of the first such key; "" where it stands alone; NULL: not there. */
const char *request_target_query(const struct request_target *target, const char *key);
#endif
