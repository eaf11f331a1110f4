/* outcome.h - every way in which one attempt of a probe can end.  Thread: any; pure. */
#ifndef ROLLCALL_MODEL_OUTCOME_H
#define ROLLCALL_MODEL_OUTCOME_H
#include <stdbool.h>
#include <stdint.h>

enum outcome_code {
	OUTCOME_PASS,
	/* a redirect to elsewhere was not followed: success with a warning (kubelet) */
	OUTCOME_PASS_REDIRECT,
	/* failures of the target */
	OUTCOME_CONNECT_REFUSED,
	OUTCOME_CONNECT_TIMEOUT,
	OUTCOME_CONNECT_FAILED,         /* unreachable and the like; detail: strerror */
	OUTCOME_HOST_UNKNOWN,           /* probe.host does not resolve */
	OUTCOME_HOST_DENIED,            /* probe.host is not in probes.allowHost */
	OUTCOME_PORT_UNKNOWN,           /* a named port that the target lacks */
	OUTCOME_TLS_TIMEOUT,
	OUTCOME_TLS_FAILED,             /* detail: what OpenSSL says */
	OUTCOME_TLS_UNTRUSTED,          /* rollcall/tls-verify only */
	OUTCOME_SEND_FAILED,
	OUTCOME_HEADERS_TIMEOUT,
	OUTCOME_HEADERS_TOO_LARGE,
	OUTCOME_HTTP_MALFORMED,         /* detail: which rule */
	OUTCOME_HTTP_STATUS,            /* value: the code */
	OUTCOME_HTTP_REDIRECT_BAD,      /* Location that is no URL */
	OUTCOME_HTTP_REDIRECT_LOOP,
	OUTCOME_BODY_TIMEOUT,
	OUTCOME_BODY_SHORT,             /* closed before the promised end */
	OUTCOME_CLOSED,                 /* closed before an answer */
	OUTCOME_RESET,
	OUTCOME_GRPC_STATUS,            /* value: gRPC status; detail: its message */
	OUTCOME_GRPC_NOT_SERVING,       /* value: HealthCheckResponse.status */
	OUTCOME_GRPC_PROTOCOL,          /* no HTTP/2, bad frame; detail */
	OUTCOME_GRPC_TIMEOUT,
	OUTCOME_DNS_TIMEOUT,
	OUTCOME_DNS_RCODE,              /* value: the code; detail: its name */
	OUTCOME_DNS_EMPTY,              /* NOERROR, and no record of the type */
	OUTCOME_DNS_MALFORMED,          /* detail: which rule */
	OUTCOME_EXIT_NONZERO,           /* value: exit status; detail: first line of output */
	OUTCOME_EXEC_SIGNAL,            /* value: signal */
	OUTCOME_EXEC_TIMEOUT,
	OUTCOME_EXEC_NOT_FOUND,         /* no such command */
	OUTCOME_EXEC_NOT_EXECUTABLE,    /* detail: strerror */
	/* exec is disabled, the path not allowed, or the file not trusted */
	OUTCOME_EXEC_DENIED,
	/* faults of the checker: not counted against the target */
	OUTCOME_FAULT_FILES,            /* EMFILE, ENFILE */
	OUTCOME_FAULT_MEMORY,
	OUTCOME_FAULT_ADDRESS,          /* EADDRNOTAVAIL: no local port left */
	OUTCOME_FAULT_FORK,
	OUTCOME_FAULT_HELPER,           /* the exec helper died */
	OUTCOME_FAULT_LATE,             /* the loop was late past the deadline */
	OUTCOME_FAULT_BUSY,             /* probes.maxConcurrent attempts are in flight */
};

enum outcome_class { OUTCOME_CLASS_PASS, OUTCOME_CLASS_FAIL, OUTCOME_CLASS_FAULT };

#define OUTCOME_DETAIL_SIZE 96

/* Small enough to be copied by value. */
struct outcome {
	enum outcome_code code;
	int value;
	uint32_t took_us;
	uint32_t timeout_ms;            /* the deadline that was in force */
	int64_t certificate_expires_unix_s; /* 0: not TLS */
	/* printable text; "" where there is none; never a reply's body */
	char detail[OUTCOME_DETAIL_SIZE];
};

enum outcome_class outcome_class(enum outcome_code code);

/* A stable word for metrics and tests: "connect_refused". */
const char *outcome_word(enum outcome_code code);

/*
 * A sentence for people: `connect refused`, `timed out after 1000 ms while reading headers`,
 * `status 503`, `exit 2: "db down"`.  Returns buf; as snprintf for size.
 */
char *outcome_text(const struct outcome *outcome, char *buf, unsigned long size);

/* Set the detail, cut at the size and with everything but printable ASCII replaced by '?'. */
void outcome_set_detail(struct outcome *outcome, const char *detail);
#endif
