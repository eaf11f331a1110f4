/* field_value.h - one value of a document into one member of a struct.  Thread: any. */
#ifndef ROLLCALL_SOURCE_FIELD_VALUE_H
#define ROLLCALL_SOURCE_FIELD_VALUE_H
#include "source/field.h"

/*
 * Decode a value of any type but FIELD_IGNORED, FIELD_MAP, FIELD_MAP_NEW, FIELD_LIST and
 * FIELD_HOOK. `node` is not null.  What is wrong is said at the context's path.
 */
void field_value_decode(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context);

/* Say "PATH must be A LIST, not A TEXT", with advice about quotes where it helps. */
void field_value_wrong_type(struct field_context *context, const struct doc_node *node,
    const char *wanted);

/* Memory of the context's arena; NULL sets context->err. */
void *field_value_alloc(struct field_context *context, size_t count, size_t size);
#endif
