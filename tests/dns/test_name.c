/* test_name.c - names to text and back, folding, suffixes, hashes. */
#include "dns/name.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/suite.h"

static const struct {
	const char *text;
	int err;
	const char *wire;
	size_t len;
	const char *back;       /* NULL: the same text */
} texts[] = {
	{ ".", 0, "\0", 1, NULL },
	{ "a", 0, "\1a\0", 3, NULL },
	{ "a.", 0, "\1a\0", 3, "a" },
	{ "Web.shop.svc", 0, "\3Web\4shop\3svc\0", 14, NULL },
	{ "a\\.b.c", 0, "\3a.b\1c\0", 7, NULL },
	{ "a\\046b", 0, "\3a.b\0", 5, "a\\.b" },
	{ "\\000\\255", 0, "\2\0\xff\0", 4, NULL },
	{ "_http._tcp", 0, "\5_http\4_tcp\0", 12, NULL },
	{ "", ERR_SYNTAX, NULL, 0, NULL },
	{ "..", ERR_SYNTAX, NULL, 0, NULL },
	{ ".a", ERR_SYNTAX, NULL, 0, NULL },
	{ "a..b", ERR_SYNTAX, NULL, 0, NULL },
	{ "a\\", ERR_SYNTAX, NULL, 0, NULL },
	{ "a\\25", ERR_SYNTAX, NULL, 0, NULL },
	{ "a\\256", ERR_SYNTAX, NULL, 0, NULL },
	{ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg", 0,
	  "\77aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg\0", 65, NULL },
	{ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg", ERR_LIMIT, NULL, 0,
	  NULL },
};

START_TEST(text_becomes_wire_and_text_again)
{
	uint8_t name[DNS_NAME_MAX];
	char text[NAME_TEXT_SIZE];
	size_t len = 0;

	ck_assert_int_eq(name_from_text(texts[_i].text, name, &len), texts[_i].err);
	ck_assert_uint_eq(len, texts[_i].len);
	if (texts[_i].err != 0)
		return;
	ck_assert_mem_eq(name, texts[_i].wire, len);
	ck_assert_uint_eq(name_len(name), len);
	ck_assert(name_is_valid(name, len));
	ck_assert_str_eq(name_to_text(name, text),
	    texts[_i].back ? texts[_i].back : texts[_i].text);
}
END_TEST

START_TEST(a_name_of_255_octets_fits_and_its_text_too)
{
	uint8_t name[DNS_NAME_MAX];
	char text[4 * 256 + 8] = "";
	char back[NAME_TEXT_SIZE];
	size_t len;

	for (int i = 0; i < 127; i++)
		strcat(text, i == 0 ? "\\001" : ".\\001");
	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	ck_assert_uint_eq(len, 255);
	ck_assert_str_eq(name_to_text(name, back), text);
	strcat(text, ".a");
	ck_assert_int_eq(name_from_text(text, name, &len), ERR_LIMIT);
}
END_TEST

START_TEST(names_are_put_below_an_origin)
{
	static const uint8_t origin[] = "\7cluster\5local";
	uint8_t name[DNS_NAME_MAX];
	uint8_t longer[DNS_NAME_MAX];
	char text[NAME_TEXT_SIZE];
	size_t len;

	ck_assert_int_eq(name_from_text_below("web.shop.svc", origin, name, &len), 0);
	ck_assert_str_eq(name_to_text(name, text), "web.shop.svc.cluster.local");
	ck_assert_int_eq(name_prepend((const uint8_t *)"_tcp", 4, name, longer, &len), 0);
	ck_assert_str_eq(name_to_text(longer, text), "_tcp.web.shop.svc.cluster.local");
	ck_assert_uint_eq(len, name_len(longer));
	ck_assert_ptr_eq(name_parent(longer), longer + 5);
	ck_assert_int_eq(name_prepend((const uint8_t *)"", 0, name, longer, &len), ERR_LIMIT);
}
END_TEST

static const struct {
	const char *name;
	const char *zone;
	bool under;
} suffixes[] = {
	{ "web.shop.svc.cluster.local", "cluster.local", true },
	{ "cluster.local", "cluster.local", true },
	{ "CLUSTER.Local", "cluster.local", true },
	{ "a.b", ".", true },
	{ ".", ".", true },
	{ "local", "cluster.local", false },
	{ "xcluster.local", "cluster.local", false },
	{ "a.clusterxlocal", "cluster.local", false },
	{ "a.cluster\\.local", "cluster.local", false },
	{ "1.0.10.in-addr.arpa", "in-addr.arpa", true },
	{ "a.b.c", "b.d", false },
	{ "ab.c", "b.c", false },
};

