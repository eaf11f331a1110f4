/* table_event.c - rows of Events and Namespaces. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/age.h"
#include "ops/table_cells.h"

void
table_print_namespace(struct cells *cells, const json_t *object)
{
	cells_text(cells, cells_path_text(object, "metadata.name", ""));
	cells_text(cells, cells_path_text(object, "status.phase", ""));
	cells_object_age(cells, object);
}

/* "pod/web-0"; the kind alone where the object has no name. */
static void
print_about(struct cells *cells, const json_t *event)
{
	const char *kind = cells_path_text(event, "involvedObject.kind", "");
	const char *name = cells_path_text(event, "involvedObject.name", NULL);
	struct strbuf text = STRBUF_INIT;

	for (; *kind != '\0'; kind++) {
		char lower = (char)tolower((unsigned char)*kind);

		strbuf_add_n(&text, &lower, 1);
	}
	if (name != NULL)
		strbuf_addf(&text, "/%s", name);
	cells_taken(cells, &text);
}

static void
print_source(struct cells *cells, const json_t *event)
{
	const char *component = cells_path_text(event, "source.component", cells_path_text(event,
	    "reportingComponent", ""));
	const char *host = cells_path_text(event, "source.host", cells_path_text(event,
	    "reportingInstance", NULL));
	struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, component);
	if (host != NULL)
		strbuf_addf(&text, ", %s", host);
	cells_taken(cells, &text);
}

static void
print_message(struct cells *cells, const json_t *event)
{
	const char *message = cells_path_text(event, "message", "");
	struct strbuf text = STRBUF_INIT;
	size_t len;

	message += strspn(message, " \t\r\n");
	len = strlen(message);
	while (len > 0 && strchr(" \t\r\n", message[len - 1]) != NULL)
		len--;
	strbuf_add_n(&text, message, len);
	cells_taken(cells, &text);
}

void
table_print_event(struct cells *cells, const json_t *object)
{
	const json_t *series = json_object_get(object, "series");
	json_int_t count = json_integer_value(json_object_get(object, "count"));
	const char *first = cells_path_text(object, "firstTimestamp", cells_path_text(object,
	    "eventTime", NULL));
	const char *last = cells_path_text(object, "lastTimestamp", first);

	if (json_is_object(series)) {
		last = cells_path_text(series, "lastObservedTime", NULL);
		count = json_integer_value(json_object_get(series, "count"));
	} else if (count == 0) {
		count = 1;
	}
	cells_age(cells, last);
	cells_text(cells, cells_path_text(object, "type", ""));
	cells_text(cells, cells_path_text(object, "reason", ""));
	print_about(cells, object);
	cells_text(cells, cells_path_text(object, "involvedObject.fieldPath", ""));
	print_source(cells, object);
	print_message(cells, object);
	cells_age(cells, first);
	cells_number(cells, count);
	cells_text(cells, cells_path_text(object, "metadata.name", ""));
}
