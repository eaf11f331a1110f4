/* config_zones.c - the names that are ours besides the cluster's. */
#include "daemon/config_zones.h"

#include "base/arena.h"
#include "base/err.h"
#include "daemon/config.h"
#include "daemon/config_forward.h"
#include "source/doc.h"

/* Where `make install` puts zones/local. */
#ifndef LOCAL_ZONES
#error "LOCAL_ZONES is the folder of the local zones"
#endif

void
config_zones_default(struct config *config)
{
	config->local_zones = LOCAL_ZONES;
}

void
config_zones_local(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config *config = target;

	if (node == NULL || node->type == DOC_NULL)
		return;
	if (node->type == DOC_BOOL)
		config->local_zones = node->truth ? LOCAL_ZONES : NULL;
	else if (node->type == DOC_STRING && node->text[0] == '/')
		config->local_zones = node->text;
	else
		field_error(context, node, "", "must be true, false, or an absolute path");
}

int
config_zones_list_forward(struct config *config)
{
	config->forward_zones = arena_array(config->arena, config->forward_count + 1,
	    sizeof(*config->forward_zones));
	if (config->forward_zones == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < config->forward_count; i++)
		config->forward_zones[i] = config->forward[i].zone;
	return 0;
}
