# A reply of an upstream in other letters is believed.
# file: src/dns/parcel_read.c
# tests: tests/dns/test_parcel tests/dns/test_channels
s/return memcmp\(name, question->name, name_len\) == 0 \? PARCEL_GOOD : PARCEL_WRONG_CASE;/return PARCEL_GOOD;/
