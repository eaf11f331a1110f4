/*
 * manifest_read.h - one manifest from its path to its objects, by whichever thread.
 *
 * Thread: whoever makes it fills what is asked for; one thread at a time runs it; it shares nothing
 * with others but `stop`.
 */
#ifndef ROLLCALL_SOURCE_MANIFEST_READ_H
#define ROLLCALL_SOURCE_MANIFEST_READ_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/decode.h"
#include "source/manifest_file.h"

struct diag;
struct source_text;
struct squeeze;

struct manifest_read {
	/* What is asked for. */
	bool exec_enabled;
	const struct source_text *text; /* who understands what is no manifest; NULL: nobody */
	bool known;             /* octets of this digest were decoded before ... */
	uint64_t known_digest;  /* ... and need not be again */
	size_t size;            /* of the file, as far as is known; bounds what is read ahead */

	/* What came of it. */
	int err;                /* of reading: see manifest_file_read() */
	bool same;              /* nothing was decoded: the octets are the known ones */
	int decode_err;         /* see decode_text() */
	uint64_t digest;        /* of the octets and whether they are believed */
	struct manifest_stamp stamp;
	bool is_text;           /* it is no manifest: not the list, but ... */
	void *content;          /* ... what was made of it; NULL: it is taken, or there is none */
	size_t count;           /* how many things that states */
	struct object_list list;
	struct diag *diag;      /* what was said, of reading or decoding; NULL: no memory */

	char path[];
};

/* NULL: no memory. */
struct manifest_read *manifest_read_new(const char *path);
/* With the objects that were not taken.  NULL is allowed. */
void manifest_read_free(struct manifest_read *read);

/*
 * Read and decode, with images by `squeeze` (NULL: without).  Ends soon, with ERR_CLOSED, once *stop
 * is true (NULL: never is).
 */
void manifest_read_run(struct manifest_read *read, struct squeeze *squeeze,
    const atomic_bool *stop);
#endif
