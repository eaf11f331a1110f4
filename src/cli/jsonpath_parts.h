/* jsonpath_parts.h - what the files of JSONPath share. */
#ifndef ROLLCALL_CLI_JSONPATH_PARTS_H
#define ROLLCALL_CLI_JSONPATH_PARTS_H
#include "cli/jsonpath.h"

/* 0, ERR_NOMEM or ERR_LIMIT. */
int jsonpath_found_add(struct jsonpath_found *found, const json_t *value);

/* Follow a path without braces; without "$" it begins at `here`. *found is empty on failure. */
int jsonpath_follow(const char *path, const json_t *root, const json_t *here,
    struct jsonpath_found *found, struct strbuf *problem);

/* Whether `a OP b`; OP is ==, !=, <, <=, > or >= (len octets).  NULL is a value that is not there. */
bool jsonpath_compare(const json_t *a, const json_t *b, const char *op, size_t len);
#endif
