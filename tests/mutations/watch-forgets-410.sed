# A watch from before the log goes on as if nothing were lost.
# file: src/ops/ledger_log.c
# tests: tests/ops/test_ledger tests/ops/test_follow
s/return ERR_GONE;/return 0;/
