# RequireDualStack is content with one family.
# file: src/model/allot_family.c
# tests: tests/model/test_allot_family tests/model/test_allot
s/return IP_POLICY_REQUIRE_DUAL;/return IP_POLICY_SINGLE;/
