/* apex.c - the names that are always there, and who the zone's name servers are. */
#include "dns/apex.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "dns/changes.h"
#include "dns/dns_settings.h"
#include "dns/entry.h"
#include "dns/owner.h"
#include "dns/rrset.h"
#include "dns/wire.h"
#include "dns/domain.h"

/* Where our own name server is below a zone. */
#define SERVERS "dns"
#define SERVER(domain) ((domain)->is_outside ? "ns1." SERVERS : "ns." SERVERS)

#define VERSION_TTL_S 28800     /* whatever dns.ttl says (DNS specification of Kubernetes, 2.2) */
#define SOA_REFRESH_S 7200
#define SOA_RETRY_S 1800
#define SOA_EXPIRE_S 86400

static int
put_plain(const struct domain *domain, struct ledger *ledger, const uint8_t *name,
    const struct rrset_list *records)
{
	struct entry_spec spec = { .kind = ENTRY_NAME, .name = name, .zone = domain->zone };

	if (records != NULL) {
		spec.records = records->items;
		spec.record_count = records->count;
	}
	return changes_put_now(ledger, &spec);
}

/* What ns.dns.Z answers: the addresses we are bound to; owner NULL for the name itself. */
static int
own_addresses(const struct domain *domain, struct arena *arena, const uint8_t *owner,
    struct rrset_list *list)
{
	const struct dns_settings *settings = domain->settings;
	uint32_t ttl_s = domain->is_outside ? settings->external_ttl_s : settings->ttl_s;
	int err = rrset_list_init(list, arena, settings->ns_address_count);

	for (int family = ADDR_IP4; err == 0 && family <= ADDR_IP6; family += ADDR_IP6 - ADDR_IP4)
		for (size_t i = 0; i < settings->ns_address_count; i++)
			if (settings->ns_addresses[i].family == family)
				rrset_add_addr(list, owner, &settings->ns_addresses[i],
				    ttl_s);
	return err;
}

static int
put_version(const struct domain *domain, struct ledger *ledger, struct arena *arena)
{
	static const uint8_t text[] = "\5" "1.1.0";
	struct entry_record record = { .type = DNS_TYPE_TXT, .ttl_s = VERSION_TTL_S, .rdata = text,
		.rdata_len = sizeof(text) - 1 };
	struct rrset_list records;
	const uint8_t *name;
	int err = owner_under(arena, "dns-version", domain->zone, &name);

	if (err == 0)
		err = rrset_list_init(&records, arena, 1);
	if (err != 0)
		return err;
	rrset_add(&records, NULL, &record);
	return put_plain(domain, ledger, name, &records);
}

static int
put_server(const struct domain *domain, struct ledger *ledger, struct arena *arena)
{
	struct rrset_list records;
	const uint8_t *dns, *name;
	int err = owner_under(arena, SERVERS, domain->zone, &dns);

	if (err == 0)
		err = put_plain(domain, ledger, dns, NULL);
	if (err == 0)
		err = owner_under(arena, SERVER(domain), domain->zone, &name);
	if (err == 0)
		err = own_addresses(domain, arena, NULL, &records);
	return err != 0 ? err : put_plain(domain, ledger, name, &records);
}

static int
put_outside(const struct domain *domain, struct ledger *ledger, struct arena *arena)
{
	struct domain outside = domain_outside(domain);
	int err = apex_put(&outside, ledger, arena, NULL, 0);

	return err != 0 ? err : put_server(&outside, ledger, arena);
}

int
apex_put_fixed(const struct domain *domain, struct ledger *ledger)
{
	struct arena *arena = arena_new(0);
	int err = arena == NULL ? ERR_NOMEM : apex_put(domain, ledger, arena, NULL, 0);

	if (err == 0)
		err = put_plain(domain, ledger, domain->svc, NULL);
	if (err == 0)
		err = put_plain(domain, ledger, domain->pod, NULL);
	if (err == 0)
		err = put_version(domain, ledger, arena);
	if (err == 0)
		err = put_server(domain, ledger, arena);
	if (err == 0 && domain->outside != NULL)
		err = put_outside(domain, ledger, arena);
	arena_free(arena);
	return err;
}

