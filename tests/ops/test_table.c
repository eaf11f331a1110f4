/* test_table.c - rows are what kubectl prints against an API server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/table.h"
#include "tests/suite.h"

/* 43 minutes after the objects were made. */
#define NOW 5400
#define META(name) "\"metadata\": {\"name\": \"" name "\", \"creationTimestamp\": " \
	"\"1970-01-01T00:47:00Z\"}"

static const struct {
	enum api_kind kind;
	const char *object;
	const char *row;        /* cells, joined by bars */
} cases[] = {
	{ API_SERVICES, "{" META("test") ", \"spec\": {\"type\": \"LoadBalancer\", \"clusterIP\":"
	    " \"10.96.0.7\", \"clusterIPs\": [\"10.96.0.7\"], \"ports\": [{\"port\": 30080,"
	    " \"nodePort\": 30352, \"protocol\": \"TCP\"}, {\"port\": 53, \"protocol\": \"UDP\"}],"
	    " \"selector\": {\"tier\": \"b\", \"app\": \"a\"}}}",
	    "test|LoadBalancer|10.96.0.7|<pending>|30080:30352/TCP,53/UDP|43m|app=a,tier=b" },
	{ API_SERVICES, "{" META("lb") ", \"spec\": {\"type\": \"LoadBalancer\", \"clusterIPs\":"
	    " [\"10.96.0.7\"], \"externalIPs\": [\"9.9.9.9\"], \"ports\": []}, \"status\":"
	    " {\"loadBalancer\": {\"ingress\": [{\"ip\": \"2.2.2.2\"}, {\"hostname\":"
	    " \"lb.example\"}, {\"ip\": \"1.1.1.1\"}, {\"ip\": \"2.2.2.2\"}]}}}",
	    "lb|LoadBalancer|10.96.0.7|1.1.1.1,2.2.2.2,lb.example,9.9.9.9|<none>|43m|<none>" },
	{ API_SERVICES, "{" META("none") ", \"spec\": {\"type\": \"ClusterIP\", \"clusterIPs\":"
	    " [\"None\"], \"ports\": [{\"port\": 80, \"protocol\": \"TCP\"}]}}",
	    "none|ClusterIP|None|<none>|80/TCP|43m|<none>" },
	{ API_SERVICES, "{" META("ext") ", \"spec\": {\"type\": \"ExternalName\","
	    " \"externalName\": \"db.example\"}}",
	    "ext|ExternalName|<none>|db.example|<none>|43m|<none>" },
	{ API_SERVICES, "{" META("np") ", \"spec\": {\"type\": \"NodePort\", \"clusterIPs\":"
	    " [\"fd00::1\"], \"externalIPs\": [\"8.8.8.8\", \"9.9.9.9\"], \"ports\": [{\"port\":"
	    " 80, \"protocol\": \"TCP\", \"nodePort\": 31000}]}}",
	    "np|NodePort|fd00::1|8.8.8.8,9.9.9.9|80:31000/TCP|43m|<none>" },
	{ API_ENDPOINTS, "{" META("web") ", \"subsets\": [{\"addresses\": [{\"ip\": \"10.0.0.1\"},"
	    " {\"ip\": \"10.0.0.2\"}], \"ports\": [{\"port\": 80}, {\"port\": 443}]},"
	    " {\"addresses\": [{\"ip\": \"fd00::1\"}], \"ports\": [{\"port\": 80}]}]}",
	    "web|10.0.0.1:80,10.0.0.2:80,10.0.0.1:443 + 2 more...|43m" },
	{ API_ENDPOINTS, "{" META("v6") ", \"subsets\": [{\"addresses\": [{\"ip\": \"fd00::1\"}],"
	    " \"ports\": [{\"port\": 80}]}, {\"addresses\": [{\"ip\": \"fd00::2\"}]}]}",
	    "v6|[fd00::1]:80,fd00::2|43m" },
	{ API_ENDPOINTS, "{" META("none") "}", "none|<none>|43m" },
	/* nobody is ready: the API server prints nothing */
	{ API_ENDPOINTS, "{" META("down") ", \"subsets\": [{\"notReadyAddresses\": [{\"ip\":"
	    " \"10.0.0.1\"}], \"ports\": [{\"port\": 80}]}]}", "down||43m" },
	{ API_ENDPOINT_SLICES, "{" META("web-x") ", \"addressType\": \"IPv4\", \"ports\": [{\"port\":"
	    " 80}, {\"name\": \"all\"}, {}, {\"port\": 81}], \"endpoints\": [{\"addresses\":"
	    " [\"10.0.0.1\", \"10.0.0.2\"]}, {\"addresses\": [\"10.0.0.3\"]}, {\"addresses\":"
	    " [\"10.0.0.4\"]}, {\"addresses\": [\"10.0.0.5\"]}]}",
	    "web-x|IPv4|80,all,* + 1 more...|10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...|43m" },
	{ API_ENDPOINT_SLICES, "{" META("e") ", \"addressType\": \"IPv6\"}",
	    "e|IPv6|<unset>|<unset>|43m" },
	{ API_NAMESPACES, "{" META("shop") ", \"status\": {\"phase\": \"Active\"}}",
	    "shop|Active|43m" },
	{ API_INGRESSES, "{" META("in") ", \"spec\": {\"ingressClassName\": \"nginx\", \"rules\":"
	    " [{\"host\": \"a\"}, {\"host\": \"b\"}, {}, {\"host\": \"c\"}, {\"host\": \"d\"}],"
	    " \"tls\": [{}]}, \"status\": {\"loadBalancer\": {\"ingress\": [{\"ip\":"
	    " \"1.1.1.1\"}]}}}", "in|nginx|a,b,c + 2 more...|1.1.1.1|80, 443|43m" },
	{ API_INGRESSES, "{" META("in") ", \"spec\": {\"rules\": [{}]}}", "in|<none>|*||80|43m" },
	{ API_EVENTS, "{" META("e.1") ", \"involvedObject\": {\"kind\": \"Pod\", \"name\": \"web-0\"},"
	    " \"type\": \"Warning\", \"reason\": \"Unhealthy\", \"message\": \"  it fails \\n\","
	    " \"source\": {\"component\": \"rollcall\", \"host\": \"n1\"}, \"count\": 4,"
	    " \"firstTimestamp\": \"1970-01-01T01:00:00Z\", \"lastTimestamp\":"
	    " \"1970-01-01T01:29:00Z\"}",
	    "60s|Warning|Unhealthy|pod/web-0||rollcall, n1|it fails|30m|4|e.1" },
	{ API_EVENTS, "{" META("e.2") ", \"involvedObject\": {\"kind\": \"Node\"}, \"eventTime\":"
	    " \"1970-01-01T01:29:00.000000Z\", \"reportingComponent\": \"r\"}",
	    "60s|||node||r||60s|1|e.2" },
	{ API_EVENTS, "{" META("e.3") ", \"involvedObject\": {\"kind\": \"Pod\", \"fieldPath\":"
	    " \"spec.containers{web}\"}, \"series\": {\"count\": 9, \"lastObservedTime\":"
	    " \"1970-01-01T01:29:30.000000Z\"}, \"firstTimestamp\": null}",
	    "30s|||pod|spec.containers{web}|||<unknown>|9|e.3" },
};

