/* decode_probe.h - core/v1 Probe to struct probe_spec.  Thread: any; pure. */
#ifndef ROLLCALL_SOURCE_DECODE_PROBE_H
#define ROLLCALL_SOURCE_DECODE_PROBE_H
#include "model/probe_spec.h"
#include "source/field.h"

struct doc_node;

/* For zones/README.md. */
extern const struct field_table decode_probe_table;

/*
 * Decode a Probe at the context's path. context->arg is the struct decode_settings. NULL after
 * errors (said) or without memory.  For a Service's annotation the port may be left out.
 */
struct probe_spec *decode_probe(struct field_context *context, const struct doc_node *node,
    enum probe_kind kind, bool of_service);

/* Decode the YAML text of the annotation rollcall/readiness-probe; NULL: none, or wrong. */
struct probe_spec *decode_probe_annotation(struct field_context *context,
    const struct doc_node *root);

/*
 * What annotations of the object change in its probes: rollcall/period-ms, timeout-ms, tls-verify,
 * exec-prefix.  NULLs among the probes are skipped.
 */
void decode_probe_tune(struct field_context *context, const struct doc_node *root,
    struct probe_spec **probes,
    size_t count);
#endif
