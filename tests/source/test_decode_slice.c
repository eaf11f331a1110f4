/* test_decode_slice.c - EndpointSlice and Endpoints: each rule, broken and kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "model/slice.h"
#include "source/decode.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

#define SLICE "apiVersion: discovery.k8s.io/v1, kind: EndpointSlice"
#define ENDPOINTS "apiVersion: v1, kind: Endpoints"
#define IP4 SLICE ", addressType: IPv4"
#define ONE "endpoints: [{addresses: [10.0.0.1]}]"

/* All but the metadata; what is said about it. */
static const struct {
	const char *body;
	const char *said;       /* NULL: nothing at all; else a part of it */
} rows[] = {
	{ IP4 ", " ONE ", ports: [{port: 80}]", NULL },
	{ IP4 ", endpoints: [], ports: []", NULL },
	{ IP4 ", endpoints: null", NULL },
	{ SLICE ", " ONE, "EndpointSlice default/a: addressType is required" },
	{ SLICE ", addressType: ipv4, " ONE,
	    "addressType \"ipv4\" is none of IPv4, IPv6, FQDN; did you mean IPv4?" },
	{ SLICE ", addressType: IPv6, " ONE,
	    "endpoints[0].addresses[0] \"10.0.0.1\" is not an IPv6 address" },
	{ IP4 ", endpoints: [{addresses: ['fd00::1']}]",
	    "\"fd00::1\" is not an IPv4 address (addressType)" },
	{ IP4 ", endpoints: [{addresses: [x]}]",
	    "endpoints[0].addresses[0] \"x\" is not an IPv4 address" },
	{ IP4 ", endpoints: [{addresses: [10.0.0.01]}]", "\"10.0.0.01\" is not an IPv4 address" },
	{ IP4 ", endpoints: [{}]", "endpoints[0].addresses is required" },
	{ IP4 ", endpoints: [{addresses: []}]",
	    "endpoints[0].addresses must hold 1-100 addresses" },
	{ IP4 ", endpoints: [{addresses: [127.0.0.1]}]",
	    "warning: EndpointSlice default/a: endpoints[0].addresses[0] "
	    "127.0.0.1 is a loopback address" },
	{ IP4 ", endpoints: [{addresses: [169.254.0.1]}]", "169.254.0.1 must not be link-local" },
	{ IP4 ", endpoints: [{addresses: [224.0.0.1]}]", "224.0.0.1 must not be multicast" },
	{ IP4 ", endpoints: [{addresses: [0.0.0.0]}]",
	    "0.0.0.0 must not be the unspecified address" },
	{ SLICE ", addressType: FQDN, endpoints: [{addresses: [a.example]}]",
	    "warning: EndpointSlice default/a: addressType FQDN" },
	{ IP4 ", endpoints: [{addresses: [10.0.0.1], hostname: a, nodeName: n1, zone: z, hints: "
	    "{forZones: []}}]", NULL },
	{ IP4 ", endpoints: [{addresses: [10.0.0.1], hostname: A}]",
	    "endpoints[0].hostname \"A\" must be a DNS label" },
	{ IP4 ", endpoints: [{addresses: [10.0.0.1], nodeName: 'a b'}]",
	    "endpoints[0].nodeName \"a b\" must be a DNS name" },
	{ IP4 ", endpoints: [{addresses: [10.0.0.1], conditions: {ready: false, serving: true, "
	    "terminating: null}}]", NULL },
	{ IP4 ", endpoints: [{addresses: [10.0.0.1], conditions: {ready: 'no'}}]",
	    "endpoints[0].conditions.ready must be true or false" },
	{ IP4 ", endpoints: [{addresses: [10.0.0.1], conditions: {redy: true}}]",
	    "conditions.redy is unknown; did you mean ready?" },
	{ IP4 ", " ONE ", ports: [{name: a, port: 1}, {name: b, port: 1}, {port: 3}]", NULL },
	{ IP4 ", " ONE ", ports: [{name: a, port: 1}, {name: a, port: 2}]",
	    "ports[1].name \"a\" is doubled; the port in line 1" },
	{ IP4 ", " ONE ", ports: [{port: 1}, {port: 2}]", "ports[1].name \"\" is doubled" },
	{ IP4 ", " ONE ", ports: [{name: A_B}]", "ports[0].name \"A_B\" must be a DNS label" },
	{ IP4 ", " ONE ", ports: [{port: 65536}]", "ports[0].port 65536 is outside 1-65535" },
	{ IP4 ", " ONE ", ports: [{protocol: ICMP}]",
	    "ports[0].protocol \"ICMP\" is none of TCP, UDP, SCTP" },
	{ IP4 ", " ONE ", ports: [{name: ''}]", NULL },
	{ IP4 ", adressType: IPv4", "adressType is unknown; did you mean addressType?" },
	{ ENDPOINTS, NULL },
	{ ENDPOINTS ", subsets: []", NULL },
	{ ENDPOINTS ", subsets: [{addresses: [{ip: 10.0.0.1}, {ip: 'fd00::1'}], ports: [{port: "
	    "80}]}]", NULL },
	{ ENDPOINTS ", subsets: [{notReadyAddresses: [{ip: 10.0.0.1}]}]", NULL },
	{ ENDPOINTS ", subsets: [{ports: [{port: 80}]}]",
	    "Endpoints default/a: subsets[0] needs addresses or notReadyAddresses" },
	{ ENDPOINTS ", subsets: [{addresses: [{}]}]", "subsets[0].addresses[0].ip is required" },
	{ ENDPOINTS ", subsets: [{addresses: [10.0.0.1]}]",
	    "subsets[0].addresses[0] must be a mapping, not a text" },
	{ ENDPOINTS ", subsets: [{addresses: [{ip: x}]}]",
	    "subsets[0].addresses[0].ip \"x\" is not an IP address" },
	{ ENDPOINTS ", subsets: [{notReadyAddresses: [{ip: 'fe80::1'}]}]",
	    "notReadyAddresses[0].ip fe80::1 must not be link-local" },
	{ ENDPOINTS ", subsets: [{addresses: [{ip: '::1'}]}]",
	    "warning: Endpoints default/a: subsets[0].addresses[0].ip ::1 is a loopback" },
	{ ENDPOINTS ", subsets: [{addresses: [{ip: 10.0.0.1, hostname: a.b}]}]",
	    "hostname \"a.b\" must be a DNS label" },
	{ ENDPOINTS ", subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{name: x}]}]",
	    "subsets[0].ports[0].port is required" },
	{ ENDPOINTS ", subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 80}, {name: x, port: "
	    "81}]}]",
	    "subsets[0].ports[0].name is required with more than one port" },
	{ ENDPOINTS ", subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{name: x, port: 80}, {name: "
	    "x, port: 81}]}]",
	    "subsets[0].ports[1].name \"x\" is doubled" },
	{ ENDPOINTS ", subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{name: x, port: 80}, {name: "
	    "z, port: 80}]}]", NULL },
	{ ENDPOINTS ", subset: []", "subset is unknown; did you mean subsets?" },
};

