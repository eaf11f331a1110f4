/* test_spec_pool.c - equal specs are one, different ones are not, and all go when given back. */
#include "probe/spec_pool.h"

#include "tests/suite.h"

static struct probe_spec
spec_of(const char *path)
{
	return (struct probe_spec){ .engine = ENGINE_HTTP, .period_ms = 10000, .timeout_ms = 1000,
		.success_threshold = 1, .failure_threshold = 3, .port = { .number = 80 }, .path = path,
		.grpc_service = "" };
}

START_TEST(equal_specs_are_kept_once)
{
	struct spec_pool *pool = spec_pool_new();
	struct probe_spec a = spec_of("/a"), also_a = spec_of("/a"), b = spec_of("/b");

	const struct probe_spec *one = spec_pool_take(pool, &a);
	const struct probe_spec *two = spec_pool_take(pool, &also_a);
	const struct probe_spec *other = spec_pool_take(pool, &b);

	ck_assert_ptr_eq(one, two);
	ck_assert_ptr_ne(one, other);
	ck_assert(probe_spec_equal(one, &a));
	ck_assert(probe_spec_equal(other, &b));
	ck_assert_uint_eq(spec_pool_count(pool), 2);
	spec_pool_give_back(pool, one);
	ck_assert(probe_spec_equal(two, &a));
	spec_pool_give_back(pool, two);
	ck_assert_uint_eq(spec_pool_count(pool), 1);
	spec_pool_give_back(pool, other);
	spec_pool_give_back(pool, NULL);
	ck_assert_uint_eq(spec_pool_count(pool), 0);
	spec_pool_free(pool);
}
END_TEST

/*
 * Specs that differ only in what the hash leaves out share a chain; each order of leaving it is
 * tried.
 */
START_TEST(specs_with_the_same_hash_are_told_apart)
{
	static const unsigned orders[][3] = { {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0} };

	for (unsigned i = 0; i < 6; i++) {
		struct spec_pool *pool = spec_pool_new();
		struct probe_spec specs[3] = { spec_of("/"), spec_of("/"), spec_of("/") };
		const struct probe_spec *kept[3];

		specs[1].host = "one.example";
		specs[2].host = "two.example";
		for (unsigned k = 0; k < 3; k++)
			kept[k] = spec_pool_take(pool, &specs[k]);
		ck_assert_uint_eq(spec_pool_count(pool), 3);
		for (unsigned k = 0; k < 3; k++) {
			spec_pool_give_back(pool, kept[orders[i][k]]);
			for (unsigned rest = k + 1; rest < 3; rest++)
				ck_assert(probe_spec_equal(kept[orders[i][rest]], &specs[orders[i][rest]]));
		}
		ck_assert_uint_eq(spec_pool_count(pool), 0);
		spec_pool_free(pool);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("spec_pool");
	TCase *tc = tcase_create("spec_pool");

	tcase_add_test(tc, equal_specs_are_kept_once);
	tcase_add_test(tc, specs_with_the_same_hash_are_told_apart);
	suite_add_tcase(s, tc);
	return s;
}
