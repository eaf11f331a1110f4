/* test_three_way.c - what to change so that an object says what a file says. */
#include "cli/three_way.h"

#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

static json_t *
load(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	ck_assert_msg(json != NULL, "%s", text);
	return json;
}

/* The patch from a live object, which was made by `last` (NULL: not by apply), to a file. */
static char *
patch_of(const char *live_text, const char *last_text, const char *file_text)
{
	json_t *live = load(live_text), *file = load(file_text), *patch;
	char *text;

	if (last_text != NULL) {
		json_t *last = load(last_text), *metadata = json_object_get(live, "metadata");

		ck_assert_int_eq(three_way_note(last), 0);
		if (json_object_get(metadata, "annotations") == NULL)
			(void)json_object_set_new(metadata, "annotations", json_object());
		(void)json_object_update(json_object_get(metadata, "annotations"),
		    json_object_get(json_object_get(last, "metadata"), "annotations"));
		json_decref(last);
		ck_assert_int_eq(three_way_note(file), 0);
	}
	patch = three_way_patch(live, file);
	ck_assert_ptr_nonnull(patch);
	/* what the annotation says is looked at elsewhere */
	(void)json_object_del(json_object_get(json_object_get(patch, "metadata"), "annotations"),
	    "kubectl.kubernetes.io/last-applied-configuration");
	text = json_dumps(patch, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(patch);
	json_decref(file);
	json_decref(live);
	return text;
}

#define LIVE \
	"{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"1\",\"y\":\"2\"}},\"spec\":{\"type\":\"NodePort\"," \
	"\"ports\":[{\"port\":80,\"protocol\":\"TCP\",\"nodePort\":30080}],\"clusterIP\":\"10.96.0.1\"}}"

START_TEST(only_what_differs_is_changed)
{
	static const struct {
		const char *last;
		const char *file;
		const char *patch;
	} cases[] = {
		/* said already, but for what the server adds */
		{ NULL, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ports\":[{\"port\":80}]}}", "{}" },
		{ NULL, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"type\":\"ClusterIP\"}}",
		  "{\"spec\":{\"type\":\"ClusterIP\"}}" },
		/* lists as a whole */
		{ NULL, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ports\":[{\"port\":81}]}}",
		  "{\"spec\":{\"ports\":[{\"port\":81}]}}" },
		{ NULL, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ports\":[]}}",
		  "{\"spec\":{\"ports\":[]}}" },
		/* said last time and no more */
		{ "{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"1\"}}}",
		  "{\"metadata\":{\"name\":\"a\",\"labels\":{\"z\":\"3\"}}}",
		  "{\"metadata\":{\"annotations\":{},\"labels\":{\"x\":null,\"z\":\"3\"}}}" },
		{ "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"type\":\"NodePort\"}}",
		  "{\"metadata\":{\"name\":\"a\"}}",
		  "{\"metadata\":{\"annotations\":{}},\"spec\":null}" },
		/* never said, and not there any more */
		{ "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"gone\":1}}",
		  "{\"metadata\":{\"name\":\"a\"},\"spec\":{}}", "{\"metadata\":{\"annotations\":{}}}" },
		/* the same file again: nothing at all */
		{ "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ports\":[{\"port\":80}]}}",
		  "{\"spec\":{\"ports\":[{\"port\":80}]},\"metadata\":{\"name\":\"a\"}}", "{}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *patch = patch_of(LIVE, cases[i].last, cases[i].file);

		ck_assert_msg(strcmp(patch, cases[i].patch) == 0, "%zu: %s", i, patch);
		free(patch);
	}
}
END_TEST

START_TEST(the_annotation_holds_the_file_without_itself)
{
	json_t *file = load("{\"metadata\":{\"name\":\"a\"}}");
	json_t *again, *annotations;

	ck_assert_int_eq(three_way_note(file), 0);
	again = json_deep_copy(file);
	ck_assert_int_eq(three_way_note(again), 0);
	ck_assert(json_equal(file, again));
	annotations = json_object_get(json_object_get(file, "metadata"), "annotations");
	ck_assert_str_eq(json_string_value(json_object_get(annotations,
	    "kubectl.kubernetes.io/last-applied-configuration")),
	    "{\"metadata\":{\"annotations\":{},\"name\":\"a\"}}\n");
	json_decref(again);
	json_decref(file);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("three_way");
	TCase *tcase = tcase_create("three_way");

	tcase_add_test(tcase, only_what_differs_is_changed);
	tcase_add_test(tcase, the_annotation_holds_the_file_without_itself);
	suite_add_tcase(suite, tcase);
	return suite;
}
