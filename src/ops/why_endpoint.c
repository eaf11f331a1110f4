/* why_endpoint.c - one endpoint: in or out, since when, what its probe said, what would change it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/drain.h"
#include "model/history.h"
#include "model/outcome.h"
#include "model/pod.h"
#include "model/roster.h"
#include "model/store.h"
#include "model/target.h"
#include "ops/standing.h"
#include "ops/why_parts.h"

#define CHANGE_SIZE 256

/* "5m12s", from a moment on the wall clock until now; "" where it is not known. */
static const char *
since_text(const struct why *why, uint64_t since_unix_ms, char buf[WHY_SPAN_SIZE])
{
	uint64_t now_ms = clock_unix_ms(why->insight->clock);

	*buf = '\0';
	return since_unix_ms == 0 ? buf :
	    why_span(buf, now_ms > since_unix_ms ? now_ms - since_unix_ms : 0);
}

/* ---- a probe ---- */

static void
say_last(struct why *why, const struct insight_look *look, json_t *object, char *line, size_t size)
{
	uint64_t now_ms = clock_now_ms(why->insight->clock);
	struct history_result result;
	struct outcome outcome;
	char sentence[256], span[WHY_SPAN_SIZE];
	json_t *last;

	if (history_count(look->history) == 0) {
		snprintf(line, size, "no result yet");
		return;
	}
	history_last(look->history, &outcome);
	result = history_at(look->history, history_count(look->history) - 1, now_ms);
	outcome_text(&outcome, sentence, sizeof(sentence));
	snprintf(line, size, "%s in %u.%u ms, %s ago", sentence, result.took_us / 1000,
	    result.took_us / 100 % 10, why_span(span, result.ago_ms));
	last = why_object(why, object, "last");
	why_set(why, last, "text", json_string(sentence));
	why_set(why, last, "code", json_string(outcome_word(outcome.code)));
	why_set(why, last, "passed", json_boolean(result.class == OUTCOME_CLASS_PASS));
	why_set(why, last, "tookMicroseconds", json_integer((json_int_t)result.took_us));
	why_set(why, last, "agoMilliseconds", json_integer((json_int_t)result.ago_ms));
}

/* "2 of 3 passes", "the 12th failure" ...: how far the run is. */
static void
say_run(const struct insight_look *look, char *line, size_t size)
{
	const struct probe_spec *spec = look->target->spec;
	uint32_t threshold = look->tally.last_pass ? spec->success_threshold :
	    spec->failure_threshold;
	const char *noun = look->tally.last_pass ? "pass" : "failure";

	if (look->tally.run == 0)
		snprintf(line, size, "%s", look->tally.restored ? "as before the restart" : "");
	else if (look->tally.run < threshold)
		snprintf(line, size, "%s %u of %u", noun, look->tally.run, threshold);
	else
		snprintf(line, size, "%u %s%s in a row", look->tally.run, noun,
		    look->tally.run == 1 ? "" : look->tally.last_pass ? "es" : "s");
}

static void
say_next(const struct insight_look *look, char *line, size_t size)
{
	char span[WHY_SPAN_SIZE];

	if (look->held)
		snprintf(line, size, "waits for the startup probe");
	else if (look->in_flight)
		snprintf(line, size, "asked just now");
	else if (look->planned)
		snprintf(line, size, "next in %s", why_span(span, look->next_ms));
	else
		snprintf(line, size, "not asked any more");
}

/* Whom it asks, and how: "httpGet 10.0.0.1:8080/healthz". */
static void
say_spec(const struct target *target, char *line, size_t size)
{
	const struct probe_spec *spec = target->spec;
	struct addr_port where = { target->addr, target->port };
	char text[ADDR_PORT_TEXT_SIZE];

	if (spec->engine == ENGINE_EXEC)
		snprintf(line, size, "exec %s", spec->command_count > 0 ? spec->command[0] : "");
	else if (target->port == 0)
		snprintf(line, size, "%s of an unknown port%s%s", probe_engine_text(spec->engine),
		    spec->port.name != NULL ? " " : "", spec->port.name != NULL ? spec->port.name : "");
	else
		snprintf(line, size, "%s%s %s%s", probe_engine_text(spec->engine),
		    spec->engine == ENGINE_HTTP && spec->https ? " over TLS" : "",
		    addr_port_text(&where, text), spec->engine == ENGINE_HTTP ? spec->path : "");
}

