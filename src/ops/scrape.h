/*
 * scrape.h - /sd/prometheus: the endpoints of Services as Prometheus' HTTP service discovery
 * reads them.  Thread: control.
 *
 * A JSON list of {"targets": ["10.8.0.7:8080"], "labels": {"__meta_rollcall_...": "..."}}, one for
 * each port of each endpoint, ready or not: namespace, service, service_type, service_label_KEY,
 * port_name, port_protocol, ready, pod, node, zone.  ?namespace= takes one namespace, ?label=KEY=VALUE[,...]
 * Services with these labels, ?ready=1 only endpoints that are ready.  It goes out in turns of the
 * loop, as fast as it is read.
 */
#ifndef ROLLCALL_OPS_SCRAPE_H
#define ROLLCALL_OPS_SCRAPE_H
#include "ops/board_json.h"

struct event_base;
struct ledger;
struct view;
struct visit;

struct scrape_settings {
	struct event_base *loop;
	const struct ledger *ledger;
	struct view *view;              /* for the labels of Services */
	board_roster_fn *roster;
	void *arg;
};

/* Ends the visit, now or in a later turn.  What `settings` points at outlives it. */
void scrape_serve(const struct scrape_settings *settings, struct visit *visit);
#endif
