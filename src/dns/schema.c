/* schema.c - which names and records a Service owns. */
#include "dns/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "dns/dns_settings.h"
#include "dns/glue.h"
#include "dns/owner.h"
#include "dns/rrset.h"
#include "dns/subject.h"
#include "dns/view.h"
#include "dns/domain.h"
#include "model/roster.h"

#define PROTOCOL_COUNT 3
#define LABEL_SIZE 80

/* A schema in the making. */
struct build {
	struct subject subject;
	struct schema_name *names;
	size_t count;
	size_t left_out;
};

static struct schema_name *
add_name(struct build *build, const uint8_t *name, enum entry_kind kind)
{
	struct schema_name *added = &build->names[build->count++];

	*added = (struct schema_name){ .name = name, .kind = kind };
	return added;
}

/* A name that only stands between others: what is asked there is NODATA (RFC 8020). */
static int
add_empty(struct build *build, const char *label, const uint8_t *parent, enum entry_kind kind,
    const uint8_t **name)
{
	int err = owner_under(build->subject.arena, label, parent, name);

	if (err == 0)
		add_name(build, *name, kind);
	return err == ERR_LIMIT ? 0 : err;
}

static void
set_records(struct build *build, struct schema_name *name, const struct rrset_list *records,
    const struct rrset_list *additional)
{
	build->left_out += records->left_out;
	name->records = records->items;
	name->record_count = records->count;
	if (additional != NULL) {
		name->additional = additional->items;
		name->additional_count = additional->count;
	}
}

/* A name with the addresses and SRV records of a view. */
static int
add_view(struct build *build, const uint8_t *name, const struct view *view)
{
	const struct subject *subject = &build->subject;
	size_t room = view_addr_count(subject) + view_srv_count(subject, view);
	struct rrset_list records, additional;
	int err = rrset_list_init(&records, subject->arena, room);

	if (err != 0)
		return err;
	view_add_addrs(subject, view, &records);
	err = view_add_srvs(subject, view, &records, &additional);
	if (err == 0)
		set_records(build, add_name(build, name, ENTRY_NAME), &records, &additional);
	return err;
}

/* _port._proto: SRV only; *stated where the name exists. */
static int
add_port(struct build *build, const struct view *view, const uint8_t *parent, bool *stated)
{
	const struct subject *subject = &build->subject;
	struct rrset_list records, additional;
	const uint8_t *name;
	char label[LABEL_SIZE];
	size_t count = view_srv_count(subject, view);

	snprintf(label, sizeof(label), "_%.70s", view->port);
	int err = owner_under(subject->arena, label, parent, &name);
	if (err != 0 || count == 0)
		return err == ERR_LIMIT ? 0 : err;
	err = rrset_list_init(&records, subject->arena, count);
	if (err == 0)
		err = view_add_srvs(subject, view, &records, &additional);
	if (err != 0)
		return err;
	set_records(build, add_name(build, name, ENTRY_NAME), &records, &additional);
	*stated = true;
	return 0;
}

/* The named ports of one protocol, and _proto above them. */
static int
add_protocol(struct build *build, enum protocol protocol, const struct view *views, size_t count)
{
	const uint8_t *parent;
	char label[LABEL_SIZE];
	bool stated = false;

	snprintf(label, sizeof(label), "_%s", protocol_label(protocol));
	int err = owner_under(build->subject.arena, label, build->subject.service, &parent);
	for (size_t i = 0; err == 0 && i < count; i++)
		if (views[i].protocol == protocol)
			err = add_port(build, &views[i], parent, &stated);
	if (err == 0 && stated)
		add_name(build, parent, ENTRY_NAME);
	return err == ERR_LIMIT ? 0 : err;
}

/* Endpoint names, below every kind of Service that has endpoints (DNS.md 2.1, 2.2). */
static int
add_endpoints(struct build *build)
{
	const struct subject *subject = &build->subject;

	for (size_t first = 0, end; first < subject->members.count; first = end) {
		const struct member *run = &subject->members.items[first];
		struct rrset_list records;

		end = member_run_end(&subject->members, first);
		int err = rrset_list_init(&records, subject->arena, end - first);
		if (err != 0)
			return err;
		for (size_t i = 0; i < end - first; i++)
			rrset_add_addr(&records, NULL, &run[i].endpoint->of->addr,
			    subject->domain->settings->ttl_headless_s);
		set_records(build, add_name(build, run->name, ENTRY_NAME), &records, NULL);
	}
	return 0;
}

/* The topology zones of the members, each once. */
static int
list_zones(const struct subject *subject, const char ***zones, size_t *count)
{
	const char **found = arena_array(subject->arena, subject->members.count + 1,
	    sizeof(*found));

	if (found == NULL)
		return ERR_NOMEM;
	*zones = found;
	*count = 0;
	for (size_t i = 0; i < subject->members.count; i++) {
		const char *zone = subject->members.items[i].endpoint->of->zone;
		size_t known = 0;

		while (zone != NULL && known < *count && strcasecmp(found[known], zone) != 0)
			known++;
		if (zone != NULL && known == *count)
			found[(*count)++] = zone;
	}
	return 0;
}

/* <zone>.pin._zone.s.n.svc.Z and <zone>.prefer._zone...: the endpoints of one topology zone. */
static int
add_zones(struct build *build, const uint8_t *parent)
{
	const char **zones;
	size_t count;
	int err = list_zones(&build->subject, &zones, &count);

	for (size_t i = 0; err == 0 && i < count; i++) {
		struct view view = { .zone = zones[i] };
		const uint8_t *name;

		err = owner_under(build->subject.arena, zones[i], parent, &name);
		if (err == 0)
			err = add_view(build, name, &view);
		if (err == ERR_LIMIT)
			err = 0;        /* a label's value need not be a name */
	}
	return err;
}

