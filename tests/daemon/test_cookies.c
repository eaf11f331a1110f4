/* test_cookies.c - secrets of cookies over reloads and time. */
#include "daemon/cookies.h"

#include <string.h>

#include "base/addr.h"
#include "base/clock.h"
#include "daemon/context.h"
#include "tests/suite.h"

#define NOW 1700000000u

static struct config config;
static struct generation generation;
static struct addr client;

static void
start(void)
{
	memset(&config, 0, sizeof(config));
	memset(&generation, 0, sizeof(generation));
	generation.config = &config;
	config_edge_default(&config.dns.edge);
	ck_assert_int_eq(addr_parse("127.0.0.1", &client), 0);
}

static void
make(const struct generation *of, uint8_t cookie[EDNS_COOKIE_LEN])
{
	(void)cookie_answer(&of->cookies, &client, NOW, (const uint8_t *)"01234567", 8, cookie);
}

static bool
takes(const struct generation *of, const uint8_t cookie[EDNS_COOKIE_LEN])
{
	uint8_t reply[EDNS_COOKIE_LEN];

	return cookie_answer(&of->cookies, &client, NOW, cookie, EDNS_COOKIE_LEN, reply) ==
	    COOKIE_GOOD;
}

START_TEST(without_cookies_no_jar_is_shown)
{
	ck_assert_int_eq(cookies_make(&generation, NULL), 0);
	ck_assert_ptr_eq(generation.dns.cookies, &generation.cookies);
	config.dns.edge.cookies = false;
	generation.dns.cookies = NULL;
	ck_assert_int_eq(cookies_make(&generation, NULL), 0);
	ck_assert_ptr_null(generation.dns.cookies);
}
END_TEST

START_TEST(a_reload_keeps_a_secret_of_our_own)
{
	struct generation next = { .config = &config };
	uint8_t cookie[EDNS_COOKIE_LEN], again[EDNS_COOKIE_LEN];

	ck_assert_int_eq(cookies_make(&generation, NULL), 0);
	ck_assert_int_eq(cookies_make(&next, &generation), 0);
	make(&generation, cookie);
	make(&next, again);
	ck_assert_mem_eq(cookie, again, sizeof(cookie));
}
END_TEST

/* The file of two instances gets a new first line, one after the other. */
START_TEST(a_new_secret_of_the_file_makes_cookies_and_those_before_are_good)
{
	struct config changed = config;
	struct generation next = { .config = &changed };
	uint8_t old[EDNS_COOKIE_LEN], cookie[EDNS_COOKIE_LEN];

	config.dns.edge.secret_count = 1;
	memcpy(config.dns.edge.secrets[0], "0123456789abcdef", COOKIE_SECRET_LEN);
	ck_assert_int_eq(cookies_make(&generation, NULL), 0);
	make(&generation, old);
	changed.dns.edge.secret_count = 2;
	memcpy(changed.dns.edge.secrets[0], "fedcba9876543210", COOKIE_SECRET_LEN);
	memcpy(changed.dns.edge.secrets[1], "0123456789abcdef", COOKIE_SECRET_LEN);
	ck_assert_int_eq(cookies_make(&next, &generation), 0);
	make(&next, cookie);
	ck_assert_mem_ne(cookie, old, sizeof(old));
	ck_assert(takes(&next, old) && takes(&next, cookie));
	ck_assert(!takes(&generation, cookie));
	/* Even where it says nothing of the one before. */
	changed.dns.edge.secret_count = 1;
	ck_assert_int_eq(cookies_make(&next, &generation), 0);
	ck_assert(takes(&next, old));
	/* The other instance reads it later: each takes the other's. */
	config.dns.edge = changed.dns.edge;
	ck_assert_int_eq(cookies_make(&generation, NULL), 0);
	ck_assert(takes(&generation, cookie));
}
END_TEST

START_TEST(a_secret_of_our_own_is_replaced_after_a_day)
{
	struct rollcall rollcall = { .now = &generation, .clock = clock_new_manual(1000, NOW) };
	uint8_t cookie[EDNS_COOKIE_LEN], later[EDNS_COOKIE_LEN];

	ck_assert_int_eq(cookies_make(&generation, NULL), 0);
	make(&generation, cookie);
	cookies_tick(&rollcall);
	clock_turn_ms(rollcall.clock, COOKIE_ROLL_MS - 1);
	cookies_tick(&rollcall);
	make(&generation, later);
	ck_assert_mem_eq(cookie, later, sizeof(cookie));
	clock_turn_ms(rollcall.clock, 1);
	cookies_tick(&rollcall);
	make(&generation, later);
	ck_assert_mem_ne(cookie, later, sizeof(cookie));
	ck_assert(takes(&generation, cookie));
	/* One that others need to know stays. */
	config.dns.edge.secret_count = 1;
	clock_turn_ms(rollcall.clock, 2 * COOKIE_ROLL_MS);
	cookies_tick(&rollcall);
	make(&generation, cookie);
	ck_assert_mem_eq(cookie, later, sizeof(cookie));
	clock_free(rollcall.clock);
}
END_TEST

Suite *
suite(void)
{
	Suite *cookies = suite_create("cookies");
	TCase *tests = tcase_create("cookies");

	tcase_add_checked_fixture(tests, start, NULL);
	tcase_add_test(tests, without_cookies_no_jar_is_shown);
	tcase_add_test(tests, a_reload_keeps_a_secret_of_our_own);
	tcase_add_test(tests, a_new_secret_of_the_file_makes_cookies_and_those_before_are_good);
	tcase_add_test(tests, a_secret_of_our_own_is_replaced_after_a_day);
	suite_add_tcase(cookies, tests);
	return cookies;
}
