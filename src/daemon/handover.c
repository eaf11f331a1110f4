/* handover.c - fill a new catalog with all that is answered. */
#include "daemon/handover.h"

#include "daemon/slot.h"
#include "dns/catalog.h"
#include "model/ingress.h"
#include "model/object.h"
#include "model/pod.h"
#include "model/roster.h"
#include "model/store.h"

struct handover {
	struct catalog *catalog;
	const struct store *store;
};

static int
hand_namespace(void *arg, const struct object *object)
{
	const struct handover *handover = arg;
	const char *ns = object->kind == KIND_NAMESPACE ? object->name : object->ns;

	return catalog_set_namespace(
	    handover->catalog, ns, store_has_namespace(handover->store, ns));
}

static int
hand_pod(void *arg, const struct object *object)
{
	const struct handover *handover = arg;
	const struct pod *pod = (const struct pod *)object;
	struct addr addrs[POD_ADDRS_MAX];

	if (!pod_is_staying(pod))
		return 0;
	size_t count = pod_list_addrs(pod, addrs);
	int err = catalog_set_pod(handover->catalog, object->ns, object->name, addrs, count);
	if (err != 0 || pod->host_network)
		return err;
	return catalog_set_tenant(handover->catalog, object->ns, object->name, addrs, count);
}

static int
hand_ingress(void *arg, const struct object *object)
{
	const struct handover *handover = arg;

	return catalog_set_ingress(handover->catalog, object->ns, object->name,
	    (const struct ingress *)object);
}

static int
hand_service(void *arg, const struct store_key *key)
{
	const struct handover *handover = arg;
	struct roster_entry *entry = slot_of(key)->entry;

	return entry == NULL ? 0 :
	    catalog_set_service(handover->catalog, key->ns, key->name, entry);
}

int
handover_fill(struct catalog *catalog, struct store *store, bool pods_verified)
{
	struct handover handover = { .catalog = catalog, .store = store };
	int err = 0;

	for (int kind = 0; kind < KIND_COUNT && err == 0; kind++)
		err = store_each(store, (enum object_kind)kind, hand_namespace, &handover);
	if (err == 0 && pods_verified)
		err = store_each(store, KIND_POD, hand_pod, &handover);
	if (err == 0)
		err = store_each(store, KIND_INGRESS, hand_ingress, &handover);
	return err != 0 ? err : store_each_laden(store, hand_service, &handover);
}
