/*
 * three_way.h - what to change so that an object says what a file says: kubectl's apply.
 * Thread: any; pure.
 *
 * What the file said last is kept in the object, in kubectl's own annotation, so that both
 * programs may apply the same files in turn.
 */
#ifndef ROLLCALL_CLI_THREE_WAY_H
#define ROLLCALL_CLI_THREE_WAY_H
#include <jansson.h>

/*
 * A merge patch (RFC 7386), a new reference: what `file` says and `live` does not, and null for
 * what was said last time, is said no more and is still there.  A list is replaced as a whole,
 * unless live says all of it, item by item, and only adds to the items.  {} when there is nothing
 * to do; NULL: no memory.
 */
json_t *three_way_patch(const json_t *live, const json_t *file);

/* Write into `file` what it says itself, as the annotation.  0 or ERR_NOMEM. */
int three_way_note(json_t *file);
#endif
