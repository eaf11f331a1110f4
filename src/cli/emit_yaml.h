/* emit_yaml.h - a JSON value as YAML, as kubectl writes it.  Thread: any. */
#ifndef ROLLCALL_CLI_EMIT_YAML_H
#define ROLLCALL_CLI_EMIT_YAML_H
#include <jansson.h>

struct strbuf;

/*
 * Add `json` as one YAML document: keys sorted, lists at the depth of their key, texts that would
 * be read as something else in quotes.  0 or ERR_NOMEM.
 */
int emit_yaml(struct strbuf *out, const json_t *json);

/* The same value as kubectl's -o json: four blanks, keys sorted, <, > and & as escapes. */
int emit_json(struct strbuf *out, const json_t *json);
#endif
