/* verdict_line.c - the lines that tell what came of an attempt. */
#include "daemon/verdict_line.h"

#include <stdio.h>

#include "base/addr.h"
#include "model/outcome.h"
#include "model/store.h"
#include "model/target.h"
#include "probe/schedule.h"

static const char *
verdict_words(enum probe_kind kind, enum verdict verdict)
{
	static const char *const words[PROBE_KIND_COUNT][3] = {
		[PROBE_STARTUP] = { "unknown", "started", "not started" },
		[PROBE_READINESS] = { "unknown", "ready", "not ready" },
		[PROBE_LIVENESS] = { "unknown", "alive", "not alive" },
	};

	return words[kind][verdict];
}

/* exec probes may have no port. */
static void
place_text(const struct target *target, char buf[ADDR_PORT_TEXT_SIZE])
{
	struct addr_port where = { .addr = target->addr, .port = target->port };

	if (target->port != 0)
		addr_port_text(&where, buf);
	else
		addr_text(&target->addr, buf);
}

static const char *
endpoint_name(const struct target *target)
{
	const char *name = target->service_name != NULL ? target->service_name : target->pod_name;

	return name == NULL ? "" : name;
}

char *
verdict_line(const struct schedule_report *report, const struct verdict_state *before, char *buf,
    size_t size)
{
	const struct target *target = report->target;
	enum verdict held = before == NULL ? VERDICT_UNKNOWN : before->verdict;
	char where[ADDR_PORT_TEXT_SIZE];
	char reason[256];

	place_text(target, where);
	snprintf(buf, size, "endpoint %s/%s %s %s%s -> %s: %s (%u ms, %u of %u)", target->ns,
	    endpoint_name(target), where, verdict_words(report->kind, held),
	    before != NULL && before->restored ? " (restored)" : "",
	    verdict_words(report->kind, report->verdict),
	    outcome_text(report->outcome, reason, sizeof(reason)),
	    (report->outcome->took_us + 500) / 1000, report->run, report->threshold);
	return buf;
}

char *
verdict_line_fault(const struct schedule_report *report, char *buf, size_t size)
{
	const struct target *target = report->target;
	char where[ADDR_PORT_TEXT_SIZE];
	char reason[256];

	place_text(target, where);
	snprintf(buf, size, "endpoint %s/%s %s could not be probed, stays %s: %s", target->ns,
	    endpoint_name(target), where, verdict_words(report->kind, report->verdict),
	    outcome_text(report->outcome, reason, sizeof(reason)));
	return buf;
}
