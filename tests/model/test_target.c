/* test_target.c - the names and ports of what is to be probed. */
#include "model/target.h"

#include "base/arena.h"
#include "model/pod.h"
#include "tests/suite.h"

START_TEST(ids_name_the_owner_and_the_probe)
{
	struct arena *arena = arena_new(0);
	char id[TARGET_ID_SIZE];
	struct addr_port four;
	struct addr_port six;

	ck_assert_int_eq(addr_port_parse("10.8.0.7:8080", &four), 0);
	ck_assert_int_eq(addr_port_parse("[2001:db8::1]:80", &six), 0);
	ck_assert_str_eq(target_id_pod(arena, "shop", "web-0", "main", PROBE_READINESS),
	    "pod/shop/web-0/main/readiness");
	ck_assert_str_eq(target_id_pod(arena, "shop", "web-0", "main", PROBE_STARTUP),
	    "pod/shop/web-0/main/startup");
	ck_assert_str_eq(target_write_endpoint(id, sizeof(id), "shop", "db", &four),
	    "service/shop/db/10.8.0.7:8080");
	ck_assert_str_eq(target_write_endpoint(id, sizeof(id), "shop", "db", &six),
	    "service/shop/db/[2001:db8::1]:80");
	ck_assert_str_eq(target_write_pod(id, sizeof(id), "shop", "w", "m", PROBE_LIVENESS),
	    "pod/shop/w/m/liveness");
	ck_assert_str_eq(target_write_endpoint(id, 29, "shop", "db", &four), "");
	ck_assert_str_eq(target_write_endpoint(id, 30, "shop", "db", &four),
	    "service/shop/db/10.8.0.7:8080");
	arena_free(arena);
}
END_TEST

static struct container_port first_ports[] = {
	{ "http", PROTOCOL_TCP, 8080, 80 }, { "dns", PROTOCOL_UDP, 53, 0 },
};
static struct container_port second_ports[] = { { "admin", PROTOCOL_TCP, 9000, 0 } };
static struct container containers[] = {
	{ .name = "a", .ports = first_ports, .port_count = 2 },
	{ .name = "b", .ports = second_ports, .port_count = 1 },
	{ .name = "c" },
};
static const struct pod pod = { .containers = containers, .container_count = 3 };

static const struct {
	size_t container;
	struct port_ref port;
	uint16_t want;
} ports[] = {
	{ 0, { 81, NULL }, 81 },        /* a number need not be declared */
	{ 0, { 0, "http" }, 8080 },     /* containerPort, not hostPort */
	{ 0, { 0, "dns" }, 53 },        /* any protocol */
	{ 0, { 0, "admin" }, 0 },       /* another container's */
	{ 1, { 0, "admin" }, 9000 },
	{ 0, { 0, "8081" }, 8081 },     /* last resort: digits */
	{ 0, { 0, "70000" }, 0 },
	{ 0, { 0, "" }, 0 },
	{ 0, { 0, NULL }, 8080 },
	{ 2, { 0, NULL }, 0 },
	{ 2, { 0, "http" }, 0 },
};

START_TEST(a_probe_port_is_resolved_in_its_own_container)
{
	ck_assert_uint_eq(target_container_port(&pod, ports[_i].container, &ports[_i].port),
	    ports[_i].want);
}
END_TEST

START_TEST(another_place_or_pod_has_another_mark)
{
	struct target first = { .port = 80, .pod_name = "web-0" };
	struct target other = first;

	ck_assert_int_eq(addr_parse("10.8.0.7", &first.addr), 0);
	other = first;
	ck_assert_uint_eq(target_mark(&first), target_mark(&other));
	other.port = 81;
	ck_assert_uint_ne(target_mark(&first), target_mark(&other));
	other = first;
	other.pod_name = "web-1";
	ck_assert_uint_ne(target_mark(&first), target_mark(&other));
	other.pod_name = NULL;
	ck_assert_uint_ne(target_mark(&first), target_mark(&other));
	other = first;
	ck_assert_int_eq(addr_parse("10.8.0.8", &other.addr), 0);
	ck_assert_uint_ne(target_mark(&first), target_mark(&other));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("target");
	TCase *tc = tcase_create("target");

	tcase_add_test(tc, ids_name_the_owner_and_the_probe);
	tcase_add_loop_test(tc, a_probe_port_is_resolved_in_its_own_container, 0,
	    sizeof(ports) / sizeof(ports[0]));
	tcase_add_test(tc, another_place_or_pod_has_another_mark);
	suite_add_tcase(s, tc);
	return s;
}
