/* test_transfer.c - transfers over real streams while the world changes: who may, signed, whole. */
#include "dns/transfer.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/name.h"
#include "dns/outgoing.h"
#include "dns/tcp.h"
#include "dns/tcp_source.h"
#include "dns/tsig.h"
#include "dns/wire.h"
#include "net/sock.h"
#include "tests/dns/catalog_world.h"
#include "tests/dns/secondary.h"
#include "tests/suite.h"

#define KEY_TEXT "k."
#define SECRET_TEXT "MDEyMzQ1Njc4OWFiY2RlZg=="

static const struct cidr loopback = { { ADDR_IP4, { 127 } }, 8 };
static const struct cidr elsewhere = { { ADDR_IP4, { 192, 0, 2, 0 } }, 24 };

static struct catalog_world world;
static struct outgoing *outgoing;
static struct clock *clock_at;
static struct tsig_key *key;
static const struct tsig_key *keys[1];
static struct transfer_access access_now;
static struct transfer_settings settings;
static struct tcp_transfers transfers;
static struct tcp_server *server;

/* Called by who copies: this thread. */
static void
wake(void *arg)
{
	(void)arg;
	tcp_server_wake(server);
}

static void
state_service(unsigned service, unsigned round)
{
	static char text[20000];
	int len = snprintf(text, sizeof(text), "service shop/s%u headless\nport http TCP 80\n"
	    "group http/TCP/80\n", service);

	for (unsigned i = 0; i < 40; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "ep 10.%u.%u.%u\n", service,
		    round % 250, i + 1);
	catalog_world_set(&world, text);
}

static void
setup(void)
{
	static const struct addr_port any = { { ADDR_IP4, { 127, 0, 0, 1 } }, 0 };
	struct dns_settings dns = catalog_world_settings();
	size_t failed;

	ck_assert_int_eq(tsig_key_new((const uint8_t *)"\1k", "hmac-sha256",
	    (const uint8_t *)"0123456789abcdef", 16, &key), 0);
	keys[0] = key;
	access_now = (struct transfer_access){ &loopback, 1, NULL, 0 };
	dns.transfer = &access_now;
	clock_at = clock_new_system();
	catalog_world_start(&world, &dns);
	for (unsigned i = 0; i < 60; i++)
		state_service(i, 0);
	outgoing = outgoing_new(&secondary_ops, NULL);
	ck_assert_int_eq(outgoing_watch(outgoing, world.index, true), 0);
	settings = (struct transfer_settings){ outgoing, wake, NULL };
	transfers = (struct tcp_transfers){ transfer_begin, &settings };
	const struct tcp_settings tcp = { .listen = &any, .listen_count = 1,
	    .dns = &world.settings, .index = world.index, .max_clients = 10, .idle_ms = 20000,
	    .message_ms = 20000, .transfers = &transfers };
	ck_assert_int_eq(tcp_server_bind(&tcp, &server, &failed), 0);
	ck_assert_int_eq(tcp_server_start(server), 0);
}

static void
teardown(void)
{
	tcp_server_stop(server, 100);
	outgoing_free(outgoing);
	catalog_world_stop(&world);
	clock_free(clock_at);
	tsig_key_free(key);
}

static int
connect_to(void)
{
	struct sockaddr_storage storage;
	socklen_t len = sock_from_addr(tcp_server_bound(server, 0), &storage);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&storage, len), 0);
	return fd;
}

/* A question, signed where there is a key. */
static void
ask(int fd, const char *name, uint16_t type, const struct tsig_key *by, struct tsig *tsig)
{
	uint8_t buf[1024] = { 0 };
	size_t name_octets;

	buf[2 + 1] = 7;
	buf[2 + 5] = 1;
	ck_assert_int_eq(name_from_text(name, buf + 2 + DNS_HEADER_LEN, &name_octets), 0);
	size_t len = DNS_HEADER_LEN + name_octets;
	wire_set_u16(buf + 2 + len, type);
	wire_set_u16(buf + 2 + len + 2, DNS_CLASS_IN);
	len += 4;
	if (by != NULL)
		ck_assert_int_eq(tsig_sign_query(tsig, by, clock_unix_s(clock_at), buf + 2, &len,
		    sizeof(buf) - 2), 0);
	wire_set_u16(buf, (uint16_t)len);
	ck_assert_int_eq(send(fd, buf, len + 2, 0), (ssize_t)(len + 2));
}

