/*
 * source_text.h - files in a source's folders that are no manifests, and who understands them.
 *
 * This room knows manifests only: master files and hosts files are read (with the same bounds, and
 * by the same threads) and handed to whoever was handed in.
 */
#ifndef ROLLCALL_SOURCE_SOURCE_TEXT_H
#define ROLLCALL_SOURCE_SOURCE_TEXT_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct diag;

struct source_text {
	/* Does this path hold such a text?  Any thread. */
	bool (*is)(const char *path);
	/*
	 * Any thread: what the text states, and how many things.  All problems are said in diag.  Not
	 * 0: there was an error, and nothing is stated; ERR_NOMEM: try again; ERR_CLOSED: *stop
	 * (NULL: never) became true.
	 */
	int (*read)(const char *path, const char *text, size_t len, const atomic_bool *stop,
	    struct diag *diag, void **content, size_t *count);
	void (*free)(void *content);
	/*
	 * The file states this now (NULL: it is gone), and it is the callee's, also on failure.  diag
	 * as in source_dir_ops.file.  Thread: the loop's.  ERR_NOMEM: it is handed over again.
	 */
	int (*take)(void *arg, const char *path, void *content, struct diag *diag);
};

/* Ends in ".zone": a master file. */
bool source_text_is_zone(const char *path);
#endif
