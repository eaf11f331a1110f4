/* table_cells.h - what the printers of the kinds share.  Thread: any; pure. */
#ifndef ROLLCALL_OPS_TABLE_CELLS_H
#define ROLLCALL_OPS_TABLE_CELLS_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "ops/table.h"

/* A row being made; `err` sticks. */
struct cells {
	json_t *array;
	int64_t now_unix_s;
	int err;
};

void cells_text(struct cells *cells, const char *text);
void cells_number(struct cells *cells, json_int_t number);
/* A text that was put together; the buffer is released. */
void cells_taken(struct cells *cells, struct strbuf *text);
/* How long ago; "<unknown>" for NULL. */
void cells_age(struct cells *cells, const char *time);
/* How long ago the object was made. */
void cells_object_age(struct cells *cells, const json_t *object);

/* A text below a dotted path; `otherwise` where there is none or "". */
const char *cells_path_text(const json_t *object, const char *path, const char *otherwise);
json_t *cells_path(const json_t *object, const char *path);
/* A text of a list or a map; "" for what is none. */
const char *cells_text_of(const json_t *value);

/* The first three of a list, joined by commas, and how many more there are. */
struct cells_some {
	struct strbuf text;
	size_t count;
};
#define CELLS_SOME_MAX 3
#define CELLS_SOME_INIT { STRBUF_INIT, 0 }
void cells_some_add(struct cells_some *some, const char *text);
/* `none`: what stands for an empty list. */
void cells_some_end(struct cells *cells, struct cells_some *some, const char *none);

typedef void table_printer(struct cells *cells, const json_t *object);
table_printer table_print_service;
table_printer table_print_endpoints;
table_printer table_print_slice;
table_printer table_print_ingress;
table_printer table_print_pod;
table_printer table_print_namespace;
table_printer table_print_event;
#endif
