/* catalog.c - which names exist, and their ready-made answers. */
#include "dns/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "base/keyset.h"
#include "base/log.h"
#include "dns/apex.h"
#include "dns/autopath.h"
#include "dns/branch.h"
#include "dns/changes.h"
#include "dns/dns_settings.h"
#include "dns/entry_layout.h"
#include "dns/hosting.h"
#include "dns/index.h"
#include "dns/outside.h"
#include "dns/owner.h"
#include "dns/pointers.h"
#include "dns/schema.h"
#include "dns/spaces.h"
#include "dns/tenants.h"
#include "dns/verified.h"
#include "dns/domain.h"
#include "model/roster.h"

#define NAMES_MAX 134           /* two labels of 63 octets */
#define SERIAL_STEP_MS 100
#define SOA_TTL_MAX_S 300
#define ARENA_FIRST 2048
#define SCRATCH_FIRST 8192      /* holds a Service of ten endpoints */
/* With more name servers than this the apex is put once a batch, not once a change. */
#define SERVERS_AT_ONCE 16

struct listing {
	struct pointer_owner owner;     /* with the roster entry, which has its names; NULL: new */
	size_t left_out;        /* records that no message could carry */
	bool serving;           /* says who the zone's name servers are */
	bool torn;              /* the index holds answers of an older entry still */
};

struct catalog {
	struct arena *arena;    /* of the domain's names */
	struct arena *scratch;  /* for what is worked out about one Service; empty in between */
	struct domain domain;
	struct ledger ledger;
	struct spaces *spaces;
	struct verified *verified;
	struct tenants *tenants;
	struct branches *branches;
	struct pointers *pointers;
	struct hosting *hosting;
	struct keyset services;
	struct listing **servers;       /* those that are serving */
	size_t server_count;
	size_t server_room;
	bool apex_owed;         /* the apex could not be put yet, or waits for the batch's end */
	bool stepped;           /* the serial has been stepped in this life */
	uint32_t serial;
	uint64_t step_ms;       /* when */
	size_t left_out;        /* of all Services */
};

/* ---- the serial ---------------------------------------------------------------------------- */

struct soa {
	struct index *index;
	const uint8_t *rdata;
	uint16_t len;
	uint32_t ttl_s;
};

static int
set_soa(void *arg, const uint8_t *zone)
{
	const struct soa *soa = arg;

	return index_set_zone(soa->index, zone, soa->rdata, soa->len, soa->ttl_s);
}

static int
set_outside_soa(struct catalog *catalog, struct soa *soa, uint32_t serial, struct arena *arena)
{
	struct domain outside = domain_outside(&catalog->domain);
	int err = apex_soa(&outside, serial, arena, &soa->rdata, &soa->len);

	return err != 0 ? err : set_soa(soa, outside.zone);
}

/* All our zones speak of one domain, and so have one serial. */
static int
set_serial(struct catalog *catalog, uint32_t serial)
{
	const struct dns_settings *settings = catalog->domain.settings;
	struct arena *arena = arena_new(ARENA_FIRST);
	struct soa soa = {
		.index = catalog->ledger.index,
		.ttl_s = settings->ttl_negative_s < SOA_TTL_MAX_S ? settings->ttl_negative_s :
		    SOA_TTL_MAX_S,
	};
	int err = arena == NULL ? ERR_NOMEM : apex_soa(&catalog->domain, serial, arena, &soa.rdata,
	    &soa.len);

	if (err == 0)
		err = set_soa(&soa, catalog->domain.zone);
	if (err == 0)
		err = branches_each_zone(catalog->branches, set_soa, &soa);
	if (err == 0 && catalog->domain.outside != NULL)
		err = set_outside_soa(catalog, &soa, serial, arena);
	if (err == 0)
		catalog->serial = serial;
	arena_free(arena);
	return err;
}

/* ---- the apex ------------------------------------------------------------------------------ */

