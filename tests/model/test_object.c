/* test_object.c - labels, selectors and kind names. */
#include "model/object.h"

#include <stdlib.h>

#include "base/arena.h"
#include "model/origin.h"
#include "model/service.h"
#include "model/slice.h"
#include "tests/suite.h"

#define ENDPOINTS 200           /* more texts than are found without memory of its own */

static struct pair label_items[] = {
	{ "app", "web" }, { "app.kubernetes.io/name", "MyApp" }, { "tier", "" },
};
static const struct pairs labels = { label_items, 3 };

START_TEST(a_key_is_found_wherever_it_stands)
{
	ck_assert_str_eq(pairs_find(&labels, "app"), "web");
	ck_assert_str_eq(pairs_find(&labels, "app.kubernetes.io/name"), "MyApp");
	ck_assert_str_eq(pairs_find(&labels, "tier"), "");
	ck_assert_ptr_null(pairs_find(&labels, "ap"));
	ck_assert_ptr_null(pairs_find(&labels, "zone"));
	ck_assert_ptr_null(pairs_find(&(struct pairs){ NULL, 0 }, "app"));
}
END_TEST

static const struct {
	struct pair terms[3];
	size_t count;
	bool matches;
} selectors[] = {
	{ { { NULL, NULL } }, 0, false },       /* no selector selects nothing */
	{ { { "app", "web" } }, 1, true },
	{ { { "app", "Web" } }, 1, false },
	{ { { "app", "web" }, { "tier", "" } }, 2, true },
	{ { { "app", "web" }, { "tier", "x" } }, 2, false },
	{ { { "app", "web" }, { "zone", "a" } }, 2, false },
	{ { { "app", "web" }, { "app.kubernetes.io/name", "MyApp" }, { "tier", "" } }, 3, true },
};

START_TEST(a_selector_matches_only_when_all_its_terms_do)
{
	struct pair terms[3];

	for (size_t i = 0; i < 3; i++)
		terms[i] = selectors[_i].terms[i];
	ck_assert_int_eq(pairs_match(&(struct pairs){ terms, selectors[_i].count }, &labels),
	    selectors[_i].matches);
}
END_TEST

START_TEST(kinds_are_named_as_in_manifests)
{
	ck_assert_str_eq(object_kind_text(KIND_SERVICE), "Service");
	ck_assert_str_eq(object_kind_text(KIND_POD), "Pod");
	ck_assert_str_eq(object_kind_text(KIND_ENDPOINTS), "Endpoints");
	ck_assert_str_eq(object_kind_text(KIND_ENDPOINT_SLICE), "EndpointSlice");
	ck_assert_str_eq(object_kind_text(KIND_NAMESPACE), "Namespace");
	ck_assert_str_eq(object_kind_text(KIND_INGRESS), "Ingress");
}
END_TEST

/* All that a slice of two parts points to, with texts that are equal but not the same. */
static struct slice *
sample_slice(struct arena *arena, struct origin *origin)
{
	struct slice *slice = arena_alloc(arena, sizeof(*slice));
	struct slice_part *parts = arena_array(arena, 2, sizeof(*parts));

	slice->object = (struct object){
		.kind = KIND_ENDPOINTS, .digest = 7, .origin = origin,
		.place = { origin->file, 3, 1 },
		.ns = arena_text(arena, "shop"), .name = arena_text(arena, "web"),
	};
	slice->service_name = arena_text(arena, "web");
	slice->parts = parts;
	slice->part_count = 2;
	parts[1].ports = arena_array(arena, 1, sizeof(*parts->ports));
	parts[1].port_count = 1;
	parts[1].ports[0].name = arena_text(arena, "http");
	parts[1].endpoints = arena_array(arena, ENDPOINTS, sizeof(*parts->endpoints));
	parts[1].endpoint_count = ENDPOINTS;
	for (size_t i = 0; i < ENDPOINTS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "web-%zu", i);
		parts[1].endpoints[i].addr = (struct addr){ ADDR_IP4, { 10, 0, 0, (uint8_t)i } };
		parts[1].endpoints[i].pod_name = arena_text(arena, name);
		parts[1].endpoints[i].zone = arena_text(arena, i % 2 == 0 ? "a" : "b");
	}
	return slice;
}

