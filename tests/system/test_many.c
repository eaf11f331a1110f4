/*
 * test_many.c - many Services in one file or in many: how soon one change is answered, and a restart.
 *
 * $MANY_SERVICES says how many (1,000); the figures are printed.  The limits are wide, for builds with
 * sanitizers on busy machines; a quiet machine is to stay below the figures named beside them.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/suite.h"
#include "tests/system/daemon_run.h"

#define CHANGES 11
#define VISIBLE_LIMIT_MS 2000           /* 50 at 10,000 Services in files of their own */
#define START_LIMIT_MS 10000            /* 1,000 at 10,000 Services */

#define SERVICE \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: %s%u, namespace: shop}\n" \
	"spec: {ports: [{name: http, port: 80, targetPort: 8080}]}\n"
#define SLICE \
	"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n" \
	"metadata: {name: s%u-a, namespace: shop, labels: {kubernetes.io/service-name: s%u}}\n" \
	"addressType: IPv4\nports: [{name: http, port: 8080}]\nendpoints: [{addresses: [10.%u.%u.%u]}]\n"

static struct daemon_run run;
static unsigned count;

static FILE *
open_manifest(const char *name, char path[200])
{
	FILE *file;

	snprintf(path, 200, "%s/zones/%s", run.folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	return file;
}

static void
write_pair(FILE *file, unsigned i)
{
	fprintf(file, SERVICE, "s", i);
	fprintf(file, SLICE, i, i, 8 + i / 65536, i / 256 % 256, i % 256);
}

/* All in all.yaml, and `more` Services behind them (0: none), exchanged at once. */
static void
write_one(unsigned more)
{
	char path[200], fresh[200];
	FILE *file = open_manifest(".fresh", fresh);

	for (unsigned i = 0; i < count; i++)
		write_pair(file, i);
	if (more > 0)
		fprintf(file, SERVICE, "new", more);
	ck_assert_int_eq(fclose(file), 0);
	snprintf(path, sizeof(path), "%s/zones/all.yaml", run.folder);
	ck_assert_int_eq(rename(fresh, path), 0);
}

static void
write_many(void)
{
	char name[32], path[200];

	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "s%05u.yaml", i);
		FILE *file = open_manifest(name, path);

		write_pair(file, i);
		ck_assert_int_eq(fclose(file), 0);
	}
}

static void
write_new(unsigned number)
{
	char path[200], fresh[200];
	FILE *file = open_manifest(".fresh", fresh);

	fprintf(file, SERVICE, "new", number);
	ck_assert_int_eq(fclose(file), 0);
	snprintf(path, sizeof(path), "%s/zones/new.yaml", run.folder);
	ck_assert_int_eq(rename(fresh, path), 0);
}

/* The last octets of the address, 0 where there is none. */
static unsigned
ask(int fd, const char *kind, unsigned number)
{
	uint8_t asked[512], reply[512];
	char name[64];
	ssize_t got;

	snprintf(name, sizeof(name), "%s%u.shop.svc.cluster.local", kind, number);
	size_t len = daemon_run_query(name, 1, asked);

	ck_assert_int_eq(send(fd, asked, len, 0), (ssize_t)len);
	got = recv(fd, reply, sizeof(reply), 0);
	ck_assert_msg(got > 12, "no answer: %s", strerror(errno));
	if (reply[7] != 1)
		return 0;
	return (unsigned)reply[got - 3] << 16 | (unsigned)reply[got - 2] << 8 | reply[got - 1];
}

static unsigned
await_new(int fd, unsigned number)
{
	static const struct timespec pause = { .tv_nsec = 500000 };
	uint64_t from_ms = daemon_run_now_ms();

	while (ask(fd, "new", number) == 0) {
		ck_assert_uint_lt(daemon_run_now_ms() - from_ms, 10000);
		nanosleep(&pause, NULL);
	}
	return (unsigned)(daemon_run_now_ms() - from_ms);
}

static int
compare(const void *a, const void *b)
{
	return (int)*(const unsigned *)a - (int)*(const unsigned *)b;
}

static void
change_and_measure(bool one)
{
	static const struct timespec rest = { .tv_nsec = 100000000 };
	unsigned took_ms[CHANGES];
	int fd = daemon_run_connect(&run, SOCK_DGRAM);

	for (unsigned i = 0; i < CHANGES; i++) {
		if (one)
			write_one(i + 1);
		else
			write_new(i + 1);
		took_ms[i] = await_new(fd, i + 1);
		nanosleep(&rest, NULL);
	}
	qsort(took_ms, CHANGES, sizeof(took_ms[0]), compare);
	printf("%u Services in %s: a change is answered after %u ms (median), %u ms (worst)\n", count,
	    one ? "one file" : "many files", took_ms[CHANGES / 2], took_ms[CHANGES - 1]);
	ck_assert_uint_le(took_ms[CHANGES / 2], VISIBLE_LIMIT_MS);
	close(fd);
}

static unsigned
memory_kb(void)
{
	char path[64], line[128];
	unsigned kb = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)run.pid);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kb = (unsigned)strtoul(line + 6, NULL, 10);
	fclose(file);
	return kb;
}

static void
start_and_measure(const char *what)
{
	uint64_t from_ms = daemon_run_now_ms(), took_ms;

	daemon_run_start(&run);
	took_ms = daemon_run_now_ms() - from_ms;
	printf("%u Services: %s answers after %llu ms, %u KiB\n", count, what, (unsigned long long)took_ms,
	    memory_kb());
	ck_assert_uint_le(took_ms, START_LIMIT_MS);
}

static void
set_up(void)
{
	const char *text = getenv("MANY_SERVICES");

	count = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 1000;
	daemon_run_begin(&run);
}

static void
tear_down(void)
{
	daemon_run_end(&run);
}

START_TEST(one_change_among_many_services_is_answered_at_once)
{
	if (_i == 0)
		write_one(0);
	else
		write_many();
	start_and_measure("a start");
	change_and_measure(_i == 0);
}
END_TEST

START_TEST(a_restart_after_a_kill_gives_each_service_its_address)
{
	unsigned *before = calloc(count, sizeof(*before));
	int fd;

	ck_assert_ptr_nonnull(before);
	write_one(0);
	start_and_measure("a first start");
	fd = daemon_run_connect(&run, SOCK_DGRAM);
	for (unsigned i = 0; i < count; i++) {
		before[i] = ask(fd, "s", i);
		ck_assert_uint_ne(before[i], 0);
	}
	close(fd);
	ck_assert_int_eq(kill(run.pid, SIGKILL), 0);
	ck_assert_int_eq(daemon_run_wait(&run, 5000), -1);
	start_and_measure("a restart");
	fd = daemon_run_connect(&run, SOCK_DGRAM);
	for (unsigned i = 0; i < count; i++)
		ck_assert_uint_eq(ask(fd, "s", i), before[i]);
	close(fd);
	free(before);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("many");
	TCase *t = tcase_create("many");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, one_change_among_many_services_is_answered_at_once, 0, 2);
	tcase_add_test(t, a_restart_after_a_kill_gives_each_service_its_address);
	suite_add_tcase(s, t);
	return s;
}
