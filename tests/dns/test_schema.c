/* test_schema.c - which names and records a Service owns. */
#include "dns/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/strbuf.h"
#include "dns/dns_settings.h"
#include "dns/pointer.h"
#include "dns/rrset.h"
#include "dns/subject.h"
#include "dns/domain.h"
#include "model/roster.h"
#include "tests/dns/roster_text.h"
#include "tests/suite.h"

#define L60 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L54 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct addr own_address = { ADDR_IP4, { 10, 0, 0, 1 } };
static const char *const only_shop[] = { "shop" };

static struct dns_settings
plain_settings(void)
{
	return (struct dns_settings){ .cluster_domain = "z", .ttl_s = 7, .ttl_cluster_ip_s = 5,
	    .ttl_headless_s = 6 };
}

/* "web.shop.svc.z" as "web.shop": what all names end in is left out. */
static void
add_name(struct strbuf *out, const uint8_t *name)
{
	struct strbuf text = STRBUF_INIT;

	for (; *name != 0; name += 1 + *name)
		strbuf_addf(&text, "%s%.*s", text.len > 0 ? "." : "", *name,
		    (const char *)name + 1);
	if (text.len > 6 && strcmp(text.text + text.len - 6, ".svc.z") == 0)
		strbuf_add_n(out, text.text, text.len - 6);
	else
		strbuf_add(out, text.text);
	strbuf_release(&text);
}

static void
add_data(struct strbuf *out, const struct entry_record *record)
{
	struct addr addr = { .family = record->type == DNS_TYPE_A ? ADDR_IP4 : ADDR_IP6 };
	const uint8_t *data = record->rdata;
	char text[ADDR_TEXT_SIZE];

	if (record->type == DNS_TYPE_A || record->type == DNS_TYPE_AAAA) {
		memcpy(addr.octets, data, record->rdata_len);
		strbuf_addf(out, " %s", addr_text(&addr, text));
	} else if (record->type == DNS_TYPE_SRV) {
		strbuf_addf(out, " SRV %u %u %u ", data[0] << 8 | data[1], data[2] << 8 | data[3],
		    data[4] << 8 | data[5]);
		add_name(out, data + 6);
	} else {
		strbuf_addf(out, " %u ", record->type);
		add_name(out, data);
	}
	strbuf_addf(out, "/%u", record->ttl_s);
}

static void
add_records(struct strbuf *out, const char *sign, const struct entry_record *records, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, "%s", i == 0 ? sign : "");
		if (records[i].owner != NULL) {
			strbuf_add(out, " ");
			add_name(out, records[i].owner);
		}
		add_data(out, &records[i]);
	}
}

/* One line a name: NAME[*kind] RECORD/TTL... + additional records ! text. */
static void
add_schema_name(struct strbuf *out, const struct schema_name *name)
{
	add_name(out, name->name);
	if (name->kind != ENTRY_NAME)
		strbuf_addf(out, "*%d", (int)name->kind);
	add_records(out, "", name->records, name->record_count);
	add_records(out, " +", name->additional, name->additional_count);
	strbuf_addf(out, "%s%s\n", name->ede != NULL ? " ! " : "", name->ede != NULL ?
	    name->ede : "");
}

/* Endpoints: one line a label. */
static void
add_members(struct strbuf *out, const struct schema *schema)
{
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < schema->member_count; i++) {
		const struct entry_member *member = &schema->members[i];

		if (i == 0 || member->label != member[-1].label) {
			strbuf_addf(out, "%s%.*s.", i == 0 ? "" : "\n", *member->label,
			    (const char *)member->label + 1);
			add_name(out, schema->own->name);
		}
		strbuf_addf(out, " %s/%u", addr_text(member->addr, text), schema->member_ttl_s);
	}
	strbuf_add(out, schema->member_count > 0 ? "\n" : "");
}

static void
add_names(struct strbuf *out, const struct schema *schema)
{
	if (schema->own != NULL)
		add_schema_name(out, schema->own);
	for (size_t i = 0; i < schema->port_count; i++) {
		struct schema_name port = { .name = schema->ports[i].name,
		    .records = schema->ports[i].records,
		    .record_count = schema->ports[i].record_count };

		add_schema_name(out, &port);
	}
	for (size_t i = 0; i < schema->name_count; i++)
		add_schema_name(out, &schema->names[i]);
	add_members(out, schema);
}

