/*
 * tally.h - turn single outcomes into a verdict by thresholds (PROBES.md 1.2, 10).  Thread:
 * control; pure.
 */
#ifndef ROLLCALL_MODEL_TALLY_H
#define ROLLCALL_MODEL_TALLY_H
#include <stdbool.h>
#include <stdint.h>

#include "model/outcome.h"
#include "model/probe_spec.h"

enum verdict { VERDICT_UNKNOWN, VERDICT_PASS, VERDICT_FAIL };

/* A run of equal outcomes.  Faults neither count nor break the run. */
struct tally {
	enum verdict verdict;           /* published */
	bool last_pass;                 /* what the run consists of */
	uint32_t run;                   /* its length; 0: nothing yet */
	/* verdict comes from before a restart; cleared by the first counted outcome */
	bool restored;
};

/*
 * What holds before the first outcome: liveness passes; readiness and startup are unknown,
 * which keeps an endpoint out just as failing does (kubelet starts readiness as Failure).
 */
void tally_init(struct tally *tally, enum probe_kind kind);
/* Continue with a verdict of before a restart; thresholds apply from here. */
void tally_restore(struct tally *tally, enum verdict verdict);

/* Count one outcome; true when the verdict changed. */
bool tally_count(struct tally *tally, const struct probe_spec *spec, enum outcome_class outcome);

const char *verdict_text(enum verdict verdict);         /* "unknown", "pass", "fail" */
#endif
