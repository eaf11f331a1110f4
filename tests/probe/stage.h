/* stage.h - a schedule on a fake engine and a turned clock, for tests. */
#ifndef ROLLCALL_TESTS_PROBE_STAGE_H
#define ROLLCALL_TESTS_PROBE_STAGE_H
#include <stdbool.h>
#include <stdint.h>

#include "probe/due_heap.h"
#include "probe/schedule.h"

#define STAGE_PORTS 16
#define STAGE_LOG_SIZE 65536

struct stage;
typedef void stage_start_fn(struct stage *stage, const struct probe_target *whom);
typedef void stage_verdict_fn(struct stage *stage, const struct schedule_report *report);

/*
 * What an attempt on a port below STAGE_PORTS gives is the next letter of that port's script,
 * the last one for ever: P pass, F failure, X fault, M no memory to start; no script: pass.  It
 * takes took_ms.
 */
struct stage {
	struct schedule *schedule;
	uint64_t now_ms;
	uint64_t wake_ms;               /* when the schedule wants to be run: returned, or told by wake */
	uint64_t took_ms;
	const char *scripts[STAGE_PORTS];
	uint64_t last_start_ms[STAGE_PORTS];
	struct due_heap ends;           /* of the attempts in flight */
	size_t starts, cancels, overlaps, forgotten;
	stage_start_fn *on_start;       /* may be NULL */
	stage_verdict_fn *on_verdict;
	uint64_t *start_ms;             /* of the first start_room attempts; may be NULL */
	size_t start_room;
	bool quiet;                     /* no log */
	char log[STAGE_LOG_SIZE];       /* see stage_expect */
	size_t log_len;
};

struct stage *stage_new(uint32_t max_concurrent);
void stage_free(struct stage *stage);

/* Let the time pass until `ms`, running what is due and ending what ends. */
void stage_until(struct stage *stage, uint64_t ms);
/* Jump: nothing runs in between; then one round at the new moment. */
void stage_jump(struct stage *stage, uint64_t ms);

/* Name the targets of an owner; asserts success. */
void stage_set(struct stage *stage, const char *owner, const struct target *targets, size_t count);

/*
 * What happened since the last call is exactly this: words "start:PORT",
 * "PORT=pass|fail(RUN/THRESHOLD)" for verdicts told, "fault:PORT", "cancel:PORT", "forgot".
 */
void stage_expect(struct stage *stage, const char *words);

/* httpGet, period 10 s, timeout 1 s, thresholds 1 and 3. */
struct probe_spec stage_spec(void);
/* pod/default/POD/main/KIND on 10.0.0.1:PORT. */
struct target stage_target(const struct probe_spec *spec, const char *id, enum probe_kind kind, uint16_t port);
#endif