static const struct {
	const char *spec;
	const char *status;
	const char *meta;
	const char *row;
} pods[] = {
	{ "\"containers\": [{\"name\": \"a\"}, {\"name\": \"b\"}], \"nodeName\": \"n1\"",
	    "\"phase\": \"Running\", \"podIPs\": [{\"ip\": \"10.0.0.1\"}], \"containerStatuses\":"
	    " [{\"ready\": true, \"state\": {\"running\": {}}}, {\"ready\": false, \"state\":"
	    " {\"running\": {}}}]", "", "1/2|Running|0|43m|10.0.0.1|n1|<none>|<none>" },
	{ "\"containers\": [{}]", "\"phase\": \"Pending\"", "",
	    "0/1|Pending|0|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}]", "\"phase\": \"Failed\", \"reason\": \"Evicted\"", "",
	    "0/1|Evicted|0|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}]", "\"phase\": \"Running\", \"containerStatuses\": [{\"restartCount\":"
	    " 3, \"state\": {\"waiting\": {\"reason\": \"CrashLoopBackOff\"}}, \"lastState\":"
	    " {\"terminated\": {\"finishedAt\": \"1970-01-01T01:28:00Z\"}}}]", "",
	    "0/1|CrashLoopBackOff|3 (2m ago)|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}]", "\"phase\": \"Succeeded\", \"containerStatuses\": [{\"state\":"
	    " {\"terminated\": {\"reason\": \"Completed\"}}}]", "",
	    "0/1|Completed|0|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}]", "\"phase\": \"Failed\", \"containerStatuses\": [{\"restartCount\":"
	    " 1, \"state\": {\"terminated\": {\"exitCode\": 7}}}]", "",
	    "0/1|ExitCode:7|1|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}]", "\"phase\": \"Failed\", \"containerStatuses\": [{\"state\":"
	    " {\"terminated\": {\"exitCode\": 137, \"signal\": 9}}}]", "",
	    "0/1|Signal:9|0|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}]", "\"phase\": \"Running\"",
	    ", \"deletionTimestamp\": \"1970-01-01T01:00:00Z\"",
	    "0/1|Terminating|0|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}]", "\"phase\": \"Failed\"",
	    ", \"deletionTimestamp\": \"1970-01-01T01:00:00Z\"",
	    "0/1|Failed|0|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}], \"initContainers\": [{\"name\": \"i\"}, {\"name\": \"j\"}]",
	    "\"phase\": \"Pending\", \"initContainerStatuses\": [{\"name\": \"i\", \"state\":"
	    " {\"terminated\": {\"exitCode\": 0}}}, {\"name\": \"j\", \"state\": {\"waiting\":"
	    " {\"reason\": \"PodInitializing\"}}}]", "",
	    "0/1|Init:1/2|0|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}], \"initContainers\": [{\"name\": \"i\"}]",
	    "\"phase\": \"Pending\", \"initContainerStatuses\": [{\"name\": \"i\", \"state\":"
	    " {\"terminated\": {\"exitCode\": 1, \"reason\": \"Error\"}}}]", "",
	    "0/1|Init:Error|0|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}], \"initContainers\": [{\"name\": \"s\", \"restartPolicy\":"
	    " \"Always\"}]", "\"phase\": \"Running\", \"initContainerStatuses\": [{\"name\": \"s\","
	    " \"started\": true, \"ready\": true, \"state\": {\"running\": {}}}],"
	    " \"containerStatuses\": [{\"ready\": true, \"state\": {\"running\": {}}}]", "",
	    "2/2|Running|0|43m|<none>|<none>|<none>|<none>" },
	{ "\"containers\": [{}], \"readinessGates\": [{\"conditionType\": \"a\"}, {\"conditionType\":"
	    " \"b\"}]", "\"phase\": \"Running\", \"conditions\": [{\"type\": \"a\", \"status\":"
	    " \"True\"}, {\"type\": \"b\", \"status\": \"False\"}]", "",
	    "0/1|Running|0|43m|<none>|<none>|<none>|1/2" },
};

