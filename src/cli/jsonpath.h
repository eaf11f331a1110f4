/*
 * jsonpath.h - kubectl's JSONPath templates: a well-tested part of them.  Thread: any; pure.
 *
 * Understood: text outside braces, {"text"} with \n \t \\ \" escapes, .name, ['name'], [n], [-n],
 * [a:b], [a:b:c], [*], .*, ..name, unions [0,2] and ['a','b'], filters [?(@.path)] and
 * [?(@.path OP value)] with == != < <= > >=, $ and @, {range PATH}...{end}, dots in keys as "\.".
 * A key that is not there gives nothing.
 */
#ifndef ROLLCALL_CLI_JSONPATH_H
#define ROLLCALL_CLI_JSONPATH_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf;

/* What a path found; values are borrowed. */
struct jsonpath_found {
	const json_t **items;
	size_t count;
	size_t room;
};
void jsonpath_found_release(struct jsonpath_found *found);

/*
 * Follow one path ("{.a.b}", ".a.b" or "a.b") from `root`.  0, ERR_NOMEM, ERR_SYNTAX (`problem`
 * has the sentence) or ERR_LIMIT (more than 1,000,000 values).
 */
int jsonpath_find(const char *path, const json_t *root, struct jsonpath_found *found,
    struct strbuf *problem);

/* Fill in a template.  Values of one path are separated by blanks, as kubectl does. */
int jsonpath_fill(const char *template_, const json_t *root, struct strbuf *out,
    struct strbuf *problem);

/* A value as kubectl prints it: texts bare, the rest as JSON. */
void jsonpath_print(struct strbuf *out, const json_t *value);
#endif
