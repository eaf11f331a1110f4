/* owner.h - make names in wire form, lower case, label by label.  Thread: any; pure. */
#ifndef ROLLCALL_DNS_OWNER_H
#define ROLLCALL_DNS_OWNER_H
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Octets of a wire name, its root label included. */
size_t owner_len(const uint8_t *name);
/* A total order over wire names; 0 when equal.  NULL comes first. */
int owner_compare(const uint8_t *a, const uint8_t *b);

/*
 * "a.b.c", with or without the last dot, into `arena`.  ERR_LIMIT: an empty label, one over 63
 * octets, or a name over 255 (RFC 1035, 2.3.4); ERR_NOMEM.
 */
int owner_from_text(struct arena *arena, const char *text, const uint8_t **name);

/*
 * `label` or labels joined by dots, put before `parent`.  Errors as above; a NULL parent is
 * ERR_LIMIT.
 */
int owner_under(struct arena *arena, const char *label, const uint8_t *parent,
    const uint8_t **name);
/* One label without dots before a parent whose length is known.  Errors as above. */
int owner_prepend(struct arena *arena, const char *label, const uint8_t *parent,
    size_t parent_len, const uint8_t **name);
#endif
