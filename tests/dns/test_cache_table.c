/* test_cache_table.c - a key stands in one of two buckets, and a removed slot is free. */
#include "dns/cache_table.h"

#include <stdlib.h>
#include <string.h>

#include "tests/dns/said.h"
#include "tests/suite.h"

static struct cache_key
key_of(const struct parcel *parcel, uint64_t hash)
{
	return (struct cache_key){ .name = parcel_name(parcel), .name_len = parcel->name_len,
		.word = cache_word(parcel->type, parcel->flags), .hash = hash };
}

START_TEST(has_room_for_the_octets)
{
	static const struct {
		uint64_t octets;
		size_t slots;
	} sizes[] = { { 0, 64 }, { 8192, 64 }, { 8193, 128 }, { 32 << 20, 262144 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct cache_table *table = cache_table_new(sizes[i].octets);

		ck_assert_uint_eq(cache_table_slots(table), sizes[i].slots);
		ck_assert_uint_eq((uintptr_t)table->slots % 64, 0);
		ck_assert_uint_ge(cache_table_size(table), sizes[i].slots * 8);
		free(table);
	}
}
END_TEST

START_TEST(sixteen_of_one_hash_fit_and_each_is_found)
{
	struct cache_table *table = cache_table_new(1 << 20);
	struct parcel *parcels[17];
	struct asked asked;
	uint64_t hash = 0x1234000056000078, slot;

	for (uint32_t n = 0; n < 17; n++)
		parcels[n] = said_number(n, "example", n % 2 == 0, &asked);
	for (uint32_t n = 0; n < 16; n++) {
		size_t at = cache_table_room(table, hash);

		ck_assert_uint_ne(at, CACHE_NO_SLOT);
		cache_table_store(table, at, hash, parcels[n], n % 2 == 0);
	}
	ck_assert_uint_eq(cache_table_room(table, hash), CACHE_NO_SLOT);
	for (uint32_t n = 0; n < 16; n++) {
		struct cache_key key = key_of(parcels[n], hash);
		size_t at = cache_table_find(table, &key, &slot);

		ck_assert_uint_ne(at, CACHE_NO_SLOT);
		ck_assert_ptr_eq(cache_slot_parcel(slot), parcels[n]);
		ck_assert(cache_slot_negative(slot) == (n % 2 == 0));
		ck_assert_uint_eq(cache_table_load(table, at), slot);
	}
	struct cache_key other = key_of(parcels[16], hash);
	ck_assert_uint_eq(cache_table_find(table, &other, &slot), CACHE_NO_SLOT);
	struct cache_key key = key_of(parcels[5], hash);
	cache_table_store(table, cache_table_find(table, &key, &slot), 0, NULL, false);
	ck_assert_uint_eq(cache_table_find(table, &key, &slot), CACHE_NO_SLOT);
	ck_assert_uint_ne(cache_table_room(table, hash), CACHE_NO_SLOT);
	for (uint32_t n = 0; n < 17; n++)
		parcel_free(parcels[n]);
	free(table);
}
END_TEST

START_TEST(the_emptier_bucket_takes_the_next)
{
	struct cache_table *table = cache_table_new(1 << 20);
	struct asked asked;
	struct parcel *parcel = said_number(1, "example", false, &asked);
	uint64_t hash = 0x1234000056000078;
	unsigned in_first = 0;

	for (unsigned n = 0; n < 8; n++) {
		size_t at = cache_table_room(table, hash);

		in_first += at / CACHE_BUCKET == 0x78;
		cache_table_store(table, at, hash, parcel, false);
	}
	ck_assert_uint_eq(in_first, 4);
	for (unsigned n = 0; n < 16; n++)
		ck_assert_uint_eq(cache_table_candidate(table, hash, n),
		    (n < 8 ? 0x78 * 8 : 0x56 * 8) + n % 8);
	parcel_free(parcel);
	free(table);
}
END_TEST

START_TEST(a_missing_name_has_one_key_for_all_types)
{
	ck_assert_uint_eq(cache_word(DNS_TYPE_A, PARCEL_CUTS | PARCEL_IS_NEGATIVE),
	    cache_word(DNS_TYPE_MX, PARCEL_CUTS | PARCEL_AUTHENTIC));
	ck_assert_uint_ne(cache_word(DNS_TYPE_A, PARCEL_CUTS),
	    cache_word(DNS_TYPE_A, PARCEL_CUTS | PARCEL_DNSSEC_OK));
	ck_assert_uint_ne(cache_word(0, PARCEL_CUTS), cache_word(0, 0));
	ck_assert_uint_ne(cache_word(DNS_TYPE_A, 0), cache_word(DNS_TYPE_AAAA, 0));
	ck_assert_uint_ne(cache_word(DNS_TYPE_A, PARCEL_DNSSEC_OK),
	    cache_word(DNS_TYPE_A, PARCEL_CHECKING_DISABLED));
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("cache_table");
	TCase *tests = tcase_create("cache_table");

	tcase_add_test(tests, has_room_for_the_octets);
	tcase_add_test(tests, sixteen_of_one_hash_fit_and_each_is_found);
	tcase_add_test(tests, the_emptier_bucket_takes_the_next);
	tcase_add_test(tests, a_missing_name_has_one_key_for_all_types);
	suite_add_tcase(suite, tests);
	return suite;
}