/* The results that are kept, oldest first: + passed, - failed, ? a fault of ours. */
static void
set_results(struct why *why, const struct insight_look *look, json_t *object)
{
	char marks[HISTORY_MAX + 1];
	size_t count = history_count(look->history);

	for (size_t i = 0; i < count; i++)
		marks[i] = "+-?"[history_at(look->history, i, 0).class];
	marks[count] = '\0';
	why_set(why, object, "results", json_string(marks));
}

bool
why_probe(struct why *why, unsigned depth, const char *id, json_t *list)
{
	const struct insight *insight = why->insight;
	struct insight_look look;
	char spec[512], last[384], run[64], next[64];
	json_t *object;

	if (!insight->look(insight->arg, id, &look))
		return false;
	object = json_object();
	why_add(why, list, object);
	say_spec(look.target, spec, sizeof(spec));
	say_last(why, &look, object, last, sizeof(last));
	say_run(&look, run, sizeof(run));
	say_next(&look, next, sizeof(next));
	why_set(why, object, "id", json_string(id));
	why_set(why, object, "kind", json_string(probe_kind_text(look.target->kind)));
	why_set(why, object, "spec", json_string(spec));
	why_set(why, object, "verdict", json_string(verdict_text(look.tally.verdict)));
	why_set(why, object, "run", json_string(run));
	why_set(why, object, "next", json_string(next));
	why_set(why, object, "nextMilliseconds",
	    look.planned ? json_integer((json_int_t)look.next_ms) : json_null());
	set_results(why, &look, object);
	why_say(why, depth, "%s probe: %s: %s%s%s; %s", probe_kind_text(look.target->kind), spec, last,
	    *run != '\0' ? "; " : "", run, next);
	return true;
}

/* ---- what would change it ---- */

static void
change_of_probe(const struct insight_look *look, char *out, size_t size)
{
	const struct probe_spec *spec = look->target->spec;
	bool up = look->tally.verdict != VERDICT_PASS;
	uint32_t threshold = up ? spec->success_threshold : spec->failure_threshold;
	uint32_t done = look->tally.run > 0 && look->tally.last_pass == up ? look->tally.run : 0;
	uint32_t left = threshold > done ? threshold - done : 1;

	if (up && look->held)
		snprintf(out, size, "comes in when its startup and readiness probes have passed");
	else if (up)
		snprintf(out, size, "comes in when %u%s probe%s pass%s", left,
		    done > 0 ? " more" : "", left == 1 ? "" : "s", left == 1 ? "es" : "");
	else
		snprintf(out, size, "goes out when %u%s probe%s fail%s", left,
		    done > 0 ? " more" : "", left == 1 ? "" : "s", left == 1 ? "s" : "");
}

static void
change_of_gates(const struct why *why, const struct roster_entry *entry, const char *pod_name,
    char *out, size_t size)
{
	const struct pod *pod = pod_name == NULL ? NULL :
	    store_pod(why->insight->store, roster_ns(entry), pod_name);
	size_t len = (size_t)snprintf(out, size, "comes in when these conditions are True:");

	for (size_t i = 0; pod != NULL && i < pod->readiness_gate_count && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, " %s", pod->readiness_gates[i]);
}

static void
change_of(const struct why *why, const struct roster_entry *entry, const char *pod_name,
    const struct standing *standing, char *out, size_t size)
{
	const struct insight *insight = why->insight;
	struct insight_look look;

	*out = '\0';
	switch (standing->presence) {
	case PRESENT_READY:
	case PRESENT_PROBE_FAILS:
	case PRESENT_PROBE_UNKNOWN:
		if (*standing->target_id != '\0' &&
		    insight->look(insight->arg, standing->target_id, &look))
			change_of_probe(&look, out, size);
		return;
	case PRESENT_NOT_READY:
		snprintf(out, size, "comes in when what states it says that it is ready");
		return;
	case PRESENT_GATE_CLOSED:
		change_of_gates(why, entry, pod_name, out, size);
		return;
	case PRESENT_TERMINATING:
		snprintf(out, size, "is on its way out; another one has to take its place");
		return;
	case PRESENT_DRAINED:
		snprintf(out, size, "comes in by `rollcall undrain`");
		return;
	}
}

