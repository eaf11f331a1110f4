/*
 * test_flip.c - a Service changes with one store: no reply ever mixes what was with what is.
 *
 * In version k endpoint i is named "eIvK" and has the address 10.9.k.i: one look at a reply tells
 * which versions it comes from.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "dns/catalog.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "model/roster.h"
#include "tests/dns/catalog_world.h"
#include "tests/dns/roster_text.h"
#include "tests/suite.h"

#define VERSIONS 8
#define ENDPOINTS 10
#define ROUNDS 400

static struct catalog_world world;

struct shared {
	_Atomic bool stop;
	_Atomic unsigned answered[3];   /* addresses, names, targets */
	_Atomic unsigned mixed;
};

static struct roster_entry *
version(unsigned k)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, "service shop/db headless\ngroup sql/tcp/5432\n");
	for (unsigned i = 0; i < ENDPOINTS; i++)
		strbuf_addf(&text, "ep 10.9.%u.%u host=e%uv%u\n", k, i, i, k);
	struct roster_entry *entry = roster_text(text.text);
	strbuf_release(&text);
	return entry;
}

/* The reply to a question over TCP; its length. */
static size_t
ask_wire(struct responder *responder, const char *text, uint16_t type,
    uint8_t buf[DNS_MESSAGE_MAX])
{
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	size_t len;

	memcpy(buf, "\x12\x34\1\0\0\1\0\0\0\0\0\0", DNS_HEADER_LEN);
	if (name_from_text(text, buf + DNS_HEADER_LEN, &len) != 0)
		return 0;
	wire_set_u16(buf + DNS_HEADER_LEN + len, type);
	wire_set_u16(buf + DNS_HEADER_LEN + len + 2, DNS_CLASS_IN);
	return respond(responder, TRANSPORT_TCP, &client, buf, DNS_HEADER_LEN + len + 4,
	    DNS_MESSAGE_MAX);
}

/* Versions that a record speaks of, a bit for each; endpoints too must agree where both are said. */
static unsigned
versions_of(uint16_t type, const uint8_t *rdata)
{
	const uint8_t *label = type == DNS_TYPE_SRV ? rdata + 6 : rdata;

	if (type == DNS_TYPE_A)
		return 1u << rdata[2];
	return 1u << (label[4] - '0');
}

/* All versions that the answers and additional addresses of a reply speak of. */
static unsigned
versions_in(const uint8_t *reply, size_t len)
{
	struct wire_reader reader;
	unsigned records = 0u + wire_get_u16(reply + 6) + wire_get_u16(reply + 10), found = 0;

	if (wire_get_u16(reply + 6) == 0)
		return 0;
	wire_reader_init(&reader, reply, len);
	wire_skip(&reader, DNS_HEADER_LEN);
	wire_skip_name(&reader);
	wire_skip(&reader, 4);
	for (unsigned i = 0; i < records; i++) {
		wire_skip_name(&reader);
		uint16_t type = wire_read_u16(&reader);
		wire_skip(&reader, 6);
		size_t rdata_len = wire_read_u16(&reader);
		const uint8_t *rdata = wire_read_octets(&reader, rdata_len);

		found |= rdata == NULL ? ~0u : versions_of(type, rdata);
	}
	return found;
}

static void
ask_one(struct shared *shared, struct responder *responder, unsigned kind, unsigned k, unsigned i)
{
	static const uint16_t types[] = { DNS_TYPE_A, DNS_TYPE_PTR, DNS_TYPE_SRV, DNS_TYPE_A };
	uint8_t buf[DNS_MESSAGE_MAX];
	char name[64];

	if (kind == 0)
		snprintf(name, sizeof(name), "e%uv%u.db.shop.svc.cluster.local", i, k);
	else if (kind == 1)
		snprintf(name, sizeof(name), "%u.%u.9.10.in-addr.arpa", i, k);
	else
		snprintf(name, sizeof(name), "%sdb.shop.svc.cluster.local",
		    kind == 2 ? "_sql._tcp." : "");
	size_t len = ask_wire(responder, name, types[kind], buf);
	unsigned found = versions_in(buf, len);

	if ((found & (found - 1)) != 0 || (kind < 2 && found != 0 && found != 1u << k))
		atomic_fetch_add(&shared->mixed, 1);
	if (found != 0 && kind < 3)
		atomic_fetch_add(&shared->answered[kind], 1);
	if (found == 0 && kind >= 2)    /* the Service itself is there at every time */
		atomic_fetch_add(&shared->mixed, 1);
}

