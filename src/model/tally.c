/* tally.c - runs of equal outcomes against thresholds (PROBES: kubelet's prober/worker.go). */
#include "model/tally.h"

void
tally_init(struct tally *tally, enum probe_kind kind)
{
	*tally = (struct tally){
		.verdict = kind == PROBE_LIVENESS ? VERDICT_PASS : VERDICT_UNKNOWN,
	};
}

void
tally_restore(struct tally *tally, enum verdict verdict)
{
	*tally = (struct tally){
		.verdict = verdict,
		.restored = verdict != VERDICT_UNKNOWN,
	};
}

bool
tally_count(struct tally *tally, const struct probe_spec *spec, enum outcome_class outcome)
{
	bool pass = outcome == OUTCOME_CLASS_PASS;
	enum verdict verdict = pass ? VERDICT_PASS : VERDICT_FAIL;
	uint32_t threshold = pass ? spec->success_threshold : spec->failure_threshold;

	/* A fault says something about us, nothing about the target. */
	if (outcome == OUTCOME_CLASS_FAULT)
		return false;
	tally->restored = false;
	if (tally->run == 0 || tally->last_pass != pass) {
		tally->last_pass = pass;
		tally->run = 0;
	}
	if (tally->run < UINT32_MAX)
		tally->run++;
	if (tally->run < threshold || tally->verdict == verdict)
		return false;
	tally->verdict = verdict;
	return true;
}

const char *
verdict_text(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_UNKNOWN:
		return "unknown";
	case VERDICT_PASS:
		return "pass";
	case VERDICT_FAIL:
		return "fail";
	}
	return "unknown";
}
