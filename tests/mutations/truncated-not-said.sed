# A reply that was cut does not say so.
# file: src/dns/reply.c
# tests: tests/dns/test_reply tests/dns/test_respond
s/\(reply->truncated \? FLAG_TC : 0\)/(reply->truncated ? 0 : 0)/
