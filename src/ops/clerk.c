/* clerk.c - what became of the world, into the ledger. */
#include "ops/clerk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "model/pod.h"
#include "model/roster.h"
#include "model/slice.h"
#include "model/store.h"
#include "ops/ledger.h"
#include "ops/slicing.h"
#include "ops/standing.h"

/* So often another name is looked for where somebody has taken a slice's. */
#define SALTS 4

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

/* ---- what endpoints say ---- */

static uint64_t
add_text(uint64_t digest, const char *text)
{
	return text == NULL ? digest : text_digest(digest, text, strlen(text) + 1);
}

static uint64_t
add_endpoint(uint64_t digest, const struct roster_entry *entry,
    const struct roster_endpoint *endpoint)
{
	struct slicing_conditions conditions = slicing_conditions(entry, endpoint);
	const struct endpoint *of = endpoint->of;
	const uint8_t flags[] = { conditions.ready, conditions.serving, conditions.terminating };

	digest = text_digest(digest, &of->addr, sizeof(of->addr));
	digest = text_digest(digest, flags, sizeof(flags));
	digest = add_text(digest, of->pod_name);
	digest = add_text(digest, of->node_name);
	digest = add_text(digest, of->zone);
	return add_text(digest, roster_hostname(endpoint));
}

static uint64_t
add_group(uint64_t digest, const struct roster_group *group)
{
	for (size_t i = 0; i < group->port_count; i++) {
		const struct roster_group_port *port = &group->ports[i];
		const uint16_t numbers[] = { port->service_port, port->port, port->protocol };

		digest = text_digest(digest, numbers, sizeof(numbers));
		digest = add_text(digest, port->name);
	}
	return digest;
}

/* Of each part, and behind them of the Endpoints, which all go into.  NULL: no memory. */
static uint64_t *
digests_begin(const struct slicing *slicing, const struct object *of)
{
	uint64_t *digests = malloc((slicing->part_count + 1) * sizeof(*digests));

	for (size_t i = 0; digests != NULL && i <= slicing->part_count; i++)
		digests[i] = of->digest;
	return digests;
}

static void
digest_made(const struct roster_entry *entry, struct slicing *slicing, uint64_t *digests)
{
	uint64_t *all = &digests[slicing->part_count];
	size_t part;

	for (size_t i = 0; i < entry->endpoint_count; i++) {
		const struct roster_endpoint *endpoint = &entry->endpoints[i];

		if (endpoint->from_slice || !slicing_next(slicing, endpoint->of->addr.family,
		    endpoint->group, &part))
			continue;
		digests[part] = add_endpoint(add_group(digests[part],
		    &entry->groups[endpoint->group]), entry, endpoint);
		*all = add_endpoint(add_group(*all, &entry->groups[endpoint->group]), entry,
		    endpoint);
	}
}

static void
digest_mirrored(const struct roster_entry *entry, const struct slice *endpoints,
    struct slicing *slicing, uint64_t *digests)
{
	for (uint32_t i = 0; i < endpoints->part_count; i++) {
		for (uint32_t j = 0; j < endpoints->parts[i].endpoint_count; j++) {
			const struct addr *addr = &endpoints->parts[i].endpoints[j].addr;
			const struct roster_endpoint *found = slicing_stated(entry, addr);
			size_t part;

			if (slicing_next(slicing, addr->family, i, &part) && found != NULL)
				digests[part] = add_endpoint(digests[part], entry, found);
		}
	}
}

/* ---- slices ---- */

/* Something else may have the name: then it is not `of` the object. */
static bool
is_ours(const struct ledger_entry *entry, const struct object *of, size_t part)
{
	return (entry->origin == LEDGER_MADE || entry->origin == LEDGER_MIRRORED) &&
	    entry->part == part && strcmp(entry->object->name, of->name) == 0;
}

static int
put_slice(struct clerk *clerk, const struct object *of, enum ledger_origin origin, size_t part,
    uint64_t digest, uint32_t created_unix_s)
{
	char name[SLICING_NAME_SIZE];
	struct ledger_item item = { .kind = API_ENDPOINT_SLICES, .origin = origin, .ns = of->ns,
		.name = name, .object = of, .digest = digest, .part = (uint16_t)part,
		.created_unix_s = created_unix_s };

	for (unsigned salt = 0; salt < SALTS; salt++) {
		const struct ledger_entry *there = ledger_find(clerk->ledger, API_ENDPOINT_SLICES,
		    of->ns, slicing_name(of->ns, of->name, part, salt, name));

		if (there == NULL || is_ours(there, of, part))
			return ledger_put(clerk->ledger, &item);
	}
	return 0;
}

