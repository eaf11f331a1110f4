/* test_manifests.c - whole manifests, good and bad, in any order of keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "model/pod.h"
#include "model/service.h"
#include "source/decode.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

static const struct {
	const char *file;
	const char *name;
	enum service_type type;
	unsigned port;
	unsigned target;
	unsigned node_port;
} services[] = {
	{ "q02-clusterip", "svc-1", SERVICE_CLUSTER_IP, 9000, 8080, 0 },
	{ "q03-headless", "my-database", SERVICE_CLUSTER_IP, 5432, 5432, 0 },
	{ "q04-nodeport", "svc-2", SERVICE_NODE_PORT, 9000, 8080, 30001 },
	{ "q05-loadbalancer", "svc-4", SERVICE_LOAD_BALANCER, 9000, 8080, 0 },
	{ "q06-prefixed-label", "my-service", SERVICE_CLUSTER_IP, 80, 9376, 0 },
	{ "q07-affinity", "myservice", SERVICE_CLUSTER_IP, 80, 9376, 0 },
	{ "q08-nodeport-same-port", "my-service", SERVICE_NODE_PORT, 80, 80, 30007 },
	{ "q09-tomcat-nodeport", "tomcat-nodeport", SERVICE_NODE_PORT, 80, 8080, 30002 },
	{ "q10-tomcat-loadbalancer", "tomcat-loadbalancer", SERVICE_LOAD_BALANCER, 80, 8080, 0 },
	{ "q11-test-clusterip", "test", SERVICE_CLUSTER_IP, 8080, 8080, 0 },
	{ "q12-test-nodeport", "test", SERVICE_NODE_PORT, 30001, 5000, 30088 },
	{ "q13-test-loadbalancer", "test", SERVICE_LOAD_BALANCER, 30080, 5000, 0 },
};

static char *
decode_file(const char *file, struct object_list *list, int *err)
{
	char path[128];
	size_t len;

	snprintf(path, sizeof(path), "tests/source/data/%s.yaml", file);
	char *text = help_file(path, &len);
	char *said = help_decode(text, list, err);

	free(text);
	return said;
}

START_TEST(manifests_of_services_load_without_a_word)
{
	struct object_list list = { 0 };
	int err;
	char *said = decode_file(services[_i].file, &list, &err);

	ck_assert_str_eq(said, "");
	ck_assert_int_eq(err, 0);
	ck_assert_uint_eq(list.count, 1);
	const struct service *service = (const struct service *)list.items[0];

	ck_assert_str_eq(service->object.name, services[_i].name);
	ck_assert_str_eq(service->object.ns, "default");
	ck_assert_int_eq(service->type, services[_i].type);
	ck_assert_uint_eq(service->ports[0].port, services[_i].port);
	ck_assert_uint_eq(service->ports[0].target.number, services[_i].target);
	ck_assert_uint_eq(service->ports[0].node_port, services[_i].node_port);
	ck_assert_int_eq(service->headless, strcmp(service->object.name, "my-database") == 0);
	object_list_release(&list);
	free(said);
}
END_TEST

START_TEST(a_manifest_of_a_pod_loads_without_a_word)
{
	struct object_list list = { 0 };
	int err;
	char *said = decode_file("q01-pod", &list, &err);

	ck_assert_str_eq(said, "");
	const struct pod *pod = (const struct pod *)list.items[0];

	ck_assert_str_eq(pod->object.name, "pod-1");
	ck_assert_uint_eq(pod->endpoint_count, 0);
	ck_assert_uint_eq(pod->containers[0].ports[0].port, 8080);
	ck_assert_str_eq(pairs_find(&pod->labels, "app"), "pod");
	object_list_release(&list);
	free(said);
}
END_TEST

START_TEST(a_shortened_example_is_refused_clearly)
{
	struct object_list list = { 0 };
	int err;
	char *said = decode_file("q14-partial", &list, &err);

	ck_assert_int_eq(err, ERR_SYNTAX);
	ck_assert_msg(strstr(said,
	    "`...` is no placeholder in YAML, write the part it stands for") != NULL, "%s", said);
	object_list_release(&list);
	free(said);
}
END_TEST

/* Write `lines` in the order of permutation number `n` (factorial number system). */
static void
permute(const char *const *lines, size_t count, unsigned n, char *out, size_t size)
{
	size_t left[8];
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		left[i] = i;
	for (size_t i = count; i > 0; i--) {
		size_t pick = n % i;

		n /= (unsigned)i;
		len += (size_t)snprintf(out + len, size - len, "%s", lines[left[pick]]);
		memmove(&left[pick], &left[pick + 1], (i - pick - 1) * sizeof(*left));
	}
}

START_TEST(the_order_of_keys_does_not_count)
{
	static const char *const roots[] = { "apiVersion: v1\n", "kind: Service\n",
	    "metadata:\n  name: a\n  namespace: b\n", NULL };
	static const char *const specs[] = { "  type: NodePort\n", "  selector: {x: z, w: z}\n",
	    "  ports:\n  - {port: 80, name: a, nodePort: 30001}\n", "  clusterIP: 10.96.0.9\n",
	    "  externalTrafficPolicy: Local\n" };
	uint64_t digest = 0;

	for (unsigned n = 0; n < 24 * 120; n++) {
		const char *lines[4];
		char spec[512] = "spec:\n";
		char text[1024];
		struct object_list list = { 0 };
		int err;

		permute(specs, 5, n / 24, spec + strlen(spec), sizeof(spec) - strlen(spec));
		memcpy(lines, roots, sizeof(lines));
		lines[3] = spec;
		permute(lines, 4, n % 24, text, sizeof(text));
		char *said = help_decode(text, &list, &err);

		ck_assert_str_eq(said, "");
		const struct service *service = (const struct service *)list.items[0];

		ck_assert_int_eq(service->type, SERVICE_NODE_PORT);
		ck_assert_uint_eq(service->ports[0].node_port, 30001);
		ck_assert_uint_eq(service->selector.count, 2);
		ck_assert_str_eq(service->object.ns, "b");
		ck_assert(n == 0 || service->object.digest == digest);
		digest = service->object.digest;
		object_list_release(&list);
		free(said);
	}
}
END_TEST

