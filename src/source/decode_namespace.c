/* decode_namespace.c - core/v1 Namespace: that it exists. */
#include "model/namespace.h"
#include "source/decode_kinds.h"
#include "source/decode_meta.h"
#include "source/doc.h"
#include "source/field_value.h"

static const struct field namespace_fields[] = {
	DECODE_META_TYPE,
	{ FIELD_FLAT("metadata", &decode_meta_label_table), .flags = FIELD_REQUIRED },
	FIELD_UNUSED("spec"), FIELD_UNUSED("status"),
};
const struct field_table decode_namespace_table = { FIELD_TABLE(namespace_fields, stated_meta),
    .title = "Namespace" };

struct object *
decode_namespace(struct field_context *context, const struct doc_node *root)
{
	struct stated_meta stated = { .uid = NULL };
	struct namespace_object *namespace = field_value_alloc(context, 1, sizeof(*namespace));

	if (namespace == NULL)
		return NULL;
	field_decode(&decode_namespace_table, root, &stated, context);
	decode_annotations_check(context, root, "Namespace", NULL, 0);
	namespace->object = stated.object;
	/* A Namespace lies in none. */
	namespace->object.ns = "";
	return &namespace->object;
}
