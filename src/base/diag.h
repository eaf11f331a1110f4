/*
 * diag.h - collect what is to be said to people about their input: file:line:column.  Thread:
 * the owner's.
 */
#ifndef ROLLCALL_BASE_DIAG_H
#define ROLLCALL_BASE_DIAG_H
#include <stddef.h>
#include <stdio.h>

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO };

/* A place in a file.  Lines and columns count from 1; 0 is unknown.  `file` is borrowed. */
struct place {
	const char *file;
	unsigned line;
	unsigned column;
};

struct diag_entry {
	enum severity severity;
	const char *file;       /* owned by the diag; NULL: no place */
	unsigned line;
	unsigned column;
	const char *text;       /* owned by the diag, without place and without "error: " */
};

struct diag;

/*
 * A new, empty collection that keeps at most DIAG_MAX entries and counts the rest.  NULL: no
 * memory.
 */
#define DIAG_MAX 1000
struct diag *diag_new(void);
void diag_free(struct diag *diag);

/* Forget everything collected so far. */
void diag_clear(struct diag *diag);

/*
 * Say something about a place (copied; NULL: none).  A text that cannot be stored is still counted.
 * A NULL diag is allowed: nothing is kept.
 */
void diag_add(struct diag *diag, enum severity severity, const struct place *place,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* How many were said of this severity, those beyond DIAG_MAX included. */
size_t diag_count(const struct diag *diag, enum severity severity);

/* The kept entries, in the order they were said; valid until clear or free.  NULL past the end. */
const struct diag_entry *diag_at(const struct diag *diag, size_t i);

/* Write an entry as "FILE:LINE:COLUMN: error: TEXT" without newline; as snprintf. */
int diag_format(const struct diag_entry *entry, char *buf, size_t size);

/*
 * The entries as grave as `least` or graver, one a line, and a last line that counts what was
 * not kept.
 */
void diag_print(const struct diag *diag, enum severity least, FILE *out);

/* The same into the log, each entry at its level. */
void diag_log(const struct diag *diag);
#endif
