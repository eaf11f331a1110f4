/* outcome.c - the class, the word and the sentence of each ending of an attempt. */
#include "model/outcome.h"

#include <stdio.h>
#include <string.h>

/* How the sentence is made from the outcome; the text is its fixed part. */
enum form {
	FORM_PLAIN,             /* text */
	FORM_DETAIL,            /* text: detail */
	FORM_QUOTED,            /* text "detail" */
	FORM_WORD,              /* text detail */
	FORM_VALUE,             /* text value */
	FORM_VALUE_DETAIL,      /* text value: detail */
	FORM_VALUE_QUOTED,      /* text value: "detail" */
	FORM_TIMEOUT,           /* timed out after N ms while text */
};

struct ending {
	const char *word;
	enum outcome_class class;
	enum form form;
	const char *text;
};

#define PASS OUTCOME_CLASS_PASS
#define FAIL OUTCOME_CLASS_FAIL
#define FAULT OUTCOME_CLASS_FAULT
static const struct ending endings[] = {
	[OUTCOME_PASS] = { "pass", PASS, FORM_PLAIN, "passed" },
	[OUTCOME_PASS_REDIRECT] = { "pass_redirect", PASS, FORM_VALUE_DETAIL,
	    "redirect not followed: status" },
	[OUTCOME_CONNECT_REFUSED] = { "connect_refused", FAIL, FORM_PLAIN, "connect refused" },
	[OUTCOME_CONNECT_TIMEOUT] = { "connect_timeout", FAIL, FORM_TIMEOUT, "connecting" },
	[OUTCOME_CONNECT_FAILED] = { "connect_failed", FAIL, FORM_DETAIL, "connect failed" },
	[OUTCOME_HOST_UNKNOWN] = { "host_unknown", FAIL, FORM_DETAIL, "host does not resolve" },
	[OUTCOME_HOST_DENIED] = { "host_denied", FAIL, FORM_DETAIL,
	    "host is not in probes.allowHost" },
	[OUTCOME_PORT_UNKNOWN] = { "port_unknown", FAIL, FORM_QUOTED, "no port of the name" },
	[OUTCOME_TLS_TIMEOUT] = { "tls_timeout", FAIL, FORM_TIMEOUT, "shaking hands over TLS" },
	[OUTCOME_TLS_FAILED] = { "tls_failed", FAIL, FORM_DETAIL, "TLS failed" },
	[OUTCOME_TLS_UNTRUSTED] = { "tls_untrusted", FAIL, FORM_DETAIL,
	    "certificate is not trusted" },
	[OUTCOME_SEND_FAILED] = { "send_failed", FAIL, FORM_DETAIL, "sending failed" },
	[OUTCOME_HEADERS_TIMEOUT] = { "headers_timeout", FAIL, FORM_TIMEOUT, "reading headers" },
	[OUTCOME_HEADERS_TOO_LARGE] = { "headers_too_large", FAIL, FORM_PLAIN,
	    "headers are too large" },
	[OUTCOME_HTTP_MALFORMED] = { "http_malformed", FAIL, FORM_DETAIL, "malformed reply" },
	[OUTCOME_HTTP_STATUS] = { "http_status", FAIL, FORM_VALUE, "status" },
	[OUTCOME_HTTP_REDIRECT_BAD] = { "http_redirect_bad", FAIL, FORM_DETAIL,
	    "redirect to what is no URL" },
	[OUTCOME_HTTP_REDIRECT_LOOP] = { "http_redirect_loop", FAIL, FORM_PLAIN,
	    "too many redirects" },
	[OUTCOME_BODY_TIMEOUT] = { "body_timeout", FAIL, FORM_TIMEOUT, "reading the body" },
	[OUTCOME_BODY_SHORT] = { "body_short", FAIL, FORM_PLAIN, "body ended too soon" },
	[OUTCOME_CLOSED] = { "closed", FAIL, FORM_PLAIN, "closed before an answer" },
	[OUTCOME_RESET] = { "reset", FAIL, FORM_PLAIN, "connection reset" },
	[OUTCOME_GRPC_STATUS] = { "grpc_status", FAIL, FORM_VALUE_DETAIL, "gRPC status" },
	[OUTCOME_GRPC_NOT_SERVING] = { "grpc_not_serving", FAIL, FORM_PLAIN, "gRPC not serving" },
	[OUTCOME_GRPC_PROTOCOL] = { "grpc_protocol", FAIL, FORM_DETAIL, "not gRPC" },
	[OUTCOME_GRPC_TIMEOUT] = { "grpc_timeout", FAIL, FORM_TIMEOUT,
	    "waiting for the gRPC answer" },
	[OUTCOME_DNS_TIMEOUT] = { "dns_timeout", FAIL, FORM_TIMEOUT, "waiting for the DNS answer" },
	[OUTCOME_DNS_RCODE] = { "dns_rcode", FAIL, FORM_WORD, "answered" },
	[OUTCOME_DNS_EMPTY] = { "dns_empty", FAIL, FORM_PLAIN, "answered with 0 records" },
	[OUTCOME_DNS_MALFORMED] = { "dns_malformed", FAIL, FORM_DETAIL, "malformed DNS answer" },
	[OUTCOME_EXIT_NONZERO] = { "exit_nonzero", FAIL, FORM_VALUE_QUOTED, "exit" },
	[OUTCOME_EXEC_SIGNAL] = { "exec_signal", FAIL, FORM_VALUE_QUOTED, "killed by signal" },
	[OUTCOME_EXEC_TIMEOUT] = { "exec_timeout", FAIL, FORM_TIMEOUT, "running the command" },
	[OUTCOME_EXEC_NOT_FOUND] = { "exec_not_found", FAIL, FORM_DETAIL, "no such command" },
	[OUTCOME_EXEC_NOT_EXECUTABLE] = { "exec_not_executable", FAIL, FORM_DETAIL,
	    "command cannot be executed" },
	[OUTCOME_EXEC_DENIED] = { "exec_denied", FAIL, FORM_DETAIL, "exec is not allowed" },
	[OUTCOME_FAULT_FILES] = { "fault_files", FAULT, FORM_DETAIL,
	    "checker is out of file descriptors" },
	[OUTCOME_FAULT_MEMORY] = { "fault_memory", FAULT, FORM_DETAIL, "checker is out of memory" },
	[OUTCOME_FAULT_ADDRESS] = { "fault_address", FAULT, FORM_DETAIL,
	    "checker has no local port left" },
	[OUTCOME_FAULT_FORK] = { "fault_fork", FAULT, FORM_DETAIL,
	    "checker cannot start a process" },
	[OUTCOME_FAULT_HELPER] = { "fault_helper", FAULT, FORM_DETAIL,
	    "the checker's exec helper is gone" },
	[OUTCOME_FAULT_LATE] = { "fault_late", FAULT, FORM_DETAIL, "checker was late" },
	[OUTCOME_FAULT_BUSY] = { "fault_busy", FAULT, FORM_DETAIL,
	    "checker has probes.maxConcurrent attempts in flight" },
};
#undef PASS
#undef FAIL
#undef FAULT