START_TEST(rules_of_endpoints_hold)
{
	char text[1024];

	snprintf(text, sizeof(text), "{metadata: {name: a}, %s}", rows[_i].body);
	help_expect(text, rows[_i].said);
}
END_TEST

static struct slice *
decode_one(const char *text, struct object_list *list)
{
	return (struct slice *)help_decode_one(text, list);
}

START_TEST(further_addresses_are_endpoints_of_their_own)
{
	struct object_list list = { 0 };
	const struct slice *slice =
	    decode_one("{" IP4 ", metadata: {name: a, namespace: x, labels: "
	    "{kubernetes.io/service-name: web}}, endpoints: [{addresses: [10.0.0.1, 10.0.0.2], "
	    "hostname: h, zone: z, "
	    "conditions: {ready: false, serving: true}, targetRef: {kind: Pod, name: p, namespace: "
	    "x}}, "
	    "{addresses: [10.0.0.3], targetRef: {kind: Pod, name: p, namespace: other}}], "
	    "ports: [{name: http, port: 80}, {name: all, protocol: UDP}]}", &list);
	const struct slice_part *part = slice->parts;

	ck_assert_int_eq(slice->object.kind, KIND_ENDPOINT_SLICE);
	ck_assert_str_eq(slice->service_name, "web");
	ck_assert_int_eq(slice->family, ADDR_IP4);
	ck_assert_uint_eq(slice->part_count, 1);
	ck_assert_uint_eq(part->endpoint_count, 3);
	ck_assert_uint_eq(part->endpoints[1].addr.octets[3], 2);
	ck_assert_str_eq(part->endpoints[1].hostname, "h");
	ck_assert_str_eq(part->endpoints[1].zone, "z");
	ck_assert_str_eq(part->endpoints[1].pod_name, "p");
	ck_assert_int_eq(part->endpoints[1].ready, TRI_FALSE);
	ck_assert_int_eq(part->endpoints[1].serving, TRI_TRUE);
	ck_assert_int_eq(part->endpoints[1].terminating, TRI_UNSET);
	ck_assert_ptr_null(part->endpoints[2].pod_name);
	ck_assert_int_eq(part->endpoints[2].ready, TRI_UNSET);
	ck_assert_uint_eq(part->port_count, 2);
	ck_assert_uint_eq(part->ports[1].port, 0);
	ck_assert_int_eq(part->ports[1].protocol, PROTOCOL_UDP);
	object_list_release(&list);
}
END_TEST

