/*
 * text.h - small questions about short texts: grammar, likeness, numbers, what is fit to
 * print.  Thread: any; pure.
 */
#ifndef ROLLCALL_BASE_TEXT_H
#define ROLLCALL_BASE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 1123 label: 1-63 of a-z 0-9 '-', begins and ends alphanumeric. */
bool text_is_dns1123_label(const char *text);

/* Labels joined by dots, at most 253 octets (Kubernetes: DNS-1123 subdomain). */
bool text_is_dns1123_subdomain(const char *text);

/* Kubernetes label key "[prefix/]name" and label value. */
bool text_is_label_key(const char *text);
bool text_is_label_value(const char *text);

/*
 * IANA service name: 1-15 of a-z 0-9 '-', at least one letter, no "--", no '-' at the ends
 * (RFC 6335, 5.1).
 */
bool text_is_port_name(const char *text);

/* All digits, no sign, no spaces, fits.  false leaves *value alone. */
bool text_to_u64(const char *text, uint64_t max, uint64_t *value);

/* "FIRST-LAST", two ports in order.  false leaves both alone. */
bool text_to_port_range(const char *text, uint16_t *first, uint16_t *last);

/* What a noun ends in after that number: "" after 1, "s" otherwise. */
const char *text_plural(size_t n);

/*
 * The candidate closest to `text` in edit distance, if close enough to be a slip (<= 1/3 of
 * its length), else NULL.
 */
const char *text_closest(const char *text, const char *const *candidates, size_t count);
/*
 * Edit distance with adjacent transpositions, case ignored; both texts at most 64 octets, else
 * UINT_MAX.
 */
unsigned text_distance(const char *a, const char *b);

/*
 * 64-bit FNV-1a; start with TEXT_HASH_SEED.  Stable over versions: it is used in places that
 * outlive the process.
 */
#define TEXT_HASH_SEED 0xcbf29ce484222325ULL
uint64_t text_hash(uint64_t seed, const void *data, size_t len);

/*
 * Another 64-bit hash, of eight octets at a time and twenty times as fast; it differs between
 * versions and machines, so it is for what stays in the process.
 */
uint64_t text_digest(uint64_t seed, const void *data, size_t len);
/* A seed for it that nobody can guess: for keys of others, who must not know where they fall. */
uint64_t text_seed(void);

/*
 * Copy text[0..len) to out, a C string of at most size octets (size > 0), with each octet that
 * a terminal would not show as a character (controls, bad UTF-8, turns of direction) as \xhh.
 * What does not fit is cut, never inside a character or an escape.  Returns the length.
 */
size_t text_escape(char *out, size_t size, const char *text, size_t len);
#endif
