/* test_pool_port.c - node ports: owners, protocols, bands. */
#include "model/pool_port.h"

#include "base/err.h"
#include "tests/suite.h"

static struct pool_port *pool;

static void
setup(void)
{
	pool = pool_port_new(30000, 32767);
}

static void
teardown(void)
{
	pool_port_free(pool);
}

START_TEST(a_number_has_one_owner_for_all_protocols)
{
	ck_assert_int_eq(pool_port_take(pool, 30007, PROTOCOL_TCP, "a/b", false), 0);
	ck_assert_int_eq(pool_port_take(pool, 30007, PROTOCOL_UDP, "a/b", false), 0);
	ck_assert_int_eq(pool_port_take(pool, 30007, PROTOCOL_TCP, "a/b", false), 0);
	ck_assert_int_eq(pool_port_take(pool, 30007, PROTOCOL_SCTP, "a/c", false), ERR_EXISTS);
	ck_assert_str_eq(pool_port_holder(pool, 30007), "a/b");
	pool_port_release(pool, 30007, PROTOCOL_TCP);
	ck_assert_str_eq(pool_port_holder(pool, 30007), "a/b");
	pool_port_release(pool, 30007, PROTOCOL_UDP);
	ck_assert_ptr_null(pool_port_holder(pool, 30007));
	ck_assert_int_eq(pool_port_take(pool, 30007, PROTOCOL_SCTP, "a/c", false), 0);
}
END_TEST

START_TEST(only_the_range_may_be_taken_unless_forced)
{
	ck_assert_int_eq(pool_port_take(pool, 29999, PROTOCOL_TCP, "a", false), ERR_RANGE);
	ck_assert_int_eq(pool_port_take(pool, 32768, PROTOCOL_TCP, "a", false), ERR_RANGE);
	ck_assert_int_eq(pool_port_take(pool, 32767, PROTOCOL_TCP, "a", false), 0);
	ck_assert_int_eq(pool_port_take(pool, 80, PROTOCOL_TCP, "a", true), 0);
	ck_assert_int_eq(pool_port_take(pool, 0, PROTOCOL_TCP, "a", true), ERR_RANGE);
}
END_TEST

START_TEST(the_static_band_is_allotted_last_and_every_port_once)
{
	uint16_t port;

	/* 2768 ports: 86 of them in the static band. */
	for (uint32_t i = 0; i < 2768; i++) {
		ck_assert_int_eq(pool_port_allot(pool, PROTOCOL_TCP, i * 7919, "a", &port), 0);
		ck_assert_uint_ge(port, i < 2768 - 86 ? 30086 : 30000);
		ck_assert_uint_le(port, i < 2768 - 86 ? 32767 : 30085);
	}
	ck_assert_int_eq(pool_port_allot(pool, PROTOCOL_TCP, 1, "a", &port), ERR_FULL);
	pool_port_release(pool, 31000, PROTOCOL_TCP);
	ck_assert_int_eq(pool_port_allot(pool, PROTOCOL_TCP, 1, "a", &port), 0);
	ck_assert_uint_eq(port, 31000);
}
END_TEST

START_TEST(the_range_may_reach_to_the_last_port_and_be_tiny)
{
	struct pool_port *tiny = pool_port_new(65534, 65535);
	uint16_t port;

	ck_assert_int_eq(pool_port_allot(tiny, PROTOCOL_TCP, UINT64_MAX, "a", &port), 0);
	ck_assert_int_eq(pool_port_allot(tiny, PROTOCOL_TCP, UINT64_MAX, "a", &port), 0);
	ck_assert_int_eq(pool_port_allot(tiny, PROTOCOL_TCP, UINT64_MAX, "a", &port), ERR_FULL);
	pool_port_free(tiny);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("pool_port");
	TCase *tc = tcase_create("pool_port");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_number_has_one_owner_for_all_protocols);
	tcase_add_test(tc, only_the_range_may_be_taken_unless_forced);
	tcase_add_test(tc, the_static_band_is_allotted_last_and_every_port_once);
	tcase_add_test(tc, the_range_may_reach_to_the_last_port_and_be_tiny);
	suite_add_tcase(s, tc);
	return s;
}
