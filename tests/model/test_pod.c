/* test_pod.c - named ports and readiness gates of a Pod. */
#include "model/pod.h"

#include "tests/suite.h"

static struct container_port sidecar_ports[] = {
	{ "http", PROTOCOL_TCP, 9901, 0 }, { "admin", PROTOCOL_TCP, 15000, 0 },
};
static struct container_port web_ports[] = {
	{ "", PROTOCOL_TCP, 1, 0 }, { "http", PROTOCOL_TCP, 8080, 80 }, { "dns", PROTOCOL_UDP, 5353, 0 },
	{ "dns", PROTOCOL_TCP, 5354, 0 },
};
static struct container containers[] = {
	{ .name = "proxy", .sidecar = true, .ports = sidecar_ports, .port_count = 2 },
	{ .name = "web", .ports = web_ports, .port_count = 4 },
};
static const struct pod pod = { .containers = containers, .container_count = 2 };

START_TEST(a_named_port_is_found_by_name_and_protocol_sidecars_last)
{
	static const struct {
		const char *name;
		enum protocol protocol;
		uint16_t port;
	} table[] = {
		{ "http", PROTOCOL_TCP, 8080 }, { "http", PROTOCOL_UDP, 0 },
		{ "dns", PROTOCOL_UDP, 5353 }, { "dns", PROTOCOL_TCP, 5354 },
		{ "admin", PROTOCOL_TCP, 15000 }, { "https", PROTOCOL_TCP, 0 },
		{ "", PROTOCOL_TCP, 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ck_assert_uint_eq(pod_named_port(&pod, table[i].name, table[i].protocol),
		    table[i].port);
}
END_TEST

START_TEST(gates_are_open_only_when_every_condition_is_true)
{
	const char *gates[] = { "example.com/a", "example.com/b" };
	struct pod_condition conditions[] = {
		{ "Ready", TRI_FALSE }, { "example.com/a", TRI_TRUE }, { "example.com/b", TRI_TRUE },
	};
	struct pod gated = {
		.readiness_gates = gates, .readiness_gate_count = 2,
		.conditions = conditions, .condition_count = 3,
	};

	ck_assert(pod_gates_open(&pod));
	ck_assert(pod_gates_open(&gated));
	conditions[2].status = TRI_FALSE;
	ck_assert(!pod_gates_open(&gated));
	conditions[2].status = TRI_UNSET;
	ck_assert(!pod_gates_open(&gated));
	gated.condition_count = 2;      /* a missing condition is False */
	ck_assert(!pod_gates_open(&gated));
}
END_TEST

START_TEST(a_pod_stays_until_it_ends_or_is_deleted)
{
	for (int phase = POD_PHASE_UNSET; phase <= POD_UNKNOWN; phase++)
		for (int deleting = 0; deleting < 2; deleting++) {
			struct pod any = { .phase = (enum pod_phase)phase,
			    .object = { .deleting = deleting } };
			bool ended = phase == POD_SUCCEEDED || phase == POD_FAILED;

			ck_assert_int_eq(pod_has_ended(&any), ended);
			ck_assert_int_eq(pod_is_staying(&any), !ended && !deleting);
		}
}
END_TEST

START_TEST(phases_are_named_as_in_manifests)
{
	ck_assert_str_eq(pod_phase_text(POD_PHASE_UNSET), "");
	ck_assert_str_eq(pod_phase_text(POD_PENDING), "Pending");
	ck_assert_str_eq(pod_phase_text(POD_RUNNING), "Running");
	ck_assert_str_eq(pod_phase_text(POD_SUCCEEDED), "Succeeded");
	ck_assert_str_eq(pod_phase_text(POD_FAILED), "Failed");
	ck_assert_str_eq(pod_phase_text(POD_UNKNOWN), "Unknown");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("pod");
	TCase *tc = tcase_create("pod");

	tcase_add_test(tc, a_named_port_is_found_by_name_and_protocol_sidecars_last);
	tcase_add_test(tc, gates_are_open_only_when_every_condition_is_true);
	tcase_add_test(tc, a_pod_stays_until_it_ends_or_is_deleted);
	tcase_add_test(tc, phases_are_named_as_in_manifests);
	suite_add_tcase(s, tc);
	return s;
}
