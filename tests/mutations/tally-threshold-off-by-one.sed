# A verdict needs one result more than its threshold.
# file: src/model/tally.c
# tests: tests/model/test_tally
s/tally->run < threshold \|\|/tally->run <= threshold ||/