/* So many octets; meanwhile zones are copied, and the world changes.  false: the connection ended. */
static bool
take(int fd, uint8_t *buf, size_t len, bool changes)
{
	static unsigned round;

	for (size_t done = 0; done < len;) {
		ssize_t n = recv(fd, buf + done, len - done, MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			return false;
		done += n > 0 ? (size_t)n : 0;
		if (n > 0)
			continue;
		(void)outgoing_run(outgoing, clock_at, 100);
		round++;
		if (changes)
			state_service(round % 60, round);
	}
	return true;
}

static size_t
take_message(int fd, uint8_t *buf, bool changes)
{
	uint8_t head[2];

	if (!take(fd, head, 2, changes) || !take(fd, buf, wire_get_u16(head), changes))
		return 0;
	return wire_get_u16(head);
}

static int
rcode_of(const char *name, uint16_t type, const struct tsig_key *by)
{
	static uint8_t buf[65536];
	struct tsig tsig;
	int fd = connect_to();

	ask(fd, name, type, by, &tsig);
	size_t len = take_message(fd, buf, false);
	(void)close(fd);
	ck_assert_uint_ge(len, DNS_HEADER_LEN);
	ck_assert_uint_eq(buf[1], 7);
	return buf[3] & 15;
}

START_TEST(a_zone_comes_whole_while_the_world_changes)
{
	static uint8_t buf[65536];
	struct secondary_reading reading;
	struct secondary secondary;

	for (int round = 0; round < 4; round++) {
		int fd = connect_to();

		secondary_start(&secondary, "cluster.local");
		ask(fd, "Cluster.LOCAL", DNS_TYPE_AXFR, NULL, NULL);
		secondary_begin(&secondary, &reading);
		for (bool ended = false; !ended;) {
			size_t len = take_message(fd, buf, true);

			ck_assert_uint_gt(len, 0);
			ck_assert_uint_eq(buf[1], 7);
			ck_assert_mem_eq(buf + DNS_HEADER_LEN + 1, "Cluster", 7);
			ended = secondary_read(&reading, buf, len);
		}
		ck_assert_int_eq(secondary_end(&reading), SECONDARY_WHOLE);
		/* Each endpoint has an address at two names and a record at two others. */
		ck_assert_uint_ge(secondary.count, 60 * 40 * 4);
		/* The connection is as good as new. */
		ask(fd, "ns.dns.cluster.local", DNS_TYPE_A, NULL, NULL);
		ck_assert_uint_gt(take_message(fd, buf, false), DNS_HEADER_LEN);
		ck_assert_uint_eq(buf[7], 1);
		(void)close(fd);
		secondary_stop(&secondary);
	}
}
END_TEST

START_TEST(each_message_is_signed_where_the_question_was)
{
	static uint8_t buf[65536];
	struct secondary_reading reading;
	struct secondary secondary;
	struct tsig tsig;
	size_t messages = 0;
	int fd = connect_to();

	access_now.keys = keys;
	access_now.key_count = 1;
	secondary_start(&secondary, "cluster.local");
	ask(fd, "cluster.local", DNS_TYPE_AXFR, key, &tsig);
	ldns_rdf *mac = NULL;
	uint8_t first[2 + TSIG_MAC_MAX];
	wire_set_u16(first, tsig.mac_len);
	memcpy(first + 2, tsig.mac, tsig.mac_len);
	mac = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_INT16_DATA, 2u + tsig.mac_len, first);
	secondary_begin(&secondary, &reading);
	for (bool ended = false; !ended; messages++) {
		size_t len = take_message(fd, buf, true);
		ldns_pkt *pkt;

		ck_assert_uint_gt(len, 0);
		ck_assert_int_eq(ldns_wire2pkt(&pkt, buf, len), LDNS_STATUS_OK);
		ck_assert(ldns_pkt_tsig_verify_next(pkt, buf, len, KEY_TEXT, SECRET_TEXT, mac,
		    messages > 0));
		ldns_rdf_deep_free(mac);
		mac = ldns_rdf_clone(ldns_rr_rdf(ldns_pkt_tsig(pkt), 3));
		ldns_pkt_free(pkt);
		ended = secondary_read(&reading, buf, len);
	}
	ck_assert_int_eq(secondary_end(&reading), SECONDARY_WHOLE);
	ck_assert_uint_gt(messages, 10);
	ldns_rdf_deep_free(mac);
	secondary_stop(&secondary);
	(void)close(fd);
}
END_TEST

