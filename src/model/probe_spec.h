/*
 * probe_spec.h - how one container or endpoint is to be probed (core/v1 Probe).  Thread:
 * control.
 */
#ifndef ROLLCALL_MODEL_PROBE_SPEC_H
#define ROLLCALL_MODEL_PROBE_SPEC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct compact_table;

enum probe_kind { PROBE_STARTUP, PROBE_READINESS, PROBE_LIVENESS };
#define PROBE_KIND_COUNT 3

enum probe_engine { ENGINE_HTTP, ENGINE_TCP, ENGINE_EXEC, ENGINE_GRPC, ENGINE_DNS };

/* An IntOrString port: a number, a name, or (name NULL, number 0) not stated. */
struct port_ref {
	uint16_t number;
	const char *name;
};

struct http_header {
	const char *name;
	const char *value;
};

/*
 * All durations are already defaulted and in milliseconds (PROBES.md 1.1, rollcall/period-ms
 * and timeout-ms).
 */
struct probe_spec {
	enum probe_engine engine;
	uint64_t initial_delay_ms;
	uint64_t period_ms;             /* >= 1 */
	uint64_t timeout_ms;            /* >= 1 */
	uint32_t success_threshold;     /* >= 1 */
	uint32_t failure_threshold;     /* >= 1 */
	struct port_ref port;           /* http, tcp, grpc, dns */
	const char *host;               /* http, tcp; NULL: the endpoint's own address */
	bool https;
	bool tls_verify;                /* rollcall/tls-verify */
	const char *path;               /* http; "/" by default */
	struct http_header *headers;
	size_t header_count;
	/* exec: argv, not NULL-terminated; rollcall/exec-prefix is already in front */
	const char **command;
	size_t command_count;
	const char *grpc_service;       /* "" by default */
	const char *dns_name;           /* the name asked for; "." is the root */
	uint16_t dns_type;              /* as on the wire: 1 is A */
};

/* Same in every respect that matters to an attempt or a tally. */
bool probe_spec_equal(const struct probe_spec *a, const struct probe_spec *b);

/* What it points to, for copies of what has probes. */
extern const struct compact_table probe_spec_table;

/*
 * A copy with all its texts in one allocation; free with probe_spec_free (free(3) is enough).
 * NULL: no memory.
 */
struct probe_spec *probe_spec_clone(const struct probe_spec *spec);
void probe_spec_free(struct probe_spec *spec);

/* "httpGet", "tcpSocket", "exec", "grpc", "dns"; "startup", "readiness", "liveness". */
const char *probe_engine_text(enum probe_engine engine);
const char *probe_kind_text(enum probe_kind kind);
#endif
