/* test_pool_addr.c - addresses: bands, reserved ones, holds, ranges of any size. */
#include "model/pool_addr.h"

#include <string.h>

#include "base/err.h"
#include "tests/model/build.h"
#include "tests/suite.h"

static struct pool_addr *
pool_of(const char *first, const char *second, bool bands)
{
	struct cidr cidrs[2];
	size_t count = 0;

	if (first != NULL)
		ck_assert_int_eq(cidr_parse(first, &cidrs[count++]), 0);
	if (second != NULL)
		ck_assert_int_eq(cidr_parse(second, &cidrs[count++]), 0);
	return pool_addr_new(cidrs, count, bands);
}

static const char *
text(const struct addr *addr)
{
	static char buf[ADDR_TEXT_SIZE];

	return addr_text(addr, buf);
}

START_TEST(ten_thousand_allotments_are_unique_and_in_range)
{
	struct pool_addr *pool = pool_of("10.96.0.0/12", NULL, true);
	static struct addr addrs[10000];
	struct cidr cidr;

	cidr_parse("10.96.0.0/12", &cidr);
	for (uint64_t i = 0; i < 10000; i++) {
		struct addr *addr = &addrs[i];

		/* The hash collides on purpose. */
		ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, i / 10 * 7919, "a", addr), 0);
		ck_assert(cidr_contains(&cidr, addr));
	}
	for (size_t i = 0; i < 10000; i++) {
		ck_assert_str_eq(pool_addr_owner(pool, &addrs[i]), "a");
		pool_addr_release(pool, &addrs[i], 0);
		/* Were one given twice, its second release would find nobody. */
		ck_assert_ptr_null(pool_addr_owner(pool, &addrs[i]));
		for (size_t j = i + 1; j < 10000 && j < i + 20; j++)
			ck_assert_int_ne(addr_compare(&addrs[i], &addrs[j]), 0);
	}
	pool_addr_free(pool);
}
END_TEST

START_TEST(a_network_is_used_up_to_the_last_address_and_then_full)
{
	struct pool_addr *pool = pool_of("10.0.0.0/24", NULL, true);
	struct addr addr;

	/* 256 less network, first and broadcast; 1-16 are the static band. */
	for (int i = 0; i < 253; i++) {
		ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, (uint64_t)i * 31, "a", &addr), 0);
		ck_assert_uint_ge(addr.octets[3], i < 238 ? 17 : 2);
		ck_assert_uint_le(addr.octets[3], i < 238 ? 254 : 16);
	}
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 0, "a", &addr), ERR_FULL);
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP6, 0, "a", &addr), ERR_NOTFOUND);
	addr = build_addr("10.0.0.77");
	pool_addr_release(pool, &addr, 0);
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 3, "b", &addr), 0);
	ck_assert_str_eq(text(&addr), "10.0.0.77");
	ck_assert_str_eq(pool_addr_owner(pool, &addr), "b");
	pool_addr_free(pool);
}
END_TEST

/* Can the address be asked for by name? */
static const struct {
	const char *cidr;
	bool bands;
	const char *addr;
	int err;
} asked[] = {
	{ "10.96.0.0/12", true, "10.96.0.0", ERR_RANGE },       /* network */
	{ "10.96.0.0/12", true, "10.96.0.1", 0 },               /* the API server's */
	{ "10.96.0.0/12", true, "10.96.0.10", 0 },
	{ "10.96.0.0/12", true, "10.111.255.255", ERR_RANGE },  /* broadcast */
	{ "10.96.0.0/12", true, "10.112.0.0", ERR_RANGE },
	{ "10.0.0.0/8", true, "10.200.0.1", 0 },                /* past what is ever allotted */
	{ "fd00::/108", true, "fd00::", ERR_RANGE },
	{ "fd00::/108", true, "fd00::f:ffff", 0 },
	{ "fd00::/64", true, "fd00::ffff:ffff:ffff:ffff", 0 },
	{ "fd00::/8", true, "fdff::1", 0 },
	{ "192.0.2.8/32", false, "192.0.2.8", 0 },
	{ "192.0.2.0/24", false, "192.0.2.0", 0 },
	{ "192.0.2.0/24", false, "192.0.2.255", 0 },
	{ "192.0.2.0/24", false, "2001:db8::1", ERR_RANGE },
};

