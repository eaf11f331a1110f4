/* test_state_record.c - what is kept comes back, and nothing else is taken for it. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "daemon/pack.h"
#include "daemon/state_record.h"
#include "model/allot.h"
#include "tests/suite.h"

static struct arena *arena;
static struct pack_writer writer;

static void
set_up(void)
{
	arena = arena_new(0);
	memset(&writer, 0, sizeof(writer));
}

static void
tear_down(void)
{
	arena_free(arena);
	pack_writer_release(&writer);
}

static void
put_dual_stack(void)
{
	struct allotted_port ports[2] = { { 80, PROTOCOL_TCP, 30080 },
		{ 53, PROTOCOL_UDP, 30053 } };
	struct allotment allotment = { .ns = "shop",
		.name = "web",
		.families = { ADDR_IP6, ADDR_IP4 },
		.family_count = 2,
		.cluster_ip_count = 2,
		.node_ports = ports,
		.node_port_count = 2 };

	addr_parse("fd00:96::7", &allotment.cluster_ips[0]);
	addr_parse("10.96.0.7", &allotment.cluster_ips[1]);
	addr_parse("192.0.2.9", &allotment.load_balancer_ip);
	state_record_put_allotment(&writer, &allotment);
}

START_TEST(an_allotment_comes_back_whole)
{
	struct state_record record;
	char text[ADDR_TEXT_SIZE];

	put_dual_stack();
	ck_assert_int_eq(state_record_read(writer.data, writer.len, arena, &record), 0);
	ck_assert_int_eq(record.kind, STATE_RECORD_ALLOTMENT);
	ck_assert_str_eq(record.allotment->ns, "shop");
	ck_assert_str_eq(record.allotment->name, "web");
	ck_assert_uint_eq(record.allotment->families[0], ADDR_IP6);
	ck_assert_str_eq(addr_text(&record.allotment->cluster_ips[0], text), "fd00:96::7");
	ck_assert_str_eq(addr_text(&record.allotment->cluster_ips[1], text), "10.96.0.7");
	ck_assert_str_eq(addr_text(&record.allotment->load_balancer_ip, text), "192.0.2.9");
	ck_assert_uint_eq(record.allotment->node_ports[1].node_port, 30053);
	ck_assert_int_eq(record.allotment->node_ports[1].protocol, PROTOCOL_UDP);
	ck_assert(record.allotment->saved);
}
END_TEST

START_TEST(the_small_records_come_back)
{
	struct verdict_state verdict = { .verdict = VERDICT_FAIL, .since_unix_ms = 1700000000123,
		.reason = "exit 2: \"db down\"" };
	struct state_record record;

	state_record_put_removed(&writer, "shop", "web", 1700000000);
	ck_assert_int_eq(state_record_read(writer.data, writer.len, arena, &record), 0);
	ck_assert_uint_eq(record.removed_unix_s, 1700000000);
	pack_writer_clear(&writer);
	state_record_put_serial(&writer, 4294967295U);
	ck_assert_int_eq(state_record_read(writer.data, writer.len, arena, &record), 0);
	ck_assert_uint_eq(record.serial, 4294967295U);
	pack_writer_clear(&writer);
	state_record_put_verdict(&writer, "pod/shop/web-1/web/readiness", &verdict);
	ck_assert_int_eq(state_record_read(writer.data, writer.len, arena, &record), 0);
	ck_assert_str_eq(record.target_id, "pod/shop/web-1/web/readiness");
	ck_assert_int_eq(record.verdict.verdict, VERDICT_FAIL);
	ck_assert(record.verdict.restored);
	ck_assert_uint_eq(record.verdict.since_unix_ms, 1700000000123);
	ck_assert_str_eq(record.verdict.reason, "exit 2: \"db down\"");
}
END_TEST

START_TEST(cut_and_altered_records_are_refused_or_harmless)
{
	struct state_record record;

	put_dual_stack();
	for (size_t len = 0; len < writer.len; len++) {
		uint8_t *copy = malloc(len + 1);

		memcpy(copy, writer.data, len);
		ck_assert_int_eq(state_record_read(copy, len, arena, &record), ERR_SYNTAX);
		free(copy);
	}
	for (size_t at = 0; at < writer.len; at++)
		for (unsigned value = 0; value < 256; value++) {
			uint8_t before = writer.data[at];

			writer.data[at] = (uint8_t)value;
			if (state_record_read(writer.data, writer.len, arena, &record) == 0 &&
			    record.kind == STATE_RECORD_ALLOTMENT)
				ck_assert_uint_le(record.allotment->cluster_ip_count, 2);
			writer.data[at] = before;
		}
}
END_TEST

START_TEST(a_count_that_cannot_be_true_allocates_nothing)
{
	struct state_record record;
	size_t before = arena_size(arena);

	put_dual_stack();
	writer.len -= 10;               /* the two ports */
	writer.data[writer.len - 2] = 0xff;
	writer.data[writer.len - 1] = 0xff;
	ck_assert_int_eq(state_record_read(writer.data, writer.len, arena, &record), ERR_SYNTAX);
	ck_assert_uint_le(arena_size(arena), before + 16384);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("state_record");
	TCase *t = tcase_create("state_record");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_allotment_comes_back_whole);
	tcase_add_test(t, the_small_records_come_back);
	tcase_add_test(t, cut_and_altered_records_are_refused_or_harmless);
	tcase_add_test(t, a_count_that_cannot_be_true_allocates_nothing);
	suite_add_tcase(s, t);
	return s;
}
