/* test_heavy.c - of a sample, those are named who send most, and nobody else. */
#include "dns/heavy.h"

#include "tests/suite.h"

static struct addr
number(unsigned n)
{
	return (struct addr){ .family = ADDR_IP4,
		.octets = { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } };
}

static void
note(struct heavy *heavy, unsigned client, unsigned times)
{
	struct addr addr = number(client);

	while (times-- > 0)
		heavy_note(heavy, &addr);
}

/* One sample: a client for each figure, their datagrams mixed; who is left over sends one each. */
static const struct {
	unsigned sends[4];
	unsigned singles;
	size_t named;
} samples[] = {
	{ { 1000 }, 24, 1 },
	{ { 1000 }, 0, 1 },
	{ { 500, 400 }, 100, 2 },
	{ { 900, 100 }, 24, 1 },        /* busy, but no quarter of the flood */
	{ { 300, 290, 280, 70 }, 60, 3 },
	{ { 0 }, 1000, 0 },
	{ { 30, 30, 30, 30 }, 900, 0 }, /* below 1 of 16 */
	{ { 200 }, 800, 1 },
	{ { 0 }, 0, 0 },
};

START_TEST(the_heaviest_are_named_in_order)
{
	struct heavy heavy = { .total = 0 };
	struct addr addrs[HEAVY_MAX];
	unsigned longest = samples[_i].singles;

	for (unsigned i = 0; i < 4; i++)
		if (samples[_i].sends[i] > longest)
			longest = samples[_i].sends[i];
	for (unsigned step = 0; step < longest; step++) {
		for (unsigned i = 0; i < 4; i++)
			note(&heavy, i, step < samples[_i].sends[i]);
		note(&heavy, 1000 + step, step < samples[_i].singles);
	}
	ck_assert_uint_eq(heavy_name(&heavy, addrs), samples[_i].named);
	for (unsigned i = 0; i < samples[_i].named; i++) {
		struct addr addr = number(i);

		ck_assert_int_eq(addr_compare(&addrs[i], &addr), 0);
	}
}
END_TEST

START_TEST(no_more_are_named_than_there_is_room_for)
{
	struct heavy heavy = { .total = 0 };
	struct addr addrs[HEAVY_MAX];

	for (unsigned i = 0; i < 12; i++)
		note(&heavy, i, 100);
	ck_assert_uint_eq(heavy_name(&heavy, addrs), HEAVY_MAX);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("heavy");
	TCase *t = tcase_create("heavy");

	tcase_add_loop_test(t, the_heaviest_are_named_in_order, 0,
	    (int)(sizeof(samples) / sizeof(samples[0])));
	tcase_add_test(t, no_more_are_named_than_there_is_room_for);
	suite_add_tcase(s, t);
	return s;
}