static void
add_pointers(struct strbuf *out, const struct domain *domain, const struct roster_entry *entry,
    struct arena *arena)
{
	struct subject subject;
	struct pointer_list list;
	char text[ADDR_TEXT_SIZE];

	if (subject_init(&subject, domain, entry, NULL, arena) != 0)
		return;
	ck_assert_int_eq(pointer_list_build(&subject, &list), 0);
	for (size_t i = 0; i < list.count; i++) {
		const struct pointer *pointer = &list.items[i];

		strbuf_addf(out, "ptr %s %u ", addr_text(&pointer->addr, text), pointer->rank);
		add_name(out, pointer->target);
		strbuf_addf(out, "/%u\n", pointer->ttl_s);
	}
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names have an order of their own; people write them as they come to mind. */
static char *
sort_lines(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text), *sorted = arena_alloc(arena, strlen(text) + 1),
	    *at = NULL;
	char *lines[64];
	size_t count = 0;

	for (char *line = strtok_r(copy, "\n", &at); line != NULL; line = strtok_r(NULL, "\n", &at))
		lines[count++] = line;
	qsort(lines, count, sizeof(lines[0]), compare_lines);
	for (size_t i = 0; i < count; i++)
		strcat(strcat(sorted, lines[i]), "\n");
	return sorted;
}

static void
check_schema(const struct dns_settings *settings, const char *text, const char *expected)
{
	struct arena *arena = arena_new(0);
	struct roster_entry *entry = roster_text(text);
	struct strbuf out = STRBUF_INIT;
	struct domain domain;
	struct schema schema;

	ck_assert_int_eq(domain_init(&domain, settings, arena), 0);
	ck_assert_int_eq(schema_build(&domain, entry, arena, &schema), 0);
	strbuf_add(&out, "");
	add_names(&out, &schema);
	add_pointers(&out, &domain, entry, arena);
	add_records(&out, "ns", schema.glue, schema.glue_count);
	strbuf_add(&out, schema.glue_count > 0 ? "\n" : "");
	ck_assert_str_eq(sort_lines(arena, out.text), sort_lines(arena, expected));
	strbuf_release(&out);
	roster_entry_unref(entry);
	arena_free(arena);
}

START_TEST(a_cluster_ip_has_its_address_its_ports_and_its_endpoints)
{
	struct dns_settings settings = plain_settings();

	check_schema(&settings,
	    "service shop/web clusterip 10.96.0.1\n"
	    "port http tcp 80\nport dns udp 53\n"
	    "group http/tcp/8080 dns/udp/5353\n"
	    "ep 10.0.0.1\nep 10.0.0.2 host=b\nep 10.0.0.3 out\n",
	    "b.web.shop 10.0.0.2/6\n"
	    "web.shop 10.96.0.1/5 SRV 0 50 53 web.shop/5 SRV 0 50 80 web.shop/5\n"
	    "_tcp.web.shop\n"
	    "_udp.web.shop\n"
	    "_dns._udp.web.shop SRV 0 100 53 web.shop/5\n"
	    "_http._tcp.web.shop SRV 0 100 80 web.shop/5\n"
	    "10-0-0-1.web.shop 10.0.0.1/6\n"
	    "ptr 10.0.0.1 3 10-0-0-1.web.shop/6\n"
	    "ptr 10.0.0.2 3 b.web.shop/6\n"
	    "ptr 10.96.0.1 0 web.shop/5\n");
}
END_TEST

START_TEST(a_cluster_ip_without_endpoints_keeps_its_name)
{
	struct dns_settings settings = plain_settings();

	check_schema(&settings,
	    "service shop/web clusterip 10.96.0.1\nport - tcp 80\nep 10.0.0.3 out\n",
	    "web.shop 10.96.0.1/5 SRV 0 100 80 web.shop/5\n"
	    "ptr 10.96.0.1 0 web.shop/5\n");
	settings.ignore_empty_service = true;
	check_schema(&settings,
	    "service shop/web clusterip 10.96.0.1\nport - tcp 80\nep 10.0.0.3 out\n", "");
	check_schema(&settings, "service shop/web external a.example\n",
	    "web.shop 5 a.example/7\n");
}
END_TEST

