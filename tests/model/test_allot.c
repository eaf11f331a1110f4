/* test_allot.c - addresses and node ports that Services get and keep. */
#include "model/allot.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "tests/model/build.h"
#include "tests/suite.h"

#define HOUR_MS 3600000

static struct allot *allot;
static struct diag *diag;
static struct strbuf said = STRBUF_INIT;

static struct allot *
allot_of(const char *service_cidrs, const char *balancer_cidr)
{
	struct cidr cidrs[2];
	struct cidr balancer;
	struct allot_settings settings = {
		.service_cidrs = cidrs, .load_balancer_cidrs = &balancer,
		.node_port_first = 30000, .node_port_last = 32767, .hold_ms = HOUR_MS,
	};
	char *list = strdup(service_cidrs);
	char *rest = list;
	char *one;

	while ((one = strsep(&rest, ",")) != NULL)
		ck_assert_int_eq(cidr_parse(one, &cidrs[settings.service_cidr_count++]), 0);
	free(list);
	if (balancer_cidr != NULL)
		ck_assert_int_eq(cidr_parse(balancer_cidr, &balancer), 0);
	settings.load_balancer_cidr_count = balancer_cidr != NULL;
	return allot_new(&settings);
}

static void
setup(void)
{
	allot = allot_of("10.96.0.0/24,fd00::/112", "192.0.2.0/30");
	diag = diag_new();
}

static void
teardown(void)
{
	allot_free(allot);
	diag_free(diag);
	strbuf_release(&said);
}

/* A Service with port 80, freed by the caller's object_unref. */
static struct service *
service(const char *name, enum service_type type, const char *cluster_ip)
{
	struct service *made = build_service("shop", name, "app=x");

	made->type = (uint8_t)type;
	made->headless = strcmp(cluster_ip, "None") == 0;
	build_port(made, "http", PROTOCOL_TCP, 80, 0, NULL);
	build_place(&made->object, "a.yaml", 1);
	made->cluster_ip_place = (struct place){ made->object.place.file, 7, 14 };
	if (*cluster_ip != '\0' && !made->headless) {
		made->cluster_ips[0] = build_addr(cluster_ip);
		made->cluster_ip_count = 1;
	}
	return made;
}

/* "FAMILIES ADDRESSES LB PORT/NODEPORT" of what the Service got, or "err N". */
static const char *
describe(const struct allotment *given)
{
	char text[ADDR_TEXT_SIZE];

	strbuf_clear(&said);
	for (size_t i = 0; i < given->family_count; i++)
		strbuf_addf(&said, "%d", given->families[i]);
	for (size_t i = 0; i < given->cluster_ip_count; i++)
		strbuf_addf(&said, " %s", addr_text(&given->cluster_ips[i], text));
	if (given->load_balancer_ip.family != ADDR_NONE)
		strbuf_addf(&said, " lb %s", addr_text(&given->load_balancer_ip, text));
	for (size_t i = 0; i < given->node_port_count; i++)
		strbuf_addf(&said, " %u%c%u", given->node_ports[i].port,
		    given->node_ports[i].protocol == PROTOCOL_UDP ? 'u' : 't',
		    given->node_ports[i].node_port);
	return said.text;
}

static int
assign(const struct service *of, const struct allotment **given)
{
	*given = NULL;
	allot_reserve(allot, of, diag);
	return allot_assign(allot, of, 1000, diag, given);
}

static const struct allotment *
must_assign(const struct service *of)
{
	const struct allotment *given;

	ck_assert_int_eq(assign(of, &given), 0);
	ck_assert_ptr_nonnull(allot_find(allot, of->object.ns, of->object.name));
	return given;
}

#define SAYS(i, want) ck_assert_str_eq(diag_at(diag, (i))->text, (want))

static int
count_one(void *arg, const struct allotment *given)
{
	(void)given;
	++*(size_t *)arg;
	return 0;
}

static size_t
unsaved(void)
{
	size_t count = 0;

	allot_each_unsaved(allot, count_one, &count);
	return count;
}

START_TEST(a_service_keeps_its_address_and_is_saved_once)
{
	struct service *web = service("web", SERVICE_CLUSTER_IP, "");
	const struct allotment *given = must_assign(web);
	struct addr first = given->cluster_ips[0];

	ck_assert_uint_eq(given->cluster_ip_count, 1);
	ck_assert(!given->saved);
	ck_assert_uint_eq(unsaved(), 1);
	allot_mark_saved(allot);
	ck_assert(allot_find(allot, "shop", "web")->saved);
	ck_assert_uint_eq(unsaved(), 0);
	given = must_assign(web);
	ck_assert_int_eq(addr_compare(&first, &given->cluster_ips[0]), 0);
	ck_assert(given->saved);
	object_unref(&web->object);
}
END_TEST

