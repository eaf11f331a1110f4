/* board_json.c - what the board, a Service and its endpoints look like as JSON. */
#include "ops/board_json.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "model/history.h"
#include "model/outcome.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/store.h"
#include "ops/board.h"
#include "ops/pulse.h"
#include "ops/recorder.h"
#include "ops/standing.h"

#define ADDRESSES_MAX 8

/* Each takes `value` over; false: no memory, of this or of what made the value. */
static bool
put(json_t *json, const char *key, json_t *value)
{
	return json_object_set_new(json, key, value) == 0;
}

static bool
put_number(json_t *json, const char *key, uint64_t number)
{
	return put(json, key, json_integer((json_int_t)number));
}

static bool
push(json_t *list, json_t *value)
{
	return json_array_append_new(list, value) == 0;
}

/* Half of it is nothing. */
static json_t *
whole(json_t *json, bool ok)
{
	if (ok)
		return json;
	json_decref(json);
	return NULL;
}

json_t *
board_json_sums(const struct board_sums *sums)
{
	json_t *json = json_pack("{s:I, s:I, s:I}", "services", (json_int_t)sums->services,
	    "ready", (json_int_t)sums->ready, "total", (json_int_t)sums->total);
	json_t *states = json_object();
	bool ok = true;

	for (unsigned i = 0; ok && i < BOARD_STATE_COUNT; i++)
		ok = put_number(states, board_state_text((enum board_state)i), sums->states[i]);
	ok = put(json, "states", states) && ok;
	return whole(json, ok);
}

json_t *
board_json_counts(const struct board_row *row)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:s}", "namespace", row->ns, "name", row->name,
	    "ready", (int)row->ready, "total", (int)row->total,
	    "state", row->gone ? "gone" : board_state_text((enum board_state)row->state));
}

/* ---- a Service ---- */

static json_t *
addresses_of(const struct roster_entry *entry)
{
	json_t *list = json_array();
	size_t own = entry == NULL ? 0 : entry->cluster_ip_count;
	size_t external = entry == NULL ? 0 : entry->external_ip_count;
	char text[ADDR_TEXT_SIZE];
	bool ok = true;

	for (size_t i = 0; ok && i < own; i++)
		ok = push(list, json_string(addr_text(&entry->cluster_ips[i], text)));
	for (size_t i = 0; ok && i < external && i < ADDRESSES_MAX; i++)
		ok = push(list, json_string(addr_text(&entry->external_ips[i], text)));
	return whole(list, ok);
}

/* "80:30080/TCP", as kubectl has it, and the name. */
static json_t *
ports_of(const struct roster_entry *entry, const struct service *service)
{
	json_t *list = json_array();
	bool ok = true;

	for (size_t i = 0; ok && i < service->port_count; i++) {
		const struct service_port *port = &service->ports[i];
		unsigned node = entry != NULL && entry->node_ports != NULL ?
		    entry->node_ports[i] : 0;
		char text[64];

		if (node != 0)
			(void)snprintf(text, sizeof(text), "%u:%u/%s", port->port, node,
			    protocol_text((enum protocol)port->protocol));
		else
			(void)snprintf(text, sizeof(text), "%u/%s", port->port,
			    protocol_text((enum protocol)port->protocol));
		ok = push(list, json_pack("{s:s, s:s}", "name", port->name, "port", text));
	}
	return whole(list, ok);
}

static const char *
type_of(const struct service *service)
{
	return service->headless ? "Headless" :
	    service_type_text((enum service_type)service->type);
}

static bool
put_head(const struct board_sight *sight, const struct board_row *row, json_t *json)
{
	const struct roster_entry *entry = sight->roster(sight->arg, row->ns, row->name);
	const struct service *service = entry != NULL ? entry->service :
	    store_service(sight->store, row->ns, row->name);
	bool ok = json != NULL;

	if (service == NULL)
		return ok;
	ok = ok && put(json, "type", json_string(type_of(service)));
	ok = ok && put(json, "addresses", addresses_of(entry));
	ok = ok && put(json, "ports", ports_of(entry, service));
	if (service->external_name != NULL)
		ok = ok && put(json, "externalName", json_string(service->external_name));
	if (entry != NULL && entry->panic)
		ok = ok && put(json, "panic", json_true());
	return ok;
}

json_t *
board_json_row(const struct board_sight *sight, const struct board_row *row)
{
	json_t *json = board_json_counts(row);

	return whole(json, put_head(sight, row, json));
}

/* ---- endpoints ---- */

static const char *const class_letters[] = {
	[OUTCOME_CLASS_PASS] = "p", [OUTCOME_CLASS_FAIL] = "f", [OUTCOME_CLASS_FAULT] = "x",
};

