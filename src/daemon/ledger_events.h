/* ledger_events.h - what the world tells, as Kubernetes Events in words.  Thread: control. */
#ifndef ROLLCALL_DAEMON_LEDGER_EVENTS_H
#define ROLLCALL_DAEMON_LEDGER_EVENTS_H

struct diag;
struct diag_entry;
struct recorder;
struct schedule_report;
struct service;

/* A probe's verdict changed (kubelet: Unhealthy). */
void ledger_events_verdict(struct recorder *recorder, const struct schedule_report *report);
/* Something is wrong with a Service's addresses or node ports, or they are pending. */
void ledger_events_problem(struct recorder *recorder, const struct service *service,
    const struct diag_entry *entry);
/* The errors of a file: of the objects that they name, else of the node. */
void ledger_events_file(struct recorder *recorder, const char *node_name, const struct diag *diag);
#endif
