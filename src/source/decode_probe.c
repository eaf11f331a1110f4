/* decode_probe.c - core/v1 Probe to struct probe_spec. */
#include "source/decode_probe.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "source/decode.h"
#include "source/decode_meta.h"
#include "source/doc.h"
#include "source/field_value.h"

#define INT32_MOST 2147483647
#define MS_MOST 86400000        /* a day */
#define UNTRUSTED "is refused: the file must belong to root or to our own user, and nobody else " \
	"may write to it"

struct stated_http {
	const char *path;
	struct port_ref port;
	const char *host;
	uint8_t https;
	struct http_header *headers;
	size_t header_count;
};

struct stated_tcp {
	struct port_ref port;
	const char *host;
};

struct stated_exec {
	const char **command;
	size_t command_count;
};

struct stated_grpc {
	uint16_t port;
	const char *service;
};

struct stated_dns {
	const char *name;
	uint16_t type;
	struct port_ref port;
};

/* A Probe as written, before the handler is chosen. */
struct stated_probe {
	uint32_t initial_delay_s;
	uint32_t period_s;
	uint32_t timeout_s;
	uint32_t success_threshold;
	uint32_t failure_threshold;
	uint64_t grace_s;
	struct stated_http http;
	struct stated_tcp tcp;
	struct stated_exec exec;
	struct stated_grpc grpc;
	struct stated_dns dns;
};

static const struct field_word scheme_words[] = { { "HTTP", 0 }, { "HTTPS", 1 }, { NULL, 0 } };

/* IsHTTPHeaderName. */
static const char *
rule_header_name(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (!isalnum((unsigned char)*at) && *at != '-')
			return "must be a header name (letters, digits and '-')";
	}
	return NULL;
}

static const struct field header_fields[] = {
	{ FIELD("name", FIELD_TEXT, http_header, name), .flags = FIELD_REQUIRED,
	    .rule = rule_header_name },
	{ FIELD("value", FIELD_TEXT, http_header, value),
	    .flags = FIELD_ONE_LINE | FIELD_SECRET, .fallback = "" },
};
static const struct field_table header_table = { FIELD_TABLE(header_fields, http_header) };

static const struct field http_fields[] = {
	{ FIELD("path", FIELD_TEXT, stated_http, path), .flags = FIELD_ONE_LINE, .fallback = "/",
	    .doc = "may carry a query" },
	{ FIELD("port", FIELD_PORT, stated_http, port),
	    .doc = "number, or name of a port of this container; required (not in "
	    "rollcall/readiness-probe)" },
	{ FIELD("host", FIELD_TEXT, stated_http, host), .flags = FIELD_ONE_LINE,
	    .doc = "who is asked; default: the endpoint itself; others only if probes.allowHost "
	    "has them" },
	{ FIELD("scheme", FIELD_ENUM, stated_http, https), .words = scheme_words,
	    .fallback = "HTTP",
	    .doc = "certificates are not verified unless rollcall/tls-verify says so" },
	{ FIELD_ITEMS("httpHeaders", FIELD_LIST, stated_http, headers, header_count),
	    .sub = &header_table,
	    .doc = "all are sent, repeated ones too" },
};
static const struct field_table http_table = { FIELD_TABLE(http_fields, stated_http) };

static const struct field tcp_fields[] = {
	{ FIELD("port", FIELD_PORT, stated_tcp, port), .doc = "as in httpGet" },
	{ FIELD("host", FIELD_TEXT, stated_tcp, host), .flags = FIELD_ONE_LINE,
	    .doc = "as in httpGet" },
};
static const struct field_table tcp_table = { FIELD_TABLE(tcp_fields, stated_tcp) };

static const struct field exec_fields[] = {
	{ FIELD_ITEMS("command", FIELD_TEXTS, stated_exec, command, command_count),
	    .flags = FIELD_REQUIRED,
	    .doc = "argv, no shell; runs on the host, only from files of a trusted owner" },
};
static const struct field_table exec_table = { FIELD_TABLE(exec_fields, stated_exec) };

static const struct field grpc_fields[] = {
	{ FIELD("port", FIELD_INT, stated_grpc, port), .min = 1,
	    .doc = "a number; required (not in rollcall/readiness-probe)" },
	{ FIELD("service", FIELD_TEXT, stated_grpc, service), .fallback = "",
	    .doc = "HealthCheckRequest.service" },
};
static const struct field_table grpc_table = { FIELD_TABLE(grpc_fields, stated_grpc) };

