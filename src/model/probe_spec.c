/* probe_spec.c - compare and copy what a probe was told to do. */
#include "model/probe_spec.h"

#include <stdlib.h>
#include <string.h>

#include "model/compact.h"

static bool
text_equal(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

static bool
headers_equal(const struct probe_spec *a, const struct probe_spec *b)
{
	if (a->header_count != b->header_count)
		return false;
	for (size_t i = 0; i < a->header_count; i++)
		if (!text_equal(a->headers[i].name, b->headers[i].name) ||
		    !text_equal(a->headers[i].value, b->headers[i].value))
			return false;
	return true;
}

static bool
command_equal(const struct probe_spec *a, const struct probe_spec *b)
{
	if (a->command_count != b->command_count)
		return false;
	for (size_t i = 0; i < a->command_count; i++)
		if (!text_equal(a->command[i], b->command[i]))
			return false;
	return true;
}

static bool
timing_equal(const struct probe_spec *a, const struct probe_spec *b)
{
	return a->initial_delay_ms == b->initial_delay_ms && a->period_ms == b->period_ms &&
	    a->timeout_ms == b->timeout_ms && a->success_threshold == b->success_threshold &&
	    a->failure_threshold == b->failure_threshold;
}

bool
probe_spec_equal(const struct probe_spec *a, const struct probe_spec *b)
{
	return a->engine == b->engine && timing_equal(a, b) &&
	    a->port.number == b->port.number && text_equal(a->port.name, b->port.name) &&
	    text_equal(a->host, b->host) && a->https == b->https &&
	    a->tls_verify == b->tls_verify && text_equal(a->path, b->path) &&
	    headers_equal(a, b) && command_equal(a, b) &&
	    text_equal(a->grpc_service, b->grpc_service) &&
	    text_equal(a->dns_name, b->dns_name) && a->dns_type == b->dns_type;
}

static const struct compact_field header_fields[] = {
	{ COMPACT_TEXT(http_header, name) }, { COMPACT_TEXT(http_header, value) },
};
static const struct compact_table header_table = { COMPACT_TABLE(header_fields, http_header) };

static const struct compact_field spec_fields[] = {
	{ COMPACT_TEXT(probe_spec, port.name) }, { COMPACT_TEXT(probe_spec, host) },
	{ COMPACT_TEXT(probe_spec, path) }, { COMPACT_TEXT(probe_spec, grpc_service) },
	{ COMPACT_TEXT(probe_spec, dns_name) },
	{ COMPACT_ITEMS(probe_spec, headers, header_count, &header_table) },
	{ COMPACT_ITEMS(probe_spec, command, command_count, &compact_texts) },
};
const struct compact_table probe_spec_table = { COMPACT_TABLE(spec_fields, probe_spec) };

struct probe_spec *
probe_spec_clone(const struct probe_spec *spec)
{
	return compact_copy(&probe_spec_table, spec);
}

void
probe_spec_free(struct probe_spec *spec)
{
	free(spec);
}

const char *
probe_engine_text(enum probe_engine engine)
{
	switch (engine) {
	case ENGINE_HTTP:
		return "httpGet";
	case ENGINE_TCP:
		return "tcpSocket";
	case ENGINE_EXEC:
		return "exec";
	case ENGINE_GRPC:
		return "grpc";
	case ENGINE_DNS:
		return "dns";
	}
	return "unknown";
}

const char *
probe_kind_text(enum probe_kind kind)
{
	switch (kind) {
	case PROBE_STARTUP:
		return "startup";
	case PROBE_READINESS:
		return "readiness";
	case PROBE_LIVENESS:
		return "liveness";
	}
	return "unknown";
}
