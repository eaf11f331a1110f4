/*
 * squeeze.h - what manifests say, as JSON, packed small and read back.  Thread: the owner's, one
 * at a time; each thread has its own.
 *
 * Objects are a few hundred octets each and much alike, so most of what makes them small is a
 * dictionary of what manifests say.  It is part of the program and of nothing that is stored: packed
 * texts stay in the process.
 */
#ifndef ROLLCALL_BASE_SQUEEZE_H
#define ROLLCALL_BASE_SQUEEZE_H
#include <stddef.h>

struct squeeze;

/* No text is longer than this, packed or not. */
#define SQUEEZE_MAX ((size_t)16 << 20)

/* NULL: no memory.  Some 100 KB, most of it once something is packed. */
struct squeeze *squeeze_new(void);
void squeeze_free(struct squeeze *squeeze);

/* Pack a text; the result is valid until the next call.  ERR_NOMEM, ERR_LIMIT. */
int squeeze_pack(struct squeeze *squeeze, const char *text, size_t len, const void **packed,
    size_t *packed_len);

/*
 * Read back what squeeze_pack() made, perhaps another thread's; valid until the next call, and
 * followed by a NUL.  ERR_NOMEM; ERR_SYNTAX, ERR_LIMIT where it is something else.
 */
int squeeze_unpack(struct squeeze *squeeze, const void *packed, size_t packed_len,
    const char **text, size_t *len);
#endif
