/* fuzz_respond.c - any octets as a query: the reply is well formed and within limits. */
#include <ldns/ldns.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/clock.h"
#include "dns/autopath.h"
#include "dns/cookie.h"
#include "dns/dns_settings.h"
#include "dns/entry.h"
#include "dns/errand.h"
#include "dns/forward.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/page.h"
#include "dns/parcel.h"
#include "dns/query.h"
#include "dns/respond.h"
#include "dns/rrl.h"
#include "dns/wire.h"

#define ZONE "cluster.local"
#define RECORDS_MAX 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/*
 * The world lives to the end, and the index packs its pointers so that LeakSanitizer cannot
 * follow them.
 */
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* What must hold, or the run ends here. */
#define MUST(condition) do { \
	if (!(condition)) { \
		fprintf(stderr, "broken: %s\n", #condition); \
		abort(); \
	} \
} while (0)

static const uint8_t *
wire_name(const char *text, uint8_t name[DNS_NAME_MAX], size_t *len)
{
	MUST(name_from_text(text, name, len) == 0);
	return name;
}

/* Records of one name: A and AAAA by count, then a name of type NS, CNAME, PTR or SRV. */
struct plan {
	const char *name;
	const char *zone;
	enum entry_kind kind;
	unsigned addresses;
	uint16_t type;          /* 0: none */
	const char *target;
	const char *glue;       /* owner of an additional A record */
	const char *ede;
	unsigned members;       /* endpoints e0, e1..., and "eleven" with ten IPv6 addresses */
	const char *port;       /* has the SRV record */
};

#define MEMBERS_MAX 50

/* Endpoints with an address each, 10.0.0.0 and on; one more name has ten IPv6 addresses. */
static size_t
list_members(const struct plan *plan, struct entry_member *members)
{
	static uint8_t labels[MEMBERS_MAX][8];
	static struct addr addrs[MEMBERS_MAX + 10];
	size_t count = 0;

	for (unsigned i = 0; i < plan->members; i++, count++) {
		labels[i][0] = (uint8_t)snprintf((char *)labels[i] + 1, 7, "e%u", i);
		addrs[count] = (struct addr){ ADDR_IP4, { 10, 0, 0, (uint8_t)i } };
		members[count] = (struct entry_member){ labels[i], &addrs[count], (uint32_t)count };
	}
	for (unsigned i = 0; plan->members > 0 && i < 10; i++, count++) {
		addrs[count] = (struct addr){ ADDR_IP6, { 0xfd, [15] = (uint8_t)i } };
		members[count] = (struct entry_member){ (const uint8_t *)"\6eleven",
		    &addrs[count], (uint32_t)count };
	}
	return count;
}

/* Its addresses 10.0.0.0 to 10.0.0.9 lead to the Service, in one network. */
static void
put_network(struct index *index, const struct entry *service)
{
	static struct page_root root = { .network = { { ADDR_IP4, { 10 } }, 24 } };
	static struct cell cell;
	uint8_t name[DNS_NAME_MAX], zone[DNS_NAME_MAX];
	size_t len;
	struct entry_spec spec = { .kind = ENTRY_NETWORK, .root = &root,
	    .name = wire_name("0.0.10.in-addr.arpa", name, &len),
	    .zone = wire_name("in-addr.arpa", zone, &len) };
	struct entry *entry;

	atomic_store(&cell.entry, service);
	for (unsigned i = 0; i < 10; i++)
		MUST(page_put(&root, i, &cell, index) == 0);
	MUST(entry_build(&spec, &entry) == 0);
	MUST(index_put(index, entry) == 0);
}

