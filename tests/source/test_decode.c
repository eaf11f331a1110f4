/* test_decode.c - documents to objects: kinds, lists, digests, trust. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "model/object.h"
#include "source/decode.h"
#include "source/doc.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

#define SERVICE "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}"

/* Objects as "Kind ns/name" joined by blanks, and what must be said ("" for nothing). */
static const struct {
	const char *text;
	const char *objects;
	const char *said;
	int err;
} rows[] = {
	{ "", "", "", 0 },
	{ "---\n---\n# nothing\n", "", "", 0 },
	{ SERVICE, "Service default/a", "", 0 },
	{ "---\n" SERVICE "\n---\n" SERVICE "\n...\n", "Service default/a Service default/a", "",
	    0 },
	{ "apiVersion: v1\nkind: List\nitems:\n- " SERVICE "\n- " SERVICE "\n",
	    "Service default/a Service default/a", "", 0 },
	{ "items:\n- {metadata: {name: a}, spec: {ports: [{port: 80}]}}\n- {metadata: {name: b, "
	    "namespace: x}, "
	    "spec: {ports: [{port: 80}]}}\nkind: ServiceList\napiVersion: v1\n",
	    "Service default/a Service x/b", "", 0 },
	{ "{apiVersion: v1, kind: NamespaceList, items: []}", "", "", 0 },
	{ "{apiVersion: v1, kind: NamespaceList, items: null}", "", "", 0 },
	{ "apiVersion: v1\nkind: List\nitems: ~\n", "", "", 0 },
	{ "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: Null}, " SERVICE
	    "]}", "Service default/a", "", 0 },
	{ "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: "
	    "[" SERVICE "]}]}",
	    "Service default/a", "", 0 },
	{ "{apiVersion: v1, kind: List, items: {a: 1}}", "",
	    "f:1:37: error: List: items must be a list, not a mapping\n", ERR_INVALID },
	{ "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}", "Namespace /shop", "", 0 },
	{ "kind: ConfigMap\napiVersion: v1\ndata: {a: b}\n---\n" SERVICE, "Service default/a",
	    "f:1:1: info: kind ConfigMap is skipped\n", 0 },
	{ "{apiVersion: v1, kind: Pods, metadata: {name: a}}", "",
	    "f:1:1: warning: kind Pods is skipped; did you mean Pod?\n", 0 },
	{ "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: a}}", "",
	    "f:1:1: warning: Service of serving.knative.dev/v1 is skipped: only v1 is read\n", 0 },
	{ "{apiVersion: example.org/v1, kind: Basket, items: [1, {a: 2}]}", "",
	    "f:1:1: info: kind Basket is skipped\n", 0 },
	{ "apiVersion: v1\nmetadata: {name: a}\n", "", "f:1:1: error: kind is required\n",
	    ERR_INVALID },
	{ "kind: Service\nmetadata: {name: a}\n", "", "f:1:1: error: apiVersion is required\n",
	    ERR_INVALID },
	{ "kind: 5\napiVersion: v1\n", "", "f:1:7: error: kind must be a text\n", ERR_INVALID },
	{ "- a\n- b\n", "", "f:1:1: error: an object must be a mapping, not a list\n",
	    ERR_INVALID },
	{ "spec:\n  externalTrafficPolicy: Local\n...\n", "",
	    "f:1:1: error: kind is required; `...` ends the document (line 3): it is no "
	    "placeholder for left-out "
	    "parts\n", ERR_INVALID },
	{ "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}, kind: "
	    "Pod}", "",
	    "f:1:83: error: key kind is doubled; the first is in line 1, column 18\n",
	    ERR_INVALID },
	{ SERVICE "\n---\na: [\n", "Service default/a",
	    "f:4:1: error: did not find expected node content while "
	    "parsing a flow node\n", ERR_SYNTAX },
	{ "{apiVersion: v1, kind: Service, metadata: {}, spec: {}}", "",
	    "f:1:43: error: Service default/(unnamed): metadata.name is required\n"
	    "f:1:53: error: Service default/(unnamed): spec.ports is required\n", ERR_INVALID },
	{ "{apiVersion: v1, kind: Service}", "",
	    "f:1:1: error: Service default/(unnamed): metadata is required\n"
	    "f:1:1: error: Service default/(unnamed): spec is required\n", ERR_INVALID },
	{ "{apiVersion: v1, kind: Namespace, metadata: {name: a.b}}", "",
	    "f:1:52: error: Namespace a.b: metadata.name \"a.b\" must be a DNS label (at most 63 "
	    "of a-z, 0-9 and '-', "
	    "a letter or digit at both ends)\n", ERR_INVALID },
};