START_TEST(what_changes_between_visit_and_mark_stays_unsaved)
{
	struct service *web = service("web", SERVICE_CLUSTER_IP, "");

	must_assign(web);
	ck_assert_uint_eq(unsaved(), 1);
	web->type = SERVICE_NODE_PORT;
	must_assign(web);
	allot_mark_saved(allot);
	ck_assert(!allot_find(allot, "shop", "web")->saved);
	ck_assert_uint_eq(unsaved(), 1);
	allot_mark_saved(allot);
	ck_assert(allot_find(allot, "shop", "web")->saved);
	object_unref(&web->object);
}
END_TEST

START_TEST(explicit_addresses_are_honoured_and_named_when_taken)
{
	struct service *a = service("a", SERVICE_CLUSTER_IP, "10.96.0.5");
	struct service *b = service("b", SERVICE_CLUSTER_IP, "10.96.0.5");
	struct service *c = service("c", SERVICE_CLUSTER_IP, "10.97.0.5");
	const struct allotment *given;

	ck_assert_str_eq(describe(must_assign(a)), "4 10.96.0.5");
	ck_assert_int_eq(allot_reserve(allot, b, diag), ERR_EXISTS);
	SAYS(0, "Service shop/b: spec.clusterIP 10.96.0.5: is taken by Service shop/a (a.yaml:7:14)");
	ck_assert_uint_eq(diag_at(diag, 0)->line, 7);
	ck_assert_int_eq(allot_assign(allot, b, 1, diag, &given), ERR_EXISTS);
	ck_assert_ptr_null(allot_find(allot, "shop", "b"));
	ck_assert_int_eq(assign(c, &given), ERR_RANGE);
	SAYS(1, "Service shop/c: spec.clusterIP 10.97.0.5 is outside serviceCIDRs");
	allot_remove(allot, "shop", "a", 1);
	ck_assert_str_eq(describe(must_assign(b)), "4 10.96.0.5");
	object_unref(&a->object);
	object_unref(&b->object);
	object_unref(&c->object);
}
END_TEST

START_TEST(another_explicit_address_replaces_the_one_of_before)
{
	struct service *a = service("a", SERVICE_CLUSTER_IP, "10.96.0.5");
	struct service *other = service("b", SERVICE_CLUSTER_IP, "10.96.0.7");
	const struct allotment *given;

	must_assign(a);
	must_assign(other);
	a->cluster_ips[0] = build_addr("10.96.0.6");
	ck_assert_str_eq(describe(must_assign(a)), "4 10.96.0.6");
	ck_assert_uint_eq(diag_count(diag, SEVERITY_WARNING), 1);
	SAYS(0, "Service shop/a: spec.clusterIP 10.96.0.6: replaces 10.96.0.5");
	/* One that is taken is refused, and the Service keeps what it has. */
	a->cluster_ips[0] = build_addr("10.96.0.7");
	ck_assert_int_eq(assign(a, &given), 0);
	ck_assert_str_eq(describe(given), "4 10.96.0.6");
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 1);
	object_unref(&a->object);
	object_unref(&other->object);
}
END_TEST

/* Node ports: what is stated of port 80/TCP, then 53/TCP and 53/UDP. */
START_TEST(node_ports_are_honoured_chosen_and_shared_between_protocols)
{
	struct service *dns = service("dns", SERVICE_NODE_PORT, "10.96.0.10");
	const struct allotment *given;

	dns->ports[0].node_port = 30007;
	build_port(dns, "dns-tcp", PROTOCOL_TCP, 53, 0, NULL);
	build_port(dns, "dns", PROTOCOL_UDP, 53, 0, NULL);
	given = must_assign(dns);
	ck_assert_uint_eq(given->node_port_count, 3);
	ck_assert_uint_eq(given->node_ports[0].node_port, 30007);
	ck_assert_uint_ge(given->node_ports[1].node_port, 30086);
	ck_assert_uint_eq(given->node_ports[1].node_port, given->node_ports[2].node_port);
	ck_assert_int_eq(given->node_ports[2].protocol, PROTOCOL_UDP);
	object_unref(&dns->object);
}
END_TEST

START_TEST(a_later_stated_node_port_of_the_same_number_is_shared)
{
	struct service *dns = service("dns", SERVICE_NODE_PORT, "10.96.0.10");

	build_port(dns, "udp", PROTOCOL_UDP, 80, 0, NULL);
	dns->ports[1].node_port = 30080;
	ck_assert_str_eq(describe(must_assign(dns)), "4 10.96.0.10 80t30080 80u30080");
	object_unref(&dns->object);
}
END_TEST