/* All addresses of name servers, from the entries of the Services that serve. */
static int
gather_glue(struct catalog *catalog, struct arena *arena, struct entry_record **glue, size_t *count)
{
	struct schema *schemas = arena_array(arena, catalog->server_count + 1, sizeof(*schemas));
	size_t total = 0;

	if (schemas == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < catalog->server_count; i++) {
		int err = schema_build(&catalog->domain, catalog->servers[i]->owner.entry, arena,
		    &schemas[i]);

		if (err != 0)
			return err;
		total += schemas[i].glue_count;
	}
	*glue = arena_array(arena, total + 1, sizeof(**glue));
	if (*glue == NULL)
		return ERR_NOMEM;
	*count = 0;
	for (size_t i = 0; i < catalog->server_count; i++)
		for (size_t g = 0; g < schemas[i].glue_count; g++)
			(*glue)[(*count)++] = schemas[i].glue[g];
	return 0;
}

static void
put_apex(struct catalog *catalog)
{
	struct arena *arena = arena_new(ARENA_FIRST);
	struct entry_record *glue;
	size_t count;
	int err = arena == NULL ? ERR_NOMEM : gather_glue(catalog, arena, &glue, &count);

	if (err == 0)
		err = apex_put(&catalog->domain, &catalog->ledger, arena, glue, count);
	catalog->apex_owed = err != 0;
	arena_free(arena);
}

static void
drop_server(struct catalog *catalog, const struct listing *service)
{
	for (size_t i = 0; i < catalog->server_count; i++)
		if (catalog->servers[i] == service) {
			catalog->servers[i] = catalog->servers[--catalog->server_count];
			return;
		}
}

/* There is room for one more server. */
static void
set_serving(struct catalog *catalog, struct listing *service, bool serving)
{
	if (!serving && !service->serving)
		return;
	if (serving && !service->serving)
		catalog->servers[catalog->server_count++] = service;
	if (!serving)
		drop_server(catalog, service);
	service->serving = serving;
	catalog->apex_owed = true;
}

/* ---- one Service --------------------------------------------------------------------------- */

/* What is answered now; NULL: nothing. */
static const struct entry *
service_answers(const struct listing *service)
{
	return atomic_load_explicit(&service->owner.cell.entry, memory_order_relaxed);
}

static int
put_name(struct catalog *catalog, struct changes *changes, const struct schema_name *name,
    bool quiet)
{
	const struct entry_spec spec = {
		.kind = name->kind, .name = name->name, .zone = catalog->domain.zone,
		.records = name->records, .record_count = name->record_count,
		.additional = name->additional, .additional_count = name->additional_count,
	};

	return changes_put(changes, &spec, quiet);
}

/* A name of a topology zone as it was and as it is to be; either may be NULL. */
static int
plan_name(struct catalog *catalog, struct changes *changes, const struct schema_name *old,
    const struct schema_name *new, bool torn)
{
	if (new == NULL)
		return changes_remove(changes, old->name, false);
	if (old != NULL && !torn && schema_name_equal(old, new))
		return 0;
	return put_name(catalog, changes, new, false);
}

/* Walk over both sorted lists side by side. */
static int
plan_names(struct catalog *catalog, struct changes *changes, const struct schema *old,
    const struct schema *new, bool torn)
{
	size_t i = 0, j = 0;
	int err = 0;

	while (err == 0 && (i < old->name_count || j < new->name_count)) {
		int order = i == old->name_count ? 1 : j == new->name_count ? -1 :
		    owner_compare(old->names[i].name, new->names[j].name);

		err = plan_name(catalog, changes, order <= 0 ? &old->names[i] : NULL,
		    order >= 0 ? &new->names[j] : NULL, torn);
		i += order <= 0;
		j += order >= 0;
	}
	return err;
}