static void *
read_all_the_time(void *arg)
{
	struct shared *shared = arg;
	struct responder responder = world.responder;

	index_reader_begin();
	for (unsigned n = 0; !atomic_load(&shared->stop); n++) {
		ask_one(shared, &responder, n % 4, n / 4 % VERSIONS, n / 32 % ENDPOINTS);
		if (n % 16 == 0)
			index_reader_quiet();
	}
	index_reader_end();
	return NULL;
}

static bool
all_answered(struct shared *shared)
{
	return atomic_load(&shared->answered[0]) > 0 && atomic_load(&shared->answered[1]) > 0 &&
	    atomic_load(&shared->answered[2]) > 0;
}

START_TEST(no_reply_mixes_two_versions_of_a_service)
{
	struct dns_settings settings = catalog_world_settings();
	struct roster_entry *versions[VERSIONS];
	struct shared shared = { .stop = false };
	pthread_t threads[2];

	catalog_world_start(&world, &settings);
	for (unsigned k = 0; k < VERSIONS; k++)
		versions[k] = version(k);
	ck_assert_int_eq(catalog_set_service(world.catalog, "shop", "db", versions[0]), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, read_all_the_time, &shared), 0);
	for (unsigned round = 0; round < ROUNDS || !all_answered(&shared); round++) {
		ck_assert_int_eq(catalog_set_service(world.catalog, "shop", "db",
		    versions[round % VERSIONS]), 0);
		/* Another shares some addresses for a while. */
		if (round % 7 == 0)
			catalog_world_set(&world, "service shop/other headless\nep 10.9.1.1 host=e1v1\n"
			    "ep 10.9.2.2 host=e2v2\n");
		if (round % 7 == 3)
			catalog_world_remove(&world, "shop", "other");
		catalog_world_publish(&world);
	}
	atomic_store(&shared.stop, true);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(atomic_load(&shared.mixed), 0);
	for (unsigned k = 0; k < VERSIONS; k++)
		roster_entry_unref(versions[k]);
	catalog_world_stop(&world);
}
END_TEST

#define FLIP_NAMES 16

/* Everything that the index holds but the Service's own entry is the same before and after. */
START_TEST(a_flip_replaces_one_entry_and_no_other)
{
	static const char *const names[FLIP_NAMES] = { "db.shop.svc.cluster.local",
	    "web.shop.svc.cluster.local", "shop.svc.cluster.local", "cluster.local",
	    "0.9.10.in-addr.arpa", "1.9.10.in-addr.arpa", "9.10.in-addr.arpa", "10.in-addr.arpa",
	    "0.96.10.in-addr.arpa", "svc.cluster.local" };
	struct dns_settings settings = catalog_world_settings();
	const struct entry *before[FLIP_NAMES] = { NULL };
	struct roster_entry *all = version(1);
	uint8_t name[DNS_NAME_MAX];
	size_t len, count, same = 0;

	catalog_world_start(&world, &settings);
	catalog_world_set(&world, "service shop/web clusterip 10.96.0.1\nep 10.9.0.77 host=x\n");
	ck_assert_int_eq(catalog_set_service(world.catalog, "shop", "db", all), 0);
	count = index_count(world.index);
	for (unsigned i = 0; names[i] != NULL; i++) {
		ck_assert_int_eq(name_from_text(names[i], name, &len), 0);
		before[i] = index_get(world.index, name);
		ck_assert_ptr_nonnull(before[i]);
	}
	catalog_world_set(&world, "service shop/db headless\ngroup sql/tcp/5432\n"
	    "ep 10.9.1.1 host=e1v1\nep 10.9.1.2 host=e2v1 out\n");
	for (unsigned i = 0; names[i] != NULL; i++) {
		ck_assert_int_eq(name_from_text(names[i], name, &len), 0);
		same += index_get(world.index, name) == before[i];
		ck_assert_int_eq(index_get(world.index, name) == before[i], i > 0);
	}
	ck_assert_uint_eq(same, 9);
	ck_assert_uint_eq(index_count(world.index), count);
	catalog_world_expect(&world, (const char *const[]){
	    "1.1.9.10.in-addr.arpa PTR", "NOERROR PTR e1v1.db.shop/5",
	    "2.1.9.10.in-addr.arpa PTR", "NXDOMAIN", NULL });
	roster_entry_unref(all);
	catalog_world_stop(&world);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("flip");
	TCase *tcase = tcase_create("flip");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, no_reply_mixes_two_versions_of_a_service);
	tcase_add_test(tcase, a_flip_replaces_one_entry_and_no_other);
	return suite;
}
