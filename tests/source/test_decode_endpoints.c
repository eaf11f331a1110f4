/* test_decode_endpoints.c - what the older form of stated endpoints becomes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "model/slice.h"
#include "source/decode.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

#define HEAD "{apiVersion: v1, kind: Endpoints, metadata: {name: web, namespace: shop"

/* Decoded without a word said. */
static const struct slice *
decode(const char *text, struct object_list *list)
{
	int err;
	char *said = help_decode(text, list, &err);

	ck_assert_str_eq(said, "");
	ck_assert_int_eq(err, 0);
	ck_assert_uint_eq(list->count, 1);
	ck_assert_int_eq(list->items[0]->kind, KIND_ENDPOINTS);
	free(said);
	return (const struct slice *)list->items[0];
}

START_TEST(each_subset_keeps_its_own_addresses_and_ports)
{
	struct object_list list = { 0 };
	const struct slice *slice = decode(HEAD "}, subsets: ["
	    "{addresses: [{ip: 10.0.0.1, hostname: a, nodeName: n1}, {ip: 'fd00::1'}], "
	    "notReadyAddresses: [{ip: 10.0.0.2}], ports: [{name: http, port: 80}, {name: dns, port: 53, "
	    "protocol: UDP}]}, {addresses: [{ip: 10.0.0.3}], ports: [{port: 9}]}]}", &list);
	const struct slice_part *first = &slice->parts[0], *second = &slice->parts[1];
	static const struct { const char *addr; enum tristate ready; } expected[] = {
		{ "10.0.0.1", TRI_TRUE }, { "fd00::1", TRI_TRUE }, { "10.0.0.2", TRI_FALSE },
	};

	ck_assert_str_eq(slice->service_name, "web");
	ck_assert_int_eq(slice->family, ADDR_NONE);
	ck_assert(!slice->skip_mirror);
	ck_assert_uint_eq(slice->part_count, 2);
	ck_assert_uint_eq(first->endpoint_count, 3);
	for (size_t i = 0; i < 3; i++) {
		char text[ADDR_TEXT_SIZE];

		ck_assert_str_eq(addr_text(&first->endpoints[i].addr, text), expected[i].addr);
		ck_assert_uint_eq(first->endpoints[i].ready, expected[i].ready);
	}
	ck_assert_str_eq(first->endpoints[0].hostname, "a");
	ck_assert_str_eq(first->endpoints[0].node_name, "n1");
	ck_assert_ptr_null(first->endpoints[1].hostname);
	ck_assert_uint_eq(first->port_count, 2);
	ck_assert_int_eq(first->ports[0].protocol, PROTOCOL_TCP);
	ck_assert_int_eq(first->ports[1].protocol, PROTOCOL_UDP);
	ck_assert_uint_eq(first->ports[1].port, 53);
	ck_assert_uint_eq(second->endpoint_count, 1);
	ck_assert_str_eq(second->ports[0].name, "");
	object_list_release(&list);
}
END_TEST

START_TEST(an_endpoint_names_the_pod_it_refers_to)
{
	struct object_list list = { 0 };
	const struct slice *slice = decode(HEAD "}, subsets: [{addresses: ["
	    "{ip: 10.0.0.1, targetRef: {kind: Pod, name: p}}, "
	    "{ip: 10.0.0.2, targetRef: {kind: Pod, name: p, namespace: bank}}, "
	    "{ip: 10.0.0.3, targetRef: {kind: Node, name: p}}]}]}", &list);

	ck_assert_str_eq(slice->parts[0].endpoints[0].pod_name, "p");
	ck_assert_ptr_null(slice->parts[0].endpoints[1].pod_name);
	ck_assert_ptr_null(slice->parts[0].endpoints[2].pod_name);
	object_list_release(&list);
}
END_TEST

START_TEST(records_of_elections_and_those_that_say_so_are_not_mirrored)
{
	static const struct { const char *meta; bool skipped; } rows[] = {
		{ "", false },
		{ ", labels: {endpointslice.kubernetes.io/skip-mirror: 'true'}", true },
		{ ", labels: {endpointslice.kubernetes.io/skip-mirror: 'false'}", false },
		{ ", labels: {endpointslice.kubernetes.io/skip-mirror: 'yes'}", false },
		{ ", annotations: {control-plane.alpha.kubernetes.io/leader: '{}'}", true },
		{ ", labels: {control-plane.alpha.kubernetes.io/leader: x}", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct object_list list = { 0 };
		char text[512];

		snprintf(text, sizeof(text), HEAD "%s}}", rows[i].meta);
		ck_assert_msg(decode(text, &list)->skip_mirror == rows[i].skipped, "%s", text);
		object_list_release(&list);
	}
}
END_TEST

START_TEST(all_that_is_wrong_is_said_at_once_with_its_path)
{
	static const char text[] = HEAD "}, subsets: [{addresses: [{ip: 10.0.0.1}, {ip: x}], "
	    "notReadyAddresses: [{ip: 224.0.0.1}], ports: [{name: a, port: 1}, {port: 2}]}, {}]}";
	static const char *const parts[] = {
		"subsets[0].addresses[1].ip \"x\" is not an IP address",
		"subsets[0].notReadyAddresses[0].ip 224.0.0.1 must not be multicast",
		"subsets[0].ports[1].name is required with more than one port",
		"subsets[1] needs addresses or notReadyAddresses",
	};
	struct object_list list = { 0 };
	int err;
	char *said = help_decode(text, &list, &err);

	ck_assert_int_eq(err, ERR_INVALID);
	ck_assert_uint_eq(list.count, 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		ck_assert_msg(strstr(said, parts[i]) != NULL, "%s\n%s", parts[i], said);
	free(said);
	object_list_release(&list);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("decode_endpoints");
	TCase *tcase = tcase_create("decode_endpoints");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, each_subset_keeps_its_own_addresses_and_ports);
	tcase_add_test(tcase, an_endpoint_names_the_pod_it_refers_to);
	tcase_add_test(tcase, records_of_elections_and_those_that_say_so_are_not_mirrored);
	tcase_add_test(tcase, all_that_is_wrong_is_said_at_once_with_its_path);
	return suite;
}
