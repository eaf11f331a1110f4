/*
 * history.h - the last results of one target: for bars, curves and "what did it say last".
 * Thread: control; pure.
 *
 * 376 octets for a target that has been asked at least once, and its last words if it had any.
 */
#ifndef ROLLCALL_MODEL_HISTORY_H
#define ROLLCALL_MODEL_HISTORY_H
#include <stddef.h>
#include <stdint.h>

#include "model/outcome.h"

struct history;

#define HISTORY_MAX 40          /* results kept; at the default period the last 400 s */

struct history_result {
	uint64_t ago_ms;                /* since it ended, by a tenth of a second */
	uint32_t took_us;               /* saturates at 1,073 s */
	enum outcome_class class;
};

/*
 * One more; the first makes the history, the 41st pushes the oldest out.  `*history` is NULL at
 * first.  ERR_NOMEM: it goes unnoted, or without its words.
 */
int history_note(struct history **history, const struct outcome *outcome, uint64_t now_ms);
void history_free(struct history *history);     /* NULL is allowed */

/* NULL has none. */
size_t history_count(const struct history *history);
/* The i-th, the oldest being 0; i below the count. */
struct history_result history_at(const struct history *history, size_t i, uint64_t now_ms);
/* The last one whole, for outcome_text().  Of a history that is not NULL. */
void history_last(const struct history *history, struct outcome *out);
#endif
