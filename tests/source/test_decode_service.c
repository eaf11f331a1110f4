/* test_decode_service.c - core/v1 Service: each rule, broken and kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/service.h"
#include "source/decode.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

/* A Service whose spec is given; what is said about it, without "Service default/a: " and place. */
static const struct {
	const char *spec;
	const char *said;       /* NULL: nothing at all; else a part of it */
} rows[] = {
	{ "ports: [{port: 80}]", NULL },
	{ "type: ClusterIP, ports: [{port: 80}]", NULL },
	{ "type: '', ports: [{port: 80}]", NULL },
	{ "type: Nodeport, ports: [{port: 80}]",
	    "error: Service default/a: spec.type \"Nodeport\" is none of "
	    "ClusterIP, NodePort, LoadBalancer, ExternalName; did you mean NodePort?" },
	{ "type: 5, ports: [{port: 80}]", "spec.type must be a text" },
	{ "type: NodePort", "spec.ports is required" },
	{ "ports: []", "spec.ports is required" },
	{ "ports: {port: 80}", "spec.ports must be a list, not a mapping" },
	{ "ports: [80]", "spec.ports[0] must be a mapping, not a whole number" },
	{ "ports: [null]", "spec.ports[0] must be a mapping, not nothing" },
	{ "clusterIP: None", NULL },
	{ "ports: [{name: x}]", "spec.ports[0].port is required" },
	{ "ports: [{port: 0}]", "spec.ports[0].port 0 is outside 1-65535" },
	{ "ports: [{port: 65535}]", NULL },
	{ "ports: [{port: 65536}]", "spec.ports[0].port 65536 is outside 1-65535" },
	{ "ports: [{port: -1}]", "spec.ports[0].port -1 is outside 1-65535" },
	{ "ports: [{port: 80.0}]", NULL },
	{ "ports: [{port: 80.5}]", "spec.ports[0].port must be a whole number, not a number" },
	{ "ports: [{port: '80'}]",
	    "spec.ports[0].port must be a whole number; leave out the quotes: 80" },
	{ "ports: [{port: 1e99}]", "spec.ports[0].port must be a whole number" },
	{ "ports: [{port: 80, nam: x}]",
	    "warning: Service default/a: spec.ports[0].nam is unknown; did you mean name?" },
	{ "ports: [{port: 80, zzzzz: x}]", "spec.ports[0].zzzzz is unknown\n" },
	{ "ports: [{port: 80, name: 30088-5000}]", NULL },
	{ "ports: [{port: 80, name: Http}]", "spec.ports[0].name \"Http\" must be a DNS label" },
	{ "ports: [{port: 80, name: a}, {port: 81, name: b}]", NULL },
	{ "ports: [{port: 80}, {port: 81, name: b}]",
	    "spec.ports[0].name is required with more than one port" },
	{ "ports: [{port: 80},\n{port: 81}]",
	    "f:2:1: error: Service default/a: spec.ports[1].name is required with more than one port "
	    "(this one is in line 2, another in line 1)" },
	{ "ports: [...,\n{port: 81}]",
	    "spec.ports[1].name is required with more than one port (this one is in line 2, another "
	    "in line 1)\n" },
	{ "ports: [{port: 80, name: a}, {port: 81, name: a}]",
	    "spec.ports[1].name \"a\" is doubled; ports[0] in line 1" },
	{ "ports: [{port: 80, name: a}, {port: 80, name: b}]",
	    "spec.ports[1].port 80/TCP is doubled; ports[0]" },
	{ "ports: [{port: 80, name: a}, {port: 80, name: b, protocol: UDP}]", NULL },
	{ "ports: [{port: 80, protocol: SCTP}]", NULL },
	{ "ports: [{port: 80, protocol: tcp}]",
	    "\"tcp\" is none of TCP, UDP, SCTP; did you mean TCP?" },
	{ "ports: [{port: 80, targetPort: http}]", NULL },
	{ "ports: [{port: 80, targetPort: 8080}]", NULL },
	{ "ports: [{port: 80, targetPort: '8080'}]",
	    "port name (1-15 of a-z, 0-9 and '-', at least one letter); leave out the quotes" },
	{ "ports: [{port: 80, targetPort: a_b}]",
	    "spec.ports[0].targetPort \"a_b\" is neither a port number nor" },
	{ "ports: [{port: 80, targetPort: 70000}]",
	    "spec.ports[0].targetPort 70000 is outside 1-65535" },
	{ "ports: [{port: 80, targetPort: true}]",
	    "spec.ports[0].targetPort must be a port number or name" },
	{ "ports: [{port: 80, appProtocol: kubernetes.io/h2c}]", NULL },
	{ "ports: [{port: 80, appProtocol: 'a b'}]",
	    "spec.ports[0].appProtocol \"a b\" must be a label key" },
	{ "ports: [{port: 80, nodePort: 30000}]",
	    "spec.ports[0].nodePort may not be used when spec.type is ClusterIP" },
	{ "ports: [{port: 80, nodePort: 0}]", NULL },
	{ "type: NodePort, ports: [{port: 80, nodePort: 80}]", NULL },
	{ "type: NodePort, ports: [{port: 80, nodePort: 70000}]",
	    "spec.ports[0].nodePort 70000 is outside 1-65535" },
	{ "type: NodePort, ports: [{port: 80, name: a, nodePort: 30001}, {port: 81, name: b, "
	    "nodePort: 30001}]",
	    "spec.ports[1].nodePort 30001/TCP is doubled; ports[0]" },
	{ "type: NodePort, ports: [{port: 80, name: a, nodePort: 30001}, {port: 81, name: b, "
	    "nodePort: 30001, "
	    "protocol: UDP}]", NULL },
	{ "type: NodePort, clusterIP: None, ports: [{port: 80}]",
	    "spec.clusterIP may not be None when spec.type is NodePort" },
	{ "type: LoadBalancer, clusterIP: None, ports: [{port: 80}]",
	    "may not be None when spec.type is LoadBalancer" },
	{ "clusterIP: 10.96.0.5, ports: [{port: 80}]", NULL },
	{ "clusterIP: '', ports: [{port: 80}]", NULL },
	{ "clusterIP: none, ports: [{port: 80}]",
	    "spec.clusterIP \"none\" is neither an IP address nor None" },
	{ "clusterIP: 10.96.0.05, ports: [{port: 80}]",
	    "\"10.96.0.05\" is neither an IP address nor None" },
	{ "clusterIPs: [10.96.0.5, 'fd00::5'], ports: [{port: 80}]", NULL },
	{ "clusterIP: 10.96.0.5, clusterIPs: [10.96.0.5], ports: [{port: 80}]", NULL },
	{ "clusterIP: 10.96.0.5, clusterIPs: [10.96.0.6], ports: [{port: 80}]",
	    "spec.clusterIPs[0] must equal spec.clusterIP" },
	{ "clusterIPs: [10.96.0.5, 10.96.0.6], ports: [{port: 80}]",
	    "10.96.0.6 is of the same family as the one before" },
	{ "clusterIPs: [10.96.0.5, 'fd00::5', 'fd00::6'], ports: [{port: 80}]",
	    "spec.clusterIPs has more than 2" },
	{ "clusterIPs: [None], ports: [{port: 80}]", NULL },
	{ "clusterIPs: [None, 'fd00::5'], ports: [{port: 80}]",
	    "spec.clusterIPs may not have an address beside None" },
	{ "ipFamilies: [IPv6, IPv4], ports: [{port: 80}]", NULL },
	{ "ipFamilies: [IPV4], ports: [{port: 80}]",
	    "spec.ipFamilies \"IPV4\" is none of IPv4, IPv6" },
	{ "ipFamilies: [IPv4, IPv4], ports: [{port: 80}]", "spec.ipFamilies names IPv4 twice" },
	{ "ipFamilies: [IPv4, IPv6, IPv4], ports: [{port: 80}]",
	    "spec.ipFamilies has more than 2 families" },
	{ "ipFamilies: IPv4, ports: [{port: 80}]", "spec.ipFamilies must be a list, not a text" },
	{ "ipFamilies: [IPv6], clusterIP: 10.96.0.5, ports: [{port: 80}]",
	    "spec.ipFamilies does not go with the family of spec.clusterIPs[0]" },
	{ "ipFamilyPolicy: PreferDualStack, ports: [{port: 80}]", NULL },
	{ "ipFamilyPolicy: DualStack, ports: [{port: 80}]",
	    "spec.ipFamilyPolicy \"DualStack\" is none of SingleStack" },
	{ "ipFamilyPolicy: SingleStack, ipFamilies: [IPv4, IPv6], ports: [{port: 80}]",
	    "SingleStack does not go with two" },
	{ "selector: {app.kubernetes.io/name: MyApp}, ports: [{port: 80}]", NULL },
	{ "selector: {-a: b}, ports: [{port: 80}]", "spec.selector.-a \"-a\" must be a label key" },
	{ "selector: {a: 'b c'}, ports: [{port: 80}]",
	    "spec.selector.a \"b c\" must be a label value" },
	{ "selector: {a: true}, ports: [{port: 80}]",
	    "spec.selector.a must be a text; put it in quotes: \"true\"" },
	{ "selector: {a: 1.10}, ports: [{port: 80}]",
	    "spec.selector.a must be a text; put it in quotes: \"1.10\"" },
	{ "selector: {a: [x]}, ports: [{port: 80}]", "spec.selector.a must be a text, not a list" },
	{ "selector: {matchLabels: {a: b}}, ports: [{port: 80}]",
	    "spec.selector has no matchLabels in a Service" },
	{ "selector: {matchLabels: b}, ports: [{port: 80}]", NULL },
	{ "selector: [a], ports: [{port: 80}]", "spec.selector must be a mapping, not a list" },
	{ "type: ExternalName, externalName: db.example.com", NULL },
	{ "type: ExternalName, externalName: db.example.com.", NULL },
	{ "type: ExternalName", "spec.externalName is required when spec.type is ExternalName" },
	{ "type: ExternalName, externalName: Db_1",
	    "spec.externalName \"Db_1\" must be a DNS name" },
	{ "type: ExternalName, externalName: 192.0.2.1",
	    "warning: Service default/a: spec.externalName 192.0.2.1 is an address" },
	{ "type: ExternalName, externalName: a, clusterIP: None",
	    "spec.clusterIP may not be set when spec.type is ExternalName" },
	{ "type: ExternalName, externalName: a, ipFamilies: [IPv4]",
	    "spec.ipFamilies may not be set when spec.type is ExternalName" },
	{ "externalName: a.b, ports: [{port: 80}]",
	    "warning: Service default/a: spec.externalName is not used unless" },
	{ "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86400}}, "
	    "ports: [{port: 80}]", NULL },
	{ "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}, "
	    "ports: [{port: 80}]",
	    "spec.sessionAffinityConfig.clientIP.timeoutSeconds 86401 is outside 1-86400" },
	{ "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}, "
	    "ports: [{port: 80}]",
	    "timeoutSeconds 0 is outside 1-86400" },
	{ "sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}, ports: [{port: 80}]",
	    "is not used unless spec.sessionAffinity is ClientIP" },
	{ "sessionAffinity: Cookie, ports: [{port: 80}]", "an Ingress can do that" },
	{ "externalTrafficPolicy: Local, type: NodePort, ports: [{port: 80}]", NULL },
	{ "externalTrafficPolicy: Local, externalIPs: [192.0.2.1], ports: [{port: 80}]", NULL },
	{ "externalTrafficPolicy: Local, ports: [{port: 80}]",
	    "spec.externalTrafficPolicy may only be set for NodePort" },
	{ "externalTrafficPolicy: local, type: NodePort, ports: [{port: 80}]",
	    "did you mean Local?" },
	{ "internalTrafficPolicy: Local, ports: [{port: 80}]", NULL },
	{ "internalTrafficPolicy: Near, ports: [{port: 80}]",
	    "\"Near\" is none of Cluster, Local" },
	{ "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30100, ports: "
	    "[{port: 80}]", NULL },
	{ "type: LoadBalancer, healthCheckNodePort: 30100, ports: [{port: 80}]",
	    "spec.healthCheckNodePort may only be set" },
	{ "externalIPs: [192.0.2.1, '2001:db8::1'], ports: [{port: 80}]", NULL },
	{ "externalIPs: [192.0.2], ports: [{port: 80}]",
	    "spec.externalIPs[0] \"192.0.2\" is not an IP address" },
	{ "externalIPs: [169.254.1.1], ports: [{port: 80}]", "169.254.1.1 must not be link-local" },
	{ "externalIPs: [127.0.0.1], ports: [{port: 80}]",
	    "warning: Service default/a: spec.externalIPs 127.0.0.1 is a loopback" },
	{ "type: LoadBalancer, loadBalancerIP: 192.0.2.7, ports: [{port: 80}]", NULL },
	{ "type: LoadBalancer, loadBalancerIP: '', ports: [{port: 80}]", NULL },
	{ "type: LoadBalancer, loadBalancerIP: x, ports: [{port: 80}]",
	    "spec.loadBalancerIP \"x\" is not an IP address" },
	{ "type: LoadBalancer, loadBalancerClass: a.b/c, ports: [{port: 80}]", NULL },
	{ "loadBalancerClass: a.b/c, ports: [{port: 80}]",
	    "spec.loadBalancerClass may only be set when spec.type is LoadBalancer" },
	{ "type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 80}]", NULL },
	{ "allocateLoadBalancerNodePorts: false, ports: [{port: 80}]",
	    "spec.allocateLoadBalancerNodePorts may only be set" },
	{ "type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]", NULL },
	{ "type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0], ports: [{port: 80}]",
	    "\"10.0.0.0\" is not a network" },
	{ "loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]",
	    "spec.loadBalancerSourceRanges may only be set" },
	{ "publishNotReadyAddresses: true, ports: [{port: 80}]", NULL },
	{ "publishNotReadyAddresses: 'true', ports: [{port: 80}]",
	    "spec.publishNotReadyAddresses must be true or false, not a text" },
	{ "trafficDistribution: PreferClose, ports: [{port: 80}]", NULL },
	{ "trafficDistribution: Far, ports: [{port: 80}]",
	    "spec.trafficDistribution \"Far\" is none of" },
};

