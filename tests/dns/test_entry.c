/* test_entry.c - entries hold their records ready to send, in few octets. */
#include "dns/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "dns/entry_layout.h"
#include "dns/name.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define ZONE "cluster.local"
#define WEB "web.shop.svc.cluster.local"

static struct entry *
build(const struct sample_name *spec)
{
	struct entry *entry;

	ck_assert_int_eq(sample_build(spec, &entry), 0);
	return entry;
}

START_TEST(addresses_lie_ready_behind_a_pointer_to_the_question)
{
	struct entry *entry = build(&(struct sample_name){ WEB, ZONE, .records = { "5 A 10.0.0.1",
	    "5 A 10.0.0.2" } });
	const uint8_t *records;
	const struct entry_set *set = entry_find_set(entry, DNS_TYPE_A, &records);

	ck_assert_ptr_nonnull(set);
	ck_assert_uint_eq(set->count, 2);
	ck_assert_uint_eq(set->len, 32);
	ck_assert_mem_eq(records, "\xC0\x0C\0\1\0\1\0\0\0\5\0\4\x0a\0\0\1", 16);
	ck_assert_mem_eq(records + 28, "\x0a\0\0\2", 4);
	ck_assert_ptr_null(entry_find_set(entry, DNS_TYPE_AAAA, &records));
	ck_assert_mem_eq(entry_name(entry), "\3web\4shop\3svc\7cluster\5local", 28);
	entry_free(entry);
}
END_TEST

/* Its label, nine octets, and its part of what there is once: in all, a slot in the index included. */
START_TEST(an_endpoint_costs_under_thirty_octets)
{
	static const uint8_t label[] = "\5pod-0";
	static struct addr addrs[10];
	uint8_t labels[10][sizeof(label)], name[DNS_NAME_MAX], zone[DNS_NAME_MAX];
	struct entry_member members[10];
	struct entry_spec spec = { .name = sample_name("backend-7.tenant-12.svc." ZONE, name),
	    .zone = sample_name(ZONE, zone), .members = members, .member_count = 10 };
	struct entry *entry;

	for (unsigned i = 0; i < 10; i++) {
		memcpy(labels[i], label, sizeof(label));
		labels[i][5] = (uint8_t)('0' + i);
		addrs[i] = (struct addr){ ADDR_IP4, { 10, 244, 101, (uint8_t)i } };
		members[i] = (struct entry_member){ .label = labels[i], .addr = &addrs[i] };
	}
	ck_assert_int_eq(entry_build(&spec, &entry), 0);
	ck_assert_uint_le(entry_size(entry) + 2 * sizeof(uint64_t), 10 * 30);
	ck_assert_uint_eq(entry_name_count(entry), 11);
	entry_free(entry);
}
END_TEST

START_TEST(names_in_rdata_end_in_a_pointer_into_the_question)
{
	struct entry *entry = build(&(struct sample_name){ "db.shop.svc.cluster.local", ZONE,
	    .records = { "5 CNAME " WEB "." } });
	const uint8_t *records;
	uint8_t name[DNS_NAME_MAX];
	char text[NAME_TEXT_SIZE];
	size_t used;

	ck_assert_ptr_nonnull(entry_find_set(entry, DNS_TYPE_CNAME, &records));
	/* "web", then shop.svc.cluster.local at octet 3 of the question's name */
	ck_assert_mem_eq(records + 10, "\0\6\3web\xC0\x0F", 8);
	ck_assert_uint_eq(entry_expand(entry, records + 12, name, &used), 28);
	ck_assert_uint_eq(used, 6);
	ck_assert_str_eq(name_to_text(name, text), WEB);
	entry_free(entry);
}
END_TEST

START_TEST(a_foreign_name_in_rdata_stays_whole)
{
	struct entry *entry = build(&(struct sample_name){ WEB, ZONE,
	    .records = { "5 CNAME example.com." } });
	const uint8_t *records;
	uint8_t name[DNS_NAME_MAX];
	size_t used;

	ck_assert_ptr_nonnull(entry_find_set(entry, DNS_TYPE_CNAME, &records));
	ck_assert_mem_eq(records + 10, "\0\15\7example\3com\0", 15);
	ck_assert_uint_eq(entry_expand(entry, records + 12, name, &used), 13);
	ck_assert_uint_eq(used, 13);
	entry_free(entry);
}
END_TEST

