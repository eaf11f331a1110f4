/* test_worlds.c - worlds that are exchanged while they are asked for: each answer is of one of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/suite.h"
#include "tests/system/daemon_run.h"

#define NAME "pods.shop.svc.cluster.local"
#define SWAPS 1000
#define SETTLE_MS 10000

/* One half of a world: a Pod whose address says which world and which half it is of. */
#define POD \
	"apiVersion: v1\nkind: Pod\n" \
	"metadata: {name: web-%s, namespace: shop, labels: {app: web}}\n" \
	"spec: {containers: [{name: web, image: x}]}\n" \
	"status: {phase: Running, podIP: 10.8.0.%d}\n"
#define SERVICE \
	"apiVersion: v1\nkind: Service\nmetadata: {name: pods, namespace: shop}\n" \
	"spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}\n"

static struct daemon_run run;

static void
zone_path(const char *name, char path[200])
{
	snprintf(path, 200, "%s/zones/%s", run.folder, name);
}

static void
make_world(const char *folder, int first)
{
	char path[200], name[40], text[512];

	zone_path(folder, path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	for (int half = 0; half < 2; half++) {
		snprintf(name, sizeof(name), "%s/%c.yaml", folder, 'a' + half);
		snprintf(text, sizeof(text), POD, half == 0 ? "a" : "b", first + half);
		daemon_run_put(&run, name, text);
	}
}

/* As the kubelet does: one rename exchanges all files of a ConfigMap. */
static void
point_data_at(const char *folder)
{
	char fresh[200], link[200];

	zone_path("..fresh", fresh);
	zone_path("..data", link);
	ck_assert_int_eq(symlink(folder, fresh), 0);
	ck_assert_int_eq(rename(fresh, link), 0);
}

static void
ask(int fd, char hosts[256])
{
	uint8_t asked[512], reply[512];
	size_t len = daemon_run_query(NAME, 1, asked);
	ssize_t got;

	ck_assert_int_eq(send(fd, asked, len, 0), (ssize_t)len);
	got = recv(fd, reply, sizeof(reply), 0);
	ck_assert_msg(got > 12, "no answer: %s", strerror(errno));
	daemon_run_hosts(reply, (size_t)got, hosts);
}

static void
set_up(void)
{
	char path[200];

	daemon_run_begin(&run);
	make_world("..one", 10);
	make_world("..two", 20);
	point_data_at("..one");
	for (const char *const *name = (const char *const[]){ "a.yaml", "b.yaml", NULL }; *name != NULL; name++) {
		char target[40];

		snprintf(target, sizeof(target), "..data/%s", *name);
		zone_path(*name, path);
		ck_assert_int_eq(symlink(target, path), 0);
	}
	daemon_run_put(&run, "service.yaml", SERVICE);
	daemon_run_start(&run);
}

static void
tear_down(void)
{
	daemon_run_end(&run);
}

START_TEST(a_thousand_swaps_show_no_half_of_a_world)
{
	static const struct timespec pause = { .tv_nsec = 2000000 };
	int fd = daemon_run_connect(&run, SOCK_DGRAM);
	unsigned seen[2] = { 0, 0 };
	uint64_t until_ms;
	char hosts[256];

	for (int i = 0; i < SWAPS; i++) {
		point_data_at(i % 2 == 0 ? "..two" : "..one");
		for (int k = 0; k < 3; k++) {
			ask(fd, hosts);
			bool one = strcmp(hosts, "10 11") == 0, two = strcmp(hosts, "20 21") == 0;

			ck_assert_msg(one || two, "after %d swaps: %s", i, hosts);
			seen[two]++;
		}
		nanosleep(&pause, NULL);
	}
	ck_assert_uint_gt(seen[0], 0);
	ck_assert_uint_gt(seen[1], 0);
	/* Whatever came last holds. */
	point_data_at("..two");
	until_ms = daemon_run_now_ms() + SETTLE_MS;
	do {
		nanosleep(&pause, NULL);
		ask(fd, hosts);
	} while (strcmp(hosts, "20 21") != 0 && daemon_run_now_ms() < until_ms);
	ck_assert_str_eq(hosts, "20 21");
	close(fd);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("worlds");
	TCase *t = tcase_create("worlds");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_thousand_swaps_show_no_half_of_a_world);
	suite_add_tcase(s, t);
	return s;
}