START_TEST(weight_counts_both_addresses_of_a_dual_stack_service)
{
	struct dns_settings settings = plain_settings();

	check_schema(&settings,
	    "service shop/web clusterip fd00::1 10.96.0.1\nport http tcp 80\n",
	    "web.shop fd00::1/5 10.96.0.1/5 SRV 0 50 80 web.shop/5\n"
	    "_tcp.web.shop\n"
	    "_http._tcp.web.shop SRV 0 50 80 web.shop/5\n"
	    "ptr 10.96.0.1 0 web.shop/5\n"
	    "ptr fd00::1 0 web.shop/5\n");
}
END_TEST

START_TEST(a_headless_service_answers_its_endpoints_with_their_ports)
{
	struct dns_settings settings = plain_settings();

	check_schema(&settings,
	    "service shop/db headless\nport pg tcp 5432\n"
	    "group pg/tcp/6000\nep 10.0.0.1 host=db-0\nep fd00::1 host=db-0\nep 10.0.0.9 out host=db-2\n"
	    "group\nep 10.0.0.2\n",
	    "db.shop 10.0.0.1/6 10.0.0.2/6 fd00::1/6 SRV 0 50 6000 db-0.db.shop/6"
	    "\n"
	    "_tcp.db.shop\n"
	    "_pg._tcp.db.shop SRV 0 50 6000 db-0.db.shop/6\n"
	    "db-0.db.shop 10.0.0.1/6 fd00::1/6\n"
	    "10-0-0-2.db.shop 10.0.0.2/6\n"
	    "ptr 10.0.0.1 1 db-0.db.shop/6\n"
	    "ptr 10.0.0.2 2 10-0-0-2.db.shop/6\n"
	    "ptr fd00::1 1 db-0.db.shop/6\n");
}
END_TEST

START_TEST(weight_is_counted_before_doubles_are_dropped)
{
	struct dns_settings settings = plain_settings();

	/* six addresses, two of which share name and port: five records of floor(100 / 6) */
	check_schema(&settings,
	    "service n/s headless\n"
	    "group p/tcp/1\nep 10.0.0.1 host=a\nep 10.0.0.2 host=a\n"
	    "group p/tcp/2\nep 10.0.0.3 host=a\ngroup p/tcp/3\nep 10.0.0.4 host=a\n"
	    "group p/tcp/4\nep 10.0.0.5 host=a\ngroup p/tcp/5\nep 10.0.0.6 host=a\n",
	    "s.n 10.0.0.1/6 10.0.0.2/6 10.0.0.3/6 10.0.0.4/6 10.0.0.5/6 10.0.0.6/6"
	    " SRV 0 16 1 a.s.n/6 SRV 0 16 2 a.s.n/6 SRV 0 16 3 a.s.n/6 SRV 0 16 4 a.s.n/6 SRV 0 16 5 a.s.n/6"
	    "\n"
	    "a.s.n 10.0.0.1/6 10.0.0.2/6 10.0.0.3/6 10.0.0.4/6 10.0.0.5/6 10.0.0.6/6\n"
	    "_tcp.s.n\n"
	    "_p._tcp.s.n"
	    " SRV 0 16 1 a.s.n/6 SRV 0 16 2 a.s.n/6 SRV 0 16 3 a.s.n/6 SRV 0 16 4 a.s.n/6 SRV 0 16 5 a.s.n/6"
	    "\n"
	    "ptr 10.0.0.1 1 a.s.n/6\nptr 10.0.0.2 1 a.s.n/6\nptr 10.0.0.3 1 a.s.n/6\n"
	    "ptr 10.0.0.4 1 a.s.n/6\nptr 10.0.0.5 1 a.s.n/6\nptr 10.0.0.6 1 a.s.n/6\n");
}
END_TEST

START_TEST(an_address_of_two_groups_is_answered_once)
{
	struct dns_settings settings = plain_settings();

	check_schema(&settings,
	    "service n/s headless\n"
	    "group a/tcp/1\nep 10.0.0.1\ngroup b/tcp/2\nep 10.0.0.1\ngroup a/tcp/0\nep 10.0.0.1\n",
	    "s.n 10.0.0.1/6 SRV 0 50 1 10-0-0-1.s.n/6 SRV 0 50 2 10-0-0-1.s.n/6\n"
	    "_tcp.s.n\n"
	    "_a._tcp.s.n SRV 0 100 1 10-0-0-1.s.n/6\n"
	    "_b._tcp.s.n SRV 0 100 2 10-0-0-1.s.n/6\n"
	    "10-0-0-1.s.n 10.0.0.1/6\n"
	    "ptr 10.0.0.1 2 10-0-0-1.s.n/6\n");
}
END_TEST

