/* test_domain.c - the names that all others end in, and which namespaces are seen. */
#include "dns/domain.h"

#include "base/arena.h"
#include "base/err.h"
#include "dns/dns_settings.h"
#include "dns/name.h"
#include "tests/suite.h"

static void
check_name(const uint8_t *name, const char *expected)
{
	char text[NAME_TEXT_SIZE];

	ck_assert_str_eq(name_to_text(name, text), expected);
}

START_TEST(services_and_pods_lie_below_the_cluster_domain)
{
	struct dns_settings settings = { .cluster_domain = "Cluster.Local" };
	struct arena *arena = arena_new(0);
	struct domain domain;

	ck_assert_int_eq(domain_init(&domain, &settings, arena), 0);
	ck_assert_ptr_eq(domain.settings, &settings);
	check_name(domain.zone, "cluster.local");
	check_name(domain.svc, "svc.cluster.local");
	check_name(domain.pod, "pod.cluster.local");
	arena_free(arena);
}
END_TEST

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L57 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
/* 251 octets with the root: "svc" in front of it makes 255, as many as a name has. */
#define LONGEST L63 "." L63 "." L63 "." L57

START_TEST(a_domain_that_is_no_name_or_leaves_no_room_is_refused)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{ "a..b", ERR_LIMIT }, { L63 "a", ERR_LIMIT }, { L63, 0 }, { LONGEST, 0 },
		{ LONGEST "a", ERR_LIMIT },
	};
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_settings settings = { .cluster_domain = rows[i].text };
		struct domain domain = { 0 };

		ck_assert_int_eq(domain_init(&domain, &settings, arena), rows[i].err);
		/* What failed leaves nothing half made. */
		ck_assert(rows[i].err == 0 || domain.settings == NULL);
	}
	arena_free(arena);
}
END_TEST

START_TEST(only_listed_namespaces_are_seen_and_all_without_a_list)
{
	static const char *const listed[] = { "shop", "bank" };
	struct dns_settings settings = { .cluster_domain = "z" };
	struct domain domain = { .settings = &settings };

	ck_assert(domain_exposes(&domain, "dark"));
	settings.namespaces = listed;
	settings.namespace_count = 2;
	ck_assert(domain_exposes(&domain, "shop") && domain_exposes(&domain, "bank"));
	ck_assert(!domain_exposes(&domain, "dark") && !domain_exposes(&domain, "sho"));
	ck_assert(!domain_exposes(&domain, "shop2") && !domain_exposes(&domain, ""));
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("domain");
	TCase *tcase = tcase_create("domain");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, services_and_pods_lie_below_the_cluster_domain);
	tcase_add_test(tcase, a_domain_that_is_no_name_or_leaves_no_room_is_refused);
	tcase_add_test(tcase, only_listed_namespaces_are_seen_and_all_without_a_list);
	return suite;
}
