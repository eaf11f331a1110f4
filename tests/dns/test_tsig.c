/* test_tsig.c - signatures as ldns makes and checks them, and what is wrong with others. */
#include "dns/tsig.h"

#include <ctype.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "tests/suite.h"

#define KEY_TEXT "transfer.example."
#define SECRET_TEXT "c2VjcmV0IG9mIHR3ZW50eS1mb3VyLg=="
static const uint8_t secret[] = "secret of twenty-four.";
#define SECRET_LEN (sizeof(secret) - 1)

static const char *const algorithms[] = { "hmac-sha256", "hmac-sha1" };
#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

static struct tsig_key *
new_key(const char *name, const char *algorithm, const uint8_t *octets, size_t len)
{
	uint8_t wire[DNS_NAME_MAX];
	struct tsig_key *key;
	size_t wire_len;

	ck_assert_int_eq(name_from_text(name, wire, &wire_len), 0);
	ck_assert_int_eq(tsig_key_new(wire, algorithm, octets, len, &key), 0);
	return key;
}

static struct tsig_key *
good_key(const char *algorithm)
{
	return new_key("Transfer.Example", algorithm, secret, SECRET_LEN);
}

/* A message with a question, as a query (0x00) or an answer (0x84). */
static size_t
make_message(uint8_t *buf, uint8_t flags)
{
	static const uint8_t question[] = "\7cluster\5local\0\0\374\0\1";

	memset(buf, 0, DNS_HEADER_LEN);
	buf[0] = 0x12;
	buf[1] = 0x34;
	buf[2] = flags;
	buf[5] = 1;
	memcpy(buf + DNS_HEADER_LEN, question, sizeof(question) - 1);
	return DNS_HEADER_LEN + sizeof(question) - 1;
}

static ldns_pkt *
parse(const uint8_t *buf, size_t len)
{
	ldns_pkt *pkt;

	ck_assert_int_eq(ldns_wire2pkt(&pkt, buf, len), LDNS_STATUS_OK);
	return pkt;
}

static uint64_t
now(void)
{
	return (uint64_t)time(NULL);
}

START_TEST(what_we_sign_ldns_takes_message_after_message)
{
	struct tsig_key *key = good_key(algorithms[_i]);
	struct tsig query, answer;
	uint8_t buf[1024];
	size_t len = make_message(buf, 0);
	bool is_signed;

	ck_assert_int_eq(tsig_sign_query(&query, key, now(), buf, &len, sizeof(buf)), 0);
	ldns_pkt *pkt = parse(buf, len);
	ck_assert(ldns_pkt_tsig_verify(pkt, buf, len, KEY_TEXT, SECRET_TEXT, NULL));
	ldns_rdf *mac = ldns_rdf_clone(ldns_rr_rdf(ldns_pkt_tsig(pkt), 3));
	ldns_pkt_free(pkt);
	const struct tsig_key *keys[] = { key };
	ck_assert_int_eq(tsig_take(&answer, keys, 1, now(), buf, &len, &is_signed), 0);
	ck_assert(is_signed);
	ck_assert_int_eq(answer.error, 0);
	ck_assert_uint_eq(len, make_message(buf, 0));
	for (int i = 0; i < 5; i++) {
		len = make_message(buf, 0x84);
		ck_assert_int_eq(tsig_sign_answer(&answer, i == 0, now(), buf, &len, sizeof(buf)),
		    0);
		pkt = parse(buf, len);
		ck_assert(ldns_pkt_tsig_verify_next(pkt, buf, len, KEY_TEXT, SECRET_TEXT, mac,
		    i > 0));
		ldns_rdf_deep_free(mac);
		mac = ldns_rdf_clone(ldns_rr_rdf(ldns_pkt_tsig(pkt), 3));
		ldns_pkt_free(pkt);
	}
	ldns_rdf_deep_free(mac);
	tsig_key_free(key);
}
END_TEST

START_TEST(what_ldns_signs_is_taken)
{
	struct tsig_key *key = good_key(algorithms[_i]);
	const struct tsig_key *keys[] = { key };
	uint8_t buf[1024], *wire;
	size_t len = make_message(buf, 0);
	char algorithm[32];
	struct tsig tsig;
	bool is_signed;

	snprintf(algorithm, sizeof(algorithm), "%s.", algorithms[_i]);
	ldns_pkt *pkt = parse(buf, len);
	ck_assert_int_eq(ldns_pkt_tsig_sign(pkt, KEY_TEXT, SECRET_TEXT, 300, algorithm, NULL),
	    LDNS_STATUS_OK);
	ck_assert_int_eq(ldns_pkt2wire(&wire, pkt, &len), LDNS_STATUS_OK);
	ck_assert_int_eq(tsig_take(&tsig, keys, 1, now(), wire, &len, &is_signed), 0);
	ck_assert(is_signed);
	ck_assert_int_eq(tsig.error, 0);
	ck_assert_ptr_eq(tsig.key, key);
	ck_assert_uint_eq(len, make_message(buf, 0));
	ck_assert_mem_eq(wire + 2, buf + 2, len - 2);
	ldns_pkt_free(pkt);
	free(wire);
	tsig_key_free(key);
}
END_TEST