START_TEST(a_headless_service_that_nobody_answers_for_says_how_many_there_are)
{
	struct dns_settings settings = plain_settings();

	check_schema(&settings,
	    "service n/s headless\nport p tcp 1\ngroup p/tcp/1\nep 10.0.0.1 out\nep 10.0.0.2 out\n",
	    "s.n*1 ! 0 of 2 endpoints ready\n");
	settings.ignore_empty_service = true;   /* is about ClusterIPs only */
	check_schema(&settings, "service n/s headless\n", "s.n*1 ! 0 of 0 endpoints ready\n");
}
END_TEST

START_TEST(an_external_name_is_a_cname_and_an_address_is_not)
{
	struct dns_settings settings = plain_settings();

	check_schema(&settings,
	    "service n/s external Db.Example.org.\nport http tcp 80\nep 10.0.0.1\n",
	    "s.n 5 db.example.org/7\n");
	check_schema(&settings, "service n/s external 192.0.2.1\n", "");
	check_schema(&settings, "service n/s external 2001:db8::1\n", "");
	check_schema(&settings, "service n/s external a..b\n", "");
}
END_TEST

START_TEST(pending_and_hidden_services_have_no_names)
{
	struct dns_settings settings = plain_settings();

	check_schema(&settings, "service n/s clusterip\npending\nport p tcp 1\nep 10.0.0.1\n", "");
	settings.namespaces = only_shop;
	settings.namespace_count = 1;
	check_schema(&settings, "service n/s clusterip 10.96.0.1\nep 10.0.0.1\n", "");
	check_schema(&settings, "service shop/s external a.\n", "s.shop 5 a/7\n");
}
END_TEST

START_TEST(zonal_names_pin_and_prefer_the_endpoints_of_one_zone)
{
	struct dns_settings settings = plain_settings();

	settings.zonal = true;
	check_schema(&settings, "service n/s clusterip 10.96.0.1\nep 10.0.0.1 zone=a\n",
	    "s.n 10.96.0.1/5\n10-0-0-1.s.n 10.0.0.1/6\n"
	    "ptr 10.0.0.1 3 10-0-0-1.s.n/6\nptr 10.96.0.1 0 s.n/5\n");
	check_schema(&settings,
	    "service n/s headless\ngroup p/tcp/1\n"
	    "ep 10.0.0.1 zone=eu.West host=x\nep 10.0.0.2 zone=EU.west host=y\nep 10.0.0.3 zone=b..c host=w\nep 10.0.0.4 host=v\n",
	    "s.n 10.0.0.1/6 10.0.0.2/6 10.0.0.3/6 10.0.0.4/6"
	    " SRV 0 25 1 v.s.n/6 SRV 0 25 1 w.s.n/6 SRV 0 25 1 x.s.n/6 SRV 0 25 1 y.s.n/6"
	    "\n"
	    "v.s.n 10.0.0.4/6\nw.s.n 10.0.0.3/6\nx.s.n 10.0.0.1/6\ny.s.n 10.0.0.2/6\n"
	    "eu.west.pin._zone.s.n 10.0.0.1/6 10.0.0.2/6 SRV 0 50 1 x.s.n/6 SRV 0 50 1 y.s.n/6"
	    " + x.s.n 10.0.0.1/6 y.s.n 10.0.0.2/6\n"
	    "eu.west.prefer._zone.s.n 10.0.0.1/6 10.0.0.2/6 SRV 0 50 1 x.s.n/6 SRV 0 50 1 y.s.n/6"
	    " + x.s.n 10.0.0.1/6 y.s.n 10.0.0.2/6\n"
	    "_p._tcp.s.n SRV 0 25 1 v.s.n/6 SRV 0 25 1 w.s.n/6 SRV 0 25 1 x.s.n/6 SRV 0 25 1 y.s.n/6"
	    "\n"
	    "pin._zone.s.n*3\n_tcp.s.n\n_zone.s.n\nprefer._zone.s.n*4\n"
	    "ptr 10.0.0.1 1 x.s.n/6\nptr 10.0.0.2 1 y.s.n/6\nptr 10.0.0.3 1 w.s.n/6\nptr 10.0.0.4 1 v.s.n/6\n");
}
END_TEST

