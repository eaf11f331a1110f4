/* test_above.c - names that an entry above them answers for: endpoints, ports, addresses. */
#include "dns/above.h"

#include <string.h>

#include "dns/catalog.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "tests/dns/ask.h"
#include "tests/dns/catalog_world.h"
#include "tests/suite.h"

#define Z "cluster.local"
#define NOW(...) catalog_world_expect(&world, (const char *const[]){ __VA_ARGS__, NULL })

static struct catalog_world world;

static void
set_up(void)
{
	struct dns_settings settings = catalog_world_settings();

	catalog_world_start(&world, &settings);
	catalog_world_set(&world, "service shop/db headless\ngroup sql/tcp/5432\n"
	    "ep 10.0.0.1 host=one\nep 10.0.0.2 host=two\nep 10.0.0.3 host=two\nep fd00::1f host=two\n"
	    "ep 10.0.0.4\nep fd00::4 host=six\nep 10.0.0.9 host=nine out\n");
	catalog_world_set(&world, "service shop/web clusterip 10.96.0.1 fd00:96::1\n"
	    "port http tcp 80\nport dns udp 53\ngroup http/tcp/8080 dns/udp/53\nep 10.0.1.1 host=a\n");
}

static void
tear_down(void)
{
	catalog_world_stop(&world);
}

START_TEST(endpoints_answer_their_addresses_and_nothing_else)
{
	NOW("one.db.shop.svc." Z " A", "NOERROR A 10.0.0.1/5",
	    "ONE.Db.shop.svc." Z " A", "NOERROR A 10.0.0.1/5",
	    "one.db.shop.svc." Z " AAAA", "NOERROR",
	    "two.db.shop.svc." Z " A", "NOERROR A 10.0.0.2/5, A 10.0.0.3/5",
	    "two.db.shop.svc." Z " AAAA", "NOERROR AAAA fd00::1f/5",
	    "six.db.shop.svc." Z " A", "NOERROR", "six.db.shop.svc." Z " AAAA", "NOERROR AAAA fd00::4/5",
	    "10-0-0-4.db.shop.svc." Z " A", "NOERROR A 10.0.0.4/5",
	    "one.db.shop.svc." Z " SRV", "NOERROR", "one.db.shop.svc." Z " TXT", "NOERROR",
	    "nine.db.shop.svc." Z " A", "NXDOMAIN", "on.db.shop.svc." Z " A", "NXDOMAIN",
	    "onee.db.shop.svc." Z " A", "NXDOMAIN", "x.one.db.shop.svc." Z " A", "NXDOMAIN",
	    "10-0-0-1.db.shop.svc." Z " A", "NXDOMAIN", "a.web.shop.svc." Z " A",
	    "NOERROR A 10.0.1.1/5", "one.web.shop.svc." Z " A", "NXDOMAIN",
	    "one.shop.svc." Z " A", "NXDOMAIN");
}
END_TEST

START_TEST(ports_answer_srv_and_what_is_above_them_is_empty)
{
	NOW("_http._tcp.web.shop.svc." Z " SRV",
	    "NOERROR SRV 0 50 80 web.shop/5 + web.shop A 10.96.0.1/5, web.shop AAAA fd00:96::1/5",
	    "_HTTP._tcp.web.shop.svc." Z " A", "NOERROR", "_tcp.web.shop.svc." Z " SRV", "NOERROR",
	    "_udp.web.shop.svc." Z " A", "NOERROR", "_http._udp.web.shop.svc." Z " SRV", "NXDOMAIN",
	    "_dns._tcp.web.shop.svc." Z " SRV", "NXDOMAIN", "_http.web.shop.svc." Z " SRV", "NXDOMAIN",
	    "http._tcp.web.shop.svc." Z " SRV", "NXDOMAIN", "_sctp.web.shop.svc." Z " SRV", "NXDOMAIN",
	    "x._http._tcp.web.shop.svc." Z " SRV", "NXDOMAIN",
	    "_http._tcp.a.web.shop.svc." Z " SRV", "NXDOMAIN",
	    "_sql._tcp.db.shop.svc." Z " SRV",
	    "NOERROR SRV 0 16 5432 10-0-0-4.db.shop/5, SRV 0 16 5432 one.db.shop/5, "
	    "SRV 0 16 5432 six.db.shop/5, SRV 0 16 5432 two.db.shop/5 + "
	    "10-0-0-4.db.shop A 10.0.0.4/5, one.db.shop A 10.0.0.1/5, six.db.shop AAAA fd00::4/5, "
	    "two.db.shop A 10.0.0.2/5, two.db.shop A 10.0.0.3/5, two.db.shop AAAA fd00::1f/5");
}
END_TEST

START_TEST(addresses_of_one_service_lead_to_its_names)
{
	NOW("1.0.0.10.in-addr.arpa PTR", "NOERROR PTR one.db.shop/5",
	    "3.0.0.10.IN-addr.arpa PTR", "NOERROR PTR two.db.shop/5",
	    "1.0.96.10.in-addr.arpa PTR", "NOERROR PTR web.shop/5",
	    "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa PTR",
	    "NOERROR PTR two.db.shop/5",
	    "F.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.D.f.ip6.arpa PTR",
	    "NOERROR PTR two.db.shop/5",
	    "e.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa PTR", "NXDOMAIN",
	    "g.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa PTR", "NXDOMAIN",
	    "1.0.0.10.in-addr.arpa A", "NOERROR", "1.0.0.10.in-addr.arpa TXT", "NOERROR",
	    "9.0.0.10.in-addr.arpa PTR", "NXDOMAIN", "01.0.0.10.in-addr.arpa PTR", "NXDOMAIN",
	    "257.0.0.10.in-addr.arpa PTR", "NXDOMAIN", "1.1.0.0.10.in-addr.arpa PTR", "NXDOMAIN",
	    "x.0.0.10.in-addr.arpa PTR", "NXDOMAIN", "0.0.10.in-addr.arpa PTR", "NOERROR");
}
END_TEST