START_TEST(wrong_node_ports_are_refused_by_name)
{
	struct service *a = service("a", SERVICE_NODE_PORT, "10.96.0.5");
	struct service *b = service("b", SERVICE_NODE_PORT, "10.96.0.6");
	const struct allotment *given;

	a->ports[0].node_port = 30080;
	b->ports[0].node_port = 80;
	must_assign(a);
	ck_assert_int_eq(assign(b, &given), ERR_RANGE);
	SAYS(0, "Service shop/b: spec.ports[0].nodePort 80 is outside 30000-32767");
	b->ports[0].node_port = 30080;
	b->ports[0].protocol = PROTOCOL_UDP;
	ck_assert_int_eq(assign(b, &given), ERR_EXISTS);
	SAYS(1, "Service shop/b: spec.ports[0].nodePort 30080: is taken by Service shop/a "
	    "(a.yaml:7:14)");
	/* What failed left nothing behind: the address is free for who asks. */
	ck_assert_ptr_null(allot_find(allot, "shop", "b"));
	allot_remove(allot, "shop", "b", 1);
	object_unref(&b->object);
	b = service("c", SERVICE_CLUSTER_IP, "10.96.0.6");
	must_assign(b);
	object_unref(&a->object);
	object_unref(&b->object);
}
END_TEST

START_TEST(a_service_that_changes_its_type_keeps_and_drops_as_kubernetes_does)
{
	struct service *web = service("web", SERVICE_CLUSTER_IP, "10.96.0.5");

	ck_assert_str_eq(describe(must_assign(web)), "4 10.96.0.5");
	web->type = SERVICE_LOAD_BALANCER;
	web->ports[0].node_port = 30099;
	ck_assert_ptr_nonnull(strstr(describe(must_assign(web)), "4 10.96.0.5 lb 192.0.2."));
	web->ports[0].node_port = 0;
	web->cluster_ip_count = 0;
	web->type = SERVICE_NODE_PORT;
	ck_assert_str_eq(describe(must_assign(web)), "4 10.96.0.5 80t30099");
	web->type = SERVICE_CLUSTER_IP;
	ck_assert_str_eq(describe(must_assign(web)), "4 10.96.0.5");
	allot_each_unsaved(allot, count_one, &(size_t){ 0 });
	allot_mark_saved(allot);
	web->type = SERVICE_EXTERNAL_NAME;
	ck_assert_str_eq(describe(must_assign(web)), "4");
	ck_assert_uint_eq(unsaved(), 1);        /* the disk has to forget the address */
	object_unref(&web->object);
}
END_TEST

START_TEST(what_needs_no_address_needs_no_disk)
{
	struct service *db = service("db", SERVICE_CLUSTER_IP, "None");
	const struct allotment *given = must_assign(db);

	ck_assert_str_eq(describe(given), "4");
	ck_assert(given->saved);
	ck_assert_uint_eq(unsaved(), 0);
	object_unref(&db->object);
}
END_TEST

START_TEST(a_balancer_without_address_is_pending_and_served_otherwise)
{
	struct service *lb = service("lb", SERVICE_LOAD_BALANCER, "10.96.0.5");
	struct service *more = service("more", SERVICE_LOAD_BALANCER, "10.96.0.6");
	struct service_extra extra = { .load_balancer_class = "example.com/other" };
	char name[8];

	lb->allocate_node_ports = more->allocate_node_ports = false;
	for (int i = 0; i < 4; i++) {
		struct service *one = service("x", SERVICE_LOAD_BALANCER, "");

		snprintf(name, sizeof(name), "x%d", i);
		one->object.name = name;
		ck_assert_int_eq(must_assign(one)->load_balancer_ip.family, ADDR_IP4);
		object_unref(&one->object);
	}
	ck_assert_str_eq(describe(must_assign(lb)), "4 10.96.0.5");
	SAYS(0, "Service shop/lb: its load balancer address is pending: none is free in "
	    "loadBalancerCIDRs");
	allot_remove(allot, "shop", "x0", 0);
	allot_expire(allot, HOUR_MS);
	ck_assert_int_eq(must_assign(lb)->load_balancer_ip.family, ADDR_IP4);
	more->extra = &extra;
	ck_assert_str_eq(describe(must_assign(more)), "4 10.96.0.6");
	extra = (struct service_extra){ .load_balancer_ip = build_addr("198.51.100.1") };
	ck_assert_str_eq(describe(must_assign(more)), "4 10.96.0.6");
	ck_assert_str_eq(diag_at(diag, diag_count(diag, SEVERITY_WARNING))->text,
	    "Service shop/more: spec.loadBalancerIP 198.51.100.1 is outside loadBalancerCIDRs");
	object_unref(&lb->object);
	object_unref(&more->object);
}
END_TEST

