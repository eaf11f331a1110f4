/* filter_parts.h - what reading a selector and matching it share.  Thread: any; pure. */
#ifndef ROLLCALL_OPS_FILTER_PARTS_H
#define ROLLCALL_OPS_FILTER_PARTS_H
#include <stdbool.h>
#include <stddef.h>

#include "ops/filter.h"

#define FILTER_CONDITIONS_MAX 64
#define FILTER_VALUES_MAX 256
#define FILTER_FIELD_SIZE 64

enum filter_op {
	FILTER_IN, FILTER_NOT_IN, FILTER_THERE, FILTER_NOT_THERE, FILTER_GREATER, FILTER_LESS,
};

struct filter_condition {
	enum filter_op op;
	bool of_field;                  /* else of a label */
	char *key;
	char *values;                   /* one behind the other, each ended by a zero */
	size_t value_count;
};

struct filter {
	struct filter_condition conditions[FILTER_CONDITIONS_MAX];
	size_t count;
};

/* Add what a text asks for.  ERR_NOMEM, ERR_INVALID with `why`. */
int filter_parse_labels(struct filter *filter, const char *text, char why[FILTER_WHY_SIZE]);
int filter_parse_fields(struct filter *filter, const struct api_resource *resource,
    const char *text, char why[FILTER_WHY_SIZE]);

bool filter_knows_field(const struct api_resource *resource, const char *field);
#endif
