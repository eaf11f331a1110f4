/* doc_seek.h - look ahead for a text at the root of a document.  Thread: any. */
#ifndef ROLLCALL_SOURCE_DOC_SEEK_H
#define ROLLCALL_SOURCE_DOC_SEEK_H
#include <stddef.h>

struct arena;
struct doc_input;

/*
 * Read the document that begins at an octet of the text once more, without building it, for a
 * scalar under `key` of its root mapping.  *text is put into `arena`; NULL: there is none, as
 * far as the document can be read.  0 or ERR_NOMEM.
 */
int doc_seek_root_text(const struct doc_input *input, size_t octet, const char *key,
    struct arena *arena, const char **text);
#endif
