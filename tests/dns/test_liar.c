/* test_liar.c - that the lying name server says what tests ask it to. */
#include <arpa/inet.h>
#include <check.h>
#include <ldns/ldns.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/dns/liar.h"
#include "tests/suite.h"

static struct liar *liar;
static uint8_t octets[65536];
static size_t octets_len;

static void
start(void)
{
	liar = liar_start("127.0.0.1", 20);
	ck_assert_ptr_nonnull(liar);
}

static void
stop(void)
{
	liar_stop(liar);
}

static int
open_client(int kind)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(liar_port(liar)) };
	int fd = socket(AF_INET, kind, 0);

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static size_t
question(uint8_t *out, const char *name, ldns_rr_type type, bool edns)
{
	ldns_pkt *pkt = ldns_pkt_query_new(ldns_dname_new_frm_str(name), type, LDNS_RR_CLASS_IN,
	    LDNS_RD);
	uint8_t *wire;
	size_t len;

	ldns_pkt_set_id(pkt, 4711);
	if (edns)
		ldns_pkt_set_edns_udp_size(pkt, 1232);
	ck_assert_int_eq(ldns_pkt2wire(&wire, pkt, &len), LDNS_STATUS_OK);
	memcpy(out, wire, len);
	free(wire);
	ldns_pkt_free(pkt);
	return len;
}

/* What comes within a while into `octets`; false: nothing. */
static bool
wait_for(int fd, int patience_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t len;

	if (poll(&poll_fd, 1, patience_ms) <= 0)
		return false;
	len = recv(fd, octets, sizeof(octets), 0);
	octets_len = len > 0 ? (size_t)len : 0;
	return len >= 0;
}

static bool
ask_udp(const char *name, ldns_rr_type type, bool edns)
{
	uint8_t query[300];
	int fd = open_client(SOCK_DGRAM);
	size_t len = question(query, name, type, edns);

	ck_assert_int_eq(send(fd, query, len, 0), (ssize_t)len);
	bool came = wait_for(fd, 300);

	close(fd);
	return came;
}

/* Until the other side closes, or is silent for long; all octets, length in front. */
static void
ask_tcp(const char *name)
{
	uint8_t query[302];
	int fd = open_client(SOCK_STREAM);
	size_t len = question(query + 2, name, LDNS_RR_TYPE_A, true), got = 0;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	query[0] = 0;
	query[1] = (uint8_t)len;
	ck_assert_int_eq(send(fd, query, len + 2, 0), (ssize_t)len + 2);
	while (got < sizeof(octets) && poll(&poll_fd, 1, 300) > 0) {
		ssize_t more = recv(fd, octets + got, sizeof(octets) - got, 0);

		if (more <= 0)
			break;
		got += (size_t)more;
	}
	octets_len = got;
	close(fd);
}

static ldns_pkt *
parsed(void)
{
	ldns_pkt *pkt = NULL;

	ck_assert_int_eq(ldns_wire2pkt(&pkt, octets, octets_len), LDNS_STATUS_OK);
	ck_assert_uint_eq(ldns_pkt_id(pkt), 4711);
	return pkt;
}