START_TEST(a_removed_service_that_comes_back_gets_what_it_had)
{
	struct service *web = service("web", SERVICE_NODE_PORT, "");
	const char *const *names;
	char before[64];

	snprintf(before, sizeof(before), "%s", describe(must_assign(web)));
	unsaved();
	allot_mark_saved(allot);
	allot_remove(allot, "shop", "web", 100);
	ck_assert_ptr_null(allot_find(allot, "shop", "web"));
	ck_assert_uint_eq(allot_take_removed(allot, &names), 1);
	ck_assert_str_eq(names[0], "shop/web");
	ck_assert_uint_eq(allot_take_removed(allot, &names), 0);
	allot_expire(allot, HOUR_MS);
	ck_assert_str_eq(describe(must_assign(web)), before);
	ck_assert_uint_eq(unsaved(), 1);        /* its removal may be on disk */
	allot_remove(allot, "shop", "web", HOUR_MS);
	must_assign(web);
	ck_assert_uint_eq(allot_take_removed(allot, &names), 0);
	object_unref(&web->object);
}
END_TEST

START_TEST(an_address_is_held_for_an_hour_and_then_free)
{
	struct service *web = service("web", SERVICE_CLUSTER_IP, "");
	struct service *other = service("web", SERVICE_CLUSTER_IP, "");
	struct addr first = must_assign(web)->cluster_ips[0];
	const char *const *names;

	allot_remove(allot, "shop", "web", 0);
	allot_take_removed(allot, &names);
	allot_expire(allot, HOUR_MS);
	allot_remove(allot, "shop", "nobody", HOUR_MS);
	/* Forgotten; but the same name starts at the same place. */
	ck_assert_int_eq(addr_compare(&must_assign(other)->cluster_ips[0], &first), 0);
	object_unref(&web->object);
	object_unref(&other->object);
}
END_TEST

START_TEST(a_full_network_leaves_the_service_pending)
{
	struct service *a = service("a", SERVICE_CLUSTER_IP, "");
	struct service *b = service("b", SERVICE_CLUSTER_IP, "");
	const struct allotment *given;

	allot_free(allot);
	allot = allot_of("10.96.0.0/30", NULL);
	ck_assert_str_eq(describe(must_assign(a)), "4 10.96.0.2");
	ck_assert_int_eq(assign(b, &given), ERR_FULL);
	SAYS(0, "Service shop/b: no free IPv4 address is left in serviceCIDRs");
	allot_remove(allot, "shop", "a", 0);
	ck_assert_int_eq(assign(b, &given), ERR_FULL);  /* held */
	allot_expire(allot, HOUR_MS);
	ck_assert_str_eq(describe(must_assign(b)), "4 10.96.0.2");
	object_unref(&a->object);
	object_unref(&b->object);
}
END_TEST

START_TEST(what_the_state_file_says_is_kept_even_out_of_range)
{
	struct allotted_port ports[] = { { 80, PROTOCOL_TCP, 31000 } };
	struct allotment kept = {
		.ns = "shop", .name = "web", .families = { ADDR_IP4 }, .family_count = 1,
		.cluster_ips = { build_addr("10.200.0.5") }, .cluster_ip_count = 1,
		.node_ports = ports, .node_port_count = 1,
	};
	struct service *web = service("web", SERVICE_NODE_PORT, "");

	ck_assert_int_eq(allot_restore(allot, &kept, diag), 0);
	SAYS(0, "Service shop/web: address 10.200.0.5: is kept, though it is outside serviceCIDRs");
	ck_assert_int_eq(allot_restore(allot, &kept, diag), ERR_EXISTS);
	ck_assert_str_eq(describe(must_assign(web)), "4 10.200.0.5 80t31000");
	ck_assert(allot_find(allot, "shop", "web")->saved);
	kept.name = "other";
	ck_assert_int_eq(allot_restore(allot, &kept, diag), ERR_EXISTS);
	SAYS(1, "Service shop/other: address 10.200.0.5: is already kept for Service shop/web");
	ck_assert_ptr_null(allot_find(allot, "shop", "other"));
	object_unref(&web->object);
}
END_TEST

static int
collect(void *arg, const struct allotment *given)
{
	strbuf_addf(arg, "%s/%s ", given->ns, given->name);
	return 0;
}