static const struct entry *
put(struct index *index, const struct plan *plan)
{
	static struct entry_member members[MEMBERS_MAX + 10];
	uint8_t port_name[DNS_NAME_MAX];
	static const uint8_t octets[16] = { 10 };
	static struct entry_record records[1200];
	uint8_t name[DNS_NAME_MAX], zone[DNS_NAME_MAX], owner[DNS_NAME_MAX],
	    rdata[6 + DNS_NAME_MAX] = { 0 };
	size_t len, at = plan->type == DNS_TYPE_SRV ? 6 : 0;
	struct entry_spec spec = { .kind = plan->kind, .name = wire_name(plan->name, name, &len),
		.zone = wire_name(plan->zone, zone, &len), .records = records, .ede = plan->ede };
	struct entry *entry;

	for (unsigned i = 0; i < plan->addresses; i++)
		records[spec.record_count++] = (struct entry_record){ NULL, DNS_TYPE_A, 5, octets,
		    4 };
	for (unsigned i = 0; i < plan->addresses && i < 3; i++)
		records[spec.record_count++] = (struct entry_record){ NULL, DNS_TYPE_AAAA, 5,
		    octets, 16 };
	if (plan->type != 0) {
		wire_name(plan->target, rdata + at, &len);
		records[spec.record_count++] =
		    (struct entry_record){ NULL, plan->type, 5, rdata, (uint16_t)(at + len) };
	}
	struct entry_record glue = { .type = DNS_TYPE_A, .ttl_s = 5, .rdata = octets,
	    .rdata_len = 4 };
	if (plan->glue != NULL) {
		glue.owner = wire_name(plan->glue, owner, &len);
		spec.additional = &glue;
		spec.additional_count = 1;
	}
	spec.members = members;
	spec.member_count = list_members(plan, members);
	spec.member_ttl_s = 5;
	struct entry_port port = { .records = records + spec.record_count - 1, .record_count = 1 };
	if (plan->port != NULL) {
		port.name = wire_name(plan->port, port_name, &len);
		spec.ports = &port;
		spec.port_count = 1;
	}
	MUST(entry_build(&spec, &entry) == 0);
	MUST(index_put(index, entry) == 0);
	return entry;
}

static void
put_zone(struct index *index, const char *zone)
{
	static const uint8_t soa[] = "\2ns\3dns\7cluster\5local\0" "\12hostmaster\7cluster\5local\0"
	    "\0\0\0\1\0\0\x1c\x20\0\0\7\x08\0\1\x51\x80\0\0\0";
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	put(index, &(struct plan){ .name = zone, .zone = zone, .type = DNS_TYPE_NS,
	    .target = "ns.dns." ZONE,
	    .glue = "ns.dns." ZONE });
	MUST(index_set_zone(index, wire_name(zone, name, &len), soa, sizeof(soa), 5) == 0);
}

static struct index *
world(void)
{
	static const struct plan many = { .name = "h.s." ZONE, .zone = ZONE, .addresses = 40,
	    .type = DNS_TYPE_SRV, .target = "e1.h.s." ZONE, .members = 40,
	    .port = "_p._tcp.h.s." ZONE };
	static const struct plan plans[] = {
		{ .name = "f.s." ZONE, .zone = ZONE, .addresses = 2, .type = DNS_TYPE_SRV,
		  .target = "f.s." ZONE, .members = 3, .port = "_p._tcp.f.s." ZONE },
		{ .name = "w.s." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME, .target = "e1.f.s."
		  ZONE },
		{ .name = "v.s." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME,
		  .target = "_p._tcp.h.s." ZONE },
		{ .name = "u.s." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME,
		  .target = "1.0.0.10.in-addr.arpa" },
		{ .name = "s." ZONE, .zone = ZONE },
		{ .name = "a.s." ZONE, .zone = ZONE, .addresses = 1, .type = DNS_TYPE_SRV,
		  .target = "a.s." ZONE,
		  .glue = "a.s." ZONE },
		{ .name = "m.s." ZONE, .zone = ZONE, .addresses = 1000 },
		{ .name = "e.s." ZONE, .zone = ZONE, .kind = ENTRY_EMPTY_HEADLESS,
		  .ede = "0 of 3 endpoints ready" },
		{ .name = "c.s." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME, .target = "d.s."
		  ZONE },
		{ .name = "d.s." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME, .target = "a.s."
		  ZONE },
		{ .name = "l.s." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME, .target = "l.s."
		  ZONE },
		{ .name = "x.s." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME,
		  .target = "example.com" },
		{ .name = "y.s." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME, .target = "1-2-3-4.n."
		  ZONE },
		{ .name = "z.s." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME,
		  .target = "no.in-addr.arpa" },
		{ .name = "n." ZONE, .zone = ZONE, .kind = ENTRY_POD_NAMESPACE },
		/* For walks of a client in the namespace s. */
		{ .name = "svc." ZONE, .zone = ZONE },
		{ .name = "s.svc." ZONE, .zone = ZONE },
		{ .name = "a.svc." ZONE, .zone = ZONE, .addresses = 1 },
		{ .name = "m.svc." ZONE, .zone = ZONE, .addresses = 1000 },
		{ .name = "x.svc." ZONE, .zone = ZONE, .type = DNS_TYPE_CNAME,
		  .target = "example.com" },
		{ .name = "i._zone.a.s." ZONE, .zone = ZONE, .kind = ENTRY_ZONE_PIN },
		{ .name = "p._zone.a.s." ZONE, .zone = ZONE, .kind = ENTRY_ZONE_PREFER },
		{ .name = "1.in-addr.arpa", .zone = "in-addr.arpa", .type = DNS_TYPE_PTR,
		  .target = "a.s." ZONE },
	};
	struct index *index = index_new();

	MUST(index != NULL);
	put_zone(index, ZONE);
	put_zone(index, "in-addr.arpa");
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
		put(index, &plans[i]);
	put_network(index, put(index, &many));
	return index;
}