/* ---- the endpoint ---- */

static void
set_ports(struct why *why, const struct roster_group *group, json_t *object)
{
	json_t *ports = why_list(why, object, "ports");

	for (size_t i = 0; i < group->port_count; i++)
		why_add(why, ports, json_pack("{s:s, s:i, s:s}", "name", group->ports[i].name,
		    "port", group->ports[i].port, "protocol",
		    protocol_text((enum protocol)group->ports[i].protocol)));
}

static const char *
word_of(const struct roster_endpoint *endpoint)
{
	return endpoint->answered ? "in" : "out";
}

/* "10.0.0.1:8080,9090"; the address alone where no port is known. */
static void
say_where(const struct roster_entry *entry, const struct roster_endpoint *endpoint, char *out,
    size_t size)
{
	const struct roster_group *group = &entry->groups[endpoint->group];
	struct addr_port where = { endpoint->of->addr, 0 };
	char text[ADDR_PORT_TEXT_SIZE];
	size_t len;

	if (group->port_count == 0 || group->ports[0].port == 0) {
		snprintf(out, size, "%s", addr_text(&where.addr, text));
		return;
	}
	where.port = group->ports[0].port;
	len = (size_t)snprintf(out, size, "%s", addr_port_text(&where, text));
	for (size_t i = 1; i < group->port_count && len + 8 < size; i++)
		len += (size_t)snprintf(out + len, size - len, ",%u", group->ports[i].port);
}

void
why_endpoint(struct why *why, const struct roster_entry *entry, size_t at, json_t *list)
{
	const struct roster_endpoint *endpoint = &entry->endpoints[at];
	struct standing standing;
	char where[ADDR_PORT_TEXT_SIZE + 64], change[CHANGE_SIZE], since[WHY_SPAN_SIZE];
	char text[ADDR_TEXT_SIZE];
	json_t *object = json_object();

	why_add(why, list, object);
	standing_of_endpoint(why->insight->store, entry, at, &standing);
	say_where(entry, endpoint, where, sizeof(where));
	since_text(why, standing.since_unix_ms, since);
	change_of(why, entry, endpoint->of->pod_name, &standing, change, sizeof(change));
	why_set(why, object, "address", json_string(addr_text(&endpoint->of->addr, text)));
	set_ports(why, &entry->groups[endpoint->group], object);
	why_set(why, object, "in", json_boolean(endpoint->answered));
	why_set(why, object, "presence", json_string(presence_text(standing.presence)));
	why_set(why, object, "why", json_string(standing.why));
	why_set(why, object, "change", json_string(change));
	if (endpoint->of->pod_name != NULL)
		why_set(why, object, "pod", json_string(endpoint->of->pod_name));
	if (endpoint->of->node_name != NULL)
		why_set(why, object, "node", json_string(endpoint->of->node_name));
	if (standing.since_unix_ms != 0)
		why_set(why, object, "sinceUnixMilliseconds",
		    json_integer((json_int_t)standing.since_unix_ms));
	why_say(why, 1, "%-3s %s%s%s", word_of(endpoint), where,
	    endpoint->of->pod_name != NULL ? "  Pod " : "",
	    endpoint->of->pod_name != NULL ? endpoint->of->pod_name : "");
	why_say(why, 3, "%s%s%s", *standing.why != '\0' ? standing.why :
	    presence_text(standing.presence), *since != '\0' ? ", for " : "", since);
	if (*standing.target_id != '\0')
		(void)why_probe(why, 3, standing.target_id, why_list(why, object, "probes"));
	if (*change != '\0')
		why_say(why, 3, "%s", change);
}
