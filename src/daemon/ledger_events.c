/* ledger_events.c - what the world tells, as Kubernetes Events in words. */
#include "daemon/ledger_events.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/diag.h"
#include "model/outcome.h"
#include "model/service.h"
#include "model/target.h"
#include "ops/recorder.h"
#include "probe/schedule.h"

#define MESSAGE_SIZE 512
/* A file of nothing but errors must not push out all that others have to say. */
#define FILE_EVENTS_MAX 20

/* ---- probes ---- */

static void
write_where(const struct target *target, char buf[ADDR_PORT_TEXT_SIZE])
{
	const struct addr_port where = { target->addr, target->port };

	if (target->port != 0)
		addr_port_text(&where, buf);
	else
		addr_text(&target->addr, buf);
}

void
ledger_events_verdict(struct recorder *recorder, const struct schedule_report *report)
{
	static const char *const kinds[PROBE_KIND_COUNT] = {
		[PROBE_STARTUP] = "Startup", [PROBE_READINESS] = "Readiness",
		[PROBE_LIVENESS] = "Liveness",
	};
	const struct target *target = report->target;
	bool passes = report->verdict == VERDICT_PASS;
	bool of_pod = target->pod_name != NULL;
	char where[ADDR_PORT_TEXT_SIZE], message[MESSAGE_SIZE], reason[256];

	write_where(target, where);
	outcome_text(report->outcome, reason, sizeof(reason));
	snprintf(message, sizeof(message), "%s probe %s%s%s%s%s", kinds[report->kind],
	    target->service_name != NULL ? "of " : "", target->service_name != NULL ? where : "",
	    target->service_name != NULL ? " " : "", passes ? "succeeded" : "failed: ",
	    passes ? "" : reason);
	recorder_note(recorder, of_pod ? "Pod" : "Service", target->ns,
	    of_pod ? target->pod_name : target->service_name,
	    passes ? EVENT_NORMAL : EVENT_WARNING,
	    !passes ? "Unhealthy" : report->kind == PROBE_STARTUP ? "Started" :
	    report->kind == PROBE_LIVENESS ? "Healthy" : "Ready", message);
}

/* ---- addresses ---- */

void
ledger_events_problem(struct recorder *recorder, const struct service *service,
    const struct diag_entry *entry)
{
	const char *text = entry->text;
	const char *reason = "ClusterIPNotAllocated";
	const char *past = strstr(text, ": ");

	if (strstr(text, "load balancer") != NULL || strstr(text, "loadBalancer") != NULL)
		reason = "SyncLoadBalancerFailed";
	else if (strstr(text, "nodePort") != NULL || strstr(text, "NodePort") != NULL)
		reason = "PortNotAllocated";
	if (strncmp(text, "Service ", 8) == 0 && past != NULL)
		text = past + 2;
	recorder_note(recorder, "Service", service->object.ns, service->object.name, EVENT_WARNING,
	    reason, text);
}

/* ---- files ---- */

struct subject {
	char kind[32];
	char ns[64];
	char name[254];
};

/* "Service shop/web: spec ..." */
static bool
read_subject(const char *text, struct subject *subject)
{
	static const char *const kinds[] = { "Service", "Pod", "Endpoints", "EndpointSlice",
		"Ingress" };
	int end = 0;

	if (sscanf(text, "%31[A-Za-z] %63[^/ :]/%253[^: ]%n", subject->kind, subject->ns,
	    subject->name, &end) != 3 || text[end] != ':')
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(subject->kind, kinds[i]) == 0)
			return true;
	return false;
}

void
ledger_events_file(struct recorder *recorder, const char *node_name, const struct diag *diag)
{
	const struct diag_entry *entry;
	unsigned noted = 0;

	for (size_t i = 0; (entry = diag_at(diag, i)) != NULL && noted < FILE_EVENTS_MAX; i++) {
		char message[MESSAGE_SIZE];
		struct subject subject;

		if (entry->severity != SEVERITY_ERROR)
			continue;
		noted++;
		diag_format(entry, message, sizeof(message));
		if (read_subject(entry->text, &subject))
			recorder_note(recorder, subject.kind, subject.ns, subject.name,
			    EVENT_WARNING, "InvalidManifest", message);
		else
			recorder_note(recorder, "Node", "", node_name, EVENT_WARNING,
			    "InvalidManifest", message);
	}
}
