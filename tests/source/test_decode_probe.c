/* test_decode_probe.c - core/v1 Probe: every rule with one that breaks it and one that keeps it. */
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

#define POD "{apiVersion: v1, kind: Pod, metadata: {name: a, annotations: {%s}}, " \
	"spec: {containers: [{name: c, image: i, %s: {%s}}]}}"

/* A probe of a container; what is said about it. */
static const struct {
	const char *kind;
	const char *probe;
	const char *said;       /* NULL: nothing at all; else a part of it */
} rows[] = {
	{ "readinessProbe", "httpGet: {port: 80}", NULL },
	{ "readinessProbe", "",
	    "containers[0].readinessProbe needs one of httpGet, tcpSocket, exec, grpc" },
	{ "readinessProbe", "httpGet: null", "needs one of httpGet, tcpSocket, exec, grpc" },
	{ "readinessProbe", "httpGet: {port: 80}, tcpSocket: {port: 80}",
	    "must have only one of httpGet" },
	{ "readinessProbe", "httpGet: {}", "readinessProbe.httpGet.port is required" },
	{ "readinessProbe", "httpGet: 80",
	    "readinessProbe.httpGet must be a mapping, not a whole number" },
	{ "readinessProbe", "httpGet: {port: http}", NULL },
	{ "readinessProbe", "httpGet: {port: 0}",
	    "readinessProbe.httpGet.port 0 is outside 1-65535" },
	{ "readinessProbe", "httpGet: {port: a--b}",
	    "httpGet.port \"a--b\" is neither a port number nor" },
	{ "readinessProbe", "httpGet: {port: 80, path: '/a?b=c'}", NULL },
	{ "readinessProbe", "httpGet: {port: 80, path: \"/a\\r\\nX: y\"}",
	    "httpGet.path must not contain control characters (0x0D)" },
	{ "readinessProbe", "httpGet: {port: 80, path: \"/a\\0\"}",
	    "httpGet.path must not contain NUL" },
	{ "readinessProbe", "httpGet: {port: 80, host: \"a\\nb\"}",
	    "httpGet.host must not contain control characters" },
	{ "readinessProbe", "httpGet: {port: 80, scheme: HTTPS}", NULL },
	{ "readinessProbe", "httpGet: {port: 80, scheme: https}",
	    "\"https\" is none of HTTP, HTTPS; did you mean HTTPS?" },
	{ "readinessProbe",
	    "httpGet: {port: 80, httpHeaders: [{name: X-A, value: b}, {name: X-A}]}", NULL },
	{ "readinessProbe", "httpGet: {port: 80, httpHeaders: [{value: b}]}",
	    "httpGet.httpHeaders[0].name is required" },
	{ "readinessProbe", "httpGet: {port: 80, httpHeaders: [{name: 'X A'}]}",
	    "\"X A\" must be a header name" },
	{ "readinessProbe", "httpGet: {port: 80, httpHeaders: [{name: X, value: \"a\\nb\"}]}",
	    "httpHeaders[0].value must not contain control" },
	{ "readinessProbe", "httpGet: {port: 80, httpHeaders: [{name: X, value: 48151623}]}",
	    "httpHeaders[0].value must be a text in quotes" },
	{ "readinessProbe", "httpGet: {port: 80, httpHeaders: {X: y}}",
	    "httpHeaders must be a list, not a mapping" },
	{ "readinessProbe", "httpGet: {port: 80, pth: /}",
	    "httpGet.pth is unknown; did you mean path?" },
	{ "readinessProbe", "tcpSocket: {port: 80, host: 192.0.2.1}", NULL },
	{ "readinessProbe", "tcpSocket: {}", "readinessProbe.tcpSocket.port is required" },
	{ "readinessProbe", "tcpSocket: {port: 80, host: \"\\0\"}",
	    "tcpSocket.host must not contain NUL" },
	{ "readinessProbe", "exec: {command: [/bin/true]}", NULL },
	{ "readinessProbe", "exec: {}", "readinessProbe.exec.command is required" },
	{ "readinessProbe", "exec: {command: []}",
	    "readinessProbe.exec.command must not be empty" },
	{ "readinessProbe", "exec: {command: ['']}",
	    "readinessProbe.exec.command[0] must not be empty" },
	{ "readinessProbe", "exec: {command: /bin/true}",
	    "exec.command must be a list, not a text" },
	{ "readinessProbe", "exec: {command: [sleep, 5]}",
	    "exec.command[1] must be a text; put it in quotes: \"5\"" },
	{ "readinessProbe", "grpc: {port: 50051, service: ''}", NULL },
	{ "readinessProbe", "grpc: {}", "readinessProbe.grpc.port is required" },
	{ "readinessProbe", "grpc: {port: http}",
	    "readinessProbe.grpc.port must be a whole number, not a text" },
	{ "readinessProbe", "grpc: {port: 65536}",
	    "readinessProbe.grpc.port 65536 is outside 1-65535" },
	{ "readinessProbe",
	    "grpc: {port: 1}, periodSeconds: 0, timeoutSeconds: 0, successThreshold: 0", NULL },
	{ "readinessProbe", "grpc: {port: 1}, periodSeconds: -1",
	    "readinessProbe.periodSeconds -1 must not be negative" },
	{ "readinessProbe", "grpc: {port: 1}, timeoutSeconds: -1",
	    "readinessProbe.timeoutSeconds -1 must not be" },
	{ "readinessProbe", "grpc: {port: 1}, initialDelaySeconds: -1",
	    "initialDelaySeconds -1 must not be negative" },
	{ "readinessProbe", "grpc: {port: 1}, failureThreshold: -3",
	    "failureThreshold -3 must not be negative" },
	{ "readinessProbe", "grpc: {port: 1}, successThreshold: -3",
	    "successThreshold -3 must not be negative" },
	{ "readinessProbe", "grpc: {port: 1}, periodSeconds: 2147483648",
	    "2147483648 is outside 0-2147483647" },
	{ "readinessProbe", "grpc: {port: 1}, periodSeconds: 500ms",
	    "periodSeconds must be a whole number, not a text" },
	{ "readinessProbe", "grpc: {port: 1}, successThreshold: 2", NULL },
	{ "livenessProbe", "grpc: {port: 1}, successThreshold: 2",
	    "successThreshold 2 must be 1 for a liveness probe" },
	{ "startupProbe", "grpc: {port: 1}, successThreshold: 2",
	    "successThreshold 2 must be 1 for a startup probe" },
	{ "startupProbe", "grpc: {port: 1}, successThreshold: 0", NULL },
	{ "readinessProbe", "grpc: {port: 1}, terminationGracePeriodSeconds: 5",
	    "terminationGracePeriodSeconds must not be set for readiness" },
	{ "livenessProbe", "grpc: {port: 1}, terminationGracePeriodSeconds: 5", NULL },
	{ "livenessProbe", "grpc: {port: 1}, terminationGracePeriodSeconds: 0",
	    "terminationGracePeriodSeconds 0 is outside 1-" },
	{ "readinessProbe", "grpc: {port: 1}, dns: {name: a}", "readinessProbe.dns is unknown" },
	{ "readinessProbe", "dns: {name: a}", "needs one of httpGet, tcpSocket, exec, grpc" },
	{ "readinesProbe", "grpc: {port: 1}",
	    "containers[0].readinesProbe is unknown; did you mean readinessProbe?" },
};

