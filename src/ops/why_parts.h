/*
 * why_parts.h - what the answers to `why` are made of; for the files why*.c only.  Thread: control.
 */
#ifndef ROLLCALL_OPS_WHY_PARTS_H
#define ROLLCALL_OPS_WHY_PARTS_H
#include "base/strbuf.h"
#include "ops/insight.h"
#include "ops/why.h"

struct addr_port;
struct pod;
struct roster_entry;
struct service;

/* An answer in the making.  Errors stick: look at `err` once, at the end. */
struct why {
	const struct insight *insight;
	const struct why_question *question;
	json_t *root;
	json_t *services;               /* borrowed from root */
	struct strbuf text;
	bool ready;
	int err;
};

/* why.c: one line of the text, `depth` steps in.  What is not fit to print is escaped. */
void why_say(struct why *why, unsigned depth, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Put a new reference into an object or at the end of a list; takes it, NULL is the error. */
void why_set(struct why *why, json_t *object, const char *key, json_t *value);
void why_add(struct why *why, json_t *list, json_t *value);
/* A new object or list there; borrowed, NULL: no memory. */
json_t *why_object(struct why *why, json_t *object, const char *key);
json_t *why_list(struct why *why, json_t *object, const char *key);
/* "350 ms", "7 s", "5m12s", "3h5m", "2d4h"; returns buf. */
#define WHY_SPAN_SIZE 32
const char *why_span(char buf[WHY_SPAN_SIZE], uint64_t ms);
/* What kind of thing was found: "service", "pod", "address", "nothing" ... */
void why_found(struct why *why, const char *what);

/* why_endpoint.c: endpoint `at` of the entry, into the list. */
void why_endpoint(struct why *why, const struct roster_entry *entry, size_t at, json_t *list);
/* One probe by its target's id, as a line and an object; false: nobody is asked so. */
bool why_probe(struct why *why, unsigned depth, const char *id, json_t *list);

/* why_service.c: all of a Service; `only` NULL: each endpoint, else those of this address. */
void why_service(struct why *why, const struct service *service, const struct addr_port *only);
/* why_absent.c: why a Service has no endpoints, or fewer than it selects. */
void why_absent(struct why *why, const struct service *service, const struct roster_entry *entry,
    json_t *object);
/* why_outside.c */
void why_outside(struct why *why, const struct roster_entry *entry, json_t *object);

/* why_pod.c: a Pod and the Services it is in.  An address, whoever has it. */
void why_pod(struct why *why, const struct pod *pod);
/* why_address.c */
void why_address(struct why *why, const struct addr_port *where);
/* why.c: "10.0.0.1", "[::1]:80"; why_name.c: its first label with dashes, as of a Pod's name. */
bool why_is_address(const char *text, struct addr_port *where);
bool why_is_dashed(const char *name, struct addr_port *where);

/* why_name.c: by its words; what does not exist is explained. */
void why_name(struct why *why, const char *name);
/* There is no such Service or Pod: say why not, and what is meant perhaps. */
void why_missing(struct why *why, bool pod, const char *ns, const char *name);
#endif
