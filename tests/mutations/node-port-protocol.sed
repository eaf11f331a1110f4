# A node port is found whatever its protocol.
# file: src/model/membership.c
# tests: tests/model/test_membership tests/daemon/test_world tests/model/test_allot
s/ && given->protocol == port->protocol\)/)/