START_TEST(rules_of_services_hold)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {%s}}", rows[_i].spec);
	help_expect(text, rows[_i].said);
}
END_TEST

static struct service *
decode_one(const char *text, struct object_list *list)
{
	return (struct service *)help_decode_one(text, list);
}

START_TEST(what_is_not_stated_has_the_api_servers_defaults)
{
	struct object_list list = { 0 };
	const struct service *service =
	    decode_one("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
	    "spec:\n  selector: {b: '2', a: '1'}\n  ports:\n  - port: 80\n", &list);

	ck_assert_str_eq(service->object.ns, "default");
	ck_assert_int_eq(service->type, SERVICE_CLUSTER_IP);
	ck_assert(!service->headless && !service->publish_not_ready &&
	    !service_extra(service)->client_ip_affinity);
	ck_assert(service->allocate_node_ports);
	ck_assert_int_eq(service_extra(service)->external_traffic, TRAFFIC_CLUSTER);
	ck_assert_int_eq(service_extra(service)->internal_traffic, TRAFFIC_CLUSTER);
	ck_assert_int_eq(service->ip_policy, IP_POLICY_UNSET);
	ck_assert_uint_eq(service_extra(service)->affinity_timeout_s, 10800);
	ck_assert_uint_eq(service->cluster_ip_count, 0);
	ck_assert_str_eq(service->ports[0].name, "");
	ck_assert_int_eq(service->ports[0].protocol, PROTOCOL_TCP);
	ck_assert_uint_eq(service->ports[0].target.number, 80);
	ck_assert_ptr_null(service->ports[0].target.name);
	ck_assert_uint_eq(service->ports[0].place.line, 7);
	ck_assert_uint_eq(service->ports[0].place.column, 5);
	ck_assert_str_eq(service->ports[0].place.file, "f");
	ck_assert_str_eq(service->selector.items[0].key, "a");
	ck_assert_str_eq(service->object.place.file, "f");
	ck_assert_uint_eq(service->object.place.line, 1);
	ck_assert(service->object.trusted);
	ck_assert_ptr_null(service->readiness_probe);
	ck_assert_ptr_null(service->extra);
	object_list_release(&list);
}
END_TEST