/* Ways to break the good manifest: a piece of it and what is written there instead. */
static const struct {
	const char *piece;
	const char *instead;
} breaks[] = {
	{ "v1", "" }, { "kind", "Kind" }, { "Service", "[Service]" }, { "metadata:",
	    "metadata: x #" },
	{ "name: a", "nam: a" }, { "name: a", "name: A" }, { "name: a", "name: 5" }, { "spec:",
	    "spc:" },
	{ "ports:", "port:" }, { "- port", "port" }, { "80", "0" }, { "80", "'80'" }, { "80",
	    "65536" },
	{ "80", "-80" }, { "80", "eighty" }, { "80", "" }, { "80", "8.5" }, { "80", "[80]" },
	    { "80", "{80}" },
	{ "80", "80, 81]" }, { "80", "\"80" }, { "80", "*a" }, { "80", "\t80:" }, { "80",
	    "80: 81" },
	{ "\n", "\n\t" }, { "port: 80", "port: 80\n    port: 81" },
};
#define BREAKS (sizeof(breaks) / sizeof(*breaks))

START_TEST(each_of_182_bad_manifests_is_named_and_the_good_one_serves)
{
	static const char good[] =
	    "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n  - port: 80\n";
	const struct decode_settings settings = { .trusted = true, .exec_enabled = true };
	struct object_list list = { 0 };
	struct diag *diag = diag_new();
	char name[32];
	char text[512];

	/* Seven ways to go on behind each break make 182: all must be refused by themselves. */
	for (size_t i = 0; i < 7 * BREAKS; i++) {
		static const char *const tails[] = { "", "\n", "# x\n", "...\n", "---\n", "\r\n",
		    "\n---\n---\n" };
		const char *at = strstr(good, breaks[i % BREAKS].piece);
		size_t before = diag_count(diag, SEVERITY_ERROR);

		ck_assert_ptr_nonnull(at);
		snprintf(name, sizeof(name), "bad-%zu.yaml", i);
		snprintf(text, sizeof(text), "%.*s%s%s%s", (int)(at - good), good,
		    breaks[i % BREAKS].instead,
		    at + strlen(breaks[i % BREAKS].piece), tails[i / BREAKS]);
		int err = decode_text(name, text, strlen(text), &settings, &list, diag);

		ck_assert_msg(err != 0 && list.count == 0, "%s", text);
		ck_assert_msg(diag_count(diag, SEVERITY_ERROR) > before, "%s", text);
		ck_assert_str_eq(diag_at(diag, diag_count(diag, SEVERITY_ERROR) + diag_count(diag,
		    SEVERITY_WARNING) - 1)->file,
		    name);
	}
	ck_assert_uint_eq(7 * BREAKS, 182);
	ck_assert_int_eq(decode_text("good.yaml", good, strlen(good), &settings, &list, diag), 0);
	ck_assert_uint_eq(list.count, 1);
	object_list_release(&list);
	diag_free(diag);
}
END_TEST

START_TEST(the_digest_tells_content_and_trust_apart)
{
	static const char text[] = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}";
	static const char other[] =
	    "{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {x: z}}}";
	const struct decode_settings trusted = { .trusted = true };
	const struct decode_settings untrusted = { .trusted = false };
	struct object_list list = { 0 };

	ck_assert_int_eq(decode_text("f", text, strlen(text), &trusted, &list, NULL), 0);
	ck_assert_int_eq(decode_text("g", text, strlen(text), &trusted, &list, NULL), 0);
	ck_assert_int_eq(decode_text("f", text, strlen(text), &untrusted, &list, NULL), 0);
	ck_assert_int_eq(decode_text("f", other, strlen(other), &trusted, &list, NULL), 0);
	ck_assert_uint_eq(list.items[0]->digest, list.items[1]->digest);
	ck_assert_uint_ne(list.items[0]->digest, list.items[2]->digest);
	ck_assert_uint_ne(list.items[0]->digest, list.items[3]->digest);
	object_list_release(&list);
}
END_TEST

Suite *
suite(void)
{
	Suite *manifests = suite_create("manifests");
	TCase *tcase = tcase_create("manifests");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, manifests_of_services_load_without_a_word, 0,
	    (int)(sizeof(services) / sizeof(*services)));
	tcase_add_test(tcase, a_manifest_of_a_pod_loads_without_a_word);
	tcase_add_test(tcase, a_shortened_example_is_refused_clearly);
	tcase_add_test(tcase, the_order_of_keys_does_not_count);
	tcase_add_test(tcase, each_of_182_bad_manifests_is_named_and_the_good_one_serves);
	tcase_add_test(tcase, the_digest_tells_content_and_trust_apart);
	suite_add_tcase(manifests, tcase);
	return manifests;
}