START_TEST(an_address_may_be_asked_for_by_name)
{
	struct pool_addr *pool = pool_of(asked[_i].cidr, NULL, asked[_i].bands);
	struct addr addr = build_addr(asked[_i].addr);

	ck_assert_msg(pool_addr_take(pool, &addr, "a", false) == asked[_i].err, "%s",
	    asked[_i].addr);
	ck_assert_int_eq(pool_addr_in_range(pool, &addr), asked[_i].err == 0);
	ck_assert_int_eq(pool_addr_take(pool, &addr, "a", true), 0);
	ck_assert_int_eq(pool_addr_take(pool, &addr, "a", false), 0);
	ck_assert_int_eq(pool_addr_take(pool, &addr, "b", true), ERR_EXISTS);
	pool_addr_free(pool);
}
END_TEST

/*
 * Networks of every size, what can be allotted, and what the first allotment at hash 0
 * gives.
 */
static const struct {
	const char *cidr;
	bool bands;
	const char *first;      /* NULL: full */
} sizes[] = {
	{ "10.0.0.0/32", true, NULL }, { "10.0.0.0/31", true, NULL },
	{ "10.0.0.0/30", true, "10.0.0.2" }, { "10.0.0.0/28", true, "10.0.0.2" },
	{ "10.0.0.0/27", true, "10.0.0.17" }, { "10.0.0.0/20", true, "10.0.1.1" },
	{ "10.96.0.0/12", true, "10.96.1.1" }, { "10.0.0.0/8", true, "10.0.1.1" },
	{ "0.0.0.0/0", true, "0.0.1.1" },
	{ "fd00::/128", true, NULL }, { "fd00::/112", true, "fd00::101" },
	{ "fd00::/108", true, "fd00::101" }, { "fd00::/64", true, "fd00::101" },
	{ "::/0", true, "::101" },
	{ "192.0.2.8/32", false, "192.0.2.8" }, { "192.0.2.0/24", false, "192.0.2.0" },
};

START_TEST(networks_of_every_size_are_allotted_from_their_dynamic_band)
{
	struct pool_addr *pool = pool_of(sizes[_i].cidr, NULL, sizes[_i].bands);
	struct addr addr;
	int err = pool_addr_allot(pool, pool_addr_primary(pool), 0, "a", &addr);

	ck_assert_int_eq(err, sizes[_i].first != NULL ? 0 : ERR_FULL);
	if (sizes[_i].first != NULL)
		ck_assert_str_eq(text(&addr), sizes[_i].first);
	pool_addr_free(pool);
}
END_TEST

START_TEST(the_same_hash_gives_the_same_address_again)
{
	struct pool_addr *one = pool_of("10.96.0.0/12", NULL, true);
	struct pool_addr *two = pool_of("10.96.0.0/12", NULL, true);
	struct addr a;
	struct addr b;

	pool_addr_allot(two, ADDR_IP4, 1, "x", &b);
	pool_addr_allot(one, ADDR_IP4, 123456789, "x", &a);
	pool_addr_allot(two, ADDR_IP4, 123456789, "x", &b);
	ck_assert_int_eq(addr_compare(&a, &b), 0);
	pool_addr_free(one);
	pool_addr_free(two);
}
END_TEST

START_TEST(a_held_address_goes_to_its_owner_or_to_who_names_it)
{
	struct pool_addr *pool = pool_of("10.0.0.4/30", NULL, true);
	struct addr addr = build_addr("10.0.0.6");
	struct addr got;

	ck_assert_int_eq(pool_addr_take(pool, &addr, "a", false), 0);
	pool_addr_release(pool, &addr, 1000);
	ck_assert_ptr_null(pool_addr_owner(pool, &addr));
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 0, "b", &got), ERR_FULL);
	pool_addr_expire(pool, 999);
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 0, "b", &got), ERR_FULL);
	ck_assert_int_eq(pool_addr_take(pool, &addr, "a", false), 0);
	pool_addr_expire(pool, 2000);
	ck_assert_str_eq(pool_addr_owner(pool, &addr), "a");
	pool_addr_release(pool, &addr, 3000);
	ck_assert_int_eq(pool_addr_take(pool, &addr, "c", false), 0);
	ck_assert_str_eq(pool_addr_owner(pool, &addr), "c");
	pool_addr_release(pool, &addr, 4000);
	pool_addr_expire(pool, 4000);
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 0, "b", &got), 0);
	pool_addr_free(pool);
}
END_TEST

