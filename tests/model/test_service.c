/* test_service.c - the words of a Service's enums. */
#include "model/service.h"

#include "tests/suite.h"

START_TEST(types_are_named_as_in_manifests)
{
	ck_assert_str_eq(service_type_text(SERVICE_CLUSTER_IP), "ClusterIP");
	ck_assert_str_eq(service_type_text(SERVICE_NODE_PORT), "NodePort");
	ck_assert_str_eq(service_type_text(SERVICE_LOAD_BALANCER), "LoadBalancer");
	ck_assert_str_eq(service_type_text(SERVICE_EXTERNAL_NAME), "ExternalName");
}
END_TEST

START_TEST(protocols_have_a_manifest_word_and_a_dns_label)
{
	static const struct {
		enum protocol protocol;
		const char *text;
		const char *label;
	} table[] = {
		{ PROTOCOL_TCP, "TCP", "tcp" },
		{ PROTOCOL_UDP, "UDP", "udp" },
		{ PROTOCOL_SCTP, "SCTP", "sctp" },
	};

	for (size_t i = 0; i < 3; i++) {
		ck_assert_str_eq(protocol_text(table[i].protocol), table[i].text);
		ck_assert_str_eq(protocol_label(table[i].protocol), table[i].label);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("service");
	TCase *tc = tcase_create("service");

	tcase_add_test(tc, types_are_named_as_in_manifests);
	tcase_add_test(tc, protocols_have_a_manifest_word_and_a_dns_label);
	suite_add_tcase(s, tc);
	return s;
}
