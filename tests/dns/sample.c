/* sample.c - entries out of record texts, for the tests of the answering side. */
#include "tests/dns/sample.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/page.h"
#include "dns/reverse.h"
#include "dns/wire.h"
#include "tests/suite.h"

#define RECORDS_MAX 8
#define RDATA_MAX 1024
#define PORTS_MAX 4

/* The octets behind the records of one spec. */
struct octets {
	uint8_t owner[RECORDS_MAX][DNS_NAME_MAX];
	uint8_t rdata[RECORDS_MAX][RDATA_MAX];
};

const uint8_t *
sample_name(const char *text, uint8_t name[DNS_NAME_MAX])
{
	size_t len;

	ck_assert_msg(name_from_text(text, name, &len) == 0, "bad name %s", text);
	return name;
}

static void
read_record(const char *text, uint8_t owner[DNS_NAME_MAX], uint8_t rdata[RDATA_MAX],
    struct entry_record *record)
{
	ldns_rr *rr = NULL;
	size_t len = 0;

	ck_assert_msg(ldns_rr_new_frm_str(&rr, text, 0, NULL, NULL) == LDNS_STATUS_OK,
	    "bad record %s", text);
	memcpy(owner, ldns_rdf_data(ldns_rr_owner(rr)), ldns_rdf_size(ldns_rr_owner(rr)));
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *part = ldns_rr_rdf(rr, i);

		ck_assert(len + ldns_rdf_size(part) <= RDATA_MAX);
		memcpy(rdata + len, ldns_rdf_data(part), ldns_rdf_size(part));
		len += ldns_rdf_size(part);
	}
	*record = (struct entry_record){
		.owner = owner, .type = (uint16_t)ldns_rr_get_type(rr), .ttl_s = ldns_rr_ttl(rr),
		.rdata = rdata, .rdata_len = (uint16_t)len,
	};
	ldns_rr_free(rr);
}

static size_t
read_records(const char *const *texts, const char *owner, struct octets *octets,
    struct entry_record *records)
{
	size_t count = 0;

	for (; count < RECORDS_MAX && texts[count] != NULL; count++) {
		char text[1400];

		snprintf(text, sizeof(text), "%s%s%s", owner, owner[0] == '\0' ? "" : ". ",
		    texts[count]);
		read_record(text, octets->owner[count], octets->rdata[count], &records[count]);
		if (owner[0] != '\0')
			records[count].owner = NULL;
	}
	return count;
}

/* Addresses below the name; the octets of their labels and they themselves go to static memory. */
static size_t
read_members(const char *const *texts, struct entry_member *members)
{
	static uint8_t labels[RECORDS_MAX][DNS_NAME_MAX];
	static struct addr addrs[RECORDS_MAX];
	size_t count = 0;

	for (; count < RECORDS_MAX && texts[count] != NULL; count++) {
		char label[64], addr[ADDR_TEXT_SIZE];

		ck_assert_int_eq(sscanf(texts[count], "%63s %45s", label, addr), 2);
		sample_name(label, labels[count]);
		ck_assert_int_eq(addr_parse(addr, &addrs[count]), 0);
		members[count] = (struct entry_member){ labels[count], &addrs[count],
		    (uint32_t)count };
	}
	return count;
}

/* Those with a port's name have all SRV records, which are the last ones. */
static size_t
read_ports(const struct sample_name *spec, const struct entry_record *records, size_t count,
    struct entry_port *ports)
{
	static uint8_t names[PORTS_MAX][DNS_NAME_MAX];
	size_t srv = 0, port = 0;

	while (srv < count && records[srv].type != DNS_TYPE_SRV)
		srv++;
	for (; port < PORTS_MAX && spec->ports[port] != NULL; port++) {
		bool named = strchr(spec->ports[port], '.') != NULL;
		char text[300];

		snprintf(text, sizeof(text), "%s.%s", spec->ports[port], spec->name);
		ports[port] = (struct entry_port){ sample_name(text, names[port]),
		    named ? records + srv : NULL, named ? count - srv : 0 };
	}
	return port;
}

