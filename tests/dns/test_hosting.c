/* test_hosting.c - hosts of Ingresses: whatever the way there, and whichever allocation fails. */
#include "dns/hosting.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "dns/dns_settings.h"
#include "dns/domain.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/owner.h"
#include "model/ingress.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define INGRESSES 5
#define HOSTS 4
#define STEPS 400

static const char *hosts[] = { "*.a.example", "a.example", "b.example", "c.example" };
static const char *const names[] = { "p", "q", "r", "s", "t" };

static struct arena *arena;
static struct dns_settings settings;
static struct domain domain;
static struct addr fallback;
static uint32_t seed;

static void
setup(void)
{
	arena = arena_new(0);
	ck_assert_int_eq(addr_parse("192.0.2.200", &fallback), 0);
	settings = (struct dns_settings){ .cluster_domain = "cluster.local", .ttl_s = 5,
	    .ingress_addresses = &fallback, .ingress_address_count = 1 };
	ck_assert_int_eq(domain_init(&domain, &settings, arena), 0);
}

static void
teardown(void)
{
	arena_free(arena);
}

static unsigned
roll(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 12) % sides;
}

/* One that states some of the hosts and is somewhere, or nowhere. */
static const struct ingress *
make(const char *name)
{
	struct ingress ingress = { .object = { .kind = KIND_INGRESS, .ns = "shop", .name = name } };
	const char *stated[HOSTS];
	struct addr addrs[2] = { { ADDR_IP4, { 192, 0, 2, (uint8_t)roll(4) } },
	    { ADDR_IP6, { 0x20, 1, 0xd, 0xb8, (uint8_t)roll(2) } } };
	struct object *packed;

	ingress.hosts = stated;
	for (unsigned i = 0; i < HOSTS; i++)
		if (roll(2) == 0)
			stated[ingress.host_count++] = hosts[i];
	ingress.addrs = addrs;
	ingress.addr_count = roll(3);
	if (roll(3) == 0)
		ingress.balancer = roll(2) == 0 ? "lb.example" : "other.example";
	ck_assert_int_eq(object_pack(&ingress.object, &packed), 0);
	return (const struct ingress *)(const void *)packed;
}

static const struct entry *
find(const struct index *index, const char *host)
{
	const uint8_t *name;

	ck_assert_int_eq(owner_from_text(arena, host, &name), 0);
	ck_assert_ptr_null(index_get(index, name));
	return index_get_under(index, name);
}

static void
expect_same(const struct index *a, const struct index *b)
{
	for (unsigned i = 0; i < HOSTS; i++) {
		const struct entry *x = find(a, hosts[i]), *y = find(b, hosts[i]);

		ck_assert_msg((x == NULL) == (y == NULL) && (x == NULL || entry_equal(x, y)),
		    "%s differs", hosts[i]);
	}
	ck_assert_uint_eq(index_count(a), index_count(b));
	ck_assert(index_has_under(a) == (index_count(a) > 0));
}

static void
expect_as_fresh(const struct index *index, const struct ingress *const *held)
{
	struct index *fresh = index_new();
	struct hosting *hosting = hosting_new(&domain, fresh);

	for (unsigned i = 0; i < INGRESSES; i++)
		ck_assert_int_eq(hosting_set(hosting, "shop", names[i], held[i]), 0);
	expect_same(index, fresh);
	ck_assert_uint_eq(hosting_count(hosting), index_count(fresh));
	hosting_free(hosting);
	index_free(fresh);
}

/* `fail`: now and then memory is short, once for each allocation. */
static void
run(bool fail)
{
	const struct ingress *held[INGRESSES] = { NULL };
	struct index *index = index_new();
	struct hosting *hosting = hosting_new(&domain, index);

	for (int step = 0; step < STEPS; step++) {
		unsigned which = roll(INGRESSES);
		const struct ingress *next = roll(4) == 0 ? NULL : make(names[which]);
		int err = ERR_NOMEM;

		for (size_t n = 1; fail && err == ERR_NOMEM && roll(8) > 0; n++) {
			scarce_fail_at(n);
			err = hosting_set(hosting, "shop", names[which], next);
			(void)scarce_failed();
			scarce_fail_at(0);
			if (err == ERR_NOMEM)
				expect_as_fresh(index, held);
		}
		if (err == ERR_NOMEM)
			ck_assert_int_eq(hosting_set(hosting, "shop", names[which], next), 0);
		ck_assert(!hosting_settle(hosting));
		if (held[which] != NULL)
			object_unref(&held[which]->object);
		held[which] = next;
		expect_as_fresh(index, held);
		index_reclaim(index);
	}
	for (unsigned i = 0; i < INGRESSES; i++) {
		ck_assert_int_eq(hosting_set(hosting, "shop", names[i], NULL), 0);
		if (held[i] != NULL)
			object_unref(&held[i]->object);
	}
	ck_assert_uint_eq(hosting_count(hosting), 0);
	ck_assert_uint_eq(index_count(index), 0);
	ck_assert(!index_has_under(index));
	hosting_free(hosting);
	index_free(index);
}

START_TEST(any_sequence_of_changes_ends_like_a_fresh_start)
{
	seed = (uint32_t)_i + 1;
	run(false);
}
END_TEST

START_TEST(out_of_memory_an_ingress_stays_as_it_was_or_is_caught_up_with)
{
	seed = (uint32_t)_i + 77;
	run(true);
}
END_TEST

START_TEST(hosts_of_hidden_namespaces_are_not_answered)
{
	static const char *const shown[] = { "default" };
	struct index *index = index_new();
	struct hosting *hosting;
	const struct ingress *ingress;

	settings.namespaces = shown;
	settings.namespace_count = 1;
	seed = 3;
	hosting = hosting_new(&domain, index);
	do {
		ingress = make("p");
	} while (ingress->host_count == 0);
	ck_assert_int_eq(hosting_set(hosting, "shop", "p", ingress), 0);
	ck_assert_uint_eq(index_count(index), 0);
	ck_assert_int_eq(hosting_set(hosting, "default", "p", ingress), 0);
	ck_assert_uint_eq(index_count(index), ingress->host_count);
	hosting_free(hosting);
	object_unref(&ingress->object);
	index_free(index);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("hosting");
	TCase *tcase = tcase_create("hosting");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, any_sequence_of_changes_ends_like_a_fresh_start, 0, 4);
	tcase_add_loop_test(tcase,
	    out_of_memory_an_ingress_stays_as_it_was_or_is_caught_up_with, 0, 4);
	tcase_add_test(tcase, hosts_of_hidden_namespaces_are_not_answered);
	return suite;
}