static int
add_zonal(struct build *build)
{
	const uint8_t *parent = NULL, *pin = NULL, *prefer = NULL;
	int err = add_empty(build, "_zone", build->subject.service, ENTRY_NAME, &parent);

	if (err == 0)
		err = add_empty(build, "pin", parent, ENTRY_ZONE_PIN, &pin);
	if (err == 0)
		err = add_empty(build, "prefer", parent, ENTRY_ZONE_PREFER, &prefer);
	if (err == 0)
		err = add_zones(build, pin);
	return err != 0 ? err : add_zones(build, prefer);
}

/* Nobody is there: NXDOMAIN (DNS.md 2.2), and for people who look, why (RFC 8914). */
static int
add_empty_headless(struct build *build)
{
	const struct roster_entry *entry = build->subject.entry;
	char text[64];

	snprintf(text, sizeof(text), "%u of %u endpoints ready", entry->ready_count,
	    entry->endpoint_count);
	const char *ede = arena_text(build->subject.arena, text);
	if (ede == NULL)
		return ERR_NOMEM;
	add_name(build, build->subject.service, ENTRY_EMPTY_HEADLESS)->ede = ede;
	return 0;
}

/* An IP address is no name to point at: Kubernetes documents that it is not resolved. */
static int
add_external(struct build *build)
{
	const struct subject *subject = &build->subject;
	struct addr addr;
	const uint8_t *target;
	struct rrset_list records;

	if (subject->entry->service->external_name == NULL ||
	    addr_parse(subject->entry->service->external_name,
	    &addr) == 0)
		return 0;
	int err = owner_from_text(subject->arena, subject->entry->service->external_name,
	    &target);
	if (err == 0)
		err = rrset_list_init(&records, subject->arena, 1);
	if (err != 0)
		return err == ERR_LIMIT ? 0 : err;
	rrset_add_name(&records, DNS_TYPE_CNAME, target, subject->domain->settings->ttl_s);
	set_records(build, add_name(build, subject->service, ENTRY_NAME), &records, NULL);
	return 0;
}

static int
add_service(struct build *build, const struct view *ports, size_t port_count)
{
	const struct roster_entry *entry = build->subject.entry;
	struct view all = { .port = NULL };

	if (entry->type == SERVICE_EXTERNAL_NAME)
		return add_external(build);
	if (entry->headless && entry->answered_count == 0)
		return add_empty_headless(build);
	int err = add_view(build, build->subject.service, &all);
	for (int i = 0; err == 0 && i < PROTOCOL_COUNT; i++)
		err = add_protocol(build, (enum protocol)i, ports, port_count);
	if (err == 0)
		err = add_endpoints(build);
	if (err == 0 && entry->headless && build->subject.domain->settings->zonal)
		err = add_zonal(build);
	return err;
}

/* All names; their array has room for every name there can be. */
static int
add_names(struct build *build)
{
	const struct subject *subject = &build->subject;
	size_t members = subject->members.count, port_count;
	struct view *ports;
	int err = view_list_ports(subject, &ports, &port_count);

	if (err != 0)
		return err;
	/*
	 * the Service, its ports and protocols, its endpoints, and each topology zone pinned and
	 * preferred
	 */
	build->names = arena_array(subject->arena,
	    1 + port_count + PROTOCOL_COUNT + members + (subject->domain->settings->zonal ?
	    3 + 2 * members : 0),
	    sizeof(*build->names));
	return build->names == NULL ? ERR_NOMEM : add_service(build, ports, port_count);
}

static int
compare_names(const void *a, const void *b)
{
	const struct schema_name *x = a, *y = b;

	return owner_compare(x->name, y->name);
}

static size_t
drop_doubles(struct schema_name *names, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kept == 0 || owner_compare(names[kept - 1].name, names[i].name) != 0)
			names[kept++] = names[i];
	return kept;
}

int
schema_build(const struct domain *domain, const struct roster_entry *entry, struct arena *arena,
    struct schema *schema)
{
	struct build build = { .count = 0 };
	struct schema made = { 0 };
	int err = subject_init(&build.subject, domain, entry, NULL, arena);

	*schema = made;
	if (err != 0)
		return err == ERR_NOTFOUND ? 0 : err;
	err = add_names(&build);
	if (err == 0)
		err = pointer_list_build(&build.subject, &made.pointers);
	if (err == 0)
		err = glue_build(&build.subject, &made.glue, &made.glue_count);
	if (err != 0)
		return err;
	qsort(build.names, build.count, sizeof(*build.names), compare_names);
	made.names = build.names;
	made.name_count = drop_doubles(build.names, build.count);
	made.left_out = build.left_out;
	*schema = made;
	return 0;
}

static bool
records_equal(const struct entry_record *a, const struct entry_record *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i].type != b[i].type || a[i].ttl_s != b[i].ttl_s ||
		    a[i].rdata_len != b[i].rdata_len ||
		    memcmp(a[i].rdata, b[i].rdata, a[i].rdata_len) != 0 ||
		    owner_compare(a[i].owner, b[i].owner) != 0)
			return false;
	return true;
}

bool
schema_name_equal(const struct schema_name *a, const struct schema_name *b)
{
	if (a->kind != b->kind || a->record_count != b->record_count ||
	    a->additional_count != b->additional_count)
		return false;
	if ((a->ede == NULL) != (b->ede == NULL) || (a->ede != NULL && strcmp(a->ede, b->ede) != 0))
		return false;
	return records_equal(a->records, b->records, a->record_count) &&
	    records_equal(a->additional, b->additional, a->additional_count);
}
