/* test_decode_pod.c - core/v1 Pod: every rule with one that breaks it and one that keeps it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "model/pod.h"
#include "source/decode.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

#define GOOD "containers: [{name: c, image: i}]"

/* metadata besides the name, spec and status of a Pod; what is said about it. */
static const struct {
	const char *meta;
	const char *spec;
	const char *status;
	const char *said;       /* NULL: nothing at all; else a part of it */
} rows[] = {
	{ "", GOOD, "", NULL },
	{ "labels: {app: pod}, annotations: {x/y: ''}", GOOD, "", NULL },
	{ "labels: {app: y}", GOOD, "",
	    "metadata.labels.app must be a text; put it in quotes: \"y\"" },
	{ "labels: {app: null}", GOOD, "", NULL },
	{ "labels: {'a b': c}", GOOD, "", "metadata.labels.a b \"a b\" must be a label key" },
	{ "labels: {a: -c}", GOOD, "", "metadata.labels.a \"-c\" must be a label value" },
	{ "annotations: {a: 5}", GOOD, "",
	    "metadata.annotations.a must be a text; put it in quotes: \"5\"" },
	{ "namespace: Shop", GOOD, "", "metadata.namespace \"Shop\" must be a DNS label" },
	{ "namespace: ''", GOOD, "", NULL },
	{ "creationTimestamp: 2024-05-01T10:00:00Z, deletionTimestamp: null", GOOD, "", NULL },
	{ "creationTimestamp: null", GOOD, "", NULL },
	{ "creationTimestamp: yesterday", GOOD, "",
	    "creationTimestamp must be a time like 2024-05-01T10:00:00Z" },
	{ "finalizers: [a], ownerReferences: [{kind: x}], managedFields: [{a: {b: c}}]", GOOD, "",
	    NULL },
	{ "nam: x", GOOD, "", "metadata.nam is unknown; did you mean name?" },
	{ "", "", "", "spec.containers is required" },
	{ "", "containers: []", "", "spec.containers must not be empty" },
	{ "", "containers: [{image: i}]", "", "spec.containers[0].name is required" },
	{ "", "containers: [{name: C, image: i}]", "",
	    "spec.containers[0].name \"C\" must be a DNS label" },
	{ "", "containers: [{name: c}]", "",
	    "warning: Pod default/a: spec.containers[0].image is required by an API server" },
	{ "", "containers: [{name: c, image: i}, {name: c, image: i}]", "",
	    "spec.containers[1] has the name of another container, \"c\"" },
	{ "", GOOD ", initContainers: [{name: c, image: i, restartPolicy: Always}]", "",
	    "spec.initContainers[0] has the name of another" },
	{ "", GOOD ", initContainers: [{name: d, image: i, readinessProbe: {grpc: {port: 1}}}]", "",
	    "spec.initContainers[0] may have probes only with restartPolicy: Always" },
	{ "", GOOD ", initContainers: [{name: d, image: i, restartPolicy: Always, readinessProbe: "
	    "{grpc: {port: 1}}}]", "", NULL },
	{ "", "containers: [{name: c, image: i, resources: {a: b}, env: [{name: x}], volumeMounts: "
	    "[]}], volumes: [{x: y}], "
	    "tolerations: [], securityContext: {}", "", NULL },
	{ "", "containers: [{name: c, image: i, ports: [{containerPort: 80, name: http}, "
	    "{containerPort: 81, name: x}]}]", "", NULL },
	{ "", "containers: [{name: c, image: i, ports: [{containerPort: 80, name: x}, "
	    "{containerPort: 81, name: x}]}]", "",
	    "spec.containers[0].ports[1].name \"x\" is doubled; ports[0] in line 1 has it" },
	{ "", "containers: [{name: c, image: i, ports: [{name: x}]}]", "",
	    "ports[0].containerPort is required" },
	{ "", "containers: [{name: c, image: i, ports: [{containerPort: 0}]}]", "",
	    "containerPort 0 is outside 1-65535" },
	{ "", "containers: [{name: c, image: i, ports: [{containerPort: 80, name: '80'}]}]", "",
	    "ports[0].name \"80\" must be a port name" },
	{ "", "containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 70000}]}]",
	    "", "hostPort 70000 is outside" },
	{ "", "containers: [{name: c, image: i, restartPolicy: always}]", "",
	    "did you mean Always?" },
	{ "", GOOD ", hostname: db-0, subdomain: db", "", NULL },
	{ "", GOOD ", hostname: db.0", "", "spec.hostname \"db.0\" must be a DNS label" },
	{ "", GOOD ", subdomain: DB", "", "spec.subdomain \"DB\" must be a DNS label" },
	{ "", GOOD ", nodeSelector: {kubernetes.io/hostname: k8s-worker1}", "", NULL },
	{ "", GOOD ", nodeName: 'a b'", "", "spec.nodeName \"a b\" must be a DNS name" },
	{ "", GOOD ", readinessGates: [{conditionType: a.b/c}]", "", NULL },
	{ "", GOOD ", readinessGates: [{}]", "",
	    "spec.readinessGates[0].conditionType is required" },
	{ "", GOOD ", hostNetwork: 1", "",
	    "spec.hostNetwork must be true or false, not a whole number" },
	{ "", GOOD ", conatiners: []", "", "spec.conatiners is unknown; did you mean containers?" },
	{ "", GOOD, "phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]",
	    NULL },
	{ "", GOOD, "phase: running", "status.phase \"running\" is none of Pending, Running" },
	{ "", GOOD, "podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.2}]",
	    "status.podIP 10.0.0.1 must equal the first of status.podIPs (10.0.0.2)" },
	{ "", GOOD, "podIPs: [{ip: 10.0.0.1}, {ip: 10.0.0.2}]",
	    "status.podIPs 10.0.0.2 is a second address of its family" },
	{ "", GOOD, "podIP: 10.0.0", "status.podIP \"10.0.0\" is not an IP address" },
	{ "", GOOD, "podIP: 169.254.1.1", "status.podIP 169.254.1.1 must not be link-local" },
	{ "", GOOD, "podIP: 0.0.0.0", "status.podIP 0.0.0.0 must not be the unspecified address" },
	{ "", GOOD, "podIP: 224.0.0.1", "status.podIP 224.0.0.1 must not be multicast" },
	{ "", GOOD, "podIP: 127.0.0.1", NULL },
	{ "", GOOD, "podIP: ''", NULL },
	{ "", GOOD, "conditions: [{type: Ready, status: 'True', reason: x}]", NULL },
	{ "", GOOD, "conditions: [{type: Ready, status: True}]",
	    "conditions[0].status must be a text; put it in quotes: \"True\"" },
	{ "", GOOD, "conditions: [{type: Ready}]", "status.conditions[0].status is required" },
	{ "annotations: {rollcall/address: '127.0.0.1, ::1'}", GOOD, "", NULL },
	{ "annotations: {rollcall/address: ''}", GOOD, "",
	    "rollcall/address must be one IP address, or two" },
	{ "annotations: {rollcall/address: localhost}", GOOD, "",
	    "rollcall/address \"localhost\" is not an IP address" },
	{ "annotations: {rollcall/address: '10.0.0.1 10.0.0.2'}", GOOD, "",
	    "10.0.0.2 is a second address of its family" },
	{ "annotations: {rollcall/address: x}", GOOD, "podIP: 10.0.0.1",
	    "\"x\" is not an IP address" },
};

