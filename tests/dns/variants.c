/* variants.c - small random worlds for the catalog, and whether two indexes say the same of them. */
#include "tests/dns/variants.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "dns/catalog.h"
#include "dns/domain.h"
#include "dns/dns_settings.h"
#include "dns/entry_layout.h"
#include "dns/index.h"
#include "dns/member.h"
#include "dns/name.h"
#include "dns/respond.h"
#include "dns/reverse.h"
#include "dns/schema.h"
#include "dns/wire.h"
#include "model/roster.h"
#include "tests/dns/roster_text.h"

#define NAMES_MAX 4096
#define ADDRESSES 8

struct variants {
	struct arena *arena;
	struct roster_entry *entries[VARIANT_SERVICES][VARIANT_COUNT];
	struct addr addrs[ADDRESSES];
	const struct dns_settings *settings;
	const uint8_t *names[NAMES_MAX];
	size_t name_count;
	uint32_t random;
};

static const char *const spaces[] = { "a", "b", "c" };
static const char *const address_texts[ADDRESSES] = {
	"10.0.0.1", "10.0.0.2", "10.0.1.1", "10.1.0.1", "fd00::1", "fd00::2", "fd00:1::1",
	    "192.0.2.1",
};

static unsigned
roll(struct variants *variants, unsigned sides)
{
	variants->random = variants->random * 1664525 + 1013904223;
	return (variants->random >> 12) % sides;
}

static void
add_endpoints(struct variants *variants, struct strbuf *text)
{
	for (unsigned i = roll(variants, 5); i > 0; i--) {
		strbuf_addf(text, "ep %s", address_texts[roll(variants, ADDRESSES)]);
		if (roll(variants, 3) == 0)
			strbuf_addf(text, " host=h%u", roll(variants, 3));
		if (roll(variants, 3) == 0)
			strbuf_addf(text, " zone=z%u", roll(variants, 2));
		strbuf_add(text, roll(variants, 4) == 0 ? " out\n" : "\n");
	}
}

/* Some of its own endpoints' or of others', some nobody has inside; or a name only. */
static void
add_outside(struct variants *variants, struct strbuf *text)
{
	static const char *const more[] = { "198.51.100.1", "198.51.100.2", "2001:db8::1" };

	if (roll(variants, 4) == 0) {
		strbuf_addf(text, "balancer lb%u.example.org\n", roll(variants, 2));
		return;
	}
	strbuf_add(text, "outside");
	for (unsigned i = 1 + roll(variants, 2); i > 0; i--)
		strbuf_addf(text, " %s", roll(variants, 3) == 0 ?
		    address_texts[roll(variants, ADDRESSES)] : more[roll(variants, 3)]);
	strbuf_add(text, "\n");
}

static struct roster_entry *
make_entry(struct variants *variants, unsigned service)
{
	struct strbuf text = STRBUF_INIT;
	unsigned kind = roll(variants, 8);

	strbuf_addf(&text, "service %s/s%u ", spaces[service / 3], service);
	if (kind == 0)
		strbuf_addf(&text, "external t%u.example.org\n", roll(variants, 3));
	else if (kind < 4)      /* 10.0.0.2 is an endpoint elsewhere: the ClusterIP hides it */
		strbuf_addf(&text, "clusterip %s\n", roll(variants, 3) == 0 ? "10.0.0.2" :
		    "10.96.0.7 fd00::7");
	else
		strbuf_add(&text, "headless\n");
	if (kind == 1 && roll(variants, 3) == 0)
		strbuf_add(&text, "pending\n");
	if (kind > 0 && roll(variants, 2) == 0)
		add_outside(variants, &text);
	for (unsigned i = roll(variants, 3); i > 0; i--)
		strbuf_addf(&text, "port p%u %s %u\n", i, roll(variants, 2) == 0 ? "tcp" : "udp",
		    53 + roll(variants, 2));
	strbuf_addf(&text, "group p1/tcp/%u\n", 53 + roll(variants, 2));
	add_endpoints(variants, &text);
	strbuf_add(&text, "group p2/udp/7\n");
	add_endpoints(variants, &text);
	struct roster_entry *entry = roster_text(text.text);
	strbuf_release(&text);
	return entry;
}

/* ---- every name that can be ---------------------------------------------------------------- */

