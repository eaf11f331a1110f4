/* managed_yaml.h - between jansson values and YAML that a person can read.  Thread: any; pure. */
#ifndef ROLLCALL_DAEMON_MANAGED_YAML_H
#define ROLLCALL_DAEMON_MANAGED_YAML_H
#include <jansson.h>
#include <stddef.h>

struct diag;
struct strbuf;

/*
 * Append the object as one document in block style; what would be read as something else stands in
 * quotes.  Read back it is equal, or ERR_INVALID (a text YAML cannot hold).  ERR_NOMEM.
 */
int managed_yaml_write(json_t *object, struct strbuf *out);

/*
 * Read one document, with the limits and types of manifests (doc.h).  *out is new; empty text gives
 * null.  ERR_SYNTAX, ERR_LIMIT: said in diag.  ERR_NOMEM.
 */
int managed_yaml_read(const char *text, size_t len, struct diag *diag, json_t **out);
#endif