START_TEST(a_dns_service_with_our_address_names_the_zones_servers)
{
	struct dns_settings settings = plain_settings();

	settings.own_addresses = &own_address;
	settings.own_address_count = 1;
	check_schema(&settings, "service n/s clusterip 10.96.0.1\nport - udp 53\nep 10.0.0.1\n",
	    "s.n 10.96.0.1/5 SRV 0 100 53 s.n/5\n10-0-0-1.s.n 10.0.0.1/6\n"
	    "ptr 10.0.0.1 3 10-0-0-1.s.n/6\nptr 10.96.0.1 0 s.n/5\nns s.n 10.96.0.1/5\n");
	check_schema(&settings,
	    "service n/s headless\nep 10.0.0.1 host=a\nep fd00::1 host=a\nep 10.0.0.2 host=b\n",
	    "s.n 10.0.0.1/6 10.0.0.2/6 fd00::1/6\na.s.n 10.0.0.1/6 fd00::1/6\nb.s.n 10.0.0.2/6\n"
	    "ptr 10.0.0.1 1 a.s.n/6\nptr 10.0.0.2 1 b.s.n/6\nptr fd00::1 1 a.s.n/6\n"
	    "ns a.s.n 10.0.0.1/6 a.s.n fd00::1/6\n");
	/* another server on our host, and our endpoint out of service */
	check_schema(&settings, "service n/s clusterip 10.96.0.1\nport - tcp 80\nep 10.0.0.1\n",
	    "s.n 10.96.0.1/5 SRV 0 100 80 s.n/5\n10-0-0-1.s.n 10.0.0.1/6\n"
	    "ptr 10.0.0.1 3 10-0-0-1.s.n/6\nptr 10.96.0.1 0 s.n/5\n");
	check_schema(&settings, "service n/s clusterip 10.96.0.1\nep 10.0.0.1 out\n",
	    "s.n 10.96.0.1/5\nptr 10.96.0.1 0 s.n/5\n");
}
END_TEST

START_TEST(names_too_long_for_the_dns_are_left_out)
{
	struct dns_settings settings = plain_settings();
	settings.cluster_domain = L60 "." L60 "." L60 "." L60 ".bb";
	check_schema(&settings, "service n/s clusterip 10.96.0.1\nep 10.0.0.1\n", "");
	settings.cluster_domain = L60 "." L60 "." L60 "." L54;
	check_schema(&settings, "service n/s headless\nep 10.0.0.1\nep 10.0.0.2 host=ab\n",
	    "s.n.svc." L60 "." L60 "." L60 "." L54 " 10.0.0.1/6 10.0.0.2/6\n"
	    "ab.s.n.svc." L60 "." L60 "." L60 "." L54 " 10.0.0.2/6\n"
	    "ptr 10.0.0.2 1 ab.s.n.svc." L60 "." L60 "." L60 "." L54 "/6\n");
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("schema");
	TCase *tcase = tcase_create("schema");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_cluster_ip_has_its_address_its_ports_and_its_endpoints);
	tcase_add_test(tcase, a_cluster_ip_without_endpoints_keeps_its_name);
	tcase_add_test(tcase, weight_counts_both_addresses_of_a_dual_stack_service);
	tcase_add_test(tcase, a_headless_service_answers_its_endpoints_with_their_ports);
	tcase_add_test(tcase, weight_is_counted_before_doubles_are_dropped);
	tcase_add_test(tcase, an_address_of_two_groups_is_answered_once);
	tcase_add_test(tcase, a_headless_service_that_nobody_answers_for_says_how_many_there_are);
	tcase_add_test(tcase, an_external_name_is_a_cname_and_an_address_is_not);
	tcase_add_test(tcase, pending_and_hidden_services_have_no_names);
	tcase_add_test(tcase, zonal_names_pin_and_prefer_the_endpoints_of_one_zone);
	tcase_add_test(tcase, a_dns_service_with_our_address_names_the_zones_servers);
	tcase_add_test(tcase, names_too_long_for_the_dns_are_left_out);
	return suite;
}