static void
add_name(struct variants *variants, const uint8_t *name)
{
	for (size_t i = 0; i < variants->name_count; i++)
		if (name_equal(variants->names[i], name))
			return;
	ck_assert_uint_lt(variants->name_count, NAMES_MAX);
	variants->names[variants->name_count++] = arena_copy(variants->arena, name, name_len(name));
}

/* The name and all above it. */
static void
add_branch(struct variants *variants, const uint8_t *name)
{
	for (; *name != 0; name = name_parent(name))
		add_name(variants, name);
}

static void
add_text(struct variants *variants, const char *text)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	add_branch(variants, name);
}

static void
add_reverse(struct variants *variants, const struct addr *addr)
{
	struct cidr leaf = reverse_prefix(addr, reverse_bits(addr->family));
	uint8_t name[DNS_NAME_MAX];

	reverse_name(&leaf, name);
	add_branch(variants, name);
}

static void
add_schema_names(struct variants *variants, const struct domain *domain,
    const struct roster_entry *entry, struct arena *arena)
{
	struct schema schema;
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	ck_assert_int_eq(schema_build(domain, entry, arena, &schema), 0);
	if (schema.own != NULL)
		add_branch(variants, schema.own->name);
	for (size_t i = 0; i < schema.port_count; i++)
		add_branch(variants, schema.ports[i].name);
	for (size_t i = 0; i < schema.name_count; i++)
		add_branch(variants, schema.names[i].name);
	for (size_t i = 0; i < schema.member_count; i++) {
		ck_assert_int_eq(name_prepend(schema.members[i].label + 1,
		    *schema.members[i].label, schema.own->name, name, &len), 0);
		add_branch(variants, name);
	}
}

static void
add_entry_names(struct variants *variants, const struct dns_settings *settings,
    const struct roster_entry *entry)
{
	struct arena *arena = arena_new(0);
	struct domain domain, outside;

	ck_assert_int_eq(domain_init(&domain, settings, arena), 0);
	add_schema_names(variants, &domain, entry, arena);
	outside = domain_outside(&domain);
	if (domain.outside != NULL)
		add_schema_names(variants, &outside, entry, arena);
	for (size_t i = 0; i < entry->external_ip_count; i++)
		add_reverse(variants, &entry->external_ips[i]);
	for (size_t i = 0; i < entry->endpoint_count; i++)
		add_reverse(variants, &entry->endpoints[i].of->addr);
	for (size_t i = 0; i < entry->cluster_ip_count; i++)
		add_reverse(variants, &entry->cluster_ips[i]);
	arena_free(arena);
}

static void
add_pod_names(struct variants *variants)
{
	for (unsigned ns = 0; ns < 3; ns++) {
		struct strbuf text = STRBUF_INIT;

		strbuf_addf(&text, "%s.svc.cluster.local", spaces[ns]);
		add_text(variants, text.text);
		strbuf_clear(&text);
		strbuf_addf(&text, "%s.ext.example", spaces[ns]);
		add_text(variants, text.text);
		for (unsigned i = 0; i < ADDRESSES; i++) {
			char label[MEMBER_LABEL_SIZE];

			strbuf_clear(&text);
			strbuf_addf(&text, "%s.%s.pod.cluster.local",
			    member_dashed(&variants->addrs[i], label), spaces[ns]);
			add_text(variants, text.text);
		}
		strbuf_release(&text);
	}
}

static int
add_zone(void *arg, const struct cidr *zone)
{
	uint8_t name[DNS_NAME_MAX];

	reverse_name(zone, name);
	add_branch(arg, name);
	return 0;
}

struct variants *
variants_new(const struct dns_settings *settings, uint32_t seed)
{
	struct variants *variants = calloc(1, sizeof(*variants));

	variants->random = seed;
	variants->settings = settings;
	variants->arena = arena_new(0);
	for (unsigned i = 0; i < ADDRESSES; i++)
		ck_assert_int_eq(addr_parse(address_texts[i], &variants->addrs[i]), 0);
	for (unsigned s = 0; s < VARIANT_SERVICES; s++)
		for (unsigned v = 0; v < VARIANT_COUNT; v++) {
			variants->entries[s][v] = make_entry(variants, s);
			add_entry_names(variants, settings, variants->entries[s][v]);
		}
	add_pod_names(variants);
	for (size_t i = 0; i < settings->reverse_zone_count; i++)
		ck_assert_int_eq(reverse_expand(settings->reverse_zones[i], add_zone, variants), 0);
	add_text(variants, "ns.dns.cluster.local");
	add_text(variants, "ns1.dns.ext.example");
	add_text(variants, "dns-version.cluster.local");
	return variants;
}

