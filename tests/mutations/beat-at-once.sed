# Probes of a period all start at once.
# file: src/probe/cadence.c
# tests: tests/probe/test_cadence tests/probe/test_schedule_load
s/uint64_t phase = identity % period_ms;/uint64_t phase = (identity - identity) % period_ms;/
