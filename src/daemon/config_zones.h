/* config_zones.h - the names that are ours besides the cluster's.  Thread: control. */
#ifndef ROLLCALL_DAEMON_CONFIG_ZONES_H
#define ROLLCALL_DAEMON_CONFIG_ZONES_H
#include "source/field.h"

struct config;

/* `localZones`: true, false, or the folder they lie in, into a struct config. */
field_hook_fn config_zones_local;

/* What is answered unless the file says otherwise: the local zones that were installed. */
void config_zones_default(struct config *config);
/* The forward entries' zones as a list.  ERR_NOMEM. */
int config_zones_list_forward(struct config *config);
#endif
