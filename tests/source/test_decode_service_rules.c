/* test_decode_service_rules.c - rules between fields of a Service, and that each breach is said once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "model/service.h"
#include "source/decode.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

/* The spec, and all that is said, each line without what stands before "spec". */
static const struct {
	const char *spec;
	const char *said;
} rows[] = {
	/* Ports: names, (port, protocol) and (nodePort, protocol) are unique. */
	{ "ports: [{name: a, port: 1}, {name: a, port: 2}]",
	    "spec.ports[1].name \"a\" is doubled; ports[0] in line 1 has it\n" },
	{ "ports: [{name: a, port: 1}, {name: b, port: 1}]",
	    "spec.ports[1].port 1/TCP is doubled; ports[0] in line 1 has it\n" },
	{ "ports: [{name: a, port: 1}, {name: b, port: 1, protocol: UDP}]", "" },
	{ "ports: [{name: a, port: 1, protocol: SCTP}, {name: b, port: 1, protocol: SCTP}]",
	    "spec.ports[1].port 1/SCTP is doubled; ports[0] in line 1 has it\n" },
	{ "type: NodePort, ports: [{name: a, port: 1, nodePort: 30001}, {name: b, port: 2, nodePort: "
	    "30001}]", "spec.ports[1].nodePort 30001/TCP is doubled; ports[0] in line 1 has it\n" },
	{ "type: NodePort, ports: [{name: a, port: 1, nodePort: 30001}, {name: b, port: 2, nodePort: "
	    "30001, protocol: UDP}]", "" },
	/* Of three that are the same, the second and third are said once each. */
	{ "ports: [{name: a, port: 1}, {name: a, port: 1}, {name: a, port: 1}]",
	    "spec.ports[1].name \"a\" is doubled; ports[0] in line 1 has it\n"
	    "spec.ports[1].port 1/TCP is doubled; ports[0] in line 1 has it\n"
	    "spec.ports[2].name \"a\" is doubled; ports[0] in line 1 has it\n"
	    "spec.ports[2].port 1/TCP is doubled; ports[0] in line 1 has it\n" },
	{ "ports: [{port: 1}, {name: b, port: 2}]",
	    "spec.ports[0].name is required with more than one port (this one is in line 1, another in "
	    "line 1)\n" },
	{ "ports: [{port: 1, nodePort: 30001}]",
	    "spec.ports[0].nodePort may not be used when spec.type is ClusterIP\n" },
	{ "type: ExternalName, externalName: a.b, ports: [{port: 1, nodePort: 30001}]",
	    "spec.ports[0].nodePort may not be used when spec.type is ExternalName\n" },
	/* Addresses. */
	{ "clusterIPs: ['fd00::5', 10.96.0.5], ports: [{port: 1}]", "" },
	{ "clusterIPs: ['fd00::5', 'fd00::6'], ports: [{port: 1}]",
	    "spec.clusterIPs[1] fd00::6 is of the same family as the one before\n" },
	{ "clusterIPs: [10.96.0.5, None], ports: [{port: 1}]",
	    "spec.clusterIPs[1] \"None\" is neither an IP address nor None\n" },
	{ "clusterIP: None, type: NodePort, ports: [{port: 1}]",
	    "spec.clusterIP may not be None when spec.type is NodePort\n" },
	{ "clusterIP: '', clusterIPs: [], ports: [{port: 1}]", "" },
	/* Families: as many as there are addresses, in their order. */
	{ "ipFamilies: [IPv6, IPv4], clusterIPs: ['fd00::5', 10.96.0.5], ports: [{port: 1}]", "" },
	{ "ipFamilies: [IPv4, IPv6], clusterIPs: ['fd00::5', 10.96.0.5], ports: [{port: 1}]",
	    "spec.ipFamilies does not go with the family of spec.clusterIPs[0]\n"
	    "spec.ipFamilies does not go with the family of spec.clusterIPs[1]\n" },
	{ "ipFamilyPolicy: SingleStack, clusterIPs: ['fd00::5', 10.96.0.5], ports: [{port: 1}]",
	    "spec.ipFamilyPolicy SingleStack does not go with two families or addresses\n" },
	{ "ipFamilyPolicy: SingleStack, ipFamilies: [IPv6], ports: [{port: 1}]", "" },
	{ "ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6], ports: [{port: 1}]", "" },
	{ "type: ExternalName, externalName: a.b, ipFamilyPolicy: SingleStack",
	    "spec.ipFamilyPolicy may not be set when spec.type is ExternalName\n" },
	/* What is stated as null is not stated. */
	{ "ports: [{port: 1}], loadBalancerClass: null, sessionAffinityConfig: null, "
	    "externalTrafficPolicy: null", "" },
	{ "type: ExternalName, externalName: ''", "spec.externalName is required when spec.type is "
	    "ExternalName\n" },
	{ "type: LoadBalancer, healthCheckNodePort: 30100, externalTrafficPolicy: Cluster, ports: "
	    "[{port: 1}]", "spec.healthCheckNodePort may only be set for LoadBalancer with "
	    "externalTrafficPolicy Local\n" },
	{ "type: NodePort, healthCheckNodePort: 30100, externalTrafficPolicy: Local, ports: "
	    "[{port: 1}]", "spec.healthCheckNodePort may only be set for LoadBalancer with "
	    "externalTrafficPolicy Local\n" },
	{ "externalIPs: [192.0.2.1, 0.0.0.0], ports: [{port: 1}]",
	    "spec.externalIPs 0.0.0.0 must not be the unspecified address\n" },
};

/* Each line from "spec" on. */
static char *
rules_of(const char *said)
{
	struct strbuf out = STRBUF_INIT;

	for (const char *at = strstr(said, ": spec"); at != NULL; at = strstr(at, ": spec")) {
		size_t len = strcspn(at, "\n");

		strbuf_addf(&out, "%.*s\n", (int)len - 2, at + 2);
		at += len;
	}
	return out.len == 0 ? strdup("") : strbuf_take(&out);
}

START_TEST(each_breach_is_said_once_and_nothing_else)
{
	struct object_list list = { 0 };
	char text[1024];
	int err;

	snprintf(text, sizeof(text), "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {%s}}",
	    rows[_i].spec);
	char *said = help_decode(text, &list, &err), *rules = rules_of(said);

	ck_assert_msg(strcmp(rules, rows[_i].said) == 0, "%s\n%s", rows[_i].spec, said);
	ck_assert_int_eq(err, *rows[_i].said == '\0' ? 0 : ERR_INVALID);
	object_list_release(&list);
	free(rules);
	free(said);
}
END_TEST

START_TEST(a_thousand_ports_are_many_enough)
{
	for (size_t count = 1000; count <= 1001; count++) {
		struct object_list list = { 0 };
		struct strbuf text = STRBUF_INIT;
		int err;

		strbuf_add(&text, "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [");
		for (size_t i = 1; i <= count; i++)
			strbuf_addf(&text, "{name: p%zu, port: %zu}, ", i, i);
		strbuf_add(&text, "]}}");
		char *said = help_decode(text.text, &list, &err);

		ck_assert_msg((strstr(said, "spec.ports has more than 1000 ports") != NULL) ==
		    (count > 1000), "%s", said);
		ck_assert_int_eq(err, count > 1000 ? ERR_INVALID : 0);
		object_list_release(&list);
		strbuf_release(&text);
		free(said);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("decode_service_rules");
	TCase *tcase = tcase_create("decode_service_rules");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, each_breach_is_said_once_and_nothing_else, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tcase, a_thousand_ports_are_many_enough);
	return suite;
}
