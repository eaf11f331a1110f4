# Negative answers may have all of the cache.
# file: src/dns/cache_put.c
# tests: tests/dns/test_cache tests/dns/test_cache_put
s/^#define NEGATIVE_SHARE 4 /#define NEGATIVE_SHARE 1 /