START_TEST(rules_of_probes_hold)
{
	struct object_list list = { 0 };
	char text[1024];
	int err;

	snprintf(text, sizeof(text), POD, "", rows[_i].kind, rows[_i].probe);
	char *said = help_decode(text, &list, &err);
	bool refused = strstr(said, "error: ") != NULL;

	if (rows[_i].said == NULL)
		ck_assert_msg(*said == '\0', "%s\n%s", rows[_i].probe, said);
	else
		ck_assert_msg(strstr(said, rows[_i].said) != NULL, "%s\n%s", rows[_i].probe, said);
	ck_assert_int_eq(err, refused ? ERR_INVALID : 0);
	ck_assert_uint_eq(list.count, refused ? 0 : 1);
	object_list_release(&list);
	free(said);
}
END_TEST

static const struct probe_spec *
decode_one(const char *annotations, const char *probe, struct object_list *list)
{
	char text[1024];
	int err;

	snprintf(text, sizeof(text), POD, annotations, "readinessProbe", probe);
	char *said = help_decode(text, list, &err);

	ck_assert_str_eq(said, "");
	free(said);
	return ((struct pod *)list->items[0])->containers[0].probes[PROBE_READINESS];
}

START_TEST(zero_and_nothing_mean_the_default)
{
	static const char *const same[] = {
		"httpGet: {port: 80}",
		("httpGet: {port: 80, path: '', scheme: ''}, initialDelaySeconds: 0, "
		    "periodSeconds: 0, timeoutSeconds: 0, successThreshold: 0, failureThreshold: 0"),
		("httpGet: {port: 80, path: /, scheme: HTTP}, periodSeconds: 10, "
		    "timeoutSeconds: 1, failureThreshold: 3"),
	};
	struct object_list list = { 0 };
	const struct probe_spec *spec = decode_one("", same[_i], &list);

	ck_assert_int_eq(spec->engine, ENGINE_HTTP);
	ck_assert_uint_eq(spec->initial_delay_ms, 0);
	ck_assert_uint_eq(spec->period_ms, 10000);
	ck_assert_uint_eq(spec->timeout_ms, 1000);
	ck_assert_uint_eq(spec->success_threshold, 1);
	ck_assert_uint_eq(spec->failure_threshold, 3);
	ck_assert_str_eq(spec->path, "/");
	ck_assert_ptr_null(spec->host);
	ck_assert(!spec->https && !spec->tls_verify);
	object_list_release(&list);
}
END_TEST

