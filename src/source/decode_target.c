/* decode_target.c - what EndpointSlice and Endpoints have in common. */
#include "source/decode_target.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "model/slice.h"
#include "source/doc.h"
#include "source/doc_names.h"

static const struct field target_fields[] = {
	{ FIELD("kind", FIELD_TEXT, stated_target, kind) },
	{ FIELD("name", FIELD_TEXT, stated_target, name) },
	{ FIELD("namespace", FIELD_TEXT, stated_target, ns) },
	FIELD_UNUSED("apiVersion"), FIELD_UNUSED("fieldPath"), FIELD_UNUSED("resourceVersion"),
	    FIELD_UNUSED("uid"),
};
const struct field_table decode_target_table = { FIELD_TABLE(target_fields, stated_target) };

const char *
decode_target_pod(const struct stated_target *target, const char *ns)
{
	if (target->kind == NULL || target->name == NULL || strcmp(target->kind, "Pod") != 0)
		return NULL;
	if (target->ns != NULL && *target->ns != '\0' && strcmp(target->ns, ns == NULL ? "default" :
	    ns) != 0)
		return NULL;
	return target->name;
}

void
decode_target_check_names(struct field_context *context, const struct doc_node *list,
    const char *below,
    const struct slice_port *ports, size_t count)
{
	struct doc_names names = { 0 };
	char path[128];

	/* There may be 20,000 of them. */
	for (size_t i = 0; i < count; i++) {
		if (ports[i].name == NULL)
			continue;
		struct doc_name *name = doc_names_at(&names, ports[i].name, strlen(ports[i].name));

		if (name == NULL) {
			context->err = ERR_NOMEM;
			break;
		}
		const struct doc_node *first = name->value;

		if (first == NULL) {
			name->value = doc_item(list, i);
			continue;
		}
		snprintf(path, sizeof(path), "%s[%zu].name", below, i);
		field_error(context, doc_item(list, i), path,
		    "\"%s\" is doubled; the port in line %u has it",
		    ports[i].name, first->place.line);
	}
	doc_names_release(&names);
}