START_TEST(who_may_not_is_refused_and_no_zone_is_said_to_be_none)
{
	static const uint8_t other_name[] = "\1k";
	struct tsig_key *wrong, *unknown;

	ck_assert_int_eq(tsig_key_new(other_name, "hmac-sha256", (const uint8_t *)"wrong", 5,
	    &wrong), 0);
	ck_assert_int_eq(tsig_key_new((const uint8_t *)"\1x", "hmac-sha256",
	    (const uint8_t *)"wrong", 5, &unknown), 0);
	ck_assert_int_eq(rcode_of("svc.cluster.local", DNS_TYPE_AXFR, NULL), DNS_NOTAUTH);
	ck_assert_int_eq(rcode_of("example.com", DNS_TYPE_AXFR, NULL), DNS_NOTAUTH);
	ck_assert_int_eq(rcode_of("cluster.local", DNS_TYPE_IXFR, NULL), DNS_FORMERR);
	access_now.to = &elsewhere;
	ck_assert_int_eq(rcode_of("cluster.local", DNS_TYPE_AXFR, NULL), DNS_REFUSED);
	access_now.to = &loopback;
	access_now.keys = keys;
	access_now.key_count = 1;
	ck_assert_int_eq(rcode_of("cluster.local", DNS_TYPE_AXFR, NULL), DNS_REFUSED);
	ck_assert_int_eq(rcode_of("cluster.local", DNS_TYPE_AXFR, wrong), DNS_NOTAUTH);
	ck_assert_int_eq(rcode_of("cluster.local", DNS_TYPE_AXFR, unknown), DNS_NOTAUTH);
	ck_assert_int_eq(rcode_of("cluster.local", DNS_TYPE_SOA, wrong), DNS_NOTAUTH);
	ck_assert_int_eq(rcode_of("cluster.local", DNS_TYPE_SOA, key), DNS_NOERROR);
	ck_assert_int_eq(rcode_of("cluster.local", DNS_TYPE_SOA, NULL), DNS_NOERROR);
	ck_assert_int_eq(rcode_of("svc.cluster.local", DNS_TYPE_AXFR, key), DNS_NOTAUTH);
	tsig_key_free(wrong);
	tsig_key_free(unknown);
}
END_TEST

/* A signature whose owner is a pointer to itself: as over UDP (RFC 8945, 5.2). */
START_TEST(a_signature_of_a_name_that_cannot_be_read_is_no_missing_one)
{
	static const uint8_t question[] = "\7cluster\5local\0\0\374\0\1";
	uint8_t buf[512] = { 0 }, *query = buf + 2;
	size_t len = DNS_HEADER_LEN;

	query[1] = 7;
	query[5] = 1;
	query[11] = 1;
	memcpy(query + len, question, sizeof(question) - 1);
	len += sizeof(question) - 1;
	wire_set_u16(query + len, (uint16_t)(0xC000 | len));
	wire_set_u16(query + len + 2, DNS_TYPE_TSIG);
	wire_set_u16(query + len + 4, 255);
	/* The root as the algorithm, and zeroes. */
	wire_set_u16(query + len + 10, 17);
	len += 12 + 17;
	wire_set_u16(buf, (uint16_t)len);
	for (size_t count = 0; count < 2; count++) {
		access_now.keys = keys;
		access_now.key_count = count;
		int fd = connect_to();
		ck_assert_int_eq(send(fd, buf, len + 2, 0), (ssize_t)(len + 2));
		uint8_t head[2 + DNS_HEADER_LEN];
		ck_assert(take(fd, head, sizeof(head), false));
		ck_assert_int_eq(head[2 + 3] & 15, DNS_FORMERR);
		(void)close(fd);
	}
}
END_TEST

START_TEST(who_goes_away_in_the_middle_is_forgotten)
{
	static uint8_t buf[65536];
	struct outgoing_counts counts;

	for (int i = 0; i < 20; i++) {
		int fd = connect_to();

		ask(fd, "cluster.local", DNS_TYPE_AXFR, NULL, NULL);
		if (i % 2 == 0)
			ck_assert_uint_gt(take_message(fd, buf, true), 0);
		(void)close(fd);
	}
	/* Until the stream has seen the last of them go. */
	for (int i = 0; i < 2000; i++) {
		(void)outgoing_run(outgoing, clock_at, 1000);
		if (tcp_server_clients(server) == 0)
			break;
		(void)usleep(1000);
	}
	ck_assert_uint_eq(tcp_server_clients(server), 0);
	outgoing_counts(outgoing, &counts);
	ck_assert_int_eq(rcode_of("cluster.local", DNS_TYPE_AXFR, NULL), DNS_NOERROR);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("transfer");
	TCase *tcase = tcase_create("transfer");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_zone_comes_whole_while_the_world_changes);
	tcase_add_test(tcase, each_message_is_signed_where_the_question_was);
	tcase_add_test(tcase, who_may_not_is_refused_and_no_zone_is_said_to_be_none);
	tcase_add_test(tcase, a_signature_of_a_name_that_cannot_be_read_is_no_missing_one);
	tcase_add_test(tcase, who_goes_away_in_the_middle_is_forgotten);
	return suite;
}
