/* decode_kinds.h - the decoder of each kind.  Thread: any; pure. */
#ifndef ROLLCALL_SOURCE_DECODE_KINDS_H
#define ROLLCALL_SOURCE_DECODE_KINDS_H
#include "source/field.h"

struct doc_node;
struct object;

/*
 * Decode the root mapping of one object into context->arena, to be packed.  Problems are said and
 * counted in the context; what is returned is only sound when there were none.  What all kinds
 * share (kind, place, digest, trust) is filled in by the caller.  context->arg is the struct
 * decode_settings.
 */
typedef struct object *decode_kind_fn(struct field_context *context, const struct doc_node *root);
decode_kind_fn decode_service;
decode_kind_fn decode_pod;
decode_kind_fn decode_endpoint_slice;
decode_kind_fn decode_endpoints;
decode_kind_fn decode_namespace;
decode_kind_fn decode_ingress;

/* Their tables, for zones/README.md. */
extern const struct field_table decode_service_table;
extern const struct field_table decode_pod_table;
extern const struct field_table decode_endpoint_slice_table;
extern const struct field_table decode_endpoints_table;
extern const struct field_table decode_namespace_table;
extern const struct field_table decode_ingress_table;
#endif
