/* openapi_parts.h - what the documents of OpenAPI 2 and 3 share.  Thread: any. */
#ifndef ROLLCALL_OPS_OPENAPI_PARTS_H
#define ROLLCALL_OPS_OPENAPI_PARTS_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "ops/openapi.h"

struct api_group;

/* A document as it is sent. */
struct openapi_text {
	char *text;
	size_t len;
	char path[64];                  /* v3: "api/v1", "apis/networking.k8s.io/v1" */
};
#define OPENAPI_GROUPS_MAX 4

struct openapi {
	json_t *definitions;            /* as in v2 */
	const char *kinds[API_KIND_COUNT];      /* the definition of each; keys of definitions */
	struct openapi_text v2;
	struct openapi_text v2_protobuf;
	struct openapi_text index;
	struct openapi_text groups[OPENAPI_GROUPS_MAX];
	size_t group_count;
};

/* "info". */
json_t *openapi_info(void);
/* "paths" of one group, or of all (NULL); `v3`: in its form.  NULL: no memory. */
json_t *openapi_paths(const struct openapi *openapi, const struct api_group *group, bool v3);
/* x-kubernetes-group-version-kind. */
json_t *openapi_group_version_kind(enum api_kind kind);

/* Make the documents of v3 out of the definitions.  ERR_NOMEM. */
int openapi_make_v3(struct openapi *openapi);
/* The v2 document in the protobuf form of gnostic's openapi_v2.Document.  The error sticks. */
void openapi_write_protobuf(struct strbuf *out, json_t *document);
#endif