START_TEST(annotations_of_the_pod_tune_its_probes)
{
	struct object_list list = { 0 };
	const struct probe_spec *spec =
	    decode_one("rollcall/period-ms: '200', rollcall/timeout-ms: '50', "
	    "rollcall/exec-prefix: ' podman  exec web', rollcall/tls-verify: 'true'",
	    "exec: {command: [pg_isready, -q]}", &list);

	ck_assert_uint_eq(spec->period_ms, 200);
	ck_assert_uint_eq(spec->timeout_ms, 50);
	ck_assert(spec->tls_verify);
	ck_assert_uint_eq(spec->command_count, 5);
	ck_assert_str_eq(spec->command[0], "podman");
	ck_assert_str_eq(spec->command[2], "web");
	ck_assert_str_eq(spec->command[4], "-q");
	object_list_release(&list);
}
END_TEST

static const struct {
	const char *annotation;
	const char *said;
} annotations[] = {
	{ "rollcall/period-ms: 200",
	    "rollcall/period-ms must be a text; put it in quotes: \"200\"" },
	{ "rollcall/period-ms: '0'",
	    "rollcall/period-ms \"0\" is not a whole number in 1-86400000" },
	{ "rollcall/period-ms: '1.5'", "\"1.5\" is not a whole number" },
	{ "rollcall/timeout-ms: '-1'", "rollcall/timeout-ms \"-1\" is not a whole number" },
	{ "rollcall/tls-verify: 'yes'",
	    "rollcall/tls-verify \"yes\" must be \"true\" or \"false\"" },
	{ "rollcall/exec-prefix: ' '", "rollcall/exec-prefix must be words" },
	{ "rollcall/perod-ms: '1'",
	    "warning: Pod default/a: annotation rollcall/perod-ms is unknown; did you mean "
	    "rollcall/period-ms?" },
	{ "rollcall/panic-threshold: '1'",
	    "warning: Pod default/a: annotation rollcall/panic-threshold means nothing on a Pod" },
};

START_TEST(wrong_annotations_are_said)
{
	struct object_list list = { 0 };
	char text[1024];
	int err;

	snprintf(text, sizeof(text), POD, annotations[_i].annotation, "readinessProbe",
	    "grpc: {port: 1}");
	char *said = help_decode(text, &list, &err);

	ck_assert_msg(strstr(said, annotations[_i].said) != NULL, "%s", said);
	object_list_release(&list);
	free(said);
}
END_TEST

