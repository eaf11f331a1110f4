# A removed address is not held.
# file: src/model/pool_addr.c
# tests: tests/model/test_pool_addr tests/model/test_allot
s/if \(until_ms == 0 \|\| /if (true || /
