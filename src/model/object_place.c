/* object_place.c - where an object is stated, when it moves without a change. */
#include "model/object.h"
#include "model/origin.h"
#include "model/service.h"

/* Equal digests, so equal parts; the counts are compared for the one case in 2^64. */
static void
take_service_places(struct service *held, const struct service *now)
{
	held->cluster_ip_place = now->cluster_ip_place;
	for (size_t i = 0; i < held->port_count && i < now->port_count; i++)
		held->ports[i].place = now->ports[i].place;
	if (held->extra != NULL && now->extra != NULL)
		held->extra->load_balancer_ip_place = now->extra->load_balancer_ip_place;
}

void
object_take_places(struct object *held, const struct object *now)
{
	struct origin *before = held->origin;

	held->origin = origin_ref(now->origin);
	held->place = now->place;
	if (held->kind == KIND_SERVICE && now->kind == KIND_SERVICE)
		take_service_places((void *)held, (const void *)now);
	origin_unref(before);
}
