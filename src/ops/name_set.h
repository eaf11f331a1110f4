/*
 * name_set.h - which of many names are in: 16 octets or so for each, whatever its length.
 * Thread: the owner's.
 *
 * What is kept is a keyed hash of 64 bits (SipHash-2-4): that two of 100,000 names are taken for
 * one has a chance of one in four thousand million, and nobody outside can bring it about.
 */
#ifndef ROLLCALL_OPS_NAME_SET_H
#define ROLLCALL_OPS_NAME_SET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name_set {
	uint64_t *cells;                /* 0: free */
	size_t room;                    /* a power of two, or 0 */
	size_t count;
	unsigned char key[16];
};

/* Empty; takes no memory. */
void name_set_init(struct name_set *set);
void name_set_release(struct name_set *set);

bool name_set_has(const struct name_set *set, const char *ns, const char *name);
/* Put it in, if it is not.  ERR_NOMEM: as before. */
int name_set_add(struct name_set *set, const char *ns, const char *name);
/* Take it out; was it in? */
bool name_set_remove(struct name_set *set, const char *ns, const char *name);
#endif
