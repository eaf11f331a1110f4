/*
 * origin.h - the file that objects come from: one text, counted.  Thread: the reader's, until the
 * store has the objects; then control.
 */
#ifndef ROLLCALL_MODEL_ORIGIN_H
#define ROLLCALL_MODEL_ORIGIN_H

/* Never shared between two readings of a file, so that the count is one thread's at a time. */
struct origin {
	unsigned references;
	char file[];
};

/* With one reference; `file` is copied.  NULL: no memory. */
struct origin *origin_new(const char *file);
/* Take and give back a reference; the last one frees.  NULL is allowed. */
struct origin *origin_ref(struct origin *origin);
void origin_unref(struct origin *origin);
#endif