/* It lost its address, and was removed, before the disk was told of either. */
START_TEST(what_comes_back_with_nothing_is_saved_if_it_was_not)
{
	struct service *web = service("web", SERVICE_CLUSTER_IP, "");
	const char *const *names;

	must_assign(web);
	web->headless = true;
	must_assign(web);
	allot_remove(allot, "shop", "web", 0);
	ck_assert_uint_eq(allot_take_removed(allot, &names), 1);
	ck_assert_str_eq(describe(must_assign(web)), "4");
	ck_assert_uint_eq(unsaved(), 1);
	allot_mark_saved(allot);
	ck_assert(allot_find(allot, "shop", "web")->saved);
	object_unref(&web->object);
}
END_TEST

/* Whatever needs room beside the record comes, stays and goes with it. */
START_TEST(a_service_that_states_more_and_less_keeps_its_address)
{
	struct service *web = service("web", SERVICE_CLUSTER_IP, "");
	struct addr first = must_assign(web)->cluster_ips[0];
	struct service_extra extra = { .load_balancer_ip = build_addr("192.0.2.1") };
	char want[96], text[ADDR_TEXT_SIZE];

	addr_text(&first, text);
	for (int i = 0; i < 3; i++) {
		web->type = SERVICE_LOAD_BALANCER;
		web->ports[0].node_port = 30099;
		web->extra = &extra;
		snprintf(want, sizeof(want), "4 %s lb 192.0.2.1 80t30099", text);
		ck_assert_str_eq(describe(must_assign(web)), want);
		web->type = SERVICE_CLUSTER_IP;
		web->ip_policy = IP_POLICY_REQUIRE_DUAL;
		ck_assert_uint_eq(must_assign(web)->cluster_ip_count, 2);
		web->ip_policy = IP_POLICY_UNSET;
		web->cluster_ips[0] = first;
		web->cluster_ip_count = 1;
		web->ports[0].node_port = 0;
		snprintf(want, sizeof(want), "4 %s", text);
		ck_assert_str_eq(describe(must_assign(web)), want);
		web->cluster_ip_count = 0;
		ck_assert_str_eq(describe(must_assign(web)), want);
		web->extra = NULL;
		ck_assert_str_eq(describe(must_assign(web)), want);
	}
	object_unref(&web->object);
}
END_TEST

START_TEST(visits_are_in_byte_order)
{
	static const char *const names[] = { "b", "a", "a-b", "c" };
	struct strbuf order = STRBUF_INIT;

	for (size_t i = 0; i < 4; i++) {
		struct service *one = service(names[i], SERVICE_CLUSTER_IP, "");

		must_assign(one);
		object_unref(&one->object);
	}
	allot_remove(allot, "shop", "c", 0);
	allot_each(allot, collect, &order);
	ck_assert_str_eq(order.text, "shop/a shop/a-b shop/b ");
	strbuf_clear(&order);
	allot_each_unsaved(allot, collect, &order);
	ck_assert_str_eq(order.text, "shop/a shop/a-b shop/b ");
	strbuf_release(&order);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("allot");
	TCase *tc = tcase_create("allot");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_service_keeps_its_address_and_is_saved_once);
	tcase_add_test(tc, what_changes_between_visit_and_mark_stays_unsaved);
	tcase_add_test(tc, explicit_addresses_are_honoured_and_named_when_taken);
	tcase_add_test(tc, another_explicit_address_replaces_the_one_of_before);
	tcase_add_test(tc, node_ports_are_honoured_chosen_and_shared_between_protocols);
	tcase_add_test(tc, a_later_stated_node_port_of_the_same_number_is_shared);
	tcase_add_test(tc, wrong_node_ports_are_refused_by_name);
	tcase_add_test(tc, a_service_that_changes_its_type_keeps_and_drops_as_kubernetes_does);
	tcase_add_test(tc, what_needs_no_address_needs_no_disk);
	tcase_add_test(tc, a_balancer_without_address_is_pending_and_served_otherwise);
	tcase_add_test(tc, a_removed_service_that_comes_back_gets_what_it_had);
	tcase_add_test(tc, an_address_is_held_for_an_hour_and_then_free);
	tcase_add_test(tc, a_full_network_leaves_the_service_pending);
	tcase_add_test(tc, what_the_state_file_says_is_kept_even_out_of_range);
	tcase_add_test(tc, what_comes_back_with_nothing_is_saved_if_it_was_not);
	tcase_add_test(tc, a_service_that_states_more_and_less_keeps_its_address);
	tcase_add_test(tc, visits_are_in_byte_order);
	suite_add_tcase(s, tc);
	return s;
}
