/* test_index.c - what was put is found, and readers always see a whole entry. */
#include "dns/index.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dns/entry_layout.h"
#include "dns/name.h"
#include "dns/zone_table.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define ZONE "cluster.local"

static void
number_name(unsigned number, uint8_t name[DNS_NAME_MAX])
{
	char text[64];

	snprintf(text, sizeof(text), "svc-%u.ns-%u.svc." ZONE, number, number % 10);
	sample_name(text, name);
}

/* An entry whose address says its number and version. */
static struct entry *
number_entry(unsigned number, uint16_t version)
{
	uint8_t name[DNS_NAME_MAX], zone[DNS_NAME_MAX];
	uint8_t octets[4] = { (uint8_t)(number >> 8), (uint8_t)number, (uint8_t)(version >> 8),
	    (uint8_t)version };
	struct entry_record record = { .type = DNS_TYPE_A, .ttl_s = 5, .rdata = octets,
	    .rdata_len = 4 };
	struct entry_spec spec = { .name = name, .zone = sample_name(ZONE, zone),
	    .records = &record,
		.record_count = 1 };
	struct entry *entry;

	number_name(number, name);
	ck_assert_int_eq(entry_build(&spec, &entry), 0);
	return entry;
}

/* The four octets under the name, NULL: no such entry. */
static const uint8_t *
look_up(const struct index *index, unsigned number)
{
	uint8_t name[DNS_NAME_MAX];
	const uint8_t *records;

	number_name(number, name);
	const struct entry *entry = index_get(index, name);
	if (entry == NULL || entry_find_set(entry, DNS_TYPE_A, &records) == NULL)
		return NULL;
	return records + 12;
}

START_TEST(a_hash_like_an_empty_slot_fetches_nothing)
{
	struct index *empty = index_new();

	/* UndefinedBehaviorSanitizer sees what is wrong with an address behind NULL. */
	index_prefetch(empty, 0);
	index_prefetch_entry(empty, 0);
	index_free(empty);
}
END_TEST

START_TEST(thousands_of_names_come_and_go)
{
	struct index *index = index_new();

	for (unsigned i = 0; i < 5000; i++)
		ck_assert_int_eq(index_put(index, number_entry(i, 1)), 0);
	for (unsigned i = 0; i < 5000; i += 2) {
		uint8_t name[DNS_NAME_MAX];

		number_name(i, name);
		index_remove(index, name);
		index_remove(index, name);
	}
	ck_assert_uint_eq(index_count(index), 2500);
	for (unsigned i = 0; i < 5000; i++)
		ck_assert_int_eq(look_up(index, i) != NULL, i % 2 == 1);
	for (unsigned i = 0; i < 5000; i++)
		ck_assert_int_eq(index_put(index, number_entry(i, 2)), 0);
	ck_assert_uint_eq(index_count(index), 5000);
	for (unsigned i = 0; i < 5000; i++)
		ck_assert_uint_eq(look_up(index, i)[3], 2);
	index_reclaim(index);
	index_free(index);
}
END_TEST

START_TEST(capitals_find_the_same_entry)
{
	struct index *index = index_new();
	static const uint8_t name[] = "\5SVC-7\4nS-7\3svc\7Cluster\5LOCAL";
	bool mixed;

	index_put(index, number_entry(7, 1));
	uint64_t hash = index_hash(index, name, sizeof(name), &mixed);
	ck_assert(mixed);
	index_prefetch(index, hash);
	index_prefetch_entry(index, hash);
	ck_assert_ptr_nonnull(index_find(index, hash, name, sizeof(name)));
	index_free(index);
}
END_TEST

