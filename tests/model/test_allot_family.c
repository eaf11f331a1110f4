/* test_allot_family.c - spec.ipFamilies as the API server defaults them. */
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "model/allot_parts.h"
#include "tests/model/build.h"
#include "tests/suite.h"

/* Letters: 4 and 6 are families; policy s, p, r or - for unset; kind c ClusterIP, h headless, H headless
 * without selector, e ExternalName. */
static const struct {
	const char *cluster;            /* families of serviceCIDRs, in order */
	char kind;
	char policy;
	const char *stated;             /* spec.ipFamilies */
	const char *ips;                /* families of spec.clusterIPs */
	const char *want;               /* "": error */
} cases[] = {
	{ "4", 'c', '-', "", "", "4" }, { "46", 'c', '-', "", "", "4" },
	{ "64", 'c', '-', "", "", "6" }, { "64", 'c', 's', "", "", "6" },
	{ "46", 'c', '-', "6", "", "6" }, { "46", 'c', '-', "", "6", "6" },
	{ "46", 'c', 'p', "", "", "46" }, { "64", 'c', 'p', "", "", "64" },
	{ "46", 'c', 'p', "6", "", "64" }, { "46", 'c', 'p', "", "6", "64" },
	{ "4", 'c', 'p', "", "", "4" }, { "4", 'c', 'r', "", "", "" },
	{ "46", 'c', 'r', "", "", "46" }, { "46", 'c', 'r', "6", "", "64" },
	{ "4", 'c', '-', "6", "", "" }, { "4", 'c', 'r', "46", "", "" },
	{ "46", 'c', '-', "46", "", "46" }, { "46", 'c', '-', "", "64", "64" },
	{ "46", 'c', 's', "46", "", "" }, { "46", 'c', 'p', "46", "64", "" },
	{ "46", 'c', '-', "4", "6", "" }, { "46", 'c', 'p', "4", "46", "46" },
	{ "", 'c', '-', "", "", "" },
	/*
	 * headless with selector: the first family only, unless it asks; any family may be
	 * stated
	 */
	{ "46", 'h', '-', "", "", "4" }, { "6", 'h', '-', "", "", "6" },
	{ "46", 'h', 'p', "", "", "46" }, { "4", 'h', 'p', "", "", "4" },
	{ "4", 'h', '-', "6", "", "6" }, { "4", 'h', 'r', "", "", "" },
	{ "", 'h', '-', "", "", "4" },
	/* headless without selector: both, unless it says otherwise */
	{ "4", 'H', '-', "", "", "46" }, { "64", 'H', '-', "", "", "64" },
	{ "4", 'H', '-', "6", "", "64" }, { "4", 'H', 's', "", "", "4" },
	{ "4", 'H', 's', "6", "", "6" }, { "4", 'H', 'r', "", "", "46" },
	{ "4", 'e', '-', "", "", "4" },
};

static enum addr_family
family(char c)
{
	return c == '6' ? ADDR_IP6 : ADDR_IP4;
}

static struct pool_addr *
cluster_of(const char *families)
{
	struct cidr cidrs[2];
	size_t count = strlen(families);

	for (size_t i = 0; i < count; i++)
		cidr_parse(families[i] == '6' ? "fd00::/108" : "10.96.0.0/12", &cidrs[i]);
	return pool_addr_new(cidrs, count, true);
}

static struct service *
service_of(size_t i)
{
	struct service *service = build_service("shop", "web",
	    cases[i].kind == 'H' ? "" : "app=web");
	char policy = cases[i].policy;

	service->headless = cases[i].kind == 'h' || cases[i].kind == 'H';
	service->type = cases[i].kind == 'e' ? SERVICE_EXTERNAL_NAME : SERVICE_CLUSTER_IP;
	service->ip_policy = policy == 's' ? IP_POLICY_SINGLE : policy == 'p' ?
	    IP_POLICY_PREFER_DUAL : policy == 'r' ? IP_POLICY_REQUIRE_DUAL : IP_POLICY_UNSET;
	for (const char *c = cases[i].stated; *c != '\0'; c++)
		service->families[service->family_count++] = (uint8_t)family(*c);
	for (const char *c = cases[i].ips; *c != '\0'; c++)
		service->cluster_ips[service->cluster_ip_count++] =
		    build_addr(*c == '6' ? "fd00::5" : "10.96.0.5");
	return service;
}

START_TEST(families_are_defaulted_as_the_api_server_does)
{
	struct pool_addr *pool = cluster_of(cases[_i].cluster);
	struct service *service = service_of((size_t)_i);
	struct diag *diag = diag_new();
	enum addr_family families[2];
	size_t count = 0;
	char got[3] = "";
	int err = allot_choose_families(pool, service, diag, families, &count);

	for (size_t i = 0; i < count; i++)
		got[i] = families[i] == ADDR_IP6 ? '6' : '4';
	ck_assert_str_eq(got, cases[_i].want);
	ck_assert_int_eq(err, *cases[_i].want == '\0' ? ERR_INVALID : 0);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), err != 0);
	diag_free(diag);
	object_unref(&service->object);
	pool_addr_free(pool);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("allot_family");
	TCase *tc = tcase_create("allot_family");

	tcase_add_loop_test(tc, families_are_defaulted_as_the_api_server_does, 0,
	    sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, tc);
	return s;
}