/* The names that grpc.health.v1 gives to what is not SERVING. */
static const char *
serving_status_text(int status)
{
	static const char *const texts[] = { "UNKNOWN", "SERVING", "NOT_SERVING",
	    "SERVICE_UNKNOWN" };

	return status >= 0 && status < 4 ? texts[status] : "unknown status";
}

enum outcome_class
outcome_class(enum outcome_code code)
{
	return endings[code].class;
}

const char *
outcome_word(enum outcome_code code)
{
	return endings[code].word;
}

static void
format_detailed(const struct outcome *outcome, const struct ending *ending, char *buf, size_t size)
{
	const char *detail = outcome->detail;
	int value = outcome->value;

	if (*detail == '\0') {
		if (ending->form == FORM_DETAIL || ending->form == FORM_QUOTED ||
		    ending->form == FORM_WORD)
			snprintf(buf, size, "%s", ending->text);
		else
			snprintf(buf, size, "%s %d", ending->text, value);
	} else if (ending->form == FORM_DETAIL) {
		snprintf(buf, size, "%s: %s", ending->text, detail);
	} else if (ending->form == FORM_WORD) {
		snprintf(buf, size, "%s %s", ending->text, detail);
	} else if (ending->form == FORM_QUOTED) {
		snprintf(buf, size, "%s \"%s\"", ending->text, detail);
	} else if (ending->form == FORM_VALUE_DETAIL) {
		snprintf(buf, size, "%s %d: %s", ending->text, value, detail);
	} else {
		snprintf(buf, size, "%s %d: \"%s\"", ending->text, value, detail);
	}
}

char *
outcome_text(const struct outcome *outcome, char *buf, unsigned long size)
{
	const struct ending *ending = &endings[outcome->code];

	switch (ending->form) {
	case FORM_PLAIN:
		if (outcome->code == OUTCOME_GRPC_NOT_SERVING)
			snprintf(buf, size, "gRPC health is %s",
			    serving_status_text(outcome->value));
		else
			snprintf(buf, size, "%s", ending->text);
		break;
	case FORM_VALUE:
		snprintf(buf, size, "%s %d", ending->text, outcome->value);
		break;
	case FORM_TIMEOUT:
		snprintf(buf, size, "timed out after %u ms while %s", outcome->timeout_ms,
		    ending->text);
		break;
	case FORM_DETAIL:
	case FORM_QUOTED:
	case FORM_WORD:
	case FORM_VALUE_DETAIL:
	case FORM_VALUE_QUOTED:
		format_detailed(outcome, ending, buf, size);
		break;
	}
	return buf;
}

void
outcome_set_detail(struct outcome *outcome, const char *detail)
{
	size_t len = strnlen(detail, OUTCOME_DETAIL_SIZE - 1);

	for (size_t i = 0; i < len; i++)
		outcome->detail[i] = detail[i] >= ' ' && detail[i] <= '~' ? detail[i] : '?';
	memset(outcome->detail + len, 0, OUTCOME_DETAIL_SIZE - len);
}
