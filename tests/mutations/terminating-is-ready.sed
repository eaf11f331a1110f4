# An endpoint on its way out counts as ready.
# file: src/model/membership_gather.c
# tests: tests/model/test_membership
s/return terminating && endpoint->ready == TRI_UNSET \? PRESENT_TERMINATING : PRESENT_READY;/return PRESENT_READY;/