START_TEST(who_comes_and_goes_takes_no_more_than_one_address)
{
	struct pool_addr *pool = pool_of("10.0.0.0/24", NULL, true);
	struct addr first;
	struct addr other;
	struct addr got;

	/* Another one's stands where the search begins. */
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 230, "b", &other), 0);
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 230, "a", &first), 0);
	for (uint64_t i = 1; i < 1000; i++) {
		pool_addr_release(pool, &first, i * 1000000);
		ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 230, "a", &got), 0);
		ck_assert_int_eq(addr_compare(&first, &got), 0);
	}
	/* Taken again, it is nobody else's and ends with no hold. */
	pool_addr_expire(pool, UINT64_MAX);
	ck_assert_str_eq(pool_addr_owner(pool, &first), "a");
	pool_addr_release(pool, &other, UINT64_MAX);
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 230, "c", &got), 0);
	ck_assert_int_ne(addr_compare(&other, &got), 0);
	pool_addr_free(pool);
}
END_TEST

START_TEST(holds_end_in_their_own_order)
{
	struct pool_addr *pool = pool_of("10.0.0.0/24", NULL, false);
	struct addr addrs[3] = {
		build_addr("10.0.0.1"), build_addr("10.0.0.2"), build_addr("10.0.0.3"),
	};
	static const uint64_t ends[] = { 300, 100, 200 };

	for (int i = 0; i < 3; i++) {
		pool_addr_take(pool, &addrs[i], "a", false);
		pool_addr_release(pool, &addrs[i], ends[i]);
	}
	pool_addr_expire(pool, 200);
	/* Those whose hold ended are anybody's; the first one is still a's own. */
	ck_assert_int_eq(pool_addr_take(pool, &addrs[0], "a", false), 0);
	ck_assert_int_eq(pool_addr_take(pool, &addrs[1], "b", false), 0);
	pool_addr_expire(pool, 1000);
	ck_assert_str_eq(pool_addr_owner(pool, &addrs[0]), "a");
	ck_assert_ptr_null(pool_addr_owner(pool, &addrs[2]));
	pool_addr_free(pool);
}
END_TEST

START_TEST(networks_of_a_family_are_used_in_order)
{
	struct pool_addr *pool = pool_of("10.0.0.0/30", "10.1.0.0/30", true);
	struct addr addr;

	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 0, "a", &addr), 0);
	ck_assert_str_eq(text(&addr), "10.0.0.2");
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 0, "a", &addr), 0);
	ck_assert_str_eq(text(&addr), "10.1.0.2");
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 0, "a", &addr), ERR_FULL);
	pool_addr_free(pool);
	pool = pool_of("fd00::/108", "10.1.0.0/30", true);
	ck_assert_int_eq(pool_addr_primary(pool), ADDR_IP6);
	ck_assert(pool_addr_has_family(pool, ADDR_IP4));
	pool_addr_free(pool);
	pool = pool_of(NULL, NULL, true);
	ck_assert_int_eq(pool_addr_primary(pool), ADDR_NONE);
	pool_addr_free(pool);
}
END_TEST

START_TEST(networks_that_overlap_never_give_an_address_twice)
{
	struct pool_addr *pool = pool_of("10.0.0.0/28", "10.0.0.0/29", false);
	struct addr addr;
	unsigned seen = 0;

	for (int i = 0; i < 16; i++) {
		ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 5, "a", &addr), 0);
		ck_assert_uint_eq(seen & 1u << addr.octets[3], 0);
		seen |= 1u << addr.octets[3];
	}
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 5, "a", &addr), ERR_FULL);
	pool_addr_free(pool);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("pool_addr");
	TCase *tc = tcase_create("pool_addr");

	tcase_add_test(tc, ten_thousand_allotments_are_unique_and_in_range);
	tcase_add_test(tc, a_network_is_used_up_to_the_last_address_and_then_full);
	tcase_add_loop_test(tc, an_address_may_be_asked_for_by_name, 0,
	    sizeof(asked) / sizeof(asked[0]));
	tcase_add_loop_test(tc, networks_of_every_size_are_allotted_from_their_dynamic_band, 0,
	    sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tc, the_same_hash_gives_the_same_address_again);
	tcase_add_test(tc, a_held_address_goes_to_its_owner_or_to_who_names_it);
	tcase_add_test(tc, who_comes_and_goes_takes_no_more_than_one_address);
	tcase_add_test(tc, holds_end_in_their_own_order);
	tcase_add_test(tc, networks_of_a_family_are_used_in_order);
	tcase_add_test(tc, networks_that_overlap_never_give_an_address_twice);
	suite_add_tcase(s, tc);
	return s;
}
