/* test_lint.c - what objects say about each other that is likely a slip. */
#include "source/lint.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/diag.h"
#include "model/allot.h"
#include "model/object.h"
#include "model/store.h"
#include "source/decode.h"
#include "tests/suite.h"

#define SERVICE "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"
#define POD "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web-1, namespace: shop, labels: {app: web}}\n"
#define SLICE "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
#define CONTAINER "containers: [{name: c, image: i, ports: [{name: http, containerPort: 80}]}]"

static const struct {
	const char *text;
	const char *expected;   /* "" for silence */
} cases[] = {
	{ SERVICE "spec: {selector: {app: web}, ports: [{port: 80}]}\n",
	    "f.yaml:1:1: warning: Service shop/web: spec.selector matches no Pod of namespace shop" },
	{ SERVICE "spec: {selector: {app: web}, ports: [{port: 80}]}\n" POD
		  "spec: {" CONTAINER "}\nstatus: {podIP: 192.0.2.1}\n",
	    "" },
	{ SERVICE "spec: {selector: {app: web}, ports: [{port: 80, targetPort: htp}]}\n" POD
		  "spec: {" CONTAINER "}\nstatus: {podIP: 192.0.2.1}\n",
	    "spec.ports[0].targetPort \"htp\" is a port of 0 of the 1 Pods selected" },
	{ SERVICE "spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}\n" POD
		  "spec: {" CONTAINER "}\nstatus: {podIP: 192.0.2.1}\n",
	    "" },
	{ SERVICE "spec: {clusterIP: None, selector: {app: web}}\n" POD
		  "spec: {" CONTAINER "}\nstatus: {podIP: 192.0.2.1}\n",
	    "a headless Service without spec.ports has addresses but no SRV records" },
	{ SERVICE "spec: {ports: [{port: 80}]}\n",
	    "has no spec.selector and no EndpointSlice or Endpoints" },
	{ SERVICE "spec: {type: ExternalName, externalName: 192.0.2.1}\n",
	    "spec.externalName 192.0.2.1 is an IP address" },
	{ SERVICE "spec: {type: ExternalName, externalName: example.com}\n", "" },
	{ POD "spec: {" CONTAINER "}\n", "Pod shop/web-1: has no address" },
	{ POD "spec: {" CONTAINER "}\nstatus: {phase: Succeeded}\n", "" },
	{ POD "spec: {hostname: a, " CONTAINER "}\nstatus: {podIP: 192.0.2.1}\n",
	    "spec.hostname a without spec.subdomain gives no DNS name" },
	{ POD "spec: {hostname: a, subdomain: db, " CONTAINER "}\nstatus: {podIP: 192.0.2.1}\n",
	    "spec.subdomain db is no Service of namespace shop" },
	{ SLICE "metadata: {name: s, namespace: shop}\naddressType: IPv4\nendpoints: []\n",
	    "EndpointSlice shop/s: has no label kubernetes.io/service-name" },
	{ SLICE "metadata: {name: s, namespace: shop, labels: {kubernetes.io/service-name: web}}\n"
		"addressType: IPv4\nendpoints: []\n",
	    "there is no Service shop/web for it" },
	{ SERVICE "spec: {selector: {app: web}, ports: [{port: 80}]}\n" POD "spec: {" CONTAINER
		  "}\nstatus: {podIP: 192.0.2.1}\n---\napiVersion: v1\nkind: Endpoints\n"
		  "metadata: {name: web, namespace: shop}\nsubsets: []\n",
	    "Endpoints shop/web: is not used: Service shop/web has a selector" },
	{ SERVICE "spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 81}]}\n" POD
		  "spec: {" CONTAINER "}\nstatus: {podIP: 192.0.2.1}\n",
	    "81 is outside 30000-32767" },
};

#define INGRESS "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: way, namespace: shop}\n" \
	"spec: {rules: [{host: www.example.com, http: {paths: [{path: /, pathType: Prefix, " \
	"backend: {service: {name: web, port: {number: 80}}}}]}}]}\n"