/* A signed query, taken at another time, by these keys; what is wrong with it. */
static int
error_of(const struct tsig_key *key, const struct tsig_key *mine, int64_t later_s)
{
	struct tsig query, taken;
	uint8_t buf[1024];
	size_t len = make_message(buf, 0);
	bool is_signed;

	ck_assert_int_eq(tsig_sign_query(&query, key, 1000000, buf, &len, sizeof(buf)), 0);
	ck_assert_int_eq(tsig_take(&taken, &mine, 1, (uint64_t)(1000000 + later_s), buf, &len,
	    &is_signed), 0);
	ck_assert(is_signed);
	return taken.error;
}

START_TEST(each_way_to_be_wrong_has_its_error)
{
	struct tsig_key *mine = good_key("hmac-sha256");
	struct tsig_key *others[] = {
		new_key("transfer.example", "hmac-sha256", secret, SECRET_LEN - 1),
		new_key("transfers.example", "hmac-sha256", secret, SECRET_LEN),
		good_key("hmac-sha512"),
	};

	ck_assert_int_eq(error_of(mine, mine, 0), TSIG_NONE);
	ck_assert_int_eq(error_of(mine, mine, 300), TSIG_NONE);
	ck_assert_int_eq(error_of(mine, mine, -300), TSIG_NONE);
	ck_assert_int_eq(error_of(mine, mine, 301), TSIG_BADTIME);
	ck_assert_int_eq(error_of(mine, mine, -301), TSIG_BADTIME);
	ck_assert_int_eq(error_of(others[0], mine, 0), TSIG_BADSIG);
	ck_assert_int_eq(error_of(others[0], mine, 400), TSIG_BADSIG);
	ck_assert_int_eq(error_of(others[1], mine, 0), TSIG_BADKEY);
	ck_assert_int_eq(error_of(others[2], mine, 0), TSIG_BADKEY);
	tsig_key_free(mine);
	for (size_t i = 0; i < 3; i++)
		tsig_key_free(others[i]);
}
END_TEST

/* An answer that says an error, with its TSIG read by ldns. */
static ldns_pkt *
answer_error(const struct tsig_key *key, const struct tsig_key *mine, uint64_t now_s, uint8_t *buf,
    size_t *len)
{
	struct tsig query, taken;
	bool is_signed;

	*len = make_message(buf, 0);
	ck_assert_int_eq(tsig_sign_query(&query, key, 1000000, buf, len, 1024), 0);
	ck_assert_int_eq(tsig_take(&taken, &mine, 1, now_s, buf, len, &is_signed), 0);
	*len = make_message(buf, 0x84);
	ck_assert_int_eq(tsig_sign_answer(&taken, true, now_s, buf, len, 1024), 0);
	ldns_pkt *pkt = parse(buf, *len);
	ck_assert_int_eq(ldns_rr_get_type(ldns_pkt_tsig(pkt)), LDNS_RR_TYPE_TSIG);
	/* What the asker makes of it. */
	ck_assert_int_eq(tsig_take_answer(&query, 1000000, buf, len, &is_signed), 0);
	return pkt;
}

static uint16_t
error_in(const ldns_pkt *pkt)
{
	return ldns_rdf2native_int16(ldns_rr_rdf(ldns_pkt_tsig(pkt), 5));
}

static size_t
mac_len_in(const ldns_pkt *pkt)
{
	return wire_get_u16(ldns_rdf_data(ldns_rr_rdf(ldns_pkt_tsig(pkt), 3)));
}

