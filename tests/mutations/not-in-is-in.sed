# notin selects what is in the list.
# file: src/ops/filter.c
# tests: tests/ops/test_filter tests/ops/test_api
s/return value == NULL \|\| !has_value/return value == NULL || has_value/