static void
list_objects(const struct object_list *list, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < list->count && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s %s/%s", i == 0 ? "" : " ",
		    object_kind_text(list->items[i]->kind), list->items[i]->ns,
		    list->items[i]->name);
}

START_TEST(texts_become_objects)
{
	struct object_list list = { 0 };
	char objects[256];
	int err;
	char *said = help_decode(rows[_i].text, &list, &err);

	list_objects(&list, objects, sizeof(objects));
	ck_assert_str_eq(said, rows[_i].said);
	ck_assert_str_eq(objects, rows[_i].objects);
	ck_assert_int_eq(err, rows[_i].err);
	object_list_release(&list);
	free(said);
}
END_TEST

START_TEST(a_whole_tree_is_decoded_too)
{
	static const char text[] = "{apiVersion: v1, items: [" SERVICE ", {apiVersion: v1, kind: Pod}, "
	    SERVICE "], kind: List}";
	const struct decode_settings settings = { .trusted = true };
	struct arena *arena = arena_new(0);
	struct object_list list = { 0 };
	const struct doc_node *root;

	ck_assert_int_eq(doc_read("f", text, strlen(text), arena, NULL, &root), 0);
	ck_assert_int_eq(decode_document(root, &settings, &list, NULL), ERR_INVALID);
	arena_free(arena);
	/* The objects stand on their own. */
	ck_assert_uint_eq(list.count, 2);
	ck_assert_str_eq(list.items[1]->name, "a");
	ck_assert_str_eq(list.items[1]->place.file, "f");
	object_list_release(&list);
}
END_TEST

START_TEST(hostile_sizes_cost_little)
{
	static const struct { const char *head; const char *body; const char *tail; } worlds[] = {
		{ "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [",
		    "{name: a1,image: b},",
		    "]}}" },
		{ "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: b, ports: [",
		    "{containerPort: 1,name: abc},", "]}]}}" },
		{ "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [",
		    "{port: 1,name: abc},",
		    "]}}" },
		{ "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [",
		    "{nodeprotnodeprotnodeprotnodeprot: 1},", "]}}" },
	};
	char *many = help_repeat(worlds[_i].body, 1000000 / strlen(worlds[_i].body));
	size_t size = strlen(worlds[_i].head) + strlen(many) + strlen(worlds[_i].tail) + 1;
	char *text = malloc(size);
	struct object_list list = { 0 };
	int err;

	snprintf(text, size, "%s%s%s", worlds[_i].head, many, worlds[_i].tail);
	/* The timeout of the case is the measure: pair by pair these would take minutes. */
	char *said = help_decode(text, &list, &err);

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
	Suite *decode = suite_create("decode");
	TCase *tcase = tcase_create("decode");

	tcase_add_loop_test(tcase, texts_become_objects, 0, (int)(sizeof(rows) / sizeof(*rows)));
	tcase_add_test(tcase, a_whole_tree_is_decoded_too);
	tcase_add_loop_test(tcase, hostile_sizes_cost_little, 0, 4);
	tcase_set_timeout(tcase, 20);
	suite_add_tcase(decode, tcase);
	return decode;
}
