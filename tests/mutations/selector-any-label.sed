# A selector matches where the key is there, whatever its value.
# file: src/model/object.c
# tests: tests/model/test_object tests/model/test_store
s/value == NULL \|\| strcmp\(value, selector->items\[i\]\.value\) != 0/value == NULL/
