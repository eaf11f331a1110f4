/* clerk.c - what became of the world, into the ledger. */
#include "ops/clerk.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "model/pod.h"
#include "model/roster.h"
#include "model/store.h"
#include "ops/ledger.h"

struct clerk {
	struct ledger *ledger;
	const struct store *store;
};

static const enum api_kind api_kinds[KIND_COUNT] = {
	[KIND_SERVICE] = API_SERVICES, [KIND_POD] = API_PODS, [KIND_ENDPOINTS] = API_ENDPOINTS,
	[KIND_ENDPOINT_SLICE] = API_ENDPOINT_SLICES, [KIND_NAMESPACE] = API_NAMESPACES,
	[KIND_INGRESS] = API_INGRESSES,
};

struct clerk *
clerk_new(struct ledger *ledger, const struct store *store)
{
	struct clerk *clerk = calloc(1, sizeof(*clerk));

	if (clerk == NULL)
		return NULL;
	clerk->ledger = ledger;
	clerk->store = store;
	return clerk;
}

void
clerk_free(struct clerk *clerk)
{
	free(clerk);
}

/* ---- Services ---- */

static uint64_t
digest_of_service(const struct roster_entry *entry)
{
	const uint8_t flags[] = { entry->pending, entry->type, entry->families[0],
		entry->families[1], entry->family_count };
	uint64_t digest = text_digest(TEXT_HASH_SEED, flags, sizeof(flags));

	digest = text_digest(digest, entry->cluster_ips,
	    entry->cluster_ip_count * sizeof(entry->cluster_ips[0]));
	if (entry->node_ports != NULL)
		digest = text_digest(digest, entry->node_ports,
		    entry->service->port_count * sizeof(*entry->node_ports));
	return text_digest(digest, entry->external_ips,
	    entry->external_ip_count * sizeof(*entry->external_ips));
}

int
clerk_service(struct clerk *clerk, const char *ns, const char *name,
    const struct roster_entry *entry)
{
	struct ledger_item item = { .kind = API_SERVICES, .ns = ns, .name = name };

	if (entry == NULL) {
		ledger_remove(clerk->ledger, API_SERVICES, ns, name);
		return 0;
	}
	item.object = &entry->service->object;
	item.digest = digest_of_service(entry);
	return ledger_put(clerk->ledger, &item);
}

/* ---- others ---- */

int
clerk_object(struct clerk *clerk, enum object_kind kind, const char *ns, const char *name,
    const struct object *object)
{
	const struct ledger_item item = { .kind = api_kinds[kind], .ns = ns, .name = name,
		.object = object };

	if (object != NULL)
		return ledger_put(clerk->ledger, &item);
	if (kind == KIND_NAMESPACE)
		return clerk_space(clerk, name, store_has_namespace(clerk->store, name));
	ledger_remove(clerk->ledger, api_kinds[kind], ns, name);
	return 0;
}

int
clerk_space(struct clerk *clerk, const char *name, bool exists)
{
	const struct object *object = store_object(clerk->store, KIND_NAMESPACE, "", name);
	const struct ledger_item item = { .kind = API_NAMESPACES, .ns = "", .name = name,
		.object = object,
		.origin = object != NULL ? LEDGER_STATED : LEDGER_IMPLIED };

	if (exists)
		return ledger_put(clerk->ledger, &item);
	ledger_remove(clerk->ledger, API_NAMESPACES, "", name);
	return 0;
}

int
clerk_target(struct clerk *clerk, const char *target_id)
{
	(void)clerk, (void)target_id;
	return 0;
}
