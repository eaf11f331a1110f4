/*
 * test_reading_nomem.c - the n-th allocation fails, for each n: what the API reads and answers is
 * either whole or an error, never half of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "ops/api_target.h"
#include "ops/discovery.h"
#include "ops/filter.h"
#include "ops/openapi.h"
#include "ops/openapi_parts.h"
#include "ops/shape.h"
#include "ops/table.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define MOST 20000

/* jansson's allocations run out, too. */
static void *
allocate(size_t size)
{
	return malloc(size);
}

/* Makes a text, the caller's; NULL: no memory. */
typedef char *make_fn(size_t arg);

static char *
text_of(json_t *value)
{
	char *text;

	scarce_hold();
	text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT);
	json_decref(value);
	scarce_go();
	return text;
}

static void
is_whole_or_nothing(make_fn *make, size_t arg)
{
	char *whole = make(arg);
	size_t n;

	ck_assert_ptr_nonnull(whole);
	for (n = 1; n < MOST; n++) {
		char *text;

		scarce_fail_at(n);
		text = make(arg);
		if (!scarce_failed()) {
			ck_assert_str_eq(text, whole);
			free(text);
			break;
		}
		ck_assert_msg(text == NULL || strcmp(text, whole) == 0, "allocation %zu: %.300s",
		    n, text);
		free(text);
	}
	ck_assert_uint_lt(n, MOST);
	free(whole);
}

static const char *const documents[] = { "/version", "/api", "/apis", "/api/v1",
	"/apis/discovery.k8s.io", "/apis/networking.k8s.io/v1" };

static char *
make_document(size_t arg)
{
	const char *type;
	json_t *document = NULL;

	return discovery_read(documents[arg], NULL, &document, &type) == 0 ? text_of(document) :
	    NULL;
}

static char *
make_aggregated(size_t arg)
{
	const char *type;
	json_t *document = NULL;

	return discovery_read(arg == 0 ? "/api" : "/apis",
	    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", &document,
	    &type) == 0 ? text_of(document) : NULL;
}

static const char object_text[] =
    "{\"metadata\": {\"name\": \"web\", \"resourceVersion\": \"7\"}, \"spec\": {\"type\":"
    " \"LoadBalancer\", \"clusterIPs\": [\"10.0.0.1\"], \"selector\": {\"b\": \"c\", \"a\": \"b\"},"
    " \"ports\": [{\"port\": 80, \"nodePort\": 30000}], \"rules\": [{\"host\": \"x\"}]},"
    " \"status\": {\"loadBalancer\": {\"ingress\": [{\"ip\": \"2.2.2.2\"}]}}, \"subsets\":"
    " [{\"addresses\": [{\"ip\": \"1.1.1.1\"}]}], \"endpoints\": [{\"addresses\": [\"x\"]}],"
    " \"involvedObject\": {\"kind\": \"Pod\", \"name\": \"x\"}, \"message\": \"m\"}";

static json_t *
object_of(void)
{
	json_t *object;

	scarce_hold();
	object = json_loads(object_text, 0, NULL);
	scarce_go();
	return object;
}

static char *
make_table(size_t arg)
{
	struct api_target target = { .resource = api_resource_of((enum api_kind)arg),
		.version = "v1" };
	struct shape shape;

	if (shape_read("application/json;as=Table;v=v1;g=meta.k8s.io", NULL, &shape) != 0)
		return NULL;
	return text_of(shape_object(&shape, &target, object_of(), 0, true));
}

static char *
make_filter(size_t arg)
{
	static const char *const labels[] = { "a=b,c in (d,e,f),!g,h>1", "a" };
	char why[FILTER_WHY_SIZE];
	struct filter *filter = NULL;
	int err = filter_new(api_resource_of(API_PODS), labels[arg],
	    "metadata.name=x,status.phase!=Running", &filter, why);
	char *said;

	filter_free(filter);
	scarce_hold();
	said = err == ERR_NOMEM ? NULL : strdup(err == 0 ? "taken" : "wrong");
	scarce_go();
	return said;
}

static int
fill(struct openapi *openapi)
{
	static const struct openapi_field fields[] = {
		{ .name = "ports", .type = OPENAPI_INTEGER, .list = true, .required = true,
		    .merge_key = "port", .doc = "Ports." },
		{ .name = "next", .type = OPENAPI_REF, .ref = "Service", .doc = "Another." },
	};
	int err = openapi_add(openapi, "Service", "A name.", fields, 2);

	if (err == 0)
		err = openapi_set_kind(openapi, "Service", API_SERVICES);
	return err == 0 ? openapi_finish(openapi) : err;
}

/* arg: which of the documents. */
static char *
make_openapi(size_t arg)
{
	struct openapi *openapi = openapi_new();
	char *text = NULL;

	if (openapi != NULL && fill(openapi) == 0) {
		const struct openapi_text *found = arg == 0 ? &openapi->v2 : arg == 1 ?
		    &openapi->groups[0] : &openapi->index;

		scarce_hold();
		text = strdup(found->text);
		scarce_go();
	}
	openapi_free(openapi);
	return text;
}

START_TEST(discovery_is_whole_or_an_error)
{
	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++)
		is_whole_or_nothing(make_document, i);
	for (size_t i = 0; i < 2; i++)
		is_whole_or_nothing(make_aggregated, i);
}
END_TEST

START_TEST(a_row_is_whole_or_an_error)
{
	for (size_t kind = 0; kind < API_KIND_COUNT; kind++)
		is_whole_or_nothing(make_table, kind);
}
END_TEST

START_TEST(a_selector_is_read_or_an_error)
{
	is_whole_or_nothing(make_filter, 0);
	is_whole_or_nothing(make_filter, 1);
}
END_TEST

START_TEST(the_schema_is_whole_or_an_error)
{
	for (size_t i = 0; i < 3; i++)
		is_whole_or_nothing(make_openapi, i);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("reading_nomem");
	TCase *all = tcase_create("all");

	json_set_alloc_funcs(allocate, free);
	tcase_set_timeout(all, 60);
	tcase_add_test(all, discovery_is_whole_or_an_error);
	tcase_add_test(all, a_row_is_whole_or_an_error);
	tcase_add_test(all, a_selector_is_read_or_an_error);
	tcase_add_test(all, the_schema_is_whole_or_an_error);
	suite_add_tcase(suite, all);
	return suite;
}