/* IANA's names of the types that people ask for. */
static const struct field_word type_words[] = {
	{ "A", 1 }, { "AAAA", 28 }, { "CAA", 257 }, { "CNAME", 5 }, { "DNSKEY", 48 }, { "DS", 43 },
	{ "HTTPS", 65 }, { "MX", 15 }, { "NAPTR", 35 }, { "NS", 2 }, { "PTR", 12 }, { "SOA", 6 },
	{ "SRV", 33 }, { "SVCB", 64 }, { "TLSA", 52 }, { "TXT", 16 }, { NULL, 0 },
};

/* RFC 1035, section 2.3.4; what octets the labels have is the asked server's business. */
static const char *
rule_domain_name(const char *text)
{
	size_t len = strlen(text), label;

	if (len > 0 && text[len - 1] == '.')
		len--;
	for (size_t at = 0; at < len; at += label + 1) {
		label = strcspn(text + at, ".");
		if (label == 0 || label > 63)
			return "must have labels of 1 to 63 characters";
		if (at + label + 1 == len)
			return "must have labels of 1 to 63 characters";
	}
	if (strpbrk(text, " \\\"") != NULL)
		return "must be a domain name";
	return len > 253 ? "must have at most 253 characters" : NULL;
}

static const struct field dns_fields[] = {
	{ FIELD("name", FIELD_TEXT, stated_dns, name),
	    .flags = FIELD_REQUIRED | FIELD_ONE_LINE, .rule = rule_domain_name,
	    .doc = "the name to ask for, from the root whether it ends in a dot or not; `.` is "
	    "the root itself" },
	{ FIELD("type", FIELD_ENUM, stated_dns, type), .words = type_words, .fallback = "A" },
	{ FIELD("port", FIELD_PORT, stated_dns, port),
	    .doc = "number, or name of a port; UDP, and TCP where the answer is cut short" },
};
static const struct field_table dns_table = { FIELD_TABLE(dns_fields, stated_dns) };

#define PROBE_INT(text, member, least, standard, meaning) \
	{ FIELD(text, FIELD_INT, stated_probe, member), .flags = FIELD_ZERO_ABSENT, \
	    .min = (least), .max = INT32_MOST, .fallback = (standard), .doc = (meaning) }

/* core/v1. */
#define CORE_FIELDS \
	{ FIELD("httpGet", FIELD_MAP, stated_probe, http), .sub = &http_table, \
	    .doc = "200-399 is a success" }, \
	{ FIELD("tcpSocket", FIELD_MAP, stated_probe, tcp), .sub = &tcp_table, \
	    .doc = "an accepted connection is a success" }, \
	{ FIELD("exec", FIELD_MAP, stated_probe, exec), .sub = &exec_table, \
	    .doc = "exit 0 is a success" }, \
	{ FIELD("grpc", FIELD_MAP, stated_probe, grpc), .sub = &grpc_table, \
	    .doc = "grpc.health.v1: SERVING is a success" }, \
	PROBE_INT("initialDelaySeconds", initial_delay_s, 0, "0", \
	    "from the moment the target appears"), \
	PROBE_INT("periodSeconds", period_s, 0, "10", "0 means the default"), \
	PROBE_INT("timeoutSeconds", timeout_s, 0, "1", "0 means the default"), \
	PROBE_INT("successThreshold", success_threshold, 0, "1", "1 for liveness and startup"), \
	PROBE_INT("failureThreshold", failure_threshold, 0, "3", "0 means the default"), \
	{ FIELD("terminationGracePeriodSeconds", FIELD_INT, stated_probe, grace_s), .min = 1, \
	    .max = INT64_MAX, \
	    .doc = "accepted on liveness and startup probes; nothing is terminated" }

static const struct field core_fields[] = { CORE_FIELDS };
static const struct field_table core_table = { FIELD_TABLE(core_fields, stated_probe) };

/* What rollcall/readiness-probe has besides; in core/v1 it is an unknown field. */
static const struct field service_fields[] = {
	CORE_FIELDS,
	{ FIELD("dns", FIELD_MAP, stated_probe, dns), .sub = &dns_table,
	    .doc = "in rollcall/readiness-probe only: an answer with at least one record of the "
	    "type, or with a CNAME, is a success" },
};
const struct field_table decode_probe_table = { FIELD_TABLE(service_fields, stated_probe),
    .title = "Probe" };

static const struct decode_settings *
settings_of(const struct field_context *context)
{
	return context->arg;
}