void
variants_free(struct variants *variants)
{
	for (unsigned s = 0; s < VARIANT_SERVICES; s++)
		for (unsigned v = 0; v < VARIANT_COUNT; v++)
			roster_entry_unref(variants->entries[s][v]);
	arena_free(variants->arena);
	free(variants);
}

/* ---- what is set --------------------------------------------------------------------------- */

int
variants_set(const struct variants *variants, struct catalog *catalog, unsigned service,
    int variant)
{
	struct roster_entry *any = variants->entries[service][0];

	return catalog_set_service(catalog, roster_ns(any), roster_name(any),
	    variant < 0 ? NULL : variants->entries[service][variant]);
}

int
variants_set_pod(const struct variants *variants, struct catalog *catalog, unsigned pod,
    int variant)
{
	const char name[] = { (char)('p' + pod), '\0' };
	size_t first = variant < 0 ? 0 : (size_t)variant, count = variant < 0 ? 0 : 1 + first % 2;

	return catalog_set_pod(catalog, spaces[pod % 2], name, variants->addrs + first, count);
}

int
variants_set_namespace(struct catalog *catalog, unsigned ns, bool exists)
{
	return catalog_set_namespace(catalog, spaces[ns], exists);
}

const uint8_t *
variants_name(const struct variants *variants, size_t i)
{
	return i < variants->name_count ? variants->names[i] : NULL;
}

/* Ask for a name; the reply lies in buf.  Its length. */
static size_t
ask_for(const struct variants *variants, const struct index *index, const uint8_t *name,
    uint16_t type, uint8_t buf[DNS_MESSAGE_MAX])
{
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	struct responder responder = { .index = index, .settings = variants->settings,
	    .answering = true };
	size_t len = name_len(name);

	memcpy(buf, "\x12\x34\1\0\0\1\0\0\0\0\0\0", DNS_HEADER_LEN);
	memcpy(buf + DNS_HEADER_LEN, name, len);
	wire_set_u16(buf + DNS_HEADER_LEN + len, type);
	wire_set_u16(buf + DNS_HEADER_LEN + len + 2, DNS_CLASS_IN);
	return respond(&responder, TRANSPORT_TCP, &client, buf, DNS_HEADER_LEN + len + 4,
	    DNS_MESSAGE_MAX);
}

/* The same reply from both, the serial in the SOA of a negative one aside. */
static bool
same_reply(const struct variants *variants, const struct index *a, const struct index *b,
    const uint8_t *name, uint16_t type)
{
	static uint8_t from_a[DNS_MESSAGE_MAX], from_b[DNS_MESSAGE_MAX];
	size_t a_len = ask_for(variants, a, name, type, from_a);
	size_t b_len = ask_for(variants, b, name, type, from_b);
	bool answered = wire_get_u16(from_a + 6) > 0;

	return a_len == b_len && memcmp(from_a, from_b, answered ? a_len : DNS_HEADER_LEN) == 0;
}

static bool
same_entry(const struct entry *a, const struct entry *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (a->kind == ENTRY_NETWORK)   /* leads to a page of its own */
		return b->kind == ENTRY_NETWORK;
	return entry_equal(a, b);
}

void
variants_expect_same(const struct variants *variants, const struct index *a, const struct index *b)
{
	static const uint16_t types[] = { DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_SRV, DNS_TYPE_PTR };
	size_t found = 0;
	char text[NAME_TEXT_SIZE];

	for (size_t i = 0; i < variants->name_count; i++) {
		const uint8_t *name = variants->names[i];
		const struct entry *in_a = index_get(a, name), *in_b = index_get(b, name);

		found += in_a != NULL;
		ck_assert_msg(same_entry(in_a, in_b), "%s differs: %s", name_to_text(name, text),
		    in_a == NULL ? "only in the second" : in_b == NULL ? "only in the first" :
		    "other answers");
		for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
			ck_assert_msg(same_reply(variants, a, b, name, types[t]),
			    "%s: other replies to type %u", name_to_text(name, text), types[t]);
	}
	ck_assert_uint_eq(index_count(a), index_count(b));
	ck_assert_uint_eq(index_count(a), found);
}