int
sample_build(const struct sample_name *spec, struct entry **out)
{
	static struct octets own, more;
	struct entry_record records[RECORDS_MAX], additional[RECORDS_MAX];
	uint8_t name[DNS_NAME_MAX], zone[DNS_NAME_MAX];
	struct entry_spec entry = {
		.kind = spec->kind, .name = sample_name(spec->name, name),
		    .zone = sample_name(spec->zone, zone),
		.records = records, .additional = additional, .ede = spec->ede,
	};

	struct entry_member members[RECORDS_MAX];
	struct entry_port ports[PORTS_MAX];

	entry.record_count = read_records(spec->records, spec->name, &own, records);
	entry.additional_count = read_records(spec->additional, "", &more, additional);
	entry.members = members;
	entry.member_count = read_members(spec->members, members);
	entry.member_ttl_s = 5;
	entry.ports = ports;
	entry.port_count = read_ports(spec, records, entry.record_count, ports);
	return entry_build(&entry, out);
}

void
sample_put_network(struct index *index, struct page_root *root, const char *name,
    struct cell *cell, const unsigned *places)
{
	uint8_t wire[DNS_NAME_MAX], zone[DNS_NAME_MAX];
	struct entry_spec spec = { .kind = ENTRY_NETWORK, .name = sample_name(name, wire),
	    .zone = sample_name("in-addr.arpa", zone), .root = root };
	struct entry *entry;

	*root = (struct page_root){ .page = NULL };
	ck_assert_int_eq(reverse_parse(name, &root->network), 0);
	for (; *places != 0; places++)
		ck_assert_int_eq(page_put(root, *places, cell, index), 0);
	page_keep(root, index);
	ck_assert_int_eq(entry_build(&spec, &entry), 0);
	ck_assert_int_eq(index_put(index, entry), 0);
}

void
sample_put(struct index *index, const struct sample_name *spec)
{
	struct entry *entry;

	ck_assert_int_eq(sample_build(spec, &entry), 0);
	ck_assert_int_eq(index_put(index, entry), 0);
}

void
sample_put_zone(struct index *index, const char *zone, uint32_t soa_ttl_s)
{
	struct sample_name apex = { .name = zone, .zone = zone };
	uint8_t owner[DNS_NAME_MAX], rdata[RDATA_MAX], name[DNS_NAME_MAX];
	struct entry_record soa;
	char text[700];

	snprintf(text, sizeof(text),
	    "%s. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 5",
	    zone);
	read_record(text, owner, rdata, &soa);
	sample_put(index, &apex);
	ck_assert_int_eq(index_set_zone(index, sample_name(zone, name), rdata, soa.rdata_len,
	    soa_ttl_s), 0);
}

void
sample_put_many(struct index *index, const char *name, const char *zone, unsigned count)
{
	struct entry_record *records = calloc(count, sizeof(*records));
	uint8_t (*rdata)[4] = calloc(count, sizeof(*rdata));
	uint8_t name_wire[DNS_NAME_MAX], zone_wire[DNS_NAME_MAX];
	struct entry *entry;

	for (unsigned i = 0; i < count; i++) {
		memcpy(rdata[i], (uint8_t[4]){ 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
		    (uint8_t)i }, 4);
		records[i] = (struct entry_record){ .type = 1, .ttl_s = 5, .rdata = rdata[i],
		    .rdata_len = 4 };
	}
	struct entry_spec spec = { .name = sample_name(name, name_wire), .zone = sample_name(zone,
	    zone_wire),
		.records = records, .record_count = count };
	ck_assert_int_eq(entry_build(&spec, &entry), 0);
	ck_assert_int_eq(index_put(index, entry), 0);
	free(records);
	free(rdata);
}
