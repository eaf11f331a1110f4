/* scrape.c - the endpoints of Services as Prometheus' HTTP service discovery reads them. */
#include "ops/scrape.h"

#include <ctype.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/strbuf.h"
#include "model/roster.h"
#include "model/service.h"
#include "net/turn.h"
#include "ops/ledger.h"
#include "ops/status.h"
#include "ops/view.h"
#include "ops/visit.h"

/* Some 10 us for the labels of a Service, and for an endpoint: two milliseconds each. */
#define SERVICES_A_TURN 200
#define ENDPOINTS_A_TURN 200
#define NAME_SIZE 320
#define TERMS_SIZE 1024
#define PREFIX "__meta_rollcall_"
#define JSON_FORM (JSON_COMPACT | JSON_ENSURE_ASCII)

struct scrape {
	struct scrape_settings settings;
	struct visit *visit;
	struct event *turn;
	char ns[NAME_SIZE];             /* "": all */
	char terms[TERMS_SIZE];         /* "KEY=VALUE,..."; "": all */
	bool only_ready;
	char last_ns[NAME_SIZE];
	char last_name[NAME_SIZE];
	size_t endpoint;                /* of the Service behind the last one, where to go on */
	size_t said;                    /* in this turn */
	bool begun;                     /* something is in the list */
};

static void
scrape_free(struct scrape *scrape)
{
	if (scrape->turn != NULL)
		event_free(scrape->turn);
	free(scrape);
}

/* ---- labels ---- */

/* Has the Service each of "a=b,c=d"? */
static bool
matches(const json_t *labels, const char *terms)
{
	char term[TERMS_SIZE];

	while (*terms != '\0') {
		size_t len = strcspn(terms, ",");
		char *equals;
		const char *value;

		(void)snprintf(term, sizeof(term), "%.*s", (int)len, terms);
		equals = strchr(term, '=');
		if (equals != NULL)
			*equals = '\0';
		value = json_string_value(json_object_get(labels, term));
		if (value == NULL || (equals != NULL && strcmp(value, equals + 1) != 0))
			return false;
		terms += len + (terms[len] == ',');
	}
	return true;
}

/* Prometheus' label names: [a-zA-Z0-9_]. */
static bool
put_label(json_t *json, const char *name, const char *value)
{
	char text[NAME_SIZE + 64];

	(void)snprintf(text, sizeof(text), PREFIX "%s", name);
	for (char *at = text; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at))
			*at = '_';
	return json_object_set_new(json, text, json_string(value)) == 0;
}

static bool
put_service_labels(json_t *json, const json_t *labels)
{
	const char *key;
	json_t *value;
	char name[NAME_SIZE];

	json_object_foreach((json_t *)(uintptr_t)labels, key, value) {
		(void)snprintf(name, sizeof(name), "service_label_%s", key);
		if (!put_label(json, name, json_string_value(value)))
			return false;
	}
	return true;
}

/* ---- one target ---- */

static json_t *
labels_of(const struct roster_entry *entry, const struct roster_endpoint *endpoint,
    const struct roster_group_port *port, const json_t *stated)
{
	const struct service *service = entry->service;
	json_t *json = json_object();
	bool ok = put_label(json, "namespace", roster_ns(entry)) &&
	    put_label(json, "service", roster_name(entry)) &&
	    put_label(json, "service_type", entry->headless ? "Headless" :
	    service_type_text((enum service_type)service->type)) &&
	    put_label(json, "port_name", port->name) &&
	    put_label(json, "port_protocol",
	    protocol_text((enum protocol)port->protocol)) &&
	    put_label(json, "ready",
	    endpoint->presence == PRESENT_READY ? "true" : "false") &&
	    put_service_labels(json, stated);

	if (endpoint->of->pod_name != NULL)
		ok = ok && put_label(json, "pod", endpoint->of->pod_name);
	if (endpoint->of->node_name != NULL)
		ok = ok && put_label(json, "node", endpoint->of->node_name);
	if (endpoint->of->zone != NULL)
		ok = ok && put_label(json, "zone", endpoint->of->zone);
	if (ok)
		return json;
	json_decref(json);
	return NULL;
}

/* False: no memory. */
static bool
say_target(struct scrape *scrape, const struct roster_entry *entry,
    const struct roster_endpoint *endpoint, const struct roster_group_port *port,
    const json_t *stated)
{
	struct addr_port where = { endpoint->of->addr, port->port };
	char text[ADDR_PORT_TEXT_SIZE];
	json_t *json = json_pack("{s:[s], s:o}", "targets", addr_port_text(&where, text),
	    "labels", labels_of(entry, endpoint, port, stated));
	char *dump = json == NULL ? NULL : json_dumps(json, JSON_FORM);

	json_decref(json);
	if (dump == NULL)
		return false;
	(void)visit_more(scrape->visit, scrape->begun ? ",\n" : "[\n", 2);
	(void)visit_more(scrape->visit, dump, strlen(dump));
	scrape->begun = true;
	scrape->said++;
	free(dump);
	return true;
}

