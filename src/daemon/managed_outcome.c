/* managed_outcome.c - has the world dealt with a change, and has it what it needs? */
#include <stdio.h>

#include "base/err.h"
#include "daemon/managed_parts.h"
#include "daemon/world.h"
#include "model/allot.h"
#include "model/service.h"
#include "model/store.h"

static bool
needs_address(const struct service *service)
{
	return service->type != SERVICE_EXTERNAL_NAME && !service->headless;
}

int
managed_outcome(const struct managed *managed, const struct managed_change *change, char *why,
    size_t size)
{
	const struct service *service = change->service && change->text != NULL ?
	    store_service(world_store(managed->world), change->ns, change->name) : NULL;
	const struct allotment *given;
	const char *problem;

	if (world_is_holding(managed->world))
		return MANAGED_WAITS;
	if (service == NULL || !needs_address(service))
		return 0;
	given = world_allotment(managed->world, change->ns, change->name);
	if (given == NULL || given->cluster_ip_count == 0) {
		snprintf(why, size, "failed to allocate a serviceIP: range is full, or has "
		    "nothing of its families");
		return ERR_RANGE;
	}
	if (given->saved)
		return 0;
	problem = managed->problem(managed->arg);
	if (problem == NULL)
		return MANAGED_WAITS;
	snprintf(why, size, "its address cannot be written: %s", problem);
	return ERR_FULL;
}