/* The Service's entry with all that is below it, against the one there is. */
static int
plan_own(struct catalog *catalog, struct changes *changes, struct listing *service,
    const struct schema *new)
{
	const struct entry *old = service_answers(service);
	bool quiet = (old == NULL || old->kind == ENTRY_EMPTY_HEADLESS) &&
	    (new->own == NULL || new->own->kind == ENTRY_EMPTY_HEADLESS) && !service->torn;
	int err = 0;

	if (new->own == NULL && old == NULL)
		return 0;
	if (new->own == NULL) {
		err = changes_remove(changes, entry_name(old), quiet);
	} else {
		const struct entry_spec spec = {
			.kind = new->own->kind, .name = new->own->name,
			.zone = catalog->domain.zone, .records = new->own->records,
			.record_count = new->own->record_count, .ede = new->own->ede,
			.members = new->members, .member_count = new->member_count,
			.member_ttl_s = new->member_ttl_s, .ports = new->ports,
			.port_count = new->port_count,
		};

		err = changes_put(changes, &spec, quiet);
	}
	if (err == 0)
		changes_set_cell(changes, &service->owner.cell);
	return err;
}

/* Everything that needs memory and cannot be taken back comes before anything is changed. */
static int
reserve(struct catalog *catalog, const struct roster_entry *old, const struct roster_entry *new)
{
	int err = pointers_reserve(catalog->pointers, old, new);

	if (err != 0)
		return err;
	return array_reserve(&catalog->servers, &catalog->server_room, catalog->server_count + 1,
	    sizeof(*catalog->servers));
}

/* A new entry that says the same as the old one is only held on to. */
static bool
says_the_same(const struct listing *service, const struct roster_entry *entry)
{
	return service->owner.entry != NULL && entry != NULL && !service->torn &&
	    roster_entry_equal(service->owner.entry, entry);
}

/* Said when it begins and when it ends; how many there are is a metric. */
static void
note_left_out(struct catalog *catalog, struct listing *service, size_t left_out)
{
	if (left_out > 0 && service->left_out == 0)
		log_warn("Service %s/%s: too many endpoints for one DNS message: %zu records are "
		    "left out", roster_ns(service->owner.entry), roster_name(service->owner.entry),
		    left_out);
	if (left_out == 0 && service->left_out > 0 && service->owner.entry != NULL)
		log_info("Service %s/%s: all records are answered again",
		    roster_ns(service->owner.entry), roster_name(service->owner.entry));
	catalog->left_out += left_out - service->left_out;
	service->left_out = left_out;
}

/* Are addresses of this entry answered? */
static bool
has_addresses(const struct listing *service, const struct roster_entry *entry)
{
	return service_answers(service) != NULL && entry != NULL &&
	    entry->type != SERVICE_EXTERNAL_NAME;
}

/* All that there is to change in the index; names of topology zones may differ, too. */
static int
plan(struct catalog *catalog, struct changes *changes, struct listing *service,
    struct roster_entry *entry, struct schema *new, struct arena *arena)
{
	struct schema old = { 0 };
	int err = schema_build(&catalog->domain, entry, arena, new);

	if (err == 0 && catalog->domain.settings->zonal)
		err = schema_build(&catalog->domain, service->owner.entry, arena, &old);
	if (err == 0)
		err = reserve(catalog, service->owner.entry, entry);
	if (err == 0)
		err = plan_own(catalog, changes, service, new);
	if (err == 0 && catalog->domain.outside != NULL)
		err = outside_plan(&catalog->domain, changes, service->owner.entry, entry,
		    arena);
	return err != 0 ? err : plan_names(catalog, changes, &old, new, service->torn);
}

/* From the old entry's answers to the new one's; entry NULL: to none. */
static int
change_service(struct catalog *catalog, struct listing *service, struct roster_entry *entry,
    struct arena *arena)
{
	struct changes changes = CHANGES_INIT(&catalog->ledger);
	struct roster_entry *before = service->owner.entry;
	bool had = has_addresses(service, before);
	struct schema new;
	bool torn = false;
	int err = plan(catalog, &changes, service, entry, &new, arena);