/*
 * Walk all sections: nothing is cut short, nothing is left over.  Returns whether there is an
 * OPT record.
 */
static bool
check_sections(const uint8_t *reply, size_t len)
{
	struct wire_reader reader;
	bool opt = false;

	wire_reader_init(&reader, reply, len);
	wire_skip(&reader, DNS_HEADER_LEN);
	for (unsigned i = 0; i < wire_get_u16(reply + 4); i++) {
		(void)wire_read_name(&reader);
		wire_skip(&reader, 4);
	}
	unsigned records = 0u + wire_get_u16(reply + 6) + wire_get_u16(reply + 8) +
	    wire_get_u16(reply + 10);
	for (unsigned i = 0; i < records; i++) {
		wire_skip_name(&reader);
		opt |= wire_read_u16(&reader) == DNS_TYPE_OPT;
		wire_skip(&reader, 6);
		wire_skip(&reader, wire_read_u16(&reader));
	}
	MUST(reader.err == 0 && wire_left(&reader) == 0);
	return opt;
}

static void
check_reply(const uint8_t *query, size_t query_len, const uint8_t *reply, size_t len,
    enum transport transport)
{
	ldns_pkt *packet = NULL;

	MUST(query_len >= DNS_HEADER_LEN && (query[2] & 0x80) == 0);
	MUST(len >= DNS_HEADER_LEN && memcmp(query, reply, 2) == 0);
	MUST((reply[2] & 0x80) != 0 && (reply[2] & 0x79) == (query[2] & 0x79));
	/* RA may be set. */
	MUST((reply[3] & 0x60) == 0 && (reply[3] & 0x10) == (query[3] & 0x10));
	MUST(wire_get_u16(reply + 4) <= 1);
	bool opt = check_sections(reply, len);
	/* Without a question there is nothing to send but OPT (RFC 6891, 7). */
	MUST(wire_get_u16(reply + 4) == 1 || (wire_get_u16(reply + 6) == 0 &&
	    wire_get_u16(reply + 8) == 0 && wire_get_u16(reply + 10) == opt));
	MUST(len <= (transport == TRANSPORT_TCP ? 65535u : opt ? 1232u : 512u));
	MUST(transport == TRANSPORT_UDP || (reply[2] & 2) == 0);
	if (wire_get_u16(reply + 4) == 1) {
		size_t question = name_len(query + DNS_HEADER_LEN) + 4;

		MUST(memcmp(query + DNS_HEADER_LEN, reply + DNS_HEADER_LEN, question) == 0);
	}
	MUST(ldns_wire2pkt(&packet, reply, len) == LDNS_STATUS_OK);
	ldns_pkt_free(packet);
}

/* An upstream that knows no name. */
static struct parcel *
not_there(const struct asked *asked)
{
	static const struct parcel_rules rules = { .max_ttl_s = 60, .max_negative_ttl_s = 60 };
	static const uint8_t head[] = "\x12\x34\x81\x83\0\1\0\0\0\0\0";
	uint8_t octets[DNS_HEADER_LEN + DNS_NAME_MAX + 4];
	struct parcel_question question = { asked, asked->name, 0x1234 };
	struct parcel_reading reading = { .parcel = NULL };
	struct wire_writer writer;

	wire_writer_init(&writer, octets, sizeof(octets));
	wire_write_octets(&writer, head, sizeof(head));
	wire_write_octets(&writer, asked->name, asked->name_len);
	wire_write_u16(&writer, asked->type);
	wire_write_u16(&writer, DNS_CLASS_IN);
	MUST(writer.err == 0);
	(void)parcel_read(&question, &rules, octets, writer.len, &reading);
	return reading.parcel;
}

