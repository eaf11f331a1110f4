# What is missing in our zone goes on to others.
# file: src/dns/respond.c
# tests: tests/dns/test_respond tests/dns/test_respond_missing
s/for \(size_t i = 0; i < settings->fallthrough_count; i\+\+\) \{/for (size_t i = 0; i < settings->fallthrough_count; i++) { return true;/
