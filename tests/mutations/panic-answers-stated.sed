# A panic answers endpoints that are not even drained.
# file: src/model/membership.c
# tests: tests/model/test_membership tests/model/test_drain
s/if \(endpoint->presence == PRESENT_DRAINED\)/if (false)/