static void
check_first(const ldns_pkt *pkt, const char *expected)
{
	char *text = ldns_rdf2str(ldns_rr_rdf(ldns_rr_list_rr(ldns_pkt_answer(pkt), 0), 0));

	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(the_truth_is_the_same_for_all_letters)
{
	char expected[16];
	ldns_pkt *pkt;

	liar_address_text("www.example", expected);
	ck_assert(ask_udp("wWw.Example", LDNS_RR_TYPE_A, true));
	pkt = parsed();
	check_first(pkt, expected);
	ck_assert(ldns_pkt_edns(pkt));
	ck_assert_uint_eq(ldns_rr_ttl(ldns_rr_list_rr(ldns_pkt_answer(pkt), 0)), 300);
	ldns_pkt_free(pkt);
}
END_TEST

static const struct {
	const char *name;
	ldns_rr_type type;
	unsigned rcode, answers, authority;
	bool truncated;
} udp_rows[] = {
	{ "a.example", LDNS_RR_TYPE_AAAA, 0, 1, 0, false },
	{ "a.example", LDNS_RR_TYPE_MX, 0, 1, 0, false },
	{ "a.example", LDNS_RR_TYPE_SRV, 0, 1, 0, false },
	{ "a.example", LDNS_RR_TYPE_SOA, 0, 1, 0, false },
	{ "a.example", LDNS_RR_TYPE_TXT, 0, 1, 0, false },
	{ "a.example", (ldns_rr_type)65400, 0, 1, 0, false },
	{ "nxdomain.example", LDNS_RR_TYPE_A, 3, 0, 1, false },
	{ "nxnosoa.example", LDNS_RR_TYPE_A, 3, 0, 0, false },
	{ "nodata60-7.example", LDNS_RR_TYPE_A, 0, 0, 1, false },
	{ "servfail.example", LDNS_RR_TYPE_A, 2, 0, 0, false },
	{ "refused.example", LDNS_RR_TYPE_A, 5, 0, 0, false },
	{ "formerr.example", LDNS_RR_TYPE_A, 1, 0, 0, false },
	{ "tc.example", LDNS_RR_TYPE_A, 0, 0, 0, true },
	{ "big.example", LDNS_RR_TYPE_A, 0, 0, 0, true },
	{ "chain3.example", LDNS_RR_TYPE_A, 0, 4, 0, false },
	{ "cnameinside.example", LDNS_RR_TYPE_A, 0, 2, 0, false },
	{ "poison.example", LDNS_RR_TYPE_A, 0, 2, 2, false },
};

START_TEST(a_name_tells_how_it_is_answered)
{
	ck_assert(ask_udp(udp_rows[_i].name, udp_rows[_i].type, true));
	ldns_pkt *pkt = parsed();

	ck_assert_uint_eq(ldns_pkt_get_rcode(pkt), udp_rows[_i].rcode);
	ck_assert_uint_eq(ldns_pkt_ancount(pkt), udp_rows[_i].answers);
	ck_assert_uint_eq(ldns_pkt_nscount(pkt), udp_rows[_i].authority);
	ck_assert_int_eq(ldns_pkt_tc(pkt), udp_rows[_i].truncated);
	ldns_pkt_free(pkt);
}
END_TEST

START_TEST(a_connected_client_hears_nothing_of_a_wrong_source)
{
	char truth[16];
	ldns_pkt *pkt;

	ck_assert(!ask_udp("wrongsrc.example", LDNS_RR_TYPE_A, true));
	ck_assert(!ask_udp("wrongport.example", LDNS_RR_TYPE_A, true));
	ck_assert(!ask_udp("dead.example", LDNS_RR_TYPE_A, true));
	ck_assert(!ask_udp("ednsdrop.example", LDNS_RR_TYPE_A, true));
	ck_assert(ask_udp("ednsdrop.example", LDNS_RR_TYPE_A, false));
	liar_address_text("wrongsrc-then.example", truth);
	ck_assert(ask_udp("wrongsrc-then.example", LDNS_RR_TYPE_A, true));
	pkt = parsed();
	check_first(pkt, truth);
	ldns_pkt_free(pkt);
}
END_TEST

START_TEST(broken_octets_are_what_they_should_be)
{
	ldns_pkt *pkt;

	ck_assert(ask_udp("wrongid.example", LDNS_RR_TYPE_A, true));
	ck_assert_uint_eq(octets[1], 4711 % 256 ^ 1);
	ck_assert(ask_udp("empty.example", LDNS_RR_TYPE_A, true));
	ck_assert_uint_eq(octets_len, 0);
	ck_assert(ask_udp("short.example", LDNS_RR_TYPE_A, true));
	ck_assert_uint_eq(octets_len, 5);
	ck_assert(ask_udp("many.example", LDNS_RR_TYPE_A, true));
	ck_assert_uint_gt(octets_len, 59000);
	ck_assert(ask_udp("ptrloop.example", LDNS_RR_TYPE_A, true));
	ck_assert_int_ne(ldns_wire2pkt(&pkt, octets, octets_len), LDNS_STATUS_OK);
	ck_assert(ask_udp("wrongcase.example", LDNS_RR_TYPE_A, true));
	ck_assert_mem_eq(octets + 13, "WRONGCASE", 9);
}
END_TEST

START_TEST(tcp_is_whole_half_split_or_nothing)
{
	ask_tcp("tc.example");
	ck_assert_uint_eq(octets_len, 2 + ((size_t)octets[0] << 8 | octets[1]));
	ask_tcp("split.example");
	ck_assert_uint_eq(octets_len, 2 + ((size_t)octets[0] << 8 | octets[1]));
	ask_tcp("half.example");
	ck_assert_uint_gt(octets_len, 2);
	ck_assert_uint_lt(octets_len, 2 + ((size_t)octets[0] << 8 | octets[1]));
	ask_tcp("tcempty.example");
	ck_assert_uint_eq(octets_len, 0);
	ask_tcp("big.example");
	ck_assert_uint_gt(octets_len, 65000);
	ck_assert_uint_eq(octets_len, 2 + ((size_t)octets[0] << 8 | octets[1]));
}
END_TEST

START_TEST(slow_answers_do_not_hold_up_others)
{
	uint8_t query[300];
	int fd = open_client(SOCK_DGRAM);

	send(fd, query, question(query, "slow120.example", LDNS_RR_TYPE_A, false), 0);
	send(fd, query, question(query, "a.example", LDNS_RR_TYPE_A, false), 0);
	ck_assert(wait_for(fd, 1000));
	ck_assert_mem_eq(octets + 12, "\1a\7example", 10);
	ck_assert(wait_for(fd, 1000));
	ck_assert_mem_eq(octets + 12, "\7slow120", 8);
	close(fd);
}
END_TEST

START_TEST(questions_are_kept_and_counted)
{
	struct liar_question asked;

	ask_udp("A.example", LDNS_RR_TYPE_A, true);
	ask_udp("fail1.example", LDNS_RR_TYPE_AAAA, false);
	ck_assert_uint_eq(octets[3] & 15, 2);
	ask_udp("fail1.example", LDNS_RR_TYPE_AAAA, false);
	ck_assert_uint_eq(octets[3] & 15, 0);
	ck_assert_uint_eq(liar_count(liar, NULL), 3);
	ck_assert_uint_eq(liar_count(liar, "a.EXAMPLE"), 1);
	ck_assert(liar_asked(liar, 0, &asked));
	ck_assert_str_eq(asked.name, "A.example");
	ck_assert_uint_eq(asked.id, 4711);
	ck_assert_uint_eq(asked.edns_size, 1232);
	ck_assert_uint_ne(asked.port, 0);
	ck_assert(asked.recursion && !asked.tcp && !asked.dnssec_ok);
	ck_assert(!liar_asked(liar, 3, &asked));
	liar_forget(liar);
	ck_assert_uint_eq(liar_count(liar, NULL), 0);
}
END_TEST

START_TEST(a_mode_for_all_names_overrides_theirs)
{
	liar_set_mode(liar, "refused");
	ck_assert(ask_udp("a.example", LDNS_RR_TYPE_A, true));
	ck_assert_uint_eq(octets[3] & 15, 5);
	liar_set_mode(liar, "");
	ck_assert(ask_udp("a.example", LDNS_RR_TYPE_A, true));
	ck_assert_uint_eq(octets[3] & 15, 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("liar");
	TCase *tc = tcase_create("liar");

	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_test(tc, the_truth_is_the_same_for_all_letters);
	tcase_add_loop_test(tc, a_name_tells_how_it_is_answered, 0,
	    sizeof(udp_rows) / sizeof(udp_rows[0]));
	tcase_add_test(tc, a_connected_client_hears_nothing_of_a_wrong_source);
	tcase_add_test(tc, broken_octets_are_what_they_should_be);
	tcase_add_test(tc, tcp_is_whole_half_split_or_nothing);
	tcase_add_test(tc, slow_answers_do_not_hold_up_others);
	tcase_add_test(tc, questions_are_kept_and_counted);
	tcase_add_test(tc, a_mode_for_all_names_overrides_theirs);
	suite_add_tcase(s, tc);
	return s;
}