	if (err != 0) {
		changes_drop(&changes);
		return err;
	}
	err = changes_apply(&changes, &torn);
	if (err != 0 && !torn)
		return err;
	service->owner.entry = roster_entry_ref(entry);
	service->torn = torn;
	note_left_out(catalog, service, new.left_out);
	set_serving(catalog, service, new.glue_count > 0);
	pointers_change(catalog->pointers, had ? before : NULL,
	    has_addresses(service, entry) ? entry : NULL, &service->owner);
	if (catalog->apex_owed && catalog->server_count <= SERVERS_AT_ONCE)
		put_apex(catalog);
	roster_entry_unref(before);
	return err;
}

/* ---- the table of Services ----------------------------------------------------------------- */

struct names {
	const char *ns;
	const char *name;
};

/* One that is new is in nobody's way: it has an entry before another Service is spoken of. */
static bool
is_named(const void *item, const void *key)
{
	const struct roster_entry *entry = ((const struct listing *)item)->owner.entry;
	const struct names *names = key;

	return entry != NULL && strcmp(roster_name(entry), names->name) == 0 &&
	    strcmp(roster_ns(entry), names->ns) == 0;
}

/* A Service nobody spoke of before, with no names yet. */
static struct listing *
add_service(struct catalog *catalog, uint32_t hash, const char *ns)
{
	struct listing *service = calloc(1, sizeof(*service));

	if (service == NULL)
		return NULL;
	if (keyset_add(&catalog->services, hash, service) != 0) {
		free(service);
		return NULL;
	}
	if (spaces_hold(catalog->spaces, ns) == 0) {
		index_note(catalog->ledger.index, sizeof(*service));
		return service;
	}
	keyset_remove(&catalog->services, hash, service);
	free(service);
	return NULL;
}

static void
drop_service(struct catalog *catalog, uint32_t hash, struct listing *service, const char *ns)
{
	keyset_remove(&catalog->services, hash, service);
	spaces_release(catalog->spaces, ns);
	roster_entry_unref(service->owner.entry);
	/* Readers may just have come to its cell. */
	index_retire(catalog->ledger.index, service, sizeof(*service));
}

int
catalog_set_service(struct catalog *catalog, const char *ns, const char *name,
    struct roster_entry *entry)
{
	const struct names names = { ns, name };
	uint32_t hash = keyset_hash_names(&catalog->services, ns, name);
	struct listing *service;

	if (strlen(ns) + strlen(name) > NAMES_MAX)
		return 0;       /* such a name cannot be asked for */
	service = keyset_find(&catalog->services, hash, is_named, &names);
	if (service == NULL && entry != NULL) {
		service = add_service(catalog, hash, ns);
		if (service == NULL)
			return ERR_NOMEM;
	}
	if (service == NULL)
		return 0;
	if (says_the_same(service, entry)) {
		roster_entry_ref(entry);
		roster_entry_unref(service->owner.entry);
		service->owner.entry = entry;
		return 0;
	}
	int err = change_service(catalog, service, entry, catalog->scratch);
	arena_reset(catalog->scratch);
	if (service->owner.entry == NULL)
		drop_service(catalog, hash, service, ns);
	return err;
}

/* ---- namespaces, Pods, the end of a batch --------------------------------------------------- */

int
catalog_set_namespace(struct catalog *catalog, const char *ns, bool exists)
{
	return spaces_state(catalog->spaces, ns, exists);
}

int
catalog_set_pod(struct catalog *catalog, const char *ns, const char *name,
    const struct addr *addrs, size_t count)
{
	if (catalog->domain.settings->pods != POD_NAMES_VERIFIED)
		return 0;
	return verified_set(catalog->verified, ns, name, addrs, count);
}

int
catalog_set_tenant(struct catalog *catalog, const char *ns, const char *name,
    const struct addr *addrs, size_t count)
{
	const struct autopath *autopath = catalog->domain.settings->autopath;

	if (autopath == NULL || !autopath->pods)
		return 0;
	return tenants_set(catalog->tenants, ns, name, addrs, count);
}