static void
remove_slices(struct clerk *clerk, const struct object *of, size_t from, size_t to)
{
	char name[SLICING_NAME_SIZE];

	for (size_t part = from; part < to; part++) {
		for (unsigned salt = 0; salt < SALTS; salt++) {
			const struct ledger_entry *there = ledger_find(clerk->ledger,
			    API_ENDPOINT_SLICES, of->ns,
			    slicing_name(of->ns, of->name, part, salt, name));

			if (there != NULL && is_ours(there, of, part))
				ledger_remove(clerk->ledger, API_ENDPOINT_SLICES, of->ns, name);
		}
	}
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

/* What stands in the ledger of a Service, and of what is made for it. */
static int
put_service(struct clerk *clerk, const struct roster_entry *entry, size_t parts,
    const struct ledger_entry **out)
{
	const struct object *object = &entry->service->object;
	const struct ledger_item item = { .kind = API_SERVICES, .ns = object->ns,
		.name = object->name, .object = object, .digest = digest_of_service(entry),
		.parts = (uint16_t)(parts < UINT16_MAX ? parts : UINT16_MAX),
		.created_unix_s = object->created_unix_s };
	int err = ledger_put(clerk->ledger, &item);

	if (err == 0)
		*out = ledger_find(clerk->ledger, API_SERVICES, object->ns, object->name);
	return err;
}

static bool
has_controllers(const struct roster_entry *entry)
{
	return entry->has_selector && entry->type != SERVICE_EXTERNAL_NAME;
}

/* Endpoints of the name that are stated show again once no selector speaks for them. */
static int
put_endpoints(struct clerk *clerk, const struct roster_entry *entry, uint64_t digest,
    uint32_t created_unix_s)
{
	const struct object *object = &entry->service->object;
	const struct ledger_item made = { .kind = API_ENDPOINTS, .origin = LEDGER_MADE,
		.ns = object->ns, .name = object->name, .object = object, .digest = digest,
		.created_unix_s = created_unix_s };

	if (has_controllers(entry))
		return ledger_put(clerk->ledger, &made);
	return clerk_object(clerk, KIND_ENDPOINTS, object->ns, object->name,
	    store_object(clerk->store, KIND_ENDPOINTS, object->ns, object->name));
}

static int
make_slicing(const struct clerk *clerk, const struct roster_entry *entry,
    const struct slice **mirrored, struct slicing *out)
{
	const struct object *object = &entry->service->object;

	*mirrored = NULL;
	*out = (struct slicing){ 0 };
	if (has_controllers(entry))
		return slicing_make(entry, out);
	*mirrored = (const void *)store_object(clerk->store, KIND_ENDPOINTS, object->ns,
	    object->name);
	if (*mirrored == NULL || (*mirrored)->skip_mirror || entry->type == SERVICE_EXTERNAL_NAME)
		return 0;
	return slicing_mirror(*mirrored, out);
}

static int
put_parts(struct clerk *clerk, const struct roster_entry *entry, const struct slice *mirrored,
    struct slicing *slicing, uint32_t created_unix_s)
{
	const struct object *of = mirrored != NULL ? &mirrored->object : &entry->service->object;
	uint64_t *digests = digests_begin(slicing, of);
	int err = 0;

	if (digests == NULL)
		return ERR_NOMEM;
	if (mirrored != NULL)
		digest_mirrored(entry, mirrored, slicing, digests);
	else
		digest_made(entry, slicing, digests);
	err = put_endpoints(clerk, entry, digests[slicing->part_count], created_unix_s);
	for (size_t i = 0; err == 0 && i < slicing->part_count; i++)
		err = put_slice(clerk, of, mirrored != NULL ? LEDGER_MIRRORED : LEDGER_MADE, i,
		    digests[i], created_unix_s);
	free(digests);
	return err;
}

static int
show_service(struct clerk *clerk, const struct roster_entry *entry, size_t parts_before)
{
	const struct ledger_entry *shown;
	const struct slice *mirrored;
	struct slicing slicing;
	int err = make_slicing(clerk, entry, &mirrored, &slicing);
	size_t parts = slicing.part_count;

	/* Should it fail half way, all that may be there is known. */
	if (err == 0)
		err = put_service(clerk, entry, parts > parts_before ? parts : parts_before,
		    &shown);
	if (err == 0)
		err = put_parts(clerk, entry, mirrored, &slicing, shown->created_unix_s);
	if (err == 0 && parts < parts_before) {
		remove_slices(clerk, &entry->service->object, parts, parts_before);
		err = put_service(clerk, entry, parts, &shown);
	}
	slicing_release(&slicing);
	return err;
}

static void
hide_service(struct clerk *clerk, const char *ns, const char *name, size_t parts_before)
{
	const struct ledger_entry *shown = ledger_find(clerk->ledger, API_SERVICES, ns, name);
	const struct ledger_entry *endpoints;

	if (shown == NULL)
		return;
	remove_slices(clerk, shown->object, 0, parts_before);
	endpoints = ledger_find(clerk->ledger, API_ENDPOINTS, ns, name);
	if (endpoints != NULL && endpoints->origin == LEDGER_MADE)
		ledger_remove(clerk->ledger, API_ENDPOINTS, ns, name);
	ledger_remove(clerk->ledger, API_SERVICES, ns, name);
}

int
clerk_service(struct clerk *clerk, const char *ns, const char *name,
    const struct roster_entry *entry)
{
	const struct ledger_entry *shown = ledger_find(clerk->ledger, API_SERVICES, ns, name);
	const struct object *stated;
	size_t parts_before = shown != NULL ? shown->parts : 0;

	if (entry != NULL)
		return show_service(clerk, entry, parts_before);
	hide_service(clerk, ns, name, parts_before);
	stated = store_object(clerk->store, KIND_ENDPOINTS, ns, name);
	return stated != NULL ? clerk_object(clerk, KIND_ENDPOINTS, ns, name, stated) : 0;
}

/* ---- Pods ---- */

/* Whether each container is ready, since when and why. */
static uint64_t
digest_of_pod(const struct store *store, const struct pod *pod)
{
	uint64_t digest = TEXT_HASH_SEED;
	struct standing standing;

	standing_of_pod(store, pod, &standing);
	digest = add_text(digest, standing.why);
	digest = text_digest(digest, &standing.since_unix_ms, sizeof(standing.since_unix_ms));
	for (size_t i = 0; i < pod->container_count; i++) {
		standing_of_container(store, pod, i, &standing);
		digest = text_digest(digest, &standing.presence, sizeof(standing.presence));
	}
	return digest;
}

/* ---- others ---- */

/* Is the object's name taken by Endpoints that are made for a Service? */
static bool
is_overruled(const struct clerk *clerk, enum object_kind kind, const char *ns, const char *name)
{
	const struct ledger_entry *service = kind != KIND_ENDPOINTS ? NULL :
	    ledger_find(clerk->ledger, API_SERVICES, ns, name);
	const struct service *stated = service != NULL ? (const void *)service->object : NULL;

	return stated != NULL && stated->selector.count > 0 &&
	    stated->type != SERVICE_EXTERNAL_NAME;
}

int
clerk_object(struct clerk *clerk, enum object_kind kind, const char *ns, const char *name,
    const struct object *object)
{
	struct ledger_item item = { .kind = api_kinds[kind], .ns = ns, .name = name,
		.object = object };

	if (is_overruled(clerk, kind, ns, name))
		return 0;
	if (object == NULL && kind == KIND_NAMESPACE)
		return clerk_space(clerk, name, store_has_namespace(clerk->store, name));
	if (object == NULL) {
		ledger_remove(clerk->ledger, api_kinds[kind], ns, name);
		return 0;
	}
	item.created_unix_s = object->created_unix_s;
	if (kind == KIND_POD)
		item.digest = digest_of_pod(clerk->store, (const void *)object);
	return ledger_put(clerk->ledger, &item);
}

int
clerk_space(struct clerk *clerk, const char *name, bool exists)
{
	const struct object *object = store_object(clerk->store, KIND_NAMESPACE, "", name);
	const struct ledger_item item = { .kind = API_NAMESPACES, .ns = "", .name = name,
		.object = object,
		.origin = object != NULL ? LEDGER_STATED : LEDGER_IMPLIED,
		.created_unix_s = object != NULL ? object->created_unix_s : 0 };

	if (exists)
		return ledger_put(clerk->ledger, &item);
	ledger_remove(clerk->ledger, API_NAMESPACES, "", name);
	return 0;
}

/* "pod/NAMESPACE/POD/..." */
static bool
read_pod_id(const char *id, char ns[64], char name[254])
{
	return sscanf(id, "pod/%63[^/]/%253[^/]/", ns, name) == 2;
}

int
clerk_target(struct clerk *clerk, const char *target_id)
{
	const struct pod *pod;
	char ns[64], name[254];

	if (!read_pod_id(target_id, ns, name))
		return 0;
	pod = store_pod(clerk->store, ns, name);
	/* One that is not shown yet comes with all that is known of it by then. */
	if (pod == NULL || ledger_find(clerk->ledger, API_PODS, ns, name) == NULL)
		return 0;
	return clerk_object(clerk, KIND_POD, ns, name, &pod->object);
}