/* Which handlers are stated?  Exactly one must be. */
static bool
choose_engine(struct field_context *context, const struct doc_node *node, bool of_service,
    enum probe_engine *engine)
{
	static const enum probe_engine engines[] = { ENGINE_HTTP, ENGINE_TCP, ENGINE_EXEC,
	    ENGINE_GRPC, ENGINE_DNS };
	const char *more = of_service ? ", dns" : "";
	size_t count = 0;

	/* The last one is ours. */
	for (size_t i = 0; i < (of_service ? 5 : 4); i++) {
		const struct doc_node *handler = doc_find(node, probe_engine_text(engines[i]));

		if (handler == NULL || handler->type == DOC_NULL)
			continue;
		if (count++ == 0)
			*engine = engines[i];
	}
	if (count == 0)
		field_error(context, node, "", "needs one of httpGet, tcpSocket, exec, grpc%s",
		    more);
	else if (count > 1)
		field_error(context, node, "",
		    "must have only one of httpGet, tcpSocket, exec, grpc%s", more);
	return count == 1;
}

static void
check_port(struct field_context *context, const struct doc_node *node, const struct port_ref *port,
    bool optional)
{
	if (!optional && port->number == 0 && port->name == NULL && context->errors == 0)
		field_error(context, node, ".port", "is required");
}

static void
check_exec(struct field_context *context, const struct doc_node *node,
    const struct stated_exec *exec)
{
	const struct doc_node *command = doc_find(node, "command");
	const struct decode_settings *settings = settings_of(context);

	if (command != NULL && command->type == DOC_LIST && command->count == 0)
		field_error(context, command, ".command", "must not be empty");
	else if (exec->command_count > 0 && *exec->command[0] == '\0')
		field_error(context, command, ".command[0]", "must not be empty");
	if (!settings->trusted)
		field_error(context, node, "", UNTRUSTED);
	else if (!settings->exec_enabled)
		field_warn(context, node, "", "will fail: probes.exec.enabled is false");
}

/* Copy the chosen handler; rules that need the handler's own node are checked here. */
static void
take_handler(struct field_context *context, const struct doc_node *node,
    const struct stated_probe *stated,
    bool of_service, struct probe_spec *spec)
{
	const char *name = probe_engine_text(spec->engine);
	const struct doc_node *handler = doc_find(node, name);
	size_t mark = field_enter(context, name);

	switch (spec->engine) {
	case ENGINE_HTTP:
		spec->port = stated->http.port;
		spec->host = stated->http.host;
		spec->https = stated->http.https != 0;
		spec->path = stated->http.path;
		spec->headers = stated->http.headers;
		spec->header_count = stated->http.header_count;
		check_port(context, handler, &spec->port, of_service);
		break;
	case ENGINE_TCP:
		spec->port = stated->tcp.port;
		spec->host = stated->tcp.host;
		check_port(context, handler, &spec->port, of_service);
		break;
	case ENGINE_EXEC:
		spec->command = stated->exec.command;
		spec->command_count = stated->exec.command_count;
		check_exec(context, handler, &stated->exec);
		break;
	case ENGINE_GRPC:
		spec->port.number = stated->grpc.port;
		spec->grpc_service = stated->grpc.service;
		check_port(context, handler, &spec->port, of_service);
		break;
	case ENGINE_DNS:
		spec->port = stated->dns.port;
		spec->dns_name = stated->dns.name;
		spec->dns_type = stated->dns.type;
		break;
	}
	field_leave(context, mark);
}

static void
check_kind(struct field_context *context, const struct doc_node *node,
    const struct stated_probe *stated,
    enum probe_kind kind)
{
	if (kind != PROBE_READINESS && stated->success_threshold != 1)
		field_error(context, doc_find(node, "successThreshold"), ".successThreshold",
		    "%u must be 1 for a %s "
		    "probe", stated->success_threshold, probe_kind_text(kind));
	if (kind == PROBE_READINESS && stated->grace_s != 0)
		field_error(context, doc_find(node, "terminationGracePeriodSeconds"),
		    ".terminationGracePeriodSeconds", "must not be set for readiness probes");
}

