/*
 * stage.h - the daemon's inside with a clock turned by hand and probes that end as told.
 *
 * Everything between manifests and replies is what the daemon runs (daemon/world.h); only time,
 * the engines' attempts and the disk are played.
 */
#ifndef ROLLCALL_TESTS_SCENARIO_STAGE_H
#define ROLLCALL_TESTS_SCENARIO_STAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elsewhere;
struct responder;
struct stage;

struct stage *stage_new(void);
void stage_free(struct stage *stage);

/* "pods insecure"; before the first file.  false: no such setting. */
bool stage_set(struct stage *stage, const char *key, const char *value);

/* The file has this text now; NULL: it is gone.  What was said of it is kept for stage_said(). */
void stage_file(struct stage *stage, const char *name, const char *text);
/* Do the diagnostics of the last file contain this? */
bool stage_said(const struct stage *stage, const char *text);
const char *stage_diagnostics(const struct stage *stage);

/*
 * From now on attempts end like this: "passes", "hangs" (until their timeout), "fails WORD" with
 * a word of outcome.h.  `who` is "NS/POD", "ADDR", "ADDR:PORT", "ADDR:PORT/PATH" or "*"; what was
 * said last counts. false: not understood.
 */
bool stage_probe(struct stage *stage, const char *who, const char *how);

/* Let time pass; everything that is due in it happens at its moment. */
void stage_turn(struct stage *stage, uint64_t ms);

/* What is not ours (elsewhere.h), on the same clock. */
struct elsewhere *stage_elsewhere(struct stage *stage);
/* Is anybody asked at all?  Then questions go the whole way: "waits", or the reply in words, to be
 * freed. */
bool stage_forwards(const struct stage *stage);
char *stage_ask(struct stage *stage, const char *question);
/* A client asks, and is called so later. */
void stage_send(struct stage *stage, const char *label, const char *question);

struct responder *stage_responder(struct stage *stage);
uint32_t stage_serial(struct stage *stage);
/* Attempts since the start. */
uint64_t stage_attempts(const struct stage *stage);
#endif