START_TEST(additional_owners_share_the_questions_labels)
{
	struct entry *entry = build(&(struct sample_name){ "_http._tcp." WEB, ZONE,
	    .records = { "5 SRV 0 100 80 " WEB "." }, .additional = { WEB ". 5 A 10.0.0.1" } });

	ck_assert_uint_eq(entry->more_count, 1);
	ck_assert_uint_eq(entry->more_len, 16);
	ck_assert_mem_eq(entry_more(entry), "\xC0\x17\0\1\0\1", 6);
	entry_free(entry);
}
END_TEST

START_TEST(an_error_text_is_kept_as_an_option)
{
	struct entry *entry = build(&(struct sample_name){ WEB, ZONE, ENTRY_EMPTY_HEADLESS,
	    .ede = "0 of 3 ready" });

	ck_assert_uint_eq(entry->more_len, 18);
	ck_assert_mem_eq(entry_more(entry), "\0\17\0\16\0\0" "0 of 3 ready", 18);
	entry_free(entry);
}
END_TEST

START_TEST(equal_means_the_same_answers)
{
	struct entry *a = build(&(struct sample_name){ WEB, ZONE, .records = { "5 A 10.0.0.1" } });
	struct entry *b = build(&(struct sample_name){ WEB, ZONE, .records = { "5 A 10.0.0.1" } });
	struct entry *c = build(&(struct sample_name){ WEB, ZONE, .records = { "6 A 10.0.0.1" } });
	struct entry *d = build(&(struct sample_name){ .name = WEB, .zone = ZONE });

	ck_assert(entry_equal(a, b));
	ck_assert(!entry_equal(a, c));
	ck_assert(!entry_equal(a, d));
	entry_free(a);
	entry_free(b);
	entry_free(c);
	entry_free(d);
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
	struct entry *entry;

	ck_assert_int_eq(sample_build(&(struct sample_name){ .name = "web.example.com",
	    .zone = ZONE }, &entry), ERR_INVALID);
	ck_assert_int_eq(sample_build(&(struct sample_name){ WEB, ZONE,
	    .records = { "5 A 10.0.0.1", "5 AAAA ::1", "5 A 10.0.0.2" } }, &entry), ERR_INVALID);
}
END_TEST

/* 65,535 octets hold the header, the question, an OPT record and 4,092 addresses of 16 octets. */
static int
build_many(size_t count, struct entry **entry)
{
	static const uint8_t octets[4] = { 10, 0, 0, 1 };
	struct entry_record *records = calloc(count, sizeof(*records));
	uint8_t name[DNS_NAME_MAX], zone[DNS_NAME_MAX];
	struct entry_spec spec = { .name = sample_name(WEB, name), .zone = sample_name(ZONE, zone),
		.records = records, .record_count = count };

	for (size_t i = 0; i < count; i++)
		records[i] = (struct entry_record){ .type = 1, .ttl_s = 5, .rdata = octets,
		    .rdata_len = 4 };
	int err = entry_build(&spec, entry);
	free(records);
	return err;
}

START_TEST(a_set_beyond_one_message_is_refused)
{
	struct entry *entry;

	ck_assert_int_eq(build_many(4092, &entry), 0);
	entry_free(entry);
	ck_assert_int_eq(build_many(4093, &entry), ERR_LIMIT);
	ck_assert_int_eq(build_many(100000, &entry), ERR_LIMIT);
}
END_TEST

Suite *
suite(void)
{
	Suite *entry = suite_create("entry");
	TCase *tests = tcase_create("entry");

	tcase_add_test(tests, addresses_lie_ready_behind_a_pointer_to_the_question);
	tcase_add_test(tests, an_endpoint_costs_under_thirty_octets);
	tcase_add_test(tests, names_in_rdata_end_in_a_pointer_into_the_question);
	tcase_add_test(tests, a_foreign_name_in_rdata_stays_whole);
	tcase_add_test(tests, additional_owners_share_the_questions_labels);
	tcase_add_test(tests, an_error_text_is_kept_as_an_option);
	tcase_add_test(tests, equal_means_the_same_answers);
	tcase_add_test(tests, what_cannot_be_is_refused);
	tcase_add_test(tests, a_set_beyond_one_message_is_refused);
	suite_add_tcase(entry, tests);
	return entry;
}
