/* config_external.h - externalZone: the zone in which Services have their external addresses. */
#ifndef ROLLCALL_DAEMON_CONFIG_EXTERNAL_H
#define ROLLCALL_DAEMON_CONFIG_EXTERNAL_H
#include "source/field.h"

struct config;
struct diag;

/* A name, or a mapping with it, into a struct config. */
void config_external_hook(struct field_context *context, const struct doc_node *node, void *target);
/* The rules between it and clusterDomain, for the file and after the flags. */
void config_external_check(struct field_context *context, const struct doc_node *root,
    const struct config *config);
/* Lower case, without a last dot; ttl where it states none.  ERR_INVALID is said; ERR_NOMEM. */
int config_external_derive(struct config *config, struct diag *diag);
#endif