START_TEST(rules_of_pods_hold)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "{apiVersion: v1, kind: Pod, metadata: {name: a, %s}, spec: {%s}, status: {%s}}",
	    rows[_i].meta, rows[_i].spec, rows[_i].status);
	help_expect(text, rows[_i].said);
}
END_TEST

static struct pod *
decode_one(const char *text, struct object_list *list)
{
	return (struct pod *)help_decode_one(text, list);
}

START_TEST(what_is_stated_is_kept)
{
	struct object_list list = { 0 };
	size_t len;
	char *text = help_file("tests/fuzz/corpus/manifest/pods.json", &len);
	const struct pod *pod = decode_one(text, &list);
	char addr[ADDR_TEXT_SIZE];

	ck_assert_int_eq(pod->phase, POD_RUNNING);
	ck_assert_uint_eq(pod->endpoint_count, 2);
	ck_assert_str_eq(addr_text(&pod->endpoints[0].addr, addr), "10.0.0.1");
	ck_assert_str_eq(addr_text(&pod->endpoints[1].addr, addr), "fd00::1");
	ck_assert_uint_eq(pod->container_count, 2);
	ck_assert_str_eq(pod->containers[0].name, "c");
	ck_assert_str_eq(pod->containers[0].image, "i");
	ck_assert(!pod->containers[0].sidecar && pod->containers[1].sidecar);
	ck_assert_uint_eq(pod_named_port(pod, "http", PROTOCOL_TCP), 8080);
	ck_assert_uint_eq(pod->containers[0].probes[PROBE_STARTUP]->failure_threshold, 30);
	ck_assert_str_eq(pod->containers[0].probes[PROBE_LIVENESS]->grpc_service, "s");
	ck_assert_str_eq(pod->containers[0].probes[PROBE_READINESS]->command[0], "podman");
	ck_assert_ptr_null(pod->containers[1].probes[PROBE_READINESS]);
	ck_assert_str_eq(pod->hostname, "a");
	ck_assert_str_eq(pod->subdomain, "web");
	ck_assert_int_eq(pod->ready, TRI_TRUE);
	ck_assert_uint_eq(pod->readiness_gate_count, 1);
	ck_assert_str_eq(pod->readiness_gates[0], "x/y");
	ck_assert(!pod_gates_open(pod));
	object_list_release(&list);
	free(text);
}
END_TEST