/* Others are asked until there is a reply; each step of a walk asks once. */
static size_t
run_errand(struct responder *responder, struct errand *errand, uint8_t *buf, size_t size)
{
	size_t len = 0;

	for (unsigned steps = 0; len == 0; steps++) {
		struct parcel *parcel = not_there(&errand->asked);

		MUST(errand->wanted && errand->len <= size && steps < 16);
		if (parcel == NULL)
			return errand_fail(responder, errand, DNS_SERVFAIL, 22, "late", buf, size);
		len = errand_answer(responder, errand, parcel, 0, false, buf, size);
		parcel_free(parcel);
	}
	return len;
}

static const struct forward *
ask_everywhere(void)
{
	struct forward_zone zone = { .name_len = 1, .upstream_count = 1 };
	struct forward *forward;

	MUST(addr_port_parse("127.0.0.1:53", &zone.upstreams[0]) == 0);
	MUST(forward_new(&zone, 1, &forward) == 0);
	return forward;
}

static size_t
answer(struct responder *responder, enum transport transport, uint8_t *buf, size_t query_len,
    size_t size)
{
	struct addr client = { .family = ADDR_IP4 };
	struct errand errand = { .wanted = false };
	struct query query;

	respond_begin(responder, buf, query_len, &query);
	size_t len = respond_finish(responder, transport, &client, &query, buf, size, &errand);
	return errand.wanted ? run_errand(responder, &errand, buf, size) : len;
}

/* The first octet says how the query comes; the rest is the query. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const fallthrough[] = { "in-addr.arpa" };
	static struct index *index;
	static struct cookie_jar cookies;
	static const struct rrl_settings limits = { .answers_per_s = 1, .errors_per_s = 1,
	    .slip = 1, .window_s = 1, .table_size = 4, .ip4_bits = 24, .ip6_bits = 56 };
	static struct clock *now;
	static struct rrl *rrl;
	static const struct autopath_network network = { .network = { { ADDR_IP4, { 0 } }, 0 },
	    .ns = "\1s" };
	static const uint8_t *const search[] = { (const uint8_t *)"\4corp\3com" };
	static const struct autopath autopath = { .networks = &network, .network_count = 1,
	    .search = search, .search_count = 1 };
	static const struct forward *forward;
	static uint8_t buf[DNS_MESSAGE_MAX];

	if (index == NULL) {
		forward = ask_everywhere();
		index = world();
		now = clock_new_manual(0, 1700000000);
		MUST(cookie_fill(&cookies) == 0);
		/* After the first reply each one slips. */
		MUST(rrl_new(&limits, NULL, &rrl) == 0);
		/* So that the corpus can hold good cookies: all three are the same. */
		for (unsigned i = 0; i < COOKIE_TAKEN; i++)
			cookie_add(&cookies, (const uint8_t *)"0123456789abcdef");
	}
	if (size < 1 || size > 4097)
		return 0;
	struct dns_settings settings = { .cluster_domain = ZONE, .ttl_s = 5, .udp_size = 1232, .fallthrough = fallthrough,
		.fallthrough_count = (data[0] & 4) != 0,
		.cookies = (data[0] & 8) != 0 ? &cookies : NULL,
		.cookies_required = (data[0] & 16) != 0,
		.rrl = (data[0] & 32) != 0 ? rrl : NULL,
		.forward = (data[0] & 64) != 0 ? forward : NULL,
		.autopath = (data[0] & 64) != 0 ? &autopath : NULL,
		.nsid = (data[0] & 8) != 0 ? "here" : NULL,
		.version = (data[0] & 8) != 0 ? "rollcall" : NULL };
	struct responder responder = { .index = index, .settings = &settings,
	    .answering = (data[0] & 2) == 0,
		.rotation = data[0], .keepalive_ds = 100, .clock = now };
	enum transport transport = (data[0] & 1) != 0 ? TRANSPORT_TCP : TRANSPORT_UDP;
	memcpy(buf, data + 1, size - 1);
	size_t len = answer(&responder, transport, buf, size - 1,
	    transport == TRANSPORT_TCP ? sizeof(buf) : 4096);
	if (len > 0)
		check_reply(data + 1, size - 1, buf, len, transport);
	else
		MUST(size - 1 < DNS_HEADER_LEN || (data[3] & 0x80) != 0);
	return 0;
}
