/*
 * fuzz_ask.c - any octets as what a visitor asks of the API: lines of path, label selector, field
 * selector and Accept, then an object to be selected and printed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ops/api_target.h"
#include "ops/filter.h"
#include "ops/shape.h"
#include "ops/table.h"

#define LINE_COUNT 4
#define NOW 1000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a path means is a resource, its names in bounds. */
static const struct api_resource *
ask_path(const char *path)
{
	struct api_target target;

	for (int method = VISIT_GET; method <= VISIT_OTHER; method++) {
		if (api_target_read(path, (enum visit_method)method, true, &target) != 0)
			continue;
		if (strlen(target.name) >= API_NAME_SIZE || strlen(target.ns) >= API_NAME_SIZE ||
		    api_group_version(&target) == NULL)
			abort();
		return target.resource;
	}
	return NULL;
}

static void
print(enum api_kind kind, json_t *object)
{
	json_t *cells = table_cells(kind, object, NOW);
	size_t count;

	table_columns(kind, &count);
	if (json_array_size(cells) != count)
		abort();
	json_decref(cells);
}

static void
select_and_print(const struct api_resource *resource, const char *labels, const char *fields,
    json_t *object)
{
	char why[FILTER_WHY_SIZE];
	struct filter *filter = NULL;
	int err = filter_new(resource, labels, fields, &filter, why);

	if ((err == 0) != (*why == '\0'))
		abort();
	if (err == 0 && object != NULL)
		(void)filter_matches(filter, object);
	filter_free(filter);
	if (object != NULL && resource->kind != API_NO_KIND)
		print((enum api_kind)resource->kind, object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *lines[LINE_COUNT + 1];
	struct shape shape;
	json_t *object;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	lines[0] = text;
	for (size_t i = 1; i <= LINE_COUNT; i++) {
		lines[i] = lines[i - 1] + strcspn(lines[i - 1], "\n");
		if (*lines[i] != '\0')
			*lines[i]++ = '\0';
	}
	const struct api_resource *resource = ask_path(lines[0]);

	(void)shape_read(lines[3], NULL, &shape);
	(void)shape_accepts(lines[3], "APIGroupDiscoveryList", "v2");
	object = json_loads(lines[LINE_COUNT], 0, NULL);
	select_and_print(resource == NULL ? api_resource_of(API_PODS) : resource, lines[1], lines[2],
	    object);
	json_decref(object);
	free(text);
	return 0;
}
