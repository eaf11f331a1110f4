# A fault of the checker counts against the target.
# file: src/model/tally.c
# tests: tests/model/test_tally
s/if \(outcome == OUTCOME_CLASS_FAULT\)/if (outcome == OUTCOME_CLASS_FAULT \&\& tally->run > 1000)/
