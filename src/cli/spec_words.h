/*
 * spec_words.h - what is to be probed, by a word: http://HOST:PORT/PATH, tcp://..., exec:...
 * Thread: any; pure.
 */
#ifndef ROLLCALL_CLI_SPEC_WORDS_H
#define ROLLCALL_CLI_SPEC_WORDS_H
#include <stdbool.h>
#include <stddef.h>

#include "model/probe_spec.h"
#include "probe/probe.h"

#define SPEC_WORDS_TEXT 512

struct spec_words {
	struct probe_spec spec;
	struct probe_target target;     /* points to the spec */
	char host[256];                 /* a name is still to be looked up: spec.host, or lookup */
	bool lookup;                    /* the engine takes addresses only */
	char path[SPEC_WORDS_TEXT];
	char shown[SPEC_WORDS_TEXT];    /* for people */
};

/* Is it one of these at all? */
bool spec_words_is(const char *word);
/*
 * Read it; `rest` are the words behind "exec:COMMAND".  Neither may be freed while `out` is used,
 * which must not move.  NULL: fine, else what is wrong with it.
 */
const char *spec_words_read(const char *word, char **rest, size_t rest_count, unsigned timeout_ms,
    struct spec_words *out);
/* Free what it points to. */
void spec_words_release(struct spec_words *words);
#endif