START_TEST(a_suffix_counts_only_at_a_label)
{
	uint8_t name[DNS_NAME_MAX], zone[DNS_NAME_MAX];
	size_t len, zone_len;

	ck_assert_int_eq(name_from_text(suffixes[_i].name, name, &len), 0);
	ck_assert_int_eq(name_from_text(suffixes[_i].zone, zone, &zone_len), 0);
	ck_assert_int_eq(name_is_under(name, zone), suffixes[_i].under);
	ck_assert_int_eq(name_is_under_text(name, len, suffixes[_i].zone), suffixes[_i].under);
}
END_TEST

START_TEST(every_octet_folds_as_it_should_at_every_place)
{
	for (unsigned octet = 0; octet < 256; octet++) {
		uint8_t raw[24], folded[24];
		bool upper = octet >= 'A' && octet <= 'Z';

		for (size_t at = 0; at < sizeof(raw); at++) {
			bool mixed, mixed_folded;

			memset(raw, 'z', sizeof(raw));
			raw[at] = (uint8_t)octet;
			memcpy(folded, raw, sizeof(raw));
			name_fold(folded, sizeof(folded));
			ck_assert_uint_eq(folded[at], upper ? octet + 32 : octet);
			ck_assert(name_folds_to(raw, folded, sizeof(raw)));
			uint64_t hash = name_hash(1, raw, sizeof(raw), &mixed);
			ck_assert_uint_eq(hash, name_hash(1, folded, sizeof(folded),
			    &mixed_folded));
			ck_assert_int_eq(mixed, upper);
			ck_assert(!mixed_folded);
		}
	}
}
END_TEST

START_TEST(comparing_sees_each_octet_at_every_length)
{
	uint8_t raw[40], folded[40];

	for (size_t len = 1; len <= sizeof(raw); len++) {
		memset(raw, 'A', sizeof(raw));
		memset(folded, 'a', sizeof(folded));
		ck_assert(name_folds_to(raw, folded, len));
		for (size_t at = 0; at < len; at++) {
			bool mixed;
			uint64_t before = name_hash(7, raw, len, &mixed);

			raw[at] = 'b';
			ck_assert(!name_folds_to(raw, folded, len));
			ck_assert_uint_ne(name_hash(7, raw, len, &mixed), before);
			raw[at] = 'A';
		}
	}
}
END_TEST

/*
 * 16 low bits of the hashes of 65,536 similar names: near 63 % of the places are hit if they
 * spread.
 */
START_TEST(hashes_of_similar_names_spread)
{
	uint8_t *hit = calloc(1, 65536);
	unsigned places = 0, tags = 0;
	uint8_t *tag_hit = calloc(1, 65536);

	for (unsigned i = 0; i < 65536; i++) {
		uint8_t name[] = "\10svc-0000\6ns-000\3svc\7cluster\5local";
		bool mixed;

		for (int digit = 0; digit < 4; digit++)
			name[5 + digit] = (uint8_t)('a' + (i >> 4 * digit & 15));
		uint64_t hash = name_hash(42, name, sizeof(name), &mixed);
		places += !hit[hash & 0xffff];
		hit[hash & 0xffff] = 1;
		tags += !tag_hit[hash >> 48];
		tag_hit[hash >> 48] = 1;
	}
	ck_assert_uint_gt(places, 40000);
	ck_assert_uint_gt(tags, 40000);
	free(hit);
	free(tag_hit);
}
END_TEST

START_TEST(malformed_wire_names_are_seen)
{
	ck_assert(!name_is_valid((const uint8_t *)"\1a", 2));
	ck_assert(!name_is_valid((const uint8_t *)"\1a\0x", 4));
	ck_assert(!name_is_valid((const uint8_t *)"\xC0\x0C", 2));
	ck_assert(!name_is_valid((const uint8_t *)"", 0));
	ck_assert(name_is_valid((const uint8_t *)"\0", 1));
	ck_assert(name_equal((const uint8_t *)"\1A", (const uint8_t *)"\1a"));
	ck_assert(!name_equal((const uint8_t *)"\1a", (const uint8_t *)"\1b"));
	ck_assert(!name_equal((const uint8_t *)"\1a", (const uint8_t *)"\1a\1a"));
}
END_TEST

Suite *
suite(void)
{
	Suite *name = suite_create("name");
	TCase *tests = tcase_create("name");

	tcase_add_loop_test(tests, text_becomes_wire_and_text_again, 0,
	    (int)(sizeof(texts) / sizeof(texts[0])));
	tcase_add_test(tests, a_name_of_255_octets_fits_and_its_text_too);
	tcase_add_test(tests, names_are_put_below_an_origin);
	tcase_add_loop_test(tests, a_suffix_counts_only_at_a_label, 0,
	    (int)(sizeof(suffixes) / sizeof(suffixes[0])));
	tcase_add_test(tests, every_octet_folds_as_it_should_at_every_place);
	tcase_add_test(tests, comparing_sees_each_octet_at_every_length);
	tcase_add_test(tests, hashes_of_similar_names_spread);
	tcase_add_test(tests, malformed_wire_names_are_seen);
	suite_add_tcase(name, tests);
	return name;
}