bool
apex_is_fixed(const struct domain *outside, const uint8_t *name)
{
	static const uint8_t server[] = "\3" "ns1" "\3" SERVERS;
	size_t len = sizeof(server) - 1;

	return owner_len(name) == len + owner_len(outside->zone) && memcmp(name, server, len) == 0;
}

static int
compare_glue(const void *a, const void *b)
{
	const struct entry_record *x = a, *y = b;
	int order = owner_compare(x->owner, y->owner);

	if (order == 0)
		order = x->type - y->type;      /* then equally long */
	return order != 0 ? order : memcmp(x->rdata, y->rdata, x->rdata_len);
}

/* The name servers and their addresses where Services of ours say who they are. */
static void
add_servers(const struct domain *domain, struct entry_record *glue, size_t count,
    struct rrset_list *servers,
    struct rrset_list *additional)
{
	qsort(glue, count, sizeof(*glue), compare_glue);
	for (size_t i = 0; i < count; i++) {
		rrset_add(additional, glue[i].owner, &glue[i]);
		rrset_add_name(servers, DNS_TYPE_NS, glue[i].owner, domain->settings->ttl_s);
	}
}

/* Nobody's endpoint: ns.dns.Z. */
static int
add_default(const struct domain *domain, struct arena *arena, struct rrset_list *servers,
    struct rrset_list *additional)
{
	const struct dns_settings *settings = domain->settings;
	const uint8_t *name;
	int err = owner_under(arena, SERVER(domain), domain->zone, &name);

	if (err == 0)
		err = own_addresses(domain, arena, name, additional);
	if (err == 0)
		rrset_add_name(servers, DNS_TYPE_NS, name,
		    domain->is_outside ? settings->external_ttl_s : settings->ttl_s);
	return err;
}

int
apex_put(const struct domain *domain, struct ledger *ledger, struct arena *arena,
    struct entry_record *glue,
    size_t count)
{
	struct rrset_list servers, additional;
	int err = rrset_list_init(&servers, arena, count + 1);

	if (err == 0)
		err = rrset_list_init(&additional, arena, count);
	if (err == 0 && count == 0)
		err = add_default(domain, arena, &servers, &additional);
	if (err != 0)
		return err;
	if (count > 0)
		add_servers(domain, glue, count, &servers, &additional);
	struct entry_spec spec = {
		.kind = ENTRY_NAME, .name = domain->zone, .zone = domain->zone,
		.records = servers.items, .record_count = servers.count,
		.additional = additional.items, .additional_count = additional.count,
	};
	return changes_put_now(ledger, &spec);
}

int
apex_soa(const struct domain *domain, uint32_t serial, struct arena *arena, const uint8_t **soa,
    uint16_t *len)
{
	const uint8_t *mname, *rname;
	uint8_t rdata[2 * DNS_NAME_MAX + 20];
	struct wire_writer writer;
	int err = owner_under(arena, SERVER(domain), domain->zone, &mname);

	if (err == 0)
		err = owner_under(arena, domain->is_outside ? "hostmaster." SERVERS : "hostmaster",
		    domain->zone, &rname);
	if (err != 0)
		return err;
	wire_writer_init(&writer, rdata, sizeof(rdata));
	wire_write_octets(&writer, mname, owner_len(mname));
	wire_write_octets(&writer, rname, owner_len(rname));
	wire_write_u32(&writer, serial);
	wire_write_u32(&writer, SOA_REFRESH_S);
	wire_write_u32(&writer, SOA_RETRY_S);
	wire_write_u32(&writer, SOA_EXPIRE_S);
	wire_write_u32(&writer, domain->settings->ttl_negative_s);
	const uint8_t *copy = arena_copy(arena, rdata, writer.len);
	if (copy == NULL)
		return ERR_NOMEM;
	*soa = copy;
	*len = (uint16_t)writer.len;
	return 0;
}
