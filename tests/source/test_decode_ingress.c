/* test_decode_ingress.c - networking.k8s.io/v1 Ingress: each rule, broken and kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/ingress.h"
#include "source/decode.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

#define HEAD "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a"
#define BACKEND "backend: {service: {name: web, port: {number: 80}}}"
#define PATHS "http: {paths: [{path: /, pathType: Prefix, " BACKEND "}]}"

/* What stands behind the name, from metadata on. */
static const struct {
	const char *body;
	const char *said;       /* NULL: nothing at all; else a part of it */
} rows[] = {
	{ "}, spec: {}", NULL },
	{ "}, spec: {rules: [{host: www.example.com, " PATHS "}]}", NULL },
	{ "}, spec: {ingressClassName: nginx, defaultBackend: {service: {name: web, port: {name: http}}}}",
	    NULL },
	{ "}, spec: {rules: [{host: '*.example.com', " PATHS "}]}", NULL },
	{ "}, spec: {rules: [{" PATHS "}]}", NULL },
	{ "}, spec: {rules: [{host: '', " PATHS "}]}", NULL },
	{ "}, spec: {rules: [{host: 'a.*.example.com'}]}", "spec.rules[0].host \"a.*.example.com\" must be a "
	    "DNS name, the first label of which may be *" },
	{ "}, spec: {rules: [{host: '*'}]}", "must be a DNS name" },
	{ "}, spec: {rules: [{host: '*a.example.com'}]}", "must be a DNS name" },
	{ "}, spec: {rules: [{host: WWW.example.com}]}", "must be a DNS name" },
	{ "}, spec: {rules: [{host: 192.0.2.1}]}", "must be a DNS name" },
	{ "}, spec: {rules: [{hots: a.example.com}]}",
	    "warning: Ingress default/a: spec.rules[0].hots is unknown; did you mean host?" },
	{ "}, spec: {rules: [{host: a.example, http: {}}]}", "spec.rules[0].http.paths is required" },
	{ "}, spec: {rules: [{http: {paths: [{path: x, pathType: Exact, " BACKEND "}]}}]}",
	    "spec.rules[0].http.paths[0].path \"x\" must begin with /" },
	{ "}, spec: {rules: [{http: {paths: [{path: /, " BACKEND "}]}}]}",
	    "spec.rules[0].http.paths[0].pathType is required" },
	{ "}, spec: {rules: [{http: {paths: [{path: /, pathType: Prefx, " BACKEND "}]}}]}",
	    "did you mean Prefix?" },
	{ "}, spec: {rules: [{http: {paths: [{pathType: Exact, backend: {service: {port: {number: 1}}}}]}}]}",
	    "backend.service.name is required" },
	{ "}, spec: {rules: [{http: {paths: [{pathType: Exact, backend: {service: {name: w, port: {number: 0}}}}]}}]}",
	    "port.number 0 is outside 1-65535" },
	{ "}, spec: {rules: [{host: a.example}], tls: [{hosts: [a.example], secretName: s}]}", NULL },
	{ "}, spec: {tls: [{hosts: [a.example]}]}", NULL },
	{ "}, spec: {rules: [{host: a.example}], tls: [{hosts: [a.example, b.example]}]}",
	    "warning: Ingress default/a: spec.tls[0].hosts[1] b.example is the host of no rule" },
	{ "}, spec: {tls: [{hosts: [a_b]}]}", "spec.tls[0].hosts[0] \"a_b\" must be a DNS name" },
	{ "}, spec: {}, status: {loadBalancer: {ingress: [{ip: 192.0.2.1, ports: []}]}}", NULL },
	{ "}, spec: {}, status: {loadBalancer: {ingress: [{hostname: Lb}]}}", "hostname \"Lb\" must be" },
	{ ", annotations: {rollcall/address: '192.0.2.1, 2001:db8::1'}}, spec: {}", NULL },
	{ ", annotations: {rollcall/address: here}}, spec: {}",
	    "metadata.annotations.rollcall/address \"here\" is not an IP address" },
	{ ", annotations: {rollcall/address: ' '}}, spec: {}", "must be IP addresses" },
	{ ", annotations: {rollcall/address: 0.0.0.0}}, spec: {}", "must not be the unspecified address" },
	{ ", annotations: {rollcall/panic-threshold: '5'}}, spec: {}", "means nothing on a" },
	{ "}", "spec is required" },
};

START_TEST(each_rule_is_kept)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, HEAD "%s}", rows[_i].body);
	help_expect(text.text, rows[_i].said);
	strbuf_release(&text);
}
END_TEST

/* "hosts | services | addresses | balancer" */
static const struct {
	const char *body;
	const char *taken;
} taken[] = {
	{ "}, spec: {rules: [{host: b.example, " PATHS "}, {host: '*.a.example', " PATHS "}, {host: b.example}], "
	    "defaultBackend: {service: {name: fall, port: {number: 1}}}}", "*.a.example b.example |fall web | |-" },
	{ "}, spec: {rules: [{" PATHS "}]}", "|web | |-" },
	{ "}, spec: {}, status: {loadBalancer: {ingress: [{ip: 192.0.2.2}, {ip: 192.0.2.1}, {hostname: lb.example},"
	    " {ip: 192.0.2.2}, {hostname: other.example}]}}", "| |192.0.2.1 192.0.2.2 |lb.example" },
	{ ", annotations: {rollcall/address: '2001:db8::1,192.0.2.9'}}, spec: {}, "
	    "status: {loadBalancer: {ingress: [{ip: 192.0.2.1}, {hostname: lb.example}]}}",
	    "| |192.0.2.9 2001:db8::1 |-" },
};

START_TEST(hosts_backends_and_addresses_are_taken_each_once)
{
	struct strbuf text = STRBUF_INIT, said = STRBUF_INIT;
	struct object_list list = { 0 };
	char addr[ADDR_TEXT_SIZE];

	strbuf_addf(&text, HEAD "%s}", taken[_i].body);
	const struct ingress *ingress = (const void *)help_decode_one(text.text, &list);
	for (size_t i = 0; i < ingress->host_count; i++)
		strbuf_addf(&said, "%s ", ingress->hosts[i]);
	strbuf_add(&said, "|");
	for (size_t i = 0; i < ingress->service_count; i++)
		strbuf_addf(&said, "%s ", ingress->services[i]);
	strbuf_add(&said, ingress->service_count == 0 ? " |" : "|");
	for (size_t i = 0; i < ingress->addr_count; i++)
		strbuf_addf(&said, "%s ", addr_text(&ingress->addrs[i], addr));
	strbuf_addf(&said, "%s|%s", ingress->addr_count == 0 ? " " : "",
	    ingress->balancer != NULL ? ingress->balancer : "-");
	ck_assert_str_eq(said.text, taken[_i].taken);
	strbuf_release(&said);
	strbuf_release(&text);
	object_list_release(&list);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("decode_ingress");
	TCase *tcase = tcase_create("decode_ingress");

	tcase_add_loop_test(tcase, each_rule_is_kept, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_loop_test(tcase, hosts_backends_and_addresses_are_taken_each_once, 0,
	    (int)(sizeof(taken) / sizeof(taken[0])));
	suite_add_tcase(suite, tcase);
	return suite;
}
