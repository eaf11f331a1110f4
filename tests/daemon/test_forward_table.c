/* test_forward_table.c - of whom each zone is asked, with what resolv.conf files say. */
#include "daemon/forward_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "daemon/config.h"
#include "dns/forward.h"
#include "dns/name.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

static struct scratch scratch;
static struct forward_table_sources sources;
static char stub[300];

static void
set_up(void)
{
	scratch_make(&scratch);
	setenv("XDG_STATE_HOME", scratch.path, 1);
	snprintf(stub, sizeof(stub), "%s/stub", scratch.path);
	sources = (struct forward_table_sources){ .stub_path = stub };
}

static void
tear_down(void)
{
	scratch_remove(&scratch);
}

static void
put(const char *name, const char *text)
{
	scratch_write(&scratch, name, text, strlen(text));
}

/* The table of these entries; %s in them is the scratch folder. */
static struct forward *
table_of(const char *format)
{
	struct config_flags flags = { .file = NULL };
	struct diag *diag = diag_new();
	struct forward *forward = NULL;
	struct config *config;
	char path[300], text[1000];

	snprintf(path, sizeof(path), "%s/rollcall.yaml", scratch.path);
	flags.file = path;
	snprintf(text, sizeof(text), format, scratch.path, scratch.path);
	put("rollcall.yaml", text);
	ck_assert_int_eq(config_load(&flags, diag, &config), 0);
	ck_assert_int_eq(forward_table_new(config, &sources, &forward), 0);
	config_free(config);
	diag_free(diag);
	return forward;
}

/* The upstreams of the table's i-th zone with a space behind each, or what it lacks. */
static const char *
upstreams(const struct forward *forward, size_t i)
{
	static char all[600];
	const struct forward_zone *zone = forward_at(forward, i);
	char text[ADDR_PORT_TEXT_SIZE];

	all[0] = '\0';
	for (size_t u = 0; u < zone->upstream_count; u++) {
		strcat(all, addr_port_text(&zone->upstreams[u], text));
		strcat(all, " ");
	}
	if (zone->lack == NULL)
		return all;
	ck_assert_str_eq(all, "");
	/* Without the folder, whose name is another each time. */
	return strncmp(zone->lack, scratch.path, strlen(scratch.path)) == 0 ?
	    zone->lack + strlen(scratch.path) : zone->lack;
}

#define FROM_FILE "forward: [{zone: ., upstreams: [%s/resolv.conf]}]\n"

static const struct {
	const char *file, *stub, *expected;
} files[] = {
	{ "nameserver 192.0.2.1\nnameserver 2001:db8::1\n", NULL, "192.0.2.1:53 [2001:db8::1]:53 " },
	{ "nameserver 127.0.0.53\noptions edns0\n", "nameserver 192.0.2.7\n", "192.0.2.7:53 " },
	/* A stub that names itself leads nowhere. */
	{ "nameserver 127.0.0.53\n", "nameserver 127.0.0.53\n", "/stub names no upstream" },
	{ "nameserver 127.0.0.53\n", NULL, "/stub No such file or directory" },
	{ "nameserver 127.0.0.1\nnameserver 192.0.2.1\n", NULL, "192.0.2.1:53 " },
	{ "nameserver 127.0.0.1\n", NULL, "/resolv.conf names no upstream but ourselves" },
	{ "search example\n", NULL, "/resolv.conf names no upstream" },
	{ NULL, NULL, "/resolv.conf No such file or directory" },
};

START_TEST(a_resolv_conf_is_asked_but_not_for_ourselves_nor_a_stub)
{
	struct addr_port own;
	struct forward *forward;

	ck_assert_int_eq(addr_port_parse("127.0.0.1:53", &own), 0);
	sources.own = &own;
	sources.own_count = 1;
	if (files[_i].file != NULL)
		put("resolv.conf", files[_i].file);
	if (files[_i].stub != NULL)
		put("stub", files[_i].stub);
	forward = table_of(FROM_FILE);
	ck_assert_str_eq(upstreams(forward, 0), files[_i].expected);
	forward_free(forward);
}
END_TEST

START_TEST(addresses_and_files_may_stand_together_each_address_once)
{
	struct forward *forward;

	put("resolv.conf", "nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
	forward = table_of("forward:\n"
	    "- {zone: Corp.Example, upstreams: ['192.0.2.2:53', %s/resolv.conf, '192.0.2.2:54']}\n"
	    "- {zone: ., upstreams: %s/nowhere}\n");
	ck_assert_str_eq(upstreams(forward, 0), "192.0.2.2:53 192.0.2.1:53 192.0.2.2:54 ");
	ck_assert_str_eq(upstreams(forward, 1), "/nowhere No such file or directory");
	ck_assert_uint_eq(forward_at(forward, 0)->name[1], 'c');
	ck_assert_uint_eq(forward_at(forward, 0)->cache.max_ttl_s, 3600);
	forward_free(forward);
}
END_TEST

START_TEST(tables_are_compared_by_all_that_the_resolver_does)
{
	struct forward *a, *b;

	put("resolv.conf", "nameserver 192.0.2.1\n");
	a = table_of(FROM_FILE);
	b = table_of(FROM_FILE);
	ck_assert(forward_table_equal(a, b));
	forward_free(b);
	put("resolv.conf", "nameserver 192.0.2.2\n");
	b = table_of(FROM_FILE);
	ck_assert(!forward_table_equal(a, b));
	forward_free(b);
	put("resolv.conf", "nameserver 192.0.2.1\n");
	b = table_of("forward: [{zone: ., upstreams: [%s/resolv.conf], policy: sequential}]\n");
	ck_assert(!forward_table_equal(a, b));
	forward_free(b);
	b = table_of("forward: [{zone: ., upstreams: [%s/resolv.conf], cache: {maxTTL: 5}}]\n");
	ck_assert(!forward_table_equal(a, b));
	forward_free(b);
	forward_free(a);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("forward_table");
	TCase *tests = tcase_create("forward_table");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, a_resolv_conf_is_asked_but_not_for_ourselves_nor_a_stub, 0,
	    (int)(sizeof(files) / sizeof(files[0])));
	tcase_add_test(tests, addresses_and_files_may_stand_together_each_address_once);
	tcase_add_test(tests, tables_are_compared_by_all_that_the_resolver_does);
	suite_add_tcase(all, tests);
	return all;
}