START_TEST(a_packed_object_stands_alone_and_has_each_text_once)
{
	struct arena *arena = arena_new(0);
	struct origin *origin = origin_new("a.yaml");
	struct object *object;

	ck_assert_int_eq(object_pack(&sample_slice(arena, origin)->object, &object), 0);
	const struct slice *slice = (const void *)object;

	arena_free(arena);
	origin_unref(origin);
	ck_assert_uint_eq(object->references, 1);
	ck_assert_uint_eq(object->digest, 7);
	ck_assert_str_eq(object->place.file, "a.yaml");
	ck_assert_str_eq(object->ns, "shop");
	ck_assert_str_eq(object->name, "web");
	ck_assert_ptr_eq(slice->service_name, object->name);
	ck_assert_uint_eq(slice->part_count, 2);
	ck_assert_ptr_null(slice->parts[0].endpoints);
	ck_assert_str_eq(slice->parts[1].ports[0].name, "http");
	ck_assert_ptr_null(slice->parts[1].ports[0].app_protocol);
	for (size_t i = 0; i < ENDPOINTS; i++) {
		const struct endpoint *endpoint = &slice->parts[1].endpoints[i];
		char name[16];

		snprintf(name, sizeof(name), "web-%zu", i);
		ck_assert_uint_eq(endpoint->addr.octets[3], i);
		ck_assert_str_eq(endpoint->pod_name, name);
		ck_assert_ptr_null(endpoint->hostname);
		ck_assert_ptr_eq(endpoint->zone, slice->parts[1].endpoints[i % 2].zone);
	}
	object_unref(object);
}
END_TEST

START_TEST(the_last_reference_frees_the_object_and_its_origin)
{
	struct object *object = calloc(1, sizeof(*object));
	struct origin *origin = origin_new("a.yaml");

	object->references = 1;
	object->origin = origin_ref(origin);
	ck_assert_ptr_eq(object_ref(object), object);
	object_unref(object);
	ck_assert_uint_eq(object->references, 1);
	object_unref(object);
	ck_assert_uint_eq(origin->references, 1);
	origin_unref(origin);
	object_unref(NULL);
	origin_unref(NULL);
	ck_assert_ptr_null(object_ref(NULL));
	ck_assert_ptr_null(origin_ref(NULL));
}
END_TEST

START_TEST(an_equal_object_elsewhere_lends_all_its_places)
{
	struct origin *before = origin_new("a.yaml"), *after = origin_new("b.yaml");
	struct service_port port = { .place = { before->file, 7, 3 } };
	struct service_port moved = { .place = { after->file, 9, 3 } };
	struct service held = { .object = { .kind = KIND_SERVICE, .origin = origin_ref(before),
	    .place = { before->file, 1, 1 } }, .ports = &port, .port_count = 1 };
	struct service now = { .object = { .kind = KIND_SERVICE, .origin = after,
	    .place = { after->file, 3, 1 } }, .ports = &moved, .port_count = 1,
	    .cluster_ip_place = { after->file, 5, 1 } };

	object_take_places(&held.object, &now.object);
	ck_assert_str_eq(held.object.place.file, "b.yaml");
	ck_assert_uint_eq(held.object.place.line, 3);
	ck_assert_uint_eq(held.cluster_ip_place.line, 5);
	ck_assert_uint_eq(held.ports[0].place.line, 9);
	ck_assert_uint_eq(before->references, 1);
	ck_assert_uint_eq(after->references, 2);
	origin_unref(held.object.origin);
	origin_unref(before);
	origin_unref(after);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("object");
	TCase *tc = tcase_create("object");

	tcase_add_test(tc, a_key_is_found_wherever_it_stands);
	tcase_add_loop_test(tc, a_selector_matches_only_when_all_its_terms_do, 0,
	    sizeof(selectors) / sizeof(selectors[0]));
	tcase_add_test(tc, kinds_are_named_as_in_manifests);
	tcase_add_test(tc, a_packed_object_stands_alone_and_has_each_text_once);
	tcase_add_test(tc, the_last_reference_frees_the_object_and_its_origin);
	tcase_add_test(tc, an_equal_object_elsewhere_lends_all_its_places);
	suite_add_tcase(s, tc);
	return s;
}
