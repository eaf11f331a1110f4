/* schema.c - which names and records a Service owns. */
#include "dns/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "dns/below.h"
#include "dns/dns_settings.h"
#include "dns/glue.h"
#include "dns/owner.h"
#include "dns/rrset.h"
#include "dns/subject.h"
#include "dns/aspect.h"
#include "dns/domain.h"
#include "model/roster.h"

#define PROTOCOL_COUNT 3
#define LABEL_SIZE 80
#define RECORD_HEAD 12          /* owner pointer, type, class, TTL, length (RFC 1035, 4.1.3) */

/* A schema in the making. */
struct build {
	struct subject subject;
	struct schema_name own;
	bool stated;            /* `own` is */
	/* the SRV records at the Service's own name, the last of it, and what they were made of */
	const struct entry_record *srvs;
	size_t srv_count;
	size_t srv_matched;
	size_t srv_left_out;
	struct entry_port *ports;
	size_t port_count;
	struct entry_member *members;
	size_t member_count;
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

/* The addresses and SRV records of a aspect; additional NULL: who answers knows these anyway. */
static int
list_aspect(struct build *build, const struct aspect *aspect, struct rrset_list *records,
    struct rrset_list *additional)
{
	const struct subject *subject = &build->subject;
	size_t room = aspect_addr_count(subject) + aspect_srv_count(subject, aspect);
	int err = rrset_list_init(records, subject->arena, room);

