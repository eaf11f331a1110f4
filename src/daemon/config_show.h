/*
 * config_show.h - the settings that hold, under the names of rollcall.yaml.  Thread: control; pure.
 *
 * It walks the tables that read them, so that a new setting shows by itself; secrets are left out.
 */
#ifndef ROLLCALL_DAEMON_CONFIG_SHOW_H
#define ROLLCALL_DAEMON_CONFIG_SHOW_H
#include <jansson.h>

struct config;
struct strbuf;

/* A new reference; NULL: no memory. */
json_t *config_show(const struct config *config);
/* The same as YAML that can be read back. */
void config_show_yaml(const json_t *shown, struct strbuf *text);
#endif
