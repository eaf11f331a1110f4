/* test_tenants.c - whose an address is, and that without memory it is nobody's rather than another's. */
#include "dns/tenants.h"

#include <string.h>

#include "base/addr.h"
#include "dns/index.h"
#include "tests/scarce.h"
#include "tests/suite.h"

static struct index *table;
static struct tenants *tenants;
static struct addr addrs[2];

static void
start(void)
{
	table = index_new();
	tenants = tenants_new(table);
	ck_assert_int_eq(addr_parse("10.0.0.1", &addrs[0]), 0);
	ck_assert_int_eq(addr_parse("2001:db8::", &addrs[1]), 0);
}

static void
end(void)
{
	tenants_free(tenants);
	index_free(table);
}

static void
expect(const char *label)
{
	for (size_t i = 0; i < 2; i++) {
		const uint8_t *ns = tenants_find(table, &addrs[i]);

		ck_assert((ns == NULL) == (label == NULL));
		if (ns != NULL)
			ck_assert_mem_eq(ns, label, strlen(label));
	}
}

START_TEST(an_address_is_of_the_namespace_of_its_pod)
{
	expect(NULL);
	ck_assert_int_eq(tenants_set(tenants, "shop", "a", NULL, 0), 0);
	ck_assert_int_eq(tenants_set(tenants, "shop", "a", addrs, 2), 0);
	expect("\4shop");
	ck_assert_int_eq(tenants_set(tenants, "shop", "a", addrs, 2), 0);
	expect("\4shop");
	ck_assert_int_eq(tenants_set(tenants, "store", "a", addrs, 2), 0);
	expect(NULL);
	ck_assert_int_eq(tenants_set(tenants, "shop", "a", NULL, 0), 0);
	expect("\5store");
	ck_assert_int_eq(tenants_set(tenants, "store", "a", NULL, 0), 0);
	expect(NULL);
	ck_assert_uint_eq(index_count(table), 0);
}
END_TEST

/* From a world in which `before` has the addresses to one in which "shop/a" has them. */
static void
run_out(const char *before)
{
	bool failed = true;

	for (size_t n = 1; failed; n++) {
		start();
		if (before != NULL)
			ck_assert_int_eq(tenants_set(tenants, before, "a", addrs, 2), 0);
		scarce_fail_at(n);
		int err = before == NULL ? 0 : tenants_set(tenants, before, "a", NULL, 0);
		int other = tenants_set(tenants, "shop", "a", addrs, 2);
		failed = scarce_failed();
		/* The index may do without some of its memory. */
		ck_assert(failed || (err == 0 && other == 0));
		for (size_t i = 0; i < 2; i++) {
			const uint8_t *ns = tenants_find(table, &addrs[i]);

			ck_assert(ns != NULL || err != 0 || other != 0);
			ck_assert(ns == NULL || memcmp(ns, "\4shop", 5) == 0);
		}
		ck_assert_int_eq(tenants_set(tenants, "shop", "a", addrs, 2), 0);
		expect("\4shop");
		end();
	}
}

START_TEST(without_memory_an_address_is_nobodys)
{
	run_out(NULL);
	run_out("store");
}
END_TEST

START_TEST(no_memory_for_the_table_itself_is_said)
{
	scarce_fail_at(1);
	ck_assert_ptr_null(tenants_new(NULL));
	ck_assert(scarce_failed());
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("tenants");
	TCase *known = tcase_create("known"), *memory = tcase_create("memory");

	tcase_add_checked_fixture(known, start, end);
	tcase_add_test(known, an_address_is_of_the_namespace_of_its_pod);
	suite_add_tcase(suite, known);
	tcase_add_test(memory, without_memory_an_address_is_nobodys);
	tcase_add_test(memory, no_memory_for_the_table_itself_is_said);
	suite_add_tcase(suite, memory);
	return suite;
}
