# What is answered need not be on disk.
# file: src/daemon/journal.c
# tests: tests/daemon/test_journal tests/daemon/test_journal_sync tests/system/state_injected
s/ \|\| fsync\(fd\) != 0 \|\|/ || false ||/