START_TEST(addresses_come_from_status_then_annotation_then_node)
{
	static const struct { const char *text; const char *want; } cases[] = {
		{ "metadata: {name: a, annotations: {rollcall/address: 10.0.0.9}}\nstatus: {podIP: "
		    "10.0.0.1}\n", "10.0.0.1" },
		{ "metadata: {name: a, annotations: {rollcall/address: 10.0.0.9}}\n", "10.0.0.9" },
		{ "metadata: {name: a}\nstatus: {hostIP: 10.0.0.7}\n", "10.0.0.7" },
	};
	struct object_list list = { 0 };
	char text[512];
	char addr[ADDR_TEXT_SIZE];

	snprintf(text, sizeof(text),
	    "apiVersion: v1\nkind: Pod\nspec: {hostNetwork: true, " GOOD "}\n%s",
	    cases[_i].text);
	const struct pod *pod = decode_one(text, &list);

	ck_assert_uint_eq(pod->endpoint_count, 1);
	ck_assert_str_eq(addr_text(&pod->endpoints[0].addr, addr), cases[_i].want);
	object_list_release(&list);
}
END_TEST

START_TEST(node_zone_and_dates_are_taken)
{
	struct object_list list = { 0 };
	const struct pod *pod =
	    decode_one("apiVersion: v1\nkind: Pod\nmetadata: {name: a, uid: u-1, "
	    "labels: {topology.kubernetes.io/zone: z1}, creationTimestamp: 1970-01-01T00:01:00Z, "
	    "deletionTimestamp: 2024-05-01T10:00:00Z}\n"
	    "spec: {hostname: h, nodeSelector: {kubernetes.io/hostname: w1}, " GOOD "}\n"
	    "status: {podIP: 10.0.0.1}\n", &list);

	ck_assert_str_eq(pod->endpoints[0].node_name, "w1");
	ck_assert_str_eq(pod->endpoints[0].zone, "z1");
	ck_assert_str_eq(pod->endpoints[0].pod_name, "a");
	ck_assert_str_eq(pod->endpoints[0].hostname, "h");
	ck_assert(pod->object.deleting);
	ck_assert_int_eq(pod->phase, POD_PHASE_UNSET);
	object_list_release(&list);
}
END_TEST

Suite *
suite(void)
{
	Suite *pod = suite_create("decode_pod");
	TCase *tcase = tcase_create("decode_pod");

	tcase_add_loop_test(tcase, rules_of_pods_hold, 0, (int)(sizeof(rows) / sizeof(*rows)));
	tcase_add_test(tcase, what_is_stated_is_kept);
	tcase_add_loop_test(tcase, addresses_come_from_status_then_annotation_then_node, 0, 3);
	tcase_add_test(tcase, node_zone_and_dates_are_taken);
	suite_add_tcase(pod, tcase);
	return pod;
}