static bool
say_endpoint(struct scrape *scrape, const struct roster_entry *entry, size_t i,
    const json_t *stated)
{
	const struct roster_endpoint *endpoint = &entry->endpoints[i];
	const struct roster_group *group = &entry->groups[endpoint->group];

	if (scrape->only_ready && endpoint->presence != PRESENT_READY)
		return true;
	for (size_t j = 0; j < group->port_count; j++)
		if (group->ports[j].port != 0 &&
		    !say_target(scrape, entry, endpoint, &group->ports[j], stated))
			return false;
	return true;
}

/* ---- turns ---- */

enum step { STEP_DONE, STEP_AGAIN, STEP_FAILED };

/* As much of one Service as fits into the turn; again: there is more of it. */
static enum step
say_service(struct scrape *scrape, const struct ledger_entry *entry)
{
	const struct roster_entry *roster = scrape->settings.roster(scrape->settings.arg,
	    entry->ns, entry->name);
	json_t *metadata;
	const json_t *labels;
	enum step step = STEP_DONE;

	if (roster == NULL || roster->endpoint_count <= scrape->endpoint)
		return STEP_DONE;
	metadata = view_metadata(scrape->settings.view, entry, false);
	labels = json_object_get(metadata, "labels");
	if (!matches(labels, scrape->terms)) {
		json_decref(metadata);
		return STEP_DONE;
	}
	while (step == STEP_DONE && scrape->endpoint < roster->endpoint_count) {
		if (scrape->said >= ENDPOINTS_A_TURN)
			step = STEP_AGAIN;
		else if (!say_endpoint(scrape, roster, scrape->endpoint++, labels))
			step = STEP_FAILED;
	}
	json_decref(metadata);
	return step;
}

static const struct ledger_entry *
next_entry(const struct scrape *scrape)
{
	bool first = *scrape->last_name == '\0';

	return ledger_next(scrape->settings.ledger, API_SERVICES,
	    *scrape->ns == '\0' ? NULL : scrape->ns, first ? NULL : scrape->last_ns,
	    first ? NULL : scrape->last_name);
}

/* Again: another turn has to follow. */
static enum step
run(struct scrape *scrape)
{
	scrape->said = 0;
	for (size_t i = 0; i < SERVICES_A_TURN; i++) {
		const struct ledger_entry *entry = next_entry(scrape);
		enum step step = entry == NULL ? STEP_DONE : say_service(scrape, entry);

		if (entry == NULL || step != STEP_DONE)
			return step;
		(void)snprintf(scrape->last_ns, NAME_SIZE, "%s", entry->ns);
		(void)snprintf(scrape->last_name, NAME_SIZE, "%s", entry->name);
		scrape->endpoint = 0;
	}
	return STEP_AGAIN;
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct scrape *scrape = arg;
	enum step step = run(scrape);

	(void)fd, (void)what;
	if (step == STEP_AGAIN) {
		/* With enough under way the rest follows when it is taken. */
		if (visit_more(scrape->visit, "", 0))
			turn_plan(scrape->turn);
		return;
	}
	if (step == STEP_FAILED) {
		visit_abort(scrape->visit);
	} else {
		(void)visit_more(scrape->visit, scrape->begun ? "\n]\n" : "[]\n", 3);
		visit_end(scrape->visit);
	}
	scrape_free(scrape);
}

static void
on_drained(void *arg)
{
	struct scrape *scrape = arg;

	turn_plan(scrape->turn);
}

static void
on_gone(void *arg)
{
	scrape_free(arg);
}

void
scrape_serve(const struct scrape_settings *settings, struct visit *visit)
{
	struct scrape *scrape = calloc(1, sizeof(*scrape));
	const char *ns = visit_query(visit, "namespace");
	const char *terms = visit_query(visit, "label");
	const char *ready = visit_query(visit, "ready");

	if (scrape != NULL)
		scrape->turn = event_new(settings->loop, -1, 0, on_turn, scrape);
	if (scrape == NULL || scrape->turn == NULL) {
		free(scrape);
		status_say(visit, 503, "no memory");
		return;
	}
	scrape->settings = *settings;
	scrape->visit = visit;
	scrape->only_ready = ready != NULL && strcmp(ready, "1") == 0;
	(void)snprintf(scrape->ns, sizeof(scrape->ns), "%s", ns == NULL ? "" : ns);
	(void)snprintf(scrape->terms, sizeof(scrape->terms), "%s", terms == NULL ? "" : terms);
	visit_set_header(visit, "Cache-Control", "no-store");
	visit_set_flow(visit, on_drained, on_gone, scrape);
	visit_begin(visit, 200, "application/json");
	turn_plan(scrape->turn);
}