START_TEST(a_chain_may_end_at_an_endpoint_a_port_or_an_address)
{
	catalog_world_set(&world, "service shop/e external one.db.shop.svc." Z ".\n");
	catalog_world_set(&world, "service shop/n external none.db.shop.svc." Z ".\n");
	catalog_world_set(&world, "service shop/p external _http._tcp.web.shop.svc." Z ".\n");
	catalog_world_set(&world, "service shop/r external 1.0.0.10.in-addr.arpa.\n");
	NOW("e.shop.svc." Z " A", "NOERROR CNAME one.db.shop/5, one.db.shop A 10.0.0.1/5",
	    "E.shop.svc." Z " AAAA", "NOERROR CNAME one.db.shop/5",
	    "n.shop.svc." Z " A", "NXDOMAIN CNAME none.db.shop/5",
	    "p.shop.svc." Z " SRV", "NOERROR CNAME _http._tcp.web.shop/5, "
	    "_http._tcp.web.shop SRV 0 50 80 web.shop/5 + web.shop A 10.96.0.1/5, "
	    "web.shop AAAA fd00:96::1/5",
	    "r.shop.svc." Z " PTR", "NOERROR 1.0.0.10.in-addr.arpa PTR one.db.shop/5, "
	    "CNAME 1.0.0.10.in-addr.arpa/5");
}
END_TEST

/* The first octets of two answers: the addresses change places from query to query. */
START_TEST(addresses_of_an_endpoint_are_turned_and_cut_as_a_set)
{
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	static uint8_t buf[DNS_MESSAGE_MAX];
	uint8_t query[300] = "\x12\x34\1\0\0\1\0\0\0\0\0\0";
	unsigned seen = 0;
	size_t len;

	ck_assert_int_eq(name_from_text("two.db.shop.svc." Z, query + DNS_HEADER_LEN, &len), 0);
	wire_set_u16(query + DNS_HEADER_LEN + len, DNS_TYPE_A);
	wire_set_u16(query + DNS_HEADER_LEN + len + 2, DNS_CLASS_IN);
	len += DNS_HEADER_LEN + 4;
	index_reader_begin();
	for (int i = 0; i < 4; i++) {
		memcpy(buf, query, len);
		ck_assert_uint_eq(respond(&world.responder, TRANSPORT_UDP, &client, buf, len, 4096),
		    len + 2 * 16);
		ck_assert_mem_eq(buf + len, "\xc0\x0c\0\1\0\1\0\0\0\5\0\4\x0a\0\0", 15);
		ck_assert_uint_eq(buf[len + 15] + buf[len + 31], 2 + 3);
		seen |= 1u << buf[len + 15];
	}
	ck_assert_uint_eq(seen, 1 << 2 | 1 << 3);
	/* Room for one of them only. */
	memcpy(buf, query, len);
	ck_assert_uint_eq(respond(&world.responder, TRANSPORT_TCP, &client, buf, len, len + 20), len);
	ck_assert_uint_eq(buf[2] & 2, 2);
	index_reader_end();
}
END_TEST

START_TEST(any_is_one_small_answer)
{
	static const struct {
		const char *name;
		unsigned answers;
	} rows[] = { { "one.db.shop.svc." Z, 1 }, { "_http._tcp.web.shop.svc." Z, 1 },
	    { "_tcp.web.shop.svc." Z, 0 }, { "1.0.0.10.in-addr.arpa", 1 } };
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	uint8_t buf[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len;

		memcpy(buf, "\x12\x34\1\0\0\1\0\0\0\0\0\0", DNS_HEADER_LEN);
		ck_assert_int_eq(name_from_text(rows[i].name, buf + DNS_HEADER_LEN, &len), 0);
		wire_set_u16(buf + DNS_HEADER_LEN + len, DNS_TYPE_ANY);
		wire_set_u16(buf + DNS_HEADER_LEN + len + 2, DNS_CLASS_IN);
		index_reader_begin();
		respond(&world.responder, TRANSPORT_UDP, &client, buf, DNS_HEADER_LEN + len + 4, 512);
		index_reader_end();
		ck_assert_uint_eq(buf[3] & 15, 0);
		ck_assert_uint_eq(buf[7], rows[i].answers);
		if (rows[i].answers > 0)
			ck_assert_uint_eq(wire_get_u16(buf + DNS_HEADER_LEN + len + 6), DNS_TYPE_HINFO);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("above");
	TCase *tcase = tcase_create("above");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, endpoints_answer_their_addresses_and_nothing_else);
	tcase_add_test(tcase, ports_answer_srv_and_what_is_above_them_is_empty);
	tcase_add_test(tcase, addresses_of_one_service_lead_to_its_names);
	tcase_add_test(tcase, a_chain_may_end_at_an_endpoint_a_port_or_an_address);
	tcase_add_test(tcase, addresses_of_an_endpoint_are_turned_and_cut_as_a_set);
	tcase_add_test(tcase, any_is_one_small_answer);
	return suite;
}