	if (err != 0)
		return err;
	aspect_add_addrs(subject, aspect, records);
	return aspect_add_srvs(subject, aspect, records, additional);
}

static int
add_aspect(struct build *build, const uint8_t *name, const struct aspect *aspect)
{
	struct rrset_list records, additional;
	int err = list_aspect(build, aspect, &records, &additional);

	if (err == 0)
		set_records(build, add_name(build, name, ENTRY_NAME), &records, &additional);
	return err;
}

static void
set_own(struct build *build, enum entry_kind kind)
{
	build->own = (struct schema_name){ .name = build->subject.service, .kind = kind };
	build->stated = true;
}

static int
add_own(struct build *build)
{
	const struct subject *subject = &build->subject;
	struct aspect all = { .port = NULL };
	struct rrset_list records;
	int err = rrset_list_init(&records, subject->arena,
	    aspect_addr_count(subject) + aspect_srv_count(subject, &all));

	if (err != 0)
		return err;
	aspect_add_addrs(subject, &all, &records);
	size_t addrs = records.count, left_out = records.left_out;
	err = aspect_add_srvs(subject, &all, &records, NULL);
	if (err != 0)
		return err;
	set_own(build, ENTRY_NAME);
	set_records(build, &build->own, &records, NULL);
	build->srvs = records.items + addrs;
	build->srv_count = records.count - addrs;
	build->srv_left_out = records.left_out - left_out;
	build->srv_matched = aspect_srv_count(subject, &all);
	return 0;
}

/* All that match at the Service's own name match here, too: the records are the same. */
static bool
is_all(const struct build *build, size_t matched)
{
	return matched == build->srv_matched && build->srv_count > 0;
}

/* _port._proto: SRV only; *stated where the name exists. */
static int
add_port(struct build *build, const struct aspect *aspect, const uint8_t *parent, bool *stated)
{
	const struct subject *subject = &build->subject;
	struct rrset_list records = { .left_out = build->srv_left_out };
	struct entry_port *port = &build->ports[build->port_count];
	char label[LABEL_SIZE] = "_";
	size_t matched = aspect_srv_count(subject, aspect);
	int err = owner_under(subject->arena, strncat(label, aspect->port, LABEL_SIZE - 2), parent,
	    &port->name);

	if (err != 0 || matched == 0)
		return err == ERR_LIMIT ? 0 : err;
	port->records = build->srvs;
	port->record_count = build->srv_count;
	if (!is_all(build, matched)) {
		err = rrset_list_init(&records, subject->arena, matched);
		if (err == 0)
			err = aspect_add_srvs(subject, aspect, &records, NULL);
		port->records = records.items;
		port->record_count = records.count;
	}
	if (err != 0)
		return err;
	build->left_out += records.left_out;
	build->port_count++;
	*stated = true;
	return 0;
}

/* The named ports of one protocol, and _proto above them. */
static int
add_protocol(struct build *build, enum protocol protocol, const struct aspect *aspects,
    size_t count)
{
	const uint8_t *parent = NULL;
	char label[LABEL_SIZE] = "_";
	bool stated = false;
	int err = 0;

	for (size_t i = 0; err == 0 && i < count; i++) {
		if (aspects[i].protocol != protocol)
			continue;
		if (parent == NULL)
			err = owner_under(build->subject.arena,
			    strcat(label, protocol_label(protocol)), build->subject.service,
			    &parent);
		if (err == 0)
			err = add_port(build, &aspects[i], parent, &stated);
	}
	if (err == 0 && stated)
		build->ports[build->port_count++] = (struct entry_port){ .name = parent };
	return err == ERR_LIMIT ? 0 : err;
}

/* Endpoint names, below every kind of Service that has endpoints (DNS.md 2.1, 2.2). */
static int
add_endpoints(struct build *build)
{
	const struct member_list *list = &build->subject.members;
	struct entry_member *members = arena_array(build->subject.arena, list->count + 1,
	    sizeof(*members));
	size_t count = 0, octets = 0;

	if (members == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < list->count; i++) {
		const struct entry_member member = { .label = list->items[i].name,
		    .addr = &list->items[i].endpoint->of->addr };
		const struct entry_member *last = count > 0 ? &members[count - 1] : NULL;
		bool same = last != NULL && last->label == member.label;

		if (same && addr_compare(last->addr, member.addr) == 0)
			continue;
		if (!same || last->addr->family != member.addr->family)
			octets = 0;
		octets += RECORD_HEAD + addr_len(member.addr);
		if (octets > RRSET_OCTETS_MAX)
			build->left_out++;
		else
			members[count++] = member;
	}
	build->members = members;
	build->member_count = count;
	return 0;
}

/* Number the members by address: endpoints are sorted by it.  Nobody needs it of a few. */
static int
rank_members(struct build *build)
{
	const struct subject *subject = &build->subject;
	const struct roster_endpoint *first = subject->entry->endpoints;
	struct entry_member **by_addr;
	uint32_t rank = 0;

	if (build->member_count <= BELOW_FEW)
		return 0;
	by_addr = arena_array(subject->arena, subject->entry->endpoint_count, sizeof(*by_addr));
	if (by_addr == NULL)
		return ERR_NOMEM;
	for (size_t i = 0, m = 0; m < build->member_count; i++)
		if (subject->members.items[i].name == build->members[m].label &&
		    &subject->members.items[i].endpoint->of->addr == build->members[m].addr)
			by_addr[subject->members.items[i].endpoint - first] = &build->members[m++];
	for (size_t i = 0; i < subject->entry->endpoint_count; i++)
		if (by_addr[i] != NULL)
			by_addr[i]->rank = rank++;
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
		struct aspect aspect = { .zone = zones[i] };
		const uint8_t *name;

		err = owner_under(build->subject.arena, zones[i], parent, &name);
		if (err == 0)
			err = add_aspect(build, name, &aspect);
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
	set_own(build, ENTRY_EMPTY_HEADLESS);
	build->own.ede = ede;
	return 0;
}

/* Another name for the target, and nothing else (RFC 1034, 3.6.2). */
static int
add_alias(struct build *build, const uint8_t *target, uint32_t ttl_s)
{
	struct rrset_list records;
	int err = rrset_list_init(&records, build->subject.arena, 1);

	if (err != 0)
		return err;
	rrset_add_name(&records, DNS_TYPE_CNAME, target, ttl_s);
	set_own(build, ENTRY_NAME);
	set_records(build, &build->own, &records, NULL);
	return 0;
}

/* An IP address is no name to point at: Kubernetes documents that it is not resolved. */
static int
add_external(struct build *build)
{
	const struct subject *subject = &build->subject;
	struct addr addr;
	const uint8_t *target;

	if (subject->entry->service->external_name == NULL ||
	    addr_parse(subject->entry->service->external_name,
	    &addr) == 0)
		return 0;
	int err = owner_from_text(subject->arena, subject->entry->service->external_name,
	    &target);
	if (err != 0)
		return err == ERR_LIMIT ? 0 : err;
	return add_alias(build, target, subject->domain->settings->ttl_s);
}

static int
add_service(struct build *build, const struct aspect *ports, size_t port_count)
{
	const struct subject *subject = &build->subject;
	const struct roster_entry *entry = subject->entry;
	bool zonal = subject->domain->settings->zonal && !subject->domain->is_outside;

	if (entry->type == SERVICE_EXTERNAL_NAME)
		return add_external(build);
	if (subject->headless && entry->answered_count == 0)
		return add_empty_headless(build);
	int err = subject->alias != NULL ? add_alias(build, subject->alias, subject->ttl_s) : add_own(build);
	for (int i = 0; err == 0 && i < PROTOCOL_COUNT; i++)
		err = add_protocol(build, (enum protocol)i, ports, port_count);
	if (err == 0)
		err = add_endpoints(build);
	if (err == 0)
		err = rank_members(build);
	if (err == 0 && subject->headless && zonal)
		err = add_zonal(build);
	return err;
}

/* All names; their arrays have room for every name there can be. */
static int
add_names(struct build *build)
{
	const struct subject *subject = &build->subject;
	size_t port_count;
	struct aspect *ports;
	int err = aspect_list_ports(subject, &ports, &port_count);

	if (err != 0)
		return err;
	build->ports = arena_array(subject->arena, port_count + PROTOCOL_COUNT,
	    sizeof(*build->ports));
	/* _zone, pin and prefer, and each topology zone pinned and preferred */
	if (subject->domain->settings->zonal)
		build->names = arena_array(subject->arena, 3 + 2 * subject->members.count,
		    sizeof(*build->names));
	if (build->ports == NULL || (subject->domain->settings->zonal && build->names == NULL))
		return ERR_NOMEM;
	return add_service(build, ports, port_count);
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

/* In one order, whatever that of the Service's ports is: who answers the same is equal. */
static void
sort_ports(struct entry_port *ports, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct entry_port port = ports[i];
		size_t at = i;

		for (; at > 0 && owner_compare(ports[at - 1].name, port.name) > 0; at--)
			ports[at] = ports[at - 1];
		ports[at] = port;
	}
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
	if (err == 0 && !domain->is_outside)
		err = glue_build(&build.subject, &made.glue, &made.glue_count);
	struct schema_name *own = err != 0 || !build.stated ? NULL :
	    arena_copy(arena, &build.own, sizeof(build.own));
	if (err == 0 && build.stated && own == NULL)
		err = ERR_NOMEM;
	if (err != 0)
		return err;
	sort_ports(build.ports, build.port_count);
	if (build.count > 1)
		qsort(build.names, build.count, sizeof(*build.names), compare_names);
	made.own = own;
	made.ports = build.ports;
	made.port_count = build.port_count;
	made.members = build.members;
	made.member_count = build.member_count;
	made.member_ttl_s = domain->is_outside ? build.subject.ttl_s :
	    domain->settings->ttl_headless_s;
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
