/*
 * name.h - domain names in wire form: text to wire and back, folding, suffixes, hashing.  Thread:
 * any; pure.
 *
 * A wire name is uncompressed and ends in its root label; lengths count that label too.  Where no
 * length is asked for, the name is one of ours and well formed.  Folded means: A-Z replaced by a-z
 * (RFC 4343).  Length octets are below 64 and so pass folding unharmed, which lets whole names be
 * folded 8 octets at a time.
 */
#ifndef ROLLCALL_DNS_NAME_H
#define ROLLCALL_DNS_NAME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

#define NAME_TEXT_SIZE 1010     /* every octet as \DDD, and the NUL */

/*
 * "a.b", "a.b.", "." with RFC 1035, 5.1 escapes (\. and \DDD) to wire form; case is kept.
 * ERR_SYNTAX: empty label, bad escape; ERR_LIMIT: label over 63 or name over 255 octets.
 */
int name_from_text(const char *text, uint8_t name[DNS_NAME_MAX], size_t *len);

/*
 * The same, put in front of `origin` (wire form) instead of the root: "web.shop.svc" and
 * cluster.local.
 */
int name_from_text_below(const char *text, const uint8_t *origin, uint8_t name[DNS_NAME_MAX],
    size_t *len);

/* Without the last dot, "." for the root; returns buf. */
char *name_to_text(const uint8_t *name, char buf[NAME_TEXT_SIZE]);

/* One label of octets in front of a wire name; `name` may not be `rest`.  ERR_LIMIT. */
int name_prepend(const uint8_t *label, size_t label_len, const uint8_t *rest,
    uint8_t name[DNS_NAME_MAX],
    size_t *len);

size_t name_len(const uint8_t *name);
/* The name with its first label taken off; the root stays the root. */
const uint8_t *name_parent(const uint8_t *name);
/* Is it a well-formed wire name of exactly this length? */
bool name_is_valid(const uint8_t *name, size_t len);

void name_fold(uint8_t *name, size_t len);
/* Case is ignored. */
bool name_equal(const uint8_t *a, const uint8_t *b);
/* Is it the zone's name or below it?  Case is ignored. */
bool name_is_under(const uint8_t *name, const uint8_t *zone);
/* The same with the zone as text without escapes ("in-addr.arpa", "." is everything). */
bool name_is_under_text(const uint8_t *name, size_t len, const char *zone);

/* Does folding `name` give `folded`?  Both have `len` octets. */
bool name_folds_to(const uint8_t *name, const uint8_t *folded, size_t len);

/*
 * Hash of the folded name; *mixed tells whether the name had capital letters.  Not stable over
 * processes: seed it with something nobody can guess.
 */
uint64_t name_hash(uint64_t seed, const uint8_t *name, size_t len, bool *mixed);
#endif