/* Decode, store and lint one text; returns what was said of this gravity and above, a line each. */
static char *
lint_text(const char *text, enum severity least)
{
	static const struct decode_settings decoding = { .trusted = true, .exec_enabled = true };
	struct cidr services;
	struct allot_settings ranges = { &services, 1, NULL, 0, 30000, 32767, 0 };
	struct object_list list = { NULL, 0, 0 };
	struct store *store = store_new();
	struct diag *diag = diag_new();
	char *said = NULL;
	size_t size = 0;

	ck_assert_int_eq(cidr_parse("10.96.0.0/12", &services), 0);
	ck_assert_int_eq(decode_text("f.yaml", text, strlen(text), &decoding, &list, diag), 0);
	ck_assert_int_eq(store_replace_file(store, "f.yaml", list.items, list.count, diag), 0);
	list.count = 0;
	object_list_release(&list);
	diag_clear(diag);
	ck_assert_int_eq(lint_store(store, &ranges, diag), 0);

	FILE *out = open_memstream(&said, &size);
	ck_assert_ptr_nonnull(out);
	diag_print(diag, least, out);
	ck_assert_int_eq(fclose(out), 0);
	diag_free(diag);
	store_free(store);
	return said;
}

START_TEST(each_slip_is_said_and_its_mended_twin_is_not)
{
	char *said = lint_text(cases[_i].text, SEVERITY_WARNING);

	if (*cases[_i].expected == '\0')
		ck_assert_str_eq(said, "");
	else
		ck_assert_msg(strstr(said, cases[_i].expected) != NULL, "said: %swanted: %s", said,
		    cases[_i].expected);
	free(said);
}
END_TEST

START_TEST(two_services_that_state_one_address_are_an_error_that_names_both)
{
	char *said = lint_text(SERVICE
	    "spec: {clusterIP: 10.96.0.9, type: ClusterIP, selector: {a: b}, ports: [{port: 1}]}\n"
	    "---\napiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: shop}\n"
	    "spec: {clusterIP: 10.96.0.9, selector: {a: b}, ports: [{port: 1}]}\n", SEVERITY_WARNING);

	ck_assert_msg(strstr(said, ": error: Service shop/other: ") != NULL, "said: %s", said);
	ck_assert_msg(strstr(said, "shop/web") != NULL, "said: %s", said);
	free(said);
}
END_TEST

START_TEST(that_no_image_is_run_is_said_once)
{
	char *said = lint_text(POD "spec: {" CONTAINER "}\nstatus: {podIP: 192.0.2.1}\n"
	    "---\n{apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {" CONTAINER "}, "
	    "status: {podIP: 192.0.2.2}}\n", SEVERITY_INFO);

	ck_assert_str_eq(said, "f.yaml:2:1: info: Pod shop/web-1: image i is not run by rollcall, which "
	    "probes and answers what runs elsewhere (2 Pods)\n");
	free(said);
}
END_TEST

START_TEST(an_ingress_without_its_service_or_an_address_is_told)
{
	char *said = lint_text(INGRESS, SEVERITY_INFO);

	ck_assert_str_eq(said, "f.yaml:1:1: warning: Ingress shop/way: leads to Service web, which is not "
	    "stated\nf.yaml:1:1: info: Ingress shop/way: has neither rollcall/address nor a status: its "
	    "hosts are answered by ingressAddresses, if these are set\n");
	free(said);
	said = lint_text(INGRESS "status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}\n---\n"
	    "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, "
	    "spec: {type: ExternalName, externalName: www.example.org}}\n", SEVERITY_INFO);
	ck_assert_str_eq(said, "");
	free(said);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("lint");
	TCase *tcase = tcase_create("lint");

	tcase_add_loop_test(tcase, each_slip_is_said_and_its_mended_twin_is_not, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tcase, two_services_that_state_one_address_are_an_error_that_names_both);
	tcase_add_test(tcase, that_no_image_is_run_is_said_once);
	tcase_add_test(tcase, an_ingress_without_its_service_or_an_address_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}