int
catalog_set_ingress(struct catalog *catalog, const char *ns, const char *name,
    const struct ingress *ingress)
{
	return hosting_set(catalog->hosting, ns, name, ingress);
}

bool
catalog_publish(struct catalog *catalog, uint64_t now_ms, uint64_t unix_s)
{
	bool owed = pointers_settle(catalog->pointers);

	owed = hosting_settle(catalog->hosting) || owed;
	if (catalog->apex_owed)
		put_apex(catalog);
	if (catalog->ledger.visible && (!catalog->stepped ||
	    now_ms - catalog->step_ms >= SERIAL_STEP_MS)) {
		uint32_t next = unix_s > catalog->serial ? (uint32_t)unix_s : catalog->serial + 1;

		if (set_serial(catalog, next) == 0) {
			catalog->ledger.visible = false;
			catalog->stepped = true;
			catalog->step_ms = now_ms;
		}
	}
	return owed || catalog->apex_owed || catalog->ledger.visible;
}

void
catalog_reclaim(struct catalog *catalog)
{
	index_reclaim(catalog->ledger.index);
}

bool
catalog_is_settled(const struct catalog *catalog)
{
	return !catalog->ledger.visible && !catalog->apex_owed;
}

uint32_t
catalog_serial(const struct catalog *catalog)
{
	return catalog->serial;
}

size_t
catalog_left_out(const struct catalog *catalog)
{
	return catalog->left_out;
}

/* ---- life ---------------------------------------------------------------------------------- */

static int
make_parts(struct catalog *catalog)
{
	struct ledger *ledger = &catalog->ledger;

	catalog->spaces = spaces_new(&catalog->domain, ledger);
	if (catalog->spaces == NULL)
		return ERR_NOMEM;
	catalog->verified = verified_new(&catalog->domain, catalog->spaces, ledger);
	catalog->tenants = tenants_new(ledger->index);
	catalog->branches = branches_new(catalog->domain.settings, ledger);
	catalog->hosting = hosting_new(&catalog->domain, ledger->index);
	if (catalog->verified == NULL || catalog->tenants == NULL || catalog->branches == NULL ||
	    catalog->hosting == NULL)
		return ERR_NOMEM;
	catalog->pointers = pointers_new(&catalog->domain, catalog->branches, ledger);
	return catalog->pointers == NULL ? ERR_NOMEM : apex_put_fixed(&catalog->domain, ledger);
}

struct catalog *
catalog_new(const struct dns_settings *settings, struct index *index, uint32_t last_serial)
{
	struct catalog *catalog = calloc(1, sizeof(*catalog));

	if (catalog == NULL)
		return NULL;
	catalog->ledger.index = index;
	keyset_init(&catalog->services);
	catalog->arena = arena_new(ARENA_FIRST);
	catalog->scratch = arena_new(SCRATCH_FIRST);
	int err = catalog->arena == NULL || catalog->scratch == NULL ? ERR_NOMEM :
	    domain_init(&catalog->domain, settings, catalog->arena);
	if (err == 0)
		err = make_parts(catalog);
	if (err == 0)
		err = set_serial(catalog, last_serial);
	if (err == 0)
		return catalog;
	catalog_free(catalog);
	return NULL;
}

void
catalog_free(struct catalog *catalog)
{
	struct listing *service;
	size_t at = 0;

	if (catalog == NULL)
		return;
	while ((service = keyset_next(&catalog->services, &at)) != NULL) {
		roster_entry_unref(service->owner.entry);
		index_keep(catalog->ledger.index, &service->owner.piece);
	}
	keyset_release(&catalog->services);
	hosting_free(catalog->hosting);
	pointers_free(catalog->pointers);
	branches_free(catalog->branches);
	tenants_free(catalog->tenants);
	verified_free(catalog->verified);
	spaces_free(catalog->spaces);
	free(catalog->servers);
	arena_free(catalog->scratch);
	arena_free(catalog->arena);
	free(catalog);
}
