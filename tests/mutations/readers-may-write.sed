# Whoever comes over plain HTTP may write.
# file: src/ops/httpd.c
# tests: tests/ops/test_visit tests/system/api_doors tests/system/health
s/else if \(!visit_may_write\(visit\) && /else if (false \&\& /