/* [[class, microseconds, unix milliseconds], ...], oldest first */
static json_t *
results_of(const struct board_sight *sight, const struct board_probe *probe)
{
	json_t *list = json_array();
	size_t count = history_count(probe->history);
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		struct history_result result = history_at(probe->history, i, probe->now_ms);

		ok = push(list, json_pack("[s, I, I]", class_letters[result.class],
		    (json_int_t)result.took_us, (json_int_t)(sight->unix_ms - result.ago_ms)));
	}
	return whole(list, ok);
}

static bool
put_last(const struct board_probe *probe, json_t *json)
{
	struct outcome last;
	char text[256];
	bool ok;

	if (history_count(probe->history) == 0)
		return true;
	history_last(probe->history, &last);
	ok = put(json, "last", json_string(outcome_text(&last, text, sizeof(text)))) &&
	    put_number(json, "lastUs", last.took_us);
	if (last.certificate_expires_unix_s > 0)
		ok = ok && put_number(json, "certificateExpires",
		    (uint64_t)last.certificate_expires_unix_s);
	return ok;
}

static json_t *
probe_json(const struct board_sight *sight, const struct board_probe *probe)
{
	json_t *json = json_pack("{s:s, s:i, s:i, s:I}",
	    "verdict", verdict_text(probe->tally.verdict), "run", (int)probe->tally.run,
	    "threshold", (int)probe->threshold, "periodMs", (json_int_t)probe->period_ms);
	bool ok = put(json, "results", results_of(sight, probe)) && put_last(probe, json);

	if (probe->next_ms >= probe->now_ms && probe->next_ms != 0)
		ok = ok && put_number(json, "nextMs", probe->next_ms - probe->now_ms);
	if (probe->held)
		ok = ok && put(json, "held", json_true());
	return whole(json, ok);
}

static bool
put_text(json_t *json, const char *key, const char *text)
{
	return text == NULL || *text == '\0' || put(json, key, json_string(text));
}

static json_t *
endpoint_json(const struct board_sight *sight, const struct roster_entry *entry, size_t at)
{
	const struct roster_endpoint *endpoint = &entry->endpoints[at];
	struct addr_port where = { endpoint->of->addr, standing_port(entry, at) };
	struct standing standing;
	struct board_probe probe;
	char text[ADDR_PORT_TEXT_SIZE];
	json_t *json;
	bool ok;

	standing_of_endpoint(sight->store, entry, at, &standing);
	if (where.port != 0)
		addr_port_text(&where, text);
	else
		addr_text(&where.addr, text);
	json = json_pack("{s:s, s:s, s:b, s:b}", "address", text,
	    "presence", presence_text(standing.presence),
	    "ready", standing.presence == PRESENT_READY, "answered", standing.in);
	ok = put_text(json, "pod", endpoint->of->pod_name) &&
	    put_text(json, "node", endpoint->of->node_name) &&
	    put_text(json, "zone", endpoint->of->zone) &&
	    put_text(json, "hostname", roster_hostname(endpoint)) &&
	    put_text(json, "why", standing.why);
	if (standing.since_unix_ms != 0)
		ok = ok && put_number(json, "since", standing.since_unix_ms);
	if (*standing.target_id != '\0' && sight->probe(sight->arg, standing.target_id, &probe))
		ok = ok && put(json, "probe", probe_json(sight, &probe));
	return whole(json, ok);
}

json_t *
board_json_service(const struct board_sight *sight, const struct board_row *row,
    size_t offset, size_t limit)
{
	const struct roster_entry *entry = sight->roster(sight->arg, row->ns, row->name);
	json_t *json = board_json_row(sight, row), *list = json_array();
	size_t count = entry == NULL ? 0 : entry->endpoint_count;
	bool ok = true;

	for (size_t i = offset; ok && i < count && i - offset < limit; i++)
		ok = push(list, endpoint_json(sight, entry, i));
	ok = put(json, "endpoints", list) && ok;
	ok = ok && put_number(json, "offset", offset) && put_number(json, "now", sight->unix_ms);
	return whole(json, ok);
}

/* ---- rates, events ---- */

json_t *
board_json_beat(const struct pulse_beat *beat)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "t", (json_int_t)beat->unix_ms,
	    "queries", (json_int_t)beat->queries, "noerror", (json_int_t)beat->noerror,
	    "nxdomain", (json_int_t)beat->nxdomain, "servfail", (json_int_t)beat->servfail,
	    "other", (json_int_t)beat->other, "p50Us", (json_int_t)beat->p50_us,
	    "p99Us", (json_int_t)beat->p99_us);
}

json_t *
board_json_event(const struct recorder_event *event)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I}",
	    "type", event->type == EVENT_WARNING ? "Warning" : "Normal",
	    "reason", event->reason, "kind", event->about_kind, "namespace", event->about_ns,
	    "name", event->about_name, "message", event->message, "count", (int)event->count,
	    "last", (json_int_t)event->last_unix_s);
}
