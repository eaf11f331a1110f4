/* decode_target.h - what EndpointSlice and Endpoints have in common.  Thread: any; pure. */
#ifndef ROLLCALL_SOURCE_DECODE_TARGET_H
#define ROLLCALL_SOURCE_DECODE_TARGET_H
#include "source/field.h"

struct doc_node;
struct slice_port;

/* targetRef */
struct stated_target {
	const char *kind;
	const char *name;
	const char *ns;
};
extern const struct field_table decode_target_table;

/* The name of the Pod it refers to, if it lies in namespace `ns` (NULL: default); else NULL. */
const char *decode_target_pod(const struct stated_target *target, const char *ns);

/* Names of ports are unique; "" counts as one.  Errors are said at BELOW[i].name of `list`. */
void decode_target_check_names(struct field_context *context, const struct doc_node *list,
    const char *below,
    const struct slice_port *ports, size_t count);
#endif