/* What a Service's rollcall/readiness-probe may be; `said` as above. */
static const struct {
	const char *probe;
	const char *said;
} inner[] = {
	{ "httpGet: {}\n", NULL },
	{ "{\"tcpSocket\": {\"port\": \"http\"}}\n", NULL },
	{ "grpc: {}\n", NULL },
	{ "dns: {name: db.example}\n", NULL },
	{ "dns: {name: ., type: NS, port: 53}\n", NULL },
	{ "dns: {name: _ldap._tcp.example., type: SRV, port: dns}\n", NULL },
	{ "dns: {}\n", "rollcall/readiness-probe.dns.name is required" },
	{ "dns: {name: a..b}\n", "dns.name \"a..b\" must have labels of 1 to 63 characters" },
	{ "dns: {name: .a}\n", "dns.name \".a\" must have labels" },
	{ "dns: {name: a b}\n", "dns.name \"a b\" must be a domain name" },
	{ "dns: {name: a, type: a}\n", "dns.type \"a\" is none of A, AAAA" },
	{ "{dns: {name: a}, grpc: {}}\n",
	    "must have only one of httpGet, tcpSocket, exec, grpc, dns" },
	{ "periodSeconds: 1\n", "needs one of httpGet, tcpSocket, exec, grpc, dns" },
	{ "\n", "f:6:31: error: Service default/a: metadata.annotations.rollcall/readiness-probe "
	    "must be a Probe" },
	{ "[\n", "error: Service default/a: metadata.annotations.rollcall/readiness-probe is not "
	    "YAML" },
	{ "httpGet: {}\n      periodSeconds: x\n", "f:8: error: Service default/a: "
	    "metadata.annotations.rollcall/readiness-probe.periodSeconds must be a whole number, "
	    "not a text" },
	{ "a\n", "rollcall/readiness-probe must be a mapping, not a text" },
	{ "httpGet: {}\n      httpGet: {}\n", "f:8: error: key httpGet is doubled" },
};

START_TEST(a_services_probe_is_yaml_inside_an_annotation)
{
	struct object_list list = { 0 };
	char text[1024];
	int err;

	snprintf(text, sizeof(text),
	    "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  annotations:\n"
	    "    rollcall/readiness-probe: |\n      %sspec:\n  ports: [{port: 80}]\n",
	    inner[_i].probe);
	char *said = help_decode(text, &list, &err);

	if (inner[_i].said == NULL) {
		ck_assert_str_eq(said, "");
		ck_assert_ptr_nonnull(((struct service *)list.items[0])->readiness_probe);
	} else {
		ck_assert_msg(strstr(said, inner[_i].said) != NULL, "%s", said);
		ck_assert_uint_eq(list.count, 0);
	}
	object_list_release(&list);
	free(said);
}
END_TEST

START_TEST(exec_is_believed_from_trusted_files_only)
{
	static const char text[] =
	    "{apiVersion: v1, kind: Pod, metadata: {name: a, annotations: {rollcall/exec-prefix: "
	    "x}}, spec: {containers: [{name: c, image: i, livenessProbe: {exec: {command: "
	    "[a]}}}]}}";
	const struct decode_settings untrusted = { .trusted = false, .exec_enabled = true };
	const struct decode_settings disabled = { .trusted = true, .exec_enabled = false };
	struct object_list list = { 0 };
	struct diag *diag = diag_new();

	ck_assert_int_eq(decode_text("f", text, strlen(text), &untrusted, &list, diag),
	    ERR_INVALID);
	char *said = help_diag(diag);

	ck_assert_ptr_nonnull(strstr(said,
	    "livenessProbe.exec is refused: the file must belong to root or to our own "
	    "user, and nobody else may write to it"));
	ck_assert_ptr_nonnull(strstr(said,
	    "rollcall/exec-prefix is refused: the file must belong to root"));
	ck_assert_uint_eq(list.count, 0);
	free(said);
	diag_clear(diag);
	ck_assert_int_eq(decode_text("f", text, strlen(text), &disabled, &list, diag), 0);
	said = help_diag(diag);
	ck_assert_ptr_nonnull(strstr(said,
	    "warning: Pod default/a: spec.containers[0].livenessProbe.exec will fail: "
	    "probes.exec.enabled is false"));
	free(said);
	object_list_release(&list);
	diag_free(diag);
}
END_TEST

Suite *
suite(void)
{
	Suite *probe = suite_create("decode_probe");
	TCase *tcase = tcase_create("decode_probe");

	tcase_add_loop_test(tcase, rules_of_probes_hold, 0, (int)(sizeof(rows) / sizeof(*rows)));
	tcase_add_loop_test(tcase, zero_and_nothing_mean_the_default, 0, 3);
	tcase_add_test(tcase, annotations_of_the_pod_tune_its_probes);
	tcase_add_loop_test(tcase, wrong_annotations_are_said, 0,
	    (int)(sizeof(annotations) / sizeof(*annotations)));
	tcase_add_loop_test(tcase, a_services_probe_is_yaml_inside_an_annotation, 0,
	    (int)(sizeof(inner) / sizeof(*inner)));
	tcase_add_test(tcase, exec_is_believed_from_trusted_files_only);
	suite_add_tcase(probe, tcase);
	return probe;
}
