/* test_allot_check.c - what a Service could not have is told before anything is taken. */
#include "model/allot_check.h"

#include "base/diag.h"
#include "base/strbuf.h"
#include "model/allot.h"
#include "tests/model/build.h"
#include "tests/suite.h"

static struct allot *allot;
static struct strbuf said = STRBUF_INIT;

static void
tell(void *arg, const struct allot_refusal *refusal)
{
	static const char *const texts[] = { "ip", "port", "balancer" };

	(void)arg;
	strbuf_addf(&said, "%s %zu %s;", texts[refusal->what], refusal->index,
	    refusal->taken ? "taken" : refusal->range[0] != '\0' ? refusal->range : "outside");
}

static struct service *
made(const char *name, enum service_type type, const char *ip, uint16_t node_port)
{
	struct service *service = build_service("shop", name, "app=x");

	service->type = (uint8_t)type;
	build_port(service, "http", PROTOCOL_TCP, 80, 0, NULL);
	service->ports[0].node_port = node_port;
	if (ip != NULL)
		service->cluster_ips[service->cluster_ip_count++] = build_addr(ip);
	return service;
}

static const char *
check(struct service *service)
{
	strbuf_clear(&said);
	allot_check(allot, service, tell, NULL);
	object_unref(&service->object);
	return said.text;
}

START_TEST(taken_and_foreign_addresses_are_told_one_by_one)
{
	struct cidr cidr;
	struct allot_settings settings = { .service_cidrs = &cidr, .service_cidr_count = 1,
		.node_port_first = 30000, .node_port_last = 32767, .hold_ms = 1000 };
	struct service *first;
	const struct allotment *given;
	struct diag *diag = diag_new();

	ck_assert_int_eq(cidr_parse("10.96.0.0/24", &cidr), 0);
	allot = allot_new(&settings);
	first = made("first", SERVICE_NODE_PORT, "10.96.0.9", 30080);
	ck_assert_str_eq(check(made("first", SERVICE_NODE_PORT, "10.96.0.9", 30080)), "");
	ck_assert_int_eq(allot_reserve(allot, first, diag), 0);
	ck_assert_int_eq(allot_assign(allot, first, 1, diag, &given), 0);
	/* One's own is not taken; somebody else's is. */
	ck_assert_str_eq(check(made("first", SERVICE_NODE_PORT, "10.96.0.9", 30080)), "");
	ck_assert_str_eq(check(made("other", SERVICE_NODE_PORT, "10.96.0.9", 30080)),
	    "ip 0 taken;port 0 taken;");
	ck_assert_str_eq(check(made("other", SERVICE_NODE_PORT, "10.97.0.9", 80)),
	    "ip 0 outside;port 0 30000-32767;");
	ck_assert_str_eq(check(made("other", SERVICE_CLUSTER_IP, "10.96.0.10", 0)), "");
	/* Nothing was taken by asking. */
	ck_assert_str_eq(check(made("third", SERVICE_CLUSTER_IP, "10.96.0.10", 0)), "");
	ck_assert_ptr_null(allot_find(allot, "shop", "other"));
	object_unref(&first->object);
	allot_free(allot);
	diag_free(diag);
	strbuf_release(&said);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("allot_check");
	TCase *tc = tcase_create("allot_check");

	tcase_add_test(tc, taken_and_foreign_addresses_are_told_one_by_one);
	suite_add_tcase(s, tc);
	return s;
}
