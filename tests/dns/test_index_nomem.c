/* test_index_nomem.c - whichever allocation fails, what was answered before is answered still. */
#include <stdlib.h>

#include "base/err.h"
#include "dns/entry_layout.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/zone_table.h"
#include "tests/dns/sample.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define ZONE "cluster.local"
#define OLD 40                  /* names there before; the table is rebuilt while more are added */
#define NEW 60

static const uint8_t *
number_name(unsigned number, uint8_t name[DNS_NAME_MAX])
{
	uint8_t zone[DNS_NAME_MAX];
	uint8_t label[] = { 'a', (uint8_t)('a' + number / 26), (uint8_t)('a' + number % 26) };
	size_t len;

	ck_assert_int_eq(name_prepend(label, sizeof(label), sample_name(ZONE, zone), name, &len),
	    0);
	return name;
}

static int
put_number(struct index *index, unsigned number, uint32_t ttl_s)
{
	uint8_t name[DNS_NAME_MAX], zone[DNS_NAME_MAX];
	static const uint8_t octets[4] = { 10, 0, 0, 1 };
	struct entry_record record = { .type = DNS_TYPE_A, .ttl_s = ttl_s, .rdata = octets,
	    .rdata_len = 4 };
	struct entry_spec spec = {
		.name = number_name(number, name), .zone = sample_name(ZONE, zone),
		.records = &record, .record_count = 1,
	};
	struct entry *entry;

	/* Check allocates, too: only our own calls may fail. */
	scarce_go();
	int err = entry_build(&spec, &entry);
	if (err == 0)
		err = index_put(index, entry);
	scarce_hold();
	return err;
}

/* Its TTL; 0: it is not there. */
static uint8_t
ttl_of(const struct index *index, unsigned number)
{
	uint8_t name[DNS_NAME_MAX];
	const uint8_t *records;
	const struct entry *entry = index_get(index, number_name(number, name));

	if (entry == NULL || entry_find_set(entry, DNS_TYPE_A, &records) == NULL)
		return 0;
	return records[9];
}

static void
reclaim_failing(struct index *index)
{
	scarce_go();
	index_reclaim(index);
	scarce_hold();
}

/* Replace the old names, add new ones, move the zone on; one allocation of all of it fails. */
static unsigned
change_all(struct index *index, bool added[OLD + NEW])
{
	static const uint8_t soa[] = "\2ns\0" "\1h\0" "\0\0\0\2\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0";
	uint8_t zone[DNS_NAME_MAX];
	unsigned failures = 0;

	sample_name(ZONE, zone);
	for (unsigned i = 0; i < OLD + NEW; i++) {
		int err = put_number(index, i, 2);

		failures += err == ERR_NOMEM;
		added[i] = err == 0;
		if (i % 10 == 0)
			reclaim_failing(index);
	}
	scarce_go();
	failures += index_set_zone(index, zone, soa, sizeof(soa), 5) == ERR_NOMEM;
	scarce_hold();
	reclaim_failing(index);
	return failures;
}

/* True where the failing allocation was reached. */
static bool
run_once(size_t at)
{
	struct index *index = index_new();
	bool added[OLD + NEW];

	scarce_hold();
	scarce_fail_at(0);
	for (unsigned i = 0; i < OLD; i++)
		ck_assert_int_eq(put_number(index, i, 1), 0);
	sample_put_zone(index, ZONE, 5);
	scarce_fail_at(at);
	unsigned failures = change_all(index, added);
	ck_assert_uint_le(failures, 1);
	for (unsigned i = 0; i < OLD + NEW; i++)
		ck_assert_uint_eq(ttl_of(index, i), added[i] ? 2 : i < OLD ? 1 : 0);
	ck_assert_uint_eq(index_zones(index)->count, 1);
	bool reached = scarce_failed();
	index_free(index);
	return reached;
}

START_TEST(any_allocation_may_fail)
{
	size_t at = 1;

	while (run_once(at))
		at++;
	ck_assert_uint_gt(at, OLD + NEW);
}
END_TEST

Suite *
suite(void)
{
	Suite *index = suite_create("index_nomem");
	TCase *tests = tcase_create("index_nomem");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, any_allocation_may_fail);
	suite_add_tcase(index, tests);
	return index;
}
