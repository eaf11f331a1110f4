/*
 * describe.h - what the describers of the kinds share.  Thread: main.
 *
 * A describer writes lines with tabs (tabbed.h) that are kubectl's; texts of the server go in
 * through describe_text(), so that none of them commands the terminal or makes columns.
 */
#ifndef ROLLCALL_CLI_DESCRIBE_H
#define ROLLCALL_CLI_DESCRIBE_H
#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"

struct cli;

struct describe {
	struct cli *cli;
	struct strbuf text;
	const json_t *object;
	const char *namespace;
	const char *name;
	bool events;                    /* --show-events */
};

typedef void describe_fn(struct describe *describe);
describe_fn describe_service, describe_pod, describe_endpoints, describe_slice, describe_ingress,
    describe_namespace;

/* Values below an object by a path with dots: "spec.type". */
const json_t *describe_find(const json_t *object, const char *path);
const char *describe_find_text(const json_t *object, const char *path, const char *other);

/* A line, its last part a text of the server: "Type:\tClusterIP\n". */
void describe_text(struct describe *describe, const char *head, const char *text);
void describe_add(struct strbuf *out, const char *text);        /* escaped, without a line end */
/* Texts of a list by commas, or `none`. */
void describe_list(struct describe *describe, const char *head, const json_t *list,
    const char *comma, const char *none);

/* "Labels:\tapp=web" and a line for each further one; "<none>". */
void describe_labels(struct describe *describe, const char *head, const json_t *labels);
void describe_annotations(struct describe *describe);
/* "app=web,tier=front"; `none` for nothing. */
void describe_selector(struct describe *describe, const char *head, const json_t *map,
    const char *none);

/* "Events:" and what the server has of this object. */
void describe_events(struct describe *describe, const char *kind);

/* "Sun, 22 Nov 2026 01:00:23 +0000", in the host's zone; nothing where there is none. */
void describe_time(struct describe *describe, const char *head, const char *time);

/* Ask for something beside the object; NULL where the server has none.  A new reference. */
json_t *describe_fetch(struct describe *describe, const char *path);

/* describe_service.c: the slices of a Service (a List), and "10.0.0.1:80,... + 2 more...". */
json_t *describe_slices(struct describe *describe, const char *service);
void describe_endpoints_of(struct strbuf *out, const json_t *slices, const char *port);

/* describe_probes.c: what rollcall's prober knows of a Service or Pod. */
void describe_probes(struct describe *describe, const char *kind);
#endif
