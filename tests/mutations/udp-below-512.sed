# A client that takes less than 512 octets gets less.
# file: src/dns/reply.c
# tests: tests/dns/test_reply tests/dns/test_respond tests/dns/test_respond_options
s/if \(limit < DNS_UDP_MIN\)/if (limit < 12)/
