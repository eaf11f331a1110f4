/* probe_spec.c - compare and copy what a probe was told to do. */
#include "model/probe_spec.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

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
	    text_equal(a->grpc_service, b->grpc_service);
}

/* Where the next copied octets go; in the first pass, with start NULL, only `used` grows. */
struct packer {
	char *start;
	size_t used;
};

static void *
pack(struct packer *packer, const void *data, size_t size)
{
	char *to = packer->start != NULL ? packer->start + packer->used : NULL;

	if (to != NULL && size > 0)
		memcpy(to, data, size);
	packer->used += size;
	return to;
}

static const char *
pack_text(struct packer *packer, const char *text)
{
	return text != NULL ? pack(packer, text, strlen(text) + 1) : NULL;
}

/* Arrays of pointers come first, so that they stay aligned behind the struct. */
static void
pack_spec(struct packer *packer, const struct probe_spec *spec)
{
	struct probe_spec *copy = pack(packer, spec, sizeof(*spec));
	struct http_header *headers = pack(packer, spec->headers,
	    spec->header_count * sizeof(*headers));
	const char **command = pack(packer, spec->command, spec->command_count * sizeof(*command));

	for (size_t i = 0; i < spec->header_count; i++) {
		const char *name = pack_text(packer, spec->headers[i].name);
		const char *value = pack_text(packer, spec->headers[i].value);

		if (copy != NULL)
			headers[i] = (struct http_header){ name, value };
	}
	for (size_t i = 0; i < spec->command_count; i++) {
		const char *word = pack_text(packer, spec->command[i]);

		if (copy != NULL)
			command[i] = word;
	}
	const char *port_name = pack_text(packer, spec->port.name);
	const char *host = pack_text(packer, spec->host);
	const char *path = pack_text(packer, spec->path);
	const char *grpc_service = pack_text(packer, spec->grpc_service);
	const char *file = pack_text(packer, spec->place.file);

	if (copy == NULL)
		return;
	copy->headers = spec->header_count > 0 ? headers : NULL;
	copy->command = spec->command_count > 0 ? command : NULL;
	copy->port.name = port_name;
	copy->host = host;
	copy->path = path;
	copy->grpc_service = grpc_service;
	copy->place.file = file;
}

struct probe_spec *
probe_spec_clone(const struct probe_spec *spec)
{
	struct packer packer = { NULL, 0 };

	_Static_assert(sizeof(*spec) % alignof(struct http_header) == 0,
	    "arrays follow the struct");
	pack_spec(&packer, spec);
	packer.start = malloc(packer.used);
	if (packer.start == NULL)
		return NULL;
	packer.used = 0;
	pack_spec(&packer, spec);
	return (struct probe_spec *)(void *)packer.start;
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
