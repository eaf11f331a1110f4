/*
 * test_store_world.c - random worlds: what the store finds by its index, and the entries it
 * makes dirty, equal what a naive walk over everything finds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/membership.h"
#include "model/roster.h"
#include "model/store.h"
#include "tests/model/build.h"
#include "tests/suite.h"

#define FILES 6
#define STEPS 1500
#define NAMES 5

static uint64_t seed;

static uint64_t
next_random(uint64_t below)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (z ^ z >> 31) % below;
}

static const char *
pick(const char *const *from, size_t count)
{
	return from[next_random(count)];
}

static const char *const spaces[] = { "a", "b" };
static const char *const labels[] = { "x=1", "x=2", "x=1,y=1", "x=2,y=1", "y=2", "", "x=1,y=2,z=1" };
static const char *const selectors[] = { "x=1", "y=1", "x=1,y=1", "x=2,y=1", "", "x=1,z=1", "w=1" };
static const char *const ips[] = {
	"10.0.0.1", "10.0.0.2", "10.0.0.3,2001:db8::3", "2001:db8::4", "", "10.0.0.1,10.0.0.5",
};
static const char *const names[] = { "n0", "n1", "n2", "n3", "n4" };

static struct object *
random_pod(const char *ns, const char *name)
{
	struct pod *pod = build_pod(ns, name, pick(labels, 7), pick(ips, 6));

	build_container(pod, "main", "http", (uint16_t)(8080 + next_random(2)),
	    next_random(2) != 0 ? "r" : next_random(3) == 0 ? "s" : "");
	if (next_random(8) == 0)
		pod->phase = POD_FAILED;
	pod->object.deleting = next_random(8) == 0;
	build_change(&pod->object, (unsigned)pod->phase * 2 + pod->object.deleting +
	    4u * pod->containers[0].ports[0].port);
	return &pod->object;
}

static struct object *
random_service(const char *ns, const char *name)
{
	struct service *service = build_service(ns, name, pick(selectors, 7));

	build_port(service, "http", PROTOCOL_TCP, 80, 0, next_random(2) != 0 ? "http" : NULL);
	service->publish_not_ready = next_random(5) == 0;
	build_change(&service->object, service->publish_not_ready +
	    2u * (service->ports[0].target.name != NULL));
	return &service->object;
}

static struct object *
random_object(void)
{
	const char *ns = pick(spaces, 2);
	const char *name = pick(names, NAMES);

	switch (next_random(6)) {
	case 0:
		return build_namespace(ns);
	case 1:
		return random_service(ns, name);
	case 2:
		return &build_slice(KIND_ENDPOINT_SLICE, ns, name,
		    next_random(6) == 0 ? NULL : pick(names, NAMES), pick(ips, 6))->object;
	case 3:
		return &build_slice(KIND_ENDPOINTS, ns, name, name, pick(ips, 6))->object;
	default:
		return random_pod(ns, name);
	}
}

/* ---- the naive walk: put all that the store holds into a fresh one, file order lost ---- */

struct copy {
	struct strbuf text;
	const struct store *store;
	const struct object *of;
};

static const struct pairs *
labels_of(const struct object *pod)
{
	return &((const struct pod *)(const void *)pod)->labels;
}

static int
name_if_selected(void *arg, const struct object *object)
{
	struct copy *copy = arg;
	const struct service *service = (const void *)copy->of;

	if (strcmp(object->ns, service->object.ns) == 0 &&
	    pairs_match(&service->selector, labels_of(object)))
		strbuf_addf(&copy->text, "%s,", object->name);
	return 0;
}

/* Names come in any order: sum their hashes instead of sorting. */
static uint64_t
set_of(const char *list)
{
	uint64_t sum = 0;

	for (; *list != '\0'; list += strcspn(list, ",") + 1) {
		uint64_t hash = 0xcbf29ce484222325ULL;

		for (size_t i = 0; list[i] != ','; i++)
			hash = (hash ^ (uint8_t)list[i]) * 0x100000001b3ULL;
		sum += hash;
	}
	return sum;
}

static int
add_name(void *arg, const struct object *object)
{
	strbuf_addf(arg, "%s,", object->name);
	return 0;
}

static int
check_selected(void *arg, const struct object *object)
{
	const struct store *store = arg;
	const struct service *service = (const void *)object;
	struct copy naive = { STRBUF_INIT, store, object };
	struct strbuf indexed = STRBUF_INIT;

	store_each(store, KIND_POD, name_if_selected, &naive);
	store_each_selected_pod(store, object->ns, &service->selector, add_name, &indexed);
	ck_assert_msg(set_of(naive.text.text) == set_of(indexed.text), "%s/%s: %s is not %s",
	    object->ns, object->name, indexed.text, naive.text.text);
	strbuf_release(&naive.text);
	strbuf_release(&indexed);
	return 0;
}

