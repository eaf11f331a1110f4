/*
 * image.h - what an object states, as JSON, for those who will show it.  Thread: any; pure.
 *
 * As an API server stores it: fields that no table knows and nulls are left out, and so is what
 * the server itself says of every object (apiVersion, kind, name, namespace, uid ...).
 */
#ifndef ROLLCALL_SOURCE_IMAGE_H
#define ROLLCALL_SOURCE_IMAGE_H
#include <stddef.h>

struct doc_node;
struct field_table;
struct strbuf;

/* With its aliases followed an object may be far longer than it was written; not than this. */
#define IMAGE_MAX ((size_t)4 << 20)

/* Appends; `table` is the kind's own (decode_kinds.h).  Errors stick in `out`: ERR_LIMIT, too. */
void image_write(const struct field_table *table, const struct doc_node *root, struct strbuf *out);
#endif
