/*
 * json_text.h - JSON as a text, or nothing.  Thread: any; pure.
 *
 * jansson's own json_dumps() passes over a failed allocation while it writes a key (2.14,
 * dump_string()), and what comes out then lacks octets in its middle.
 */
#ifndef ROLLCALL_OPS_JSON_TEXT_H
#define ROLLCALL_OPS_JSON_TEXT_H
#include <jansson.h>
#include <stddef.h>

struct strbuf;

/* Add the value, without blanks; the buffer's error sticks.  NULL: no memory. */
void json_text_add(struct strbuf *out, const json_t *value);
/* The whole text, the caller's; *len (may be NULL) without the zero.  NULL: no memory. */
char *json_text(const json_t *value, size_t *len);
#endif
