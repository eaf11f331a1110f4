/* test_reply_counts.c - each query and reply is counted once, where it belongs. */
#include "dns/reply_counts.h"

#include <string.h>

#include "tests/suite.h"

static const struct {
	uint16_t type;
	const char *text;
} types[] = {
	{ 1, "A" }, { 28, "AAAA" }, { 15, "MX" }, { 6, "SOA" }, { 5, "CNAME" }, { 12, "PTR" },
	{ 16, "TXT" }, { 2, "NS" }, { 33, "SRV" }, { 43, "DS" }, { 48, "DNSKEY" }, { 46, "RRSIG" },
	{ 47, "NSEC" }, { 50, "NSEC3" }, { 65, "HTTPS" }, { 251, "IXFR" }, { 252, "AXFR" },
	{ 255, "ANY" }, { 0, "other" }, { 13, "other" }, { 256, "other" }, { 257, "other" },
	{ 65535, "other" },
};

START_TEST(types_have_labels_out_of_a_closed_list)
{
	struct query query = { .type = types[_i].type };
	struct reply_counts counts;
	struct dns_counts sum = { 0 };

	memset(&counts, 0, sizeof(counts));
	reply_counts_asked(&counts, &query, 40);
	reply_counts_add(&sum, &counts);
	for (size_t i = 0; i < DNS_COUNTED_TYPES; i++)
		ck_assert_uint_eq(sum.type[i],
		    strcmp(dns_counts_type_text(i), types[_i].text) == 0);
}
END_TEST

static const struct {
	size_t len, class;
} sizes[] = {
	{ 0, 0 }, { 12, 0 }, { 63, 0 }, { 64, 1 }, { 127, 1 }, { 128, 2 }, { 512, 4 }, { 1232, 5 },
	{ 4096, 7 }, { 32767, 9 }, { 32768, 10 }, { 65535, 10 },
};

START_TEST(a_size_is_in_the_class_whose_limit_is_next)
{
	size_t class = reply_counts_size(sizes[_i].len);

	ck_assert_uint_eq(class, sizes[_i].class);
	ck_assert_uint_le(sizes[_i].len, dns_counts_size_limit(class));
	if (class > 0)
		ck_assert_uint_gt(sizes[_i].len, dns_counts_size_limit(class - 1));
}
END_TEST

START_TEST(sums_hold_what_every_cell_counted)
{
	static const uint8_t reply[12] = { 0, 0, 0x82, 0x03 };
	struct query query = { .type = 1, .dnssec_ok = true };
	struct reply_counts counts;
	struct dns_counts sum = { 0 }, twice = { 0 };

	memset(&counts, 0, sizeof(counts));
	reply_counts_up(&counts.queries, 1);
	reply_counts_up(&counts.dropped, 2);
	reply_counts_asked(&counts, &query, 40);
	reply_counts_note(&counts, reply, 700);
	reply_counts_add(&sum, &counts);
	dns_counts_add(&twice, &sum);
	dns_counts_add(&twice, &sum);
	ck_assert_uint_eq(twice.queries, 2);
	ck_assert_uint_eq(twice.dropped, 4);
	ck_assert_uint_eq(twice.replies, 2);
	ck_assert_uint_eq(twice.rcode[3], 2);
	ck_assert_uint_eq(twice.truncated, 2);
	ck_assert_uint_eq(twice.dnssec_ok, 2);
	ck_assert_uint_eq(twice.query_octets, 80);
	ck_assert_uint_eq(twice.query_size[0], 2);
	ck_assert_uint_eq(twice.reply_octets, 1400);
	ck_assert_uint_eq(twice.reply_size[4], 2);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("reply_counts");
	TCase *tc = tcase_create("reply_counts");

	tcase_add_loop_test(tc, types_have_labels_out_of_a_closed_list, 0,
	    sizeof(types) / sizeof(types[0]));
	tcase_add_loop_test(tc, a_size_is_in_the_class_whose_limit_is_next, 0,
	    sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tc, sums_hold_what_every_cell_counted);
	suite_add_tcase(s, tc);
	return s;
}