static void
prints(enum api_kind kind, const char *text, const char *row)
{
	json_t *object = json_loads(text, 0, NULL);
	json_t *cells;
	size_t count;
	char found[1000];
	size_t len = 0;

	ck_assert_msg(object != NULL, "%s", text);
	cells = table_cells(kind, object, NOW);
	table_columns(kind, &count);
	ck_assert_uint_eq(json_array_size(cells), count);
	for (size_t i = 0; i < count; i++) {
		const json_t *cell = json_array_get(cells, i);

		len += (size_t)snprintf(found + len, sizeof(found) - len, i == 0 ? "%s" : "|%s",
		    json_is_string(cell) ? json_string_value(cell) : "");
		if (json_is_integer(cell))
			len += (size_t)snprintf(found + len, sizeof(found) - len,
			    "%" JSON_INTEGER_FORMAT, json_integer_value(cell));
	}
	ck_assert_str_eq(found, row);
	json_decref(cells);
	json_decref(object);
}

START_TEST(each_kind_has_kubectls_columns)
{
	prints(cases[_i].kind, cases[_i].object, cases[_i].row);
}
END_TEST

START_TEST(a_pod_is_what_its_containers_are)
{
	char text[1000];
	char row[200];

	snprintf(text, sizeof(text), "{\"metadata\": {\"name\": \"p\", \"creationTimestamp\":"
	    " \"1970-01-01T00:47:00Z\"%s}, \"spec\": {%s}, \"status\": {%s}}", pods[_i].meta,
	    pods[_i].spec, pods[_i].status);
	snprintf(row, sizeof(row), "p|%s", pods[_i].row);
	prints(API_PODS, text, row);
}
END_TEST

START_TEST(what_an_object_lacks_is_no_trouble)
{
	for (int kind = 0; kind < API_KIND_COUNT; kind++) {
		json_t *object = json_object();
		json_t *cells = table_cells((enum api_kind)kind, object, NOW);

		ck_assert_ptr_nonnull(cells);
		json_decref(cells);
		json_decref(object);
	}
}
END_TEST

START_TEST(columns_for_wide_output_have_priority_1)
{
	json_t *columns = table_column_definitions(API_SERVICES);
	char *text = json_dumps(json_array_get(columns, 6), JSON_COMPACT);

	ck_assert_str_eq(text, "{\"name\":\"Selector\",\"type\":\"string\",\"format\":\"\","
	    "\"description\":\"labels of its Pods\",\"priority\":1}");
	free(text);
	json_decref(columns);
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof(*(list))))

Suite *
suite(void)
{
	Suite *suite = suite_create("table");
	TCase *all = tcase_create("all");

	tcase_add_loop_test(all, each_kind_has_kubectls_columns, 0, COUNT(cases));
	tcase_add_loop_test(all, a_pod_is_what_its_containers_are, 0, COUNT(pods));
	tcase_add_test(all, what_an_object_lacks_is_no_trouble);
	tcase_add_test(all, columns_for_wide_output_have_priority_1);
	suite_add_tcase(suite, all);
	return suite;
}