static int
name_if_selecting(void *arg, const struct object *object)
{
	struct copy *copy = arg;

	if (strcmp(object->ns, copy->of->ns) == 0 &&
	    pairs_match(&((const struct service *)(const void *)object)->selector, labels_of(copy->of)))
		strbuf_addf(&copy->text, "%s,", object->name);
	return 0;
}

static int
check_selecting(void *arg, const struct object *object)
{
	struct copy naive = { STRBUF_INIT, arg, object };
	struct strbuf indexed = STRBUF_INIT;

	store_each(arg, KIND_SERVICE, name_if_selecting, &naive);
	store_each_selecting_service(arg, (const void *)object, add_name, &indexed);
	ck_assert_uint_eq(set_of(naive.text.text), set_of(indexed.text));
	strbuf_release(&naive.text);
	strbuf_release(&indexed);
	return 0;
}

/* ---- entries as a subscriber of dirty Services has them ---- */

struct seen {
	struct roster_entry *entry;
};
static struct seen seen[2][NAMES];

static struct seen *
seen_of(const char *ns, const char *name)
{
	return &seen[ns[0] - 'a'][name[1] - '0'];
}

static void
refresh_one(struct store *store, const struct store_key *key)
{
	struct seen *one = seen_of(key->ns, key->name);
	const struct service *service = store_service(store, key->ns, key->name);

	roster_entry_unref(one->entry);
	one->entry = NULL;
	if (service != NULL)
		ck_assert_int_eq(membership_build(store, service, NULL, &one->entry), 0);
}

static void
refresh(struct store *store)
{
	const struct store_key *keys;
	struct store_key key;
	size_t count;

	while (store_take_dirty_verdict(store, &key)) {
		ck_assert_ptr_nonnull(key.object);
		refresh_one(store, &key);
	}
	count = store_take_dirty_services(store, SIZE_MAX, &keys);
	for (size_t i = 0; i < count; i++)
		refresh_one(store, &keys[i]);
}

/* Every Service's entry, made from scratch now, equals the one made when it was last dirty. */
static void
check_entries(const struct store *store)
{
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < NAMES; j++) {
			const struct service *service = store_service(store, spaces[i], names[j]);
			struct roster_entry *entry;

			ck_assert_int_eq(seen[i][j].entry != NULL, service != NULL);
			if (service == NULL)
				continue;
			ck_assert_int_eq(membership_build(store, service, NULL, &entry), 0);
			ck_assert_msg(roster_entry_equal(entry, seen[i][j].entry), "%s/%s",
			    spaces[i], names[j]);
			roster_entry_unref(entry);
		}
	}
}

static void
random_verdict(struct store *store)
{
	char id[64];
	struct verdict_state state = { .verdict = (enum verdict)next_random(3) };

	snprintf(id, sizeof(id), "pod/%s/%s/main/%s", pick(spaces, 2), pick(names, NAMES),
	    next_random(3) == 0 ? "startup" : "readiness");
	ck_assert_int_eq(store_set_verdict(store, id, &state), 0);
}

static void
random_load(struct store *store)
{
	struct object *objects[6];
	size_t count = next_random(7);
	char file[8];

	for (size_t i = 0; i < count; i++)
		objects[i] = random_object();
	snprintf(file, sizeof(file), "f%d", (int)next_random(FILES));
	ck_assert_int_eq(store_replace_file(store, file, objects, count, NULL), 0);
	ck_assert_uint_eq(store_count_file(store, file), count);
}

START_TEST(an_index_and_dirty_marks_agree_with_a_walk_over_everything)
{
	struct store *store = store_new();

	seed = (uint64_t)_i + 1;
	for (int step = 0; step < STEPS; step++) {
		if (next_random(3) == 0)
			random_verdict(store);
		else
			random_load(store);
		if (next_random(4) != 0)
			continue;
		refresh(store);
		check_entries(store);
		store_each(store, KIND_SERVICE, check_selected, store);
		store_each(store, KIND_POD, check_selecting, store);
	}
	/* An empty world at the end: everything is given back. */
	for (int i = 0; i < FILES; i++) {
		char file[8];

		snprintf(file, sizeof(file), "f%d", i);
		ck_assert_int_eq(store_replace_file(store, file, NULL, 0, NULL), 0);
	}
	refresh(store);
	check_entries(store);
	for (int kind = 0; kind < KIND_COUNT; kind++)
		ck_assert_uint_eq(store_count(store, (enum object_kind)kind), 0);
	ck_assert(!store_has_namespace(store, "a"));
	store_free(store);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("store_world");
	TCase *tc = tcase_create("store_world");

	tcase_add_loop_test(tc, an_index_and_dirty_marks_agree_with_a_walk_over_everything, 0, 8);
	tcase_set_timeout(tc, 120);
	suite_add_tcase(s, tc);
	return s;
}