struct probe_spec *
decode_probe(struct field_context *context, const struct doc_node *node, enum probe_kind kind,
    bool of_service)
{
	struct stated_probe stated = { 0 };
	struct probe_spec *spec = field_value_alloc(context, 1, sizeof(*spec));
	size_t before = context->errors;

	if (spec == NULL)
		return NULL;
	/* Errors of this probe alone: rules over several fields wait for the fields to be sound. */
	context->errors = 0;
	field_decode(of_service ? &decode_probe_table : &core_table, node, &stated, context);
	if (context->err != 0) {
		context->errors += before;
		return NULL;
	}
	if (node->type == DOC_MAP && choose_engine(context, node, of_service, &spec->engine)) {
		take_handler(context, node, &stated, of_service, spec);
		check_kind(context, node, &stated, kind);
	}
	size_t own = context->errors;

	context->errors = before + own;
	spec->initial_delay_ms = stated.initial_delay_s * UINT64_C(1000);
	spec->period_ms = stated.period_s * UINT64_C(1000);
	spec->timeout_ms = stated.timeout_s * UINT64_C(1000);
	spec->success_threshold = stated.success_threshold;
	spec->failure_threshold = stated.failure_threshold;
	return own == 0 ? spec : NULL;
}

struct probe_spec *
decode_probe_annotation(struct field_context *context, const struct doc_node *root)
{
	const struct doc_node *text = decode_annotation(root, "rollcall/readiness-probe");
	const struct doc_node *node;
	struct probe_spec *spec = NULL;

	if (text == NULL)
		return NULL;
	int err = doc_read_inner(text, context->arena, context->diag, &node);
	size_t mark = field_enter(context, "metadata.annotations.rollcall/readiness-probe");

	if (err == ERR_NOMEM)
		context->err = err;
	else if (err != 0)
		field_error(context, text, "", "is not YAML");
	else if (node->type == DOC_NULL)
		field_error(context, text, "", "must be a Probe, written as YAML");
	else
		spec = decode_probe(context, node, PROBE_READINESS, true);
	field_leave(context, mark);
	return spec;
}

/* The words of rollcall/exec-prefix, parted by blanks. */
static const char **
prefix_words(struct field_context *context, const struct doc_node *node, size_t *count)
{
	const char **words = field_value_alloc(context, node->count / 2 + 1, sizeof(*words));
	const char *at = node->text;

	*count = 0;
	while (words != NULL && *(at += strspn(at, " \t\n")) != '\0') {
		size_t len = strcspn(at, " \t\n");

		words[*count] = arena_text_n(context->arena, at, len);
		if (words[(*count)++] == NULL)
			context->err = ERR_NOMEM;
		at += len;
	}
	return words;
}

static void
put_prefix(struct field_context *context, const char **words, size_t count, struct probe_spec *spec)
{
	const char **command = field_value_alloc(context, count + spec->command_count,
	    sizeof(*command));

	if (command == NULL)
		return;
	memcpy(command, words, count * sizeof(*command));
	memcpy(command + count, spec->command, spec->command_count * sizeof(*command));
	spec->command = command;
	spec->command_count += count;
}

static void
tune_exec(struct field_context *context, const struct doc_node *root, struct probe_spec **probes,
    size_t count)
{
	static const char path[] = ".metadata.annotations.rollcall/exec-prefix";
	const struct doc_node *node = decode_annotation(root, "rollcall/exec-prefix");
	size_t word_count;

	if (node == NULL)
		return;
	if (!settings_of(context)->trusted)
		field_error(context, node, path, UNTRUSTED);
	if (strlen(node->text) != node->count) {
		field_error(context, node, path, "must not contain NUL");
		return;
	}
	const char **words = prefix_words(context, node, &word_count);

	if (words == NULL || context->err != 0)
		return;
	if (word_count == 0)
		field_error(context, node, path, "must be words to put before a command");
	for (size_t i = 0; i < count; i++) {
		if (probes[i] != NULL && probes[i]->engine == ENGINE_EXEC)
			put_prefix(context, words, word_count, probes[i]);
	}
}

void
decode_probe_tune(struct field_context *context, const struct doc_node *root,
    struct probe_spec **probes,
    size_t count)
{
	uint64_t period_ms = decode_annotation_number(context, root, "rollcall/period-ms", 1,
	    MS_MOST, 0);
	uint64_t timeout_ms = decode_annotation_number(context, root, "rollcall/timeout-ms", 1,
	    MS_MOST, 0);
	bool tls_verify = decode_annotation_bool(context, root, "rollcall/tls-verify");

	for (size_t i = 0; i < count; i++) {
		if (probes[i] == NULL)
			continue;
		if (period_ms != 0)
			probes[i]->period_ms = period_ms;
		if (timeout_ms != 0)
			probes[i]->timeout_ms = timeout_ms;
		probes[i]->tls_verify = tls_verify;
	}
	tune_exec(context, root, probes, count);
}