START_TEST(what_is_stated_is_kept)
{
	struct object_list list = { 0 };
	char text[8192];
	size_t len;
	char *file = help_file("tests/fuzz/corpus/manifest/service.yaml", &len);

	snprintf(text, sizeof(text), "%s", file);
	const struct service *service = decode_one(text, &list);

	ck_assert_int_eq(service->type, SERVICE_LOAD_BALANCER);
	ck_assert_uint_eq(service->cluster_ip_count, 2);
	ck_assert_int_eq(service->families[1], ADDR_IP6);
	ck_assert_int_eq(service->ip_policy, IP_POLICY_PREFER_DUAL);
	ck_assert_str_eq(service->ports[0].target.name, "http");
	ck_assert_uint_eq(service->ports[0].node_port, 30080);
	ck_assert_int_eq(service->ports[1].protocol, PROTOCOL_UDP);
	ck_assert_uint_eq(service->ports[1].target.number, 5353);
	ck_assert(service_extra(service)->client_ip_affinity);
	ck_assert_uint_eq(service_extra(service)->affinity_timeout_s, 600);
	ck_assert_int_eq(service_extra(service)->external_traffic, TRAFFIC_LOCAL);
	ck_assert_uint_eq(service_extra(service)->health_check_node_port, 30100);
	ck_assert_uint_eq(service_extra(service)->external_ip_count, 1);
	ck_assert_uint_eq(service_extra(service)->status_ingress_count, 1);
	ck_assert_str_eq(service_extra(service)->status_ingress_hostname, "a.example");
	ck_assert_uint_eq(service->panic_percent, 50);
	ck_assert_uint_eq(service->readiness_probe->period_ms, 200);
	ck_assert_uint_eq(service->readiness_probe->timeout_ms, 100);
	ck_assert(service->readiness_probe->tls_verify);
	ck_assert_str_eq(service->readiness_probe->port.name, "http");
	object_list_release(&list);
	free(file);
}
END_TEST

START_TEST(an_external_name_loses_its_trailing_dot)
{
	struct object_list list = { 0 };
	const struct service *service =
	    decode_one("{apiVersion: v1, kind: Service, metadata: {name: a, annotations: "
	    "{service.alpha.kubernetes.io/tolerate-unready-endpoints: 'true'}}, "
	    "spec: {type: ExternalName, externalName: db.example.com.}}", &list);

	ck_assert_str_eq(service->external_name, "db.example.com");
	ck_assert(service->publish_not_ready);
	object_list_release(&list);
}
END_TEST

Suite *
suite(void)
{
	Suite *service = suite_create("decode_service");
	TCase *tcase = tcase_create("decode_service");

	tcase_add_loop_test(tcase, rules_of_services_hold, 0, (int)(sizeof(rows) / sizeof(*rows)));
	tcase_add_test(tcase, what_is_not_stated_has_the_api_servers_defaults);
	tcase_add_test(tcase, what_is_stated_is_kept);
	tcase_add_test(tcase, an_external_name_loses_its_trailing_dot);
	suite_add_tcase(service, tcase);
	return service;
}
