/*
 * shape.h - in which form a reader wants objects: whole, their metadata alone, as rows.
 * Thread: any; pure.
 *
 *     Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json
 */
#ifndef ROLLCALL_OPS_SHAPE_H
#define ROLLCALL_OPS_SHAPE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct api_target;

enum shape_form { SHAPE_OBJECT, SHAPE_METADATA, SHAPE_TABLE };
/* ?includeObject= of a Table: what of the object goes with its row. */
enum shape_include { SHAPE_INCLUDE_METADATA, SHAPE_INCLUDE_OBJECT, SHAPE_INCLUDE_NONE };

struct shape {
	enum shape_form form;
	enum shape_include include;
	bool beta;                      /* meta.k8s.io/v1beta1; else v1 */
	const char *type;               /* Content-Type of the reply; static */
};

/*
 * Read Accept (NULL: anything) and includeObject (NULL: Metadata).  Of what Accept lists, the first
 * that can be served is taken; protobuf and what else is not JSON is passed over.
 * ERR_NOTFOUND: nothing of it (HTTP 406); ERR_INVALID: includeObject is none of the three (400).
 */
int shape_read(const char *accept, const char *include_object, struct shape *out);
/* Does an Accept list name this parameter ("as=APIGroupDiscoveryList;v=v2")?  In that order. */
bool shape_accepts(const char *accept, const char *as, const char *version);

/*
 * One object as a get answers it, and as a watch gives it: the object itself, its
 * PartialObjectMetadata, or a Table of one row; `headers`: with columnDefinitions (a watch sends
 * them once).  `object` is taken.  NULL: no memory.
 */
json_t *shape_object(const struct shape *shape, const struct api_target *target, json_t *object,
    int64_t now_unix_s, bool headers);

/* One of a list: an item, or a row.  `object` is taken.  NULL: no memory. */
json_t *shape_item(const struct shape *shape, const struct api_target *target, json_t *object,
    int64_t now_unix_s);
/* "kind" and "apiVersion" of a list, and the name of its member that holds the items. */
void shape_list(const struct shape *shape, const struct api_target *target, char kind[64],
    char version[64], const char **items);
/* What a row or an item is made of: the metadata alone is enough. */
bool shape_needs_metadata_only(const struct shape *shape);
#endif