START_TEST(errors_are_said_and_only_a_wrong_time_is_signed)
{
	struct tsig_key *mine = good_key("hmac-sha256");
	struct tsig_key *bad = new_key("transfer.example", "hmac-sha256", secret, 5);
	struct tsig_key *unknown = new_key("nobody.example", "hmac-sha256", secret, 5);
	uint8_t buf[1024];
	size_t len;

	ldns_pkt *pkt = answer_error(bad, mine, 1000000, buf, &len);
	ck_assert_uint_eq(error_in(pkt), TSIG_BADSIG);
	ck_assert_uint_eq(mac_len_in(pkt), 0);
	ldns_pkt_free(pkt);
	pkt = answer_error(unknown, mine, 1000000, buf, &len);
	ck_assert_uint_eq(error_in(pkt), TSIG_BADKEY);
	ck_assert_uint_eq(mac_len_in(pkt), 0);
	char *owner = ldns_rdf2str(ldns_rr_owner(ldns_pkt_tsig(pkt)));
	ck_assert_str_eq(owner, "nobody.example.");
	free(owner);
	ldns_pkt_free(pkt);
	pkt = answer_error(mine, mine, 1000777, buf, &len);
	ck_assert_uint_eq(error_in(pkt), TSIG_BADTIME);
	ck_assert_uint_eq(mac_len_in(pkt), 32);
	/* Our time is the other data: its length, then six octets. */
	const ldns_rdf *other = ldns_rr_rdf(ldns_pkt_tsig(pkt), 6);
	ck_assert_uint_eq(wire_get_u16(ldns_rdf_data(other)), 6);
	ck_assert_uint_eq(wire_get_u16(ldns_rdf_data(other) + 6), 1000777 & 0xffff);
	ldns_pkt_free(pkt);
	tsig_key_free(mine);
	tsig_key_free(bad);
	tsig_key_free(unknown);
}
END_TEST

START_TEST(no_octet_of_a_signed_message_can_be_another)
{
	struct tsig_key *key = good_key("hmac-sha256");
	const struct tsig_key *keys[] = { key };
	uint8_t good[1024], buf[1024];
	struct tsig tsig;
	size_t whole = make_message(good, 0);
	bool is_signed;

	ck_assert_int_eq(tsig_sign_query(&tsig, key, 1000000, good, &whole, sizeof(good)), 0);
	for (size_t i = 2; i < whole; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			size_t len = whole;

			memcpy(buf, good, whole);
			buf[i] = (uint8_t)(buf[i] ^ 1u << bit);
			int err = tsig_take(&tsig, keys, 1, 1000000, buf, &len, &is_signed);
			/* Names in another case, and the record's TTL, are nobody's concern. */
			bool is_same = err == 0 && is_signed && tsig.error == 0;
			ck_assert_msg(!is_same || (bit == 5 && isalpha(good[i])) ||
			    (i >= whole - 69 && i < whole - 63),
			    "octet %zu, bit %u of %zu", i, bit, whole);
		}
	}
	for (size_t cut = 0; cut < whole; cut++) {
		size_t len = cut;

		memcpy(buf, good, whole);
		int err = tsig_take(&tsig, keys, 1, 1000000, buf, &len, &is_signed);
		ck_assert(err != 0 || !is_signed);
	}
	tsig_key_free(key);
}
END_TEST

START_TEST(what_has_no_room_or_no_signature_is_left_as_it_is)
{
	struct tsig_key *key = good_key("hmac-sha256");
	const struct tsig_key *keys[] = { key };
	struct tsig tsig;
	uint8_t buf[1024];
	size_t len = make_message(buf, 0), before = len;
	bool is_signed = true;

	ck_assert_int_eq(tsig_take(&tsig, keys, 1, 1000000, buf, &len, &is_signed), 0);
	ck_assert(!is_signed);
	ck_assert_uint_eq(len, before);
	for (size_t room = before; room < before + 60; room++) {
		ck_assert_int_eq(tsig_sign_query(&tsig, key, 1000000, buf, &len, room), ERR_FULL);
		ck_assert_uint_eq(len, before);
		ck_assert_uint_eq(wire_get_u16(buf + 10), 0);
	}
	ck_assert(tsig_algorithm_is_known("hmac-sha384"));
	ck_assert(!tsig_algorithm_is_known("hmac-md5"));
	tsig_key_free(key);
	tsig_key_free(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("tsig");
	TCase *tcase = tcase_create("tsig");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, what_we_sign_ldns_takes_message_after_message, 0, ALGORITHMS);
	tcase_add_loop_test(tcase, what_ldns_signs_is_taken, 0, ALGORITHMS);
	tcase_add_test(tcase, each_way_to_be_wrong_has_its_error);
	tcase_add_test(tcase, errors_are_said_and_only_a_wrong_time_is_signed);
	tcase_add_test(tcase, no_octet_of_a_signed_message_can_be_another);
	tcase_add_test(tcase, what_has_no_room_or_no_signature_is_left_as_it_is);
	return suite;
}
