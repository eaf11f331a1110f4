/* test_filter.c - selectors take what Kubernetes' selectors take. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ops/api_target.h"
#include "ops/filter.h"
#include "tests/suite.h"

static const char pod_text[] =
    "{\"metadata\": {\"name\": \"web-0\", \"namespace\": \"shop\", \"labels\": {\"app\": \"web\","
    " \"tier\": \"front\", \"example.com/size\": \"12\", \"empty\": \"\"}},"
    " \"spec\": {\"nodeName\": \"n1\"}, \"status\": {\"phase\": \"Running\","
    " \"podIP\": \"10.0.0.1\"}}";

static const struct {
	const char *labels;
	bool takes;
} labels[] = {
	{ "", true }, { "  ", true }, { "app", true }, { "!app", false }, { "nobody", false },
	{ "!nobody", true }, { "app=web", true }, { "app==web", true }, { "app = web", true },
	{ "app=db", false }, { "app!=web", false }, { "app!=db", true }, { "nobody!=x", true },
	{ "nobody=", false }, { "empty=", true }, { "empty", true }, { "empty!=", false },
	{ "app in (web)", true }, { "app in (db, web)", true }, { "app in(db,web)", true },
	{ "app in (db)", false }, { "app notin (db,cache)", true }, { "app notin (web)", false },
	{ "nobody in (x)", false }, { "nobody notin (x)", true },
	{ "app=web,tier=front", true }, { "app=web,tier=back", false },
	{ "app=web, tier in (front,back), !nobody", true }, { "example.com/size=12", true },
	{ "example.com/size>11", true }, { "example.com/size>12", false },
	{ "example.com/size<13", true }, { "example.com/size<12", false }, { "app>1", false },
	{ "nobody>1", false }, { "empty in ()", true }, { "app in ()", false },
};

static const char *const wrong_labels[] = {
	"=web", "app=web,", "app in web", "app in (web", "app in (web))", "app web", "a b=c", "-x",
	"app=-web", "app=web=x", "(", ",", "app in (w b)", "!", "!app=web", "x/y/z=1", "app=\x01",
};

static const struct {
	int kind;
	const char *fields;
	bool takes;
} fields[] = {
	{ API_PODS, "metadata.name=web-0", true }, { API_PODS, "metadata.name==web-0", true },
	{ API_PODS, "metadata.name!=web-0", false }, { API_PODS, "metadata.name=web", false },
	{ API_PODS, "metadata.namespace=shop,metadata.name=web-0", true },
	{ API_PODS, "status.phase=Running", true }, { API_PODS, "status.phase!=Running", false },
	{ API_PODS, "spec.nodeName=n1,status.podIP=10.0.0.1", true },
	{ API_PODS, "status.podIPs=10.0.0.1", true }, { API_PODS, "spec.nodeName=", false },
	{ API_PODS, "status.nominatedNodeName=", true }, { API_PODS, "spec.hostNetwork=false", true },
	{ API_PODS, "metadata.name=web\\-0", true }, { API_PODS, "metadata.name=a\\,b", false },
};

static const struct {
	int kind;
	const char *fields;
	const char *why;
} wrong_fields[] = {
	{ API_PODS, "spec.color=red", "field label not supported: spec.color" },
	{ API_SERVICES, "status.phase=Running", "field label not supported: status.phase" },
	{ API_PODS, "metadata.name", "invalid selector: 'metadata.name'; can't understand ''" },
	{ API_PODS, "metadata.name=x,", "invalid selector: ''; can't understand ''" },
};

static struct filter *
filter_of(int kind, const char *with_labels, const char *with_fields)
{
	char why[FILTER_WHY_SIZE];
	struct filter *filter = NULL;
	int err = filter_new(api_resource_of((enum api_kind)kind), with_labels, with_fields,
	    &filter, why);

	ck_assert_msg(err == 0, "%s", why);
	return filter;
}

static bool
takes(const struct filter *filter)
{
	json_t *pod = json_loads(pod_text, 0, NULL);
	bool yes = filter_takes_key(filter, "shop", "web-0") && filter_matches(filter, pod);

	json_decref(pod);
	return yes;
}

START_TEST(labels_are_selected)
{
	struct filter *filter = filter_of(API_PODS, labels[_i].labels, NULL);

	ck_assert_msg(takes(filter) == labels[_i].takes, "%s", labels[_i].labels);
	filter_free(filter);
}
END_TEST

START_TEST(a_wrong_label_selector_is_refused_with_a_sentence)
{
	char why[FILTER_WHY_SIZE];
	struct filter *filter = NULL;

	ck_assert_msg(filter_new(api_resource_of(API_PODS), wrong_labels[_i], NULL, &filter,
	    why) == ERR_INVALID, "%s", wrong_labels[_i]);
	ck_assert_ptr_nonnull(strstr(why, "unable to parse requirement"));
	ck_assert_ptr_null(filter);
}
END_TEST

START_TEST(fields_are_selected)
{
	struct filter *filter = filter_of(fields[_i].kind, NULL, fields[_i].fields);

	ck_assert_msg(takes(filter) == fields[_i].takes, "%s", fields[_i].fields);
	filter_free(filter);
}
END_TEST

START_TEST(a_field_that_the_kind_does_not_index_is_refused)
{
	char why[FILTER_WHY_SIZE];
	struct filter *filter = NULL;

	ck_assert_int_eq(filter_new(api_resource_of((enum api_kind)wrong_fields[_i].kind), NULL,
	    wrong_fields[_i].fields, &filter, why), ERR_INVALID);
	ck_assert_str_eq(why, wrong_fields[_i].why);
}
END_TEST

START_TEST(events_are_selected_by_what_they_are_about)
{
	json_t *event = json_loads("{\"metadata\": {\"name\": \"x\"}, \"type\": \"Warning\","
	    " \"reason\": \"Unhealthy\", \"source\": {\"component\": \"rollcall\"},"
	    " \"involvedObject\": {\"kind\": \"Pod\", \"name\": \"web-0\", \"uid\": \"u\"}}", 0,
	    NULL);
	struct filter *filter = filter_of(API_EVENTS, NULL,
	    "involvedObject.name=web-0,involvedObject.kind=Pod,involvedObject.uid=u,"
	    "type!=Normal,reason=Unhealthy,source=rollcall");

	ck_assert(filter_matches(filter, event));
	filter_free(filter);
	filter = filter_of(API_EVENTS, NULL, "involvedObject.name=web-1");
	ck_assert(!filter_matches(filter, event));
	filter_free(filter);
	json_decref(event);
}
END_TEST

START_TEST(a_filter_says_how_much_of_the_object_it_looks_at)
{
	static const struct {
		const char *labels;
		const char *fields;
		enum filter_need need;
	} cases[] = {
		{ NULL, NULL, FILTER_NOTHING }, { "app=web", NULL, FILTER_METADATA },
		{ NULL, "metadata.name=x,metadata.namespace!=y", FILTER_NOTHING },
		{ "app=web", "status.phase=Running", FILTER_OBJECT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct filter *filter = filter_of(API_PODS, cases[i].labels, cases[i].fields);

		ck_assert_int_eq(filter_need(filter), cases[i].need);
		filter_free(filter);
	}
}
END_TEST

START_TEST(selectors_are_bounded)
{
	static char text[64 * 1024];
	char why[FILTER_WHY_SIZE];
	struct filter *filter = NULL;
	size_t len = 0;

	for (int i = 0; i < 65; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%sa%d", i == 0 ? "" : ",",
		    i);
	ck_assert_int_eq(filter_new(api_resource_of(API_PODS), text, NULL, &filter, why),
	    ERR_INVALID);
	len = (size_t)snprintf(text, sizeof(text), "a in (");
	for (int i = 0; i < 257; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%sv%d", i == 0 ? "" : ",",
		    i);
	snprintf(text + len, sizeof(text) - len, ")");
	ck_assert_int_eq(filter_new(api_resource_of(API_PODS), text, NULL, &filter, why),
	    ERR_INVALID);
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof(*(list))))

Suite *
suite(void)
{
	Suite *suite = suite_create("filter");
	TCase *all = tcase_create("all");

	tcase_add_loop_test(all, labels_are_selected, 0, COUNT(labels));
	tcase_add_loop_test(all, a_wrong_label_selector_is_refused_with_a_sentence, 0,
	    COUNT(wrong_labels));
	tcase_add_loop_test(all, fields_are_selected, 0, COUNT(fields));
	tcase_add_loop_test(all, a_field_that_the_kind_does_not_index_is_refused, 0,
	    COUNT(wrong_fields));
	tcase_add_test(all, events_are_selected_by_what_they_are_about);
	tcase_add_test(all, a_filter_says_how_much_of_the_object_it_looks_at);
	tcase_add_test(all, selectors_are_bounded);
	suite_add_tcase(suite, all);
	return suite;
}