/* Names that come and go for ever must not fill the table with the marks of removed ones. */
START_TEST(churn_leaves_nothing_behind)
{
	struct index *index = index_new();
	size_t size = index_size(index);

	for (unsigned i = 0; i < 40000; i++) {
		uint8_t name[DNS_NAME_MAX];

		index_put(index, number_entry(i, 1));
		number_name(i, name);
		index_remove(index, name);
		index_reclaim(index);
	}
	ck_assert_uint_eq(index_count(index), 0);
	for (int i = 0; i < 5000 && index_size(index) > size; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	ck_assert_uint_eq(index_size(index), size);
	index_put(index, number_entry(1, 1));
	ck_assert_ptr_nonnull(look_up(index, 1));
	index_free(index);
}
END_TEST

START_TEST(special_entries_are_counted)
{
	struct index *index = index_new();
	struct sample_name spec = { .name = "shop.pod." ZONE, .zone = ZONE,
	    .kind = ENTRY_POD_NAMESPACE };
	uint8_t name[DNS_NAME_MAX];

	ck_assert(!index_has_specials(index));
	sample_put(index, &spec);
	sample_put(index, &spec);
	ck_assert(index_has_specials(index));
	index_remove(index, sample_name(spec.name, name));
	ck_assert(!index_has_specials(index));
	index_free(index);
}
END_TEST

/* A miss looks above only where something of that depth may hold it. */
START_TEST(the_depths_of_what_holds_names_below_it_are_known)
{
	struct index *index = index_new();
	struct sample_name plain = { .name = "db.shop.svc." ZONE, .zone = ZONE };
	struct sample_name holder = { .name = "db.shop.svc." ZONE, .zone = ZONE,
	    .members = { "a 10.0.0.1" } };

	sample_put(index, &plain);
	ck_assert(!index_has_below(index, 5));
	sample_put(index, &holder);
	sample_put(index, &holder);
	for (unsigned labels = 0; labels < 130; labels++)
		ck_assert_int_eq(index_has_below(index, labels), labels == 5);
	sample_put(index, &plain);
	ck_assert(!index_has_below(index, 5));
	index_free(index);
}
END_TEST

START_TEST(zones_are_swapped_whole)
{
	struct index *index = index_new();
	uint8_t name[DNS_NAME_MAX];

	ck_assert_ptr_null(index_zones(index));
	sample_put_zone(index, ZONE, 5);
	sample_put_zone(index, ZONE, 7);
	ck_assert_uint_eq(index_zones(index)->count, 1);
	sample_name(ZONE, name);
	ck_assert_uint_eq(zone_table_at(index_zones(index), name, name_len(name))->record[9], 7);
	index_remove_zone(index, name);
	ck_assert_uint_eq(index_zones(index)->count, 0);
	index_free(index);
}
END_TEST

#define NAMES 64
#define ROUNDS 300

struct shared {
	struct index *index;
	_Atomic bool stop;
	_Atomic bool wrong;
	_Atomic unsigned found;
};

/* Every name is there at every time, and its address is of its own number. */
static void *
read_all_the_time(void *arg)
{
	struct shared *shared = arg;

	index_reader_begin();
	while (!atomic_load(&shared->stop)) {
		for (unsigned i = 0; i < NAMES; i++) {
			const uint8_t *octets = look_up(shared->index, i);

			if (octets == NULL || octets[1] != i)
				atomic_store(&shared->wrong, true);
			else
				atomic_fetch_add(&shared->found, 1);
		}
		index_reader_quiet();
		index_reader_offline();
		index_reader_online();
	}
	index_reader_end();
	return NULL;
}

/*
 * Replaces every name, and lets others come and go, so that the table is rebuilt again and
 * again.
 */
static void
write_round(struct index *index, unsigned round)
{
	for (unsigned i = 0; i < NAMES; i++)
		ck_assert_int_eq(index_put(index, number_entry(i, (uint16_t)round)), 0);
	for (unsigned i = 0; i < 100; i++) {
		uint8_t name[DNS_NAME_MAX];

		ck_assert_int_eq(index_put(index, number_entry(1000 + round * 100 + i, 0)), 0);
		number_name(1000 + round * 100 + i, name);
		index_remove(index, name);
	}
	index_reclaim(index);
}

START_TEST(readers_find_every_name_whole_while_all_is_replaced)
{
	struct shared shared = { .index = index_new() };
	pthread_t threads[2];

	for (unsigned i = 0; i < NAMES; i++)
		ck_assert_int_eq(index_put(shared.index, number_entry(i, 0)), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, read_all_the_time, &shared), 0);
	for (unsigned round = 1; round <= ROUNDS || atomic_load(&shared.found) == 0; round++)
		write_round(shared.index, round % ROUNDS);
	atomic_store(&shared.stop, true);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ck_assert(!atomic_load(&shared.wrong));
	index_free(shared.index);
}
END_TEST

#define ZONES 40

/* A zone that is always there is found, and has an SOA that was once set. */
static void *
look_for_zones(void *arg)
{
	struct shared *shared = arg;
	uint8_t name[DNS_NAME_MAX];

	sample_name("x." ZONE, name);
	index_reader_begin();
	while (!atomic_load(&shared->stop)) {
		const struct zone *zone = zone_table_above(index_zones(shared->index), name,
		    name_len(name));

		if (zone == NULL || zone->record[9] > 100 || zone->record_len == 0)
			atomic_store(&shared->wrong, true);
		else
			atomic_fetch_add(&shared->found, 1);
		index_reader_quiet();
	}
	index_reader_end();
	return NULL;
}

START_TEST(zones_come_change_and_go_under_readers)
{
	struct shared shared = { .index = index_new() };
	uint8_t name[DNS_NAME_MAX];
	pthread_t thread;
	char text[32];

	sample_put_zone(shared.index, ZONE, 1);
	ck_assert_int_eq(pthread_create(&thread, NULL, look_for_zones, &shared), 0);
	for (unsigned round = 0; round < 20 || atomic_load(&shared.found) == 0; round++) {
		for (unsigned i = 0; i < ZONES; i++) {
			snprintf(text, sizeof(text), "z-%u.test", i);
			sample_put_zone(shared.index, text, 5);
			sample_put_zone(shared.index, ZONE, 1 + i);
		}
		for (unsigned i = 0; i < ZONES; i++) {
			snprintf(text, sizeof(text), "z-%u.test", i);
			index_remove_zone(shared.index, sample_name(text, name));
			index_remove(shared.index, name);
		}
		index_reclaim(shared.index);
	}
	atomic_store(&shared.stop, true);
	pthread_join(thread, NULL);
	ck_assert(!atomic_load(&shared.wrong));
	ck_assert_uint_eq(index_zones(shared.index)->count, 1);
	index_free(shared.index);
}
END_TEST

Suite *
suite(void)
{
	Suite *index = suite_create("index");
	TCase *tests = tcase_create("index");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_hash_like_an_empty_slot_fetches_nothing);
	tcase_add_test(tests, thousands_of_names_come_and_go);
	tcase_add_test(tests, capitals_find_the_same_entry);
	tcase_add_test(tests, churn_leaves_nothing_behind);
	tcase_add_test(tests, special_entries_are_counted);
	tcase_add_test(tests, the_depths_of_what_holds_names_below_it_are_known);
	tcase_add_test(tests, zones_are_swapped_whole);
	tcase_add_test(tests, zones_come_change_and_go_under_readers);
	tcase_add_test(tests, readers_find_every_name_whole_while_all_is_replaced);
	suite_add_tcase(index, tests);
	return index;
}