START_TEST(subsets_may_mix_families_and_readiness)
{
	struct object_list list = { 0 };
	const struct slice *slice = decode_one("{" ENDPOINTS ", metadata: {name: db, labels: "
	    "{endpointslice.kubernetes.io/skip-mirror: 'true'}}, subsets: [{addresses: [{ip: "
	    "10.0.0.1, hostname: h, "
	    "targetRef: {kind: Pod, name: p}}], notReadyAddresses: [{ip: 'fd00::1', nodeName: "
	    "n1}], ports: [{port: 5432}]}, "
	    "{addresses: [{ip: 10.0.0.2}]}]}", &list);

	ck_assert_int_eq(slice->object.kind, KIND_ENDPOINTS);
	ck_assert_str_eq(slice->service_name, "db");
	ck_assert(slice->skip_mirror);
	ck_assert_uint_eq(slice->part_count, 2);
	ck_assert_uint_eq(slice->parts[0].endpoint_count, 2);
	ck_assert_str_eq(slice->parts[0].endpoints[0].pod_name, "p");
	ck_assert_int_eq(slice->parts[0].endpoints[0].ready, TRI_TRUE);
	ck_assert_int_eq(slice->parts[0].endpoints[1].ready, TRI_FALSE);
	ck_assert_int_eq(slice->parts[0].endpoints[1].addr.family, ADDR_IP6);
	ck_assert_str_eq(slice->parts[0].endpoints[1].node_name, "n1");
	ck_assert_uint_eq(slice->parts[0].ports[0].port, 5432);
	ck_assert_uint_eq(slice->parts[1].port_count, 0);
	object_list_release(&list);
}
END_TEST

START_TEST(a_slice_has_at_most_a_thousand_endpoints)
{
	char *many = help_repeat("{addresses: [10.0.0.1]}, ", 1001);
	size_t size = strlen(many) + 256;
	char *text = malloc(size);
	struct object_list list = { 0 };
	int err;

	snprintf(text, size, "{" IP4 ", metadata: {name: a}, endpoints: [%s]}", many);
	char *said = help_decode(text, &list, &err);

	ck_assert_ptr_nonnull(strstr(said, "endpoints has more than 1000 endpoints"));
	ck_assert_int_eq(err, ERR_INVALID);
	object_list_release(&list);
	free(said);
	free(text);
	free(many);
}
END_TEST

Suite *
suite(void)
{
	Suite *slice = suite_create("decode_slice");
	TCase *tcase = tcase_create("decode_slice");

	tcase_add_loop_test(tcase, rules_of_endpoints_hold, 0, (int)(sizeof(rows) / sizeof(*rows)));
	tcase_add_test(tcase, further_addresses_are_endpoints_of_their_own);
	tcase_add_test(tcase, subsets_may_mix_families_and_readiness);
	tcase_add_test(tcase, a_slice_has_at_most_a_thousand_endpoints);
	suite_add_tcase(slice, tcase);
	return slice;
}
