/* test_responder_calls.c - answering thousands of queries of all kinds allocates nothing and takes no lock. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/suite.h"
#include "tests/system/daemon_run.h"
#include "tests/system/responder_calls.h"

#define PRELOAD "tests/system/responder_calls.so"
#define ROUNDS 200
#define BURST_MAX 40
#define IN_SHOP "shop.svc.cluster.local"

static const char world[] =
	"apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"
	"spec: {clusterIP: 10.96.0.7, ports: [{name: http, port: 80}]}\n---\n"
	"apiVersion: v1\nkind: Service\nmetadata: {name: away, namespace: shop}\n"
	"spec: {type: ExternalName, externalName: web." IN_SHOP "}\n---\n"
	"apiVersion: v1\nkind: Service\nmetadata: {name: none, namespace: shop}\n"
	"spec: {clusterIP: None, ports: [{name: http, port: 80}]}\n---\n"
	"apiVersion: v1\nkind: Service\nmetadata: {name: pods, namespace: shop}\n"
	"spec: {clusterIP: None, ports: [{name: http, port: 80}]}\n---\n"
	"apiVersion: v1\nkind: Endpoints\nmetadata: {name: pods, namespace: shop}\n"
	"subsets: [{addresses: [{ip: 10.9.0.1, hostname: a}, {ip: 10.9.0.2}, {ip: 10.9.0.3}], "
	"ports: [{name: http, port: 80}]}]\n";

enum twist { PLAIN, EDNS, SHORTENED, RESPONSE, TWO_QUESTIONS, NOTIFY, LETTERS };

static const struct {
	const char *name;
	uint8_t type;
	enum twist twist;
	bool silent;
} kinds[] = {
	{ "web." IN_SHOP, 1, PLAIN, false }, { "web." IN_SHOP, 28, PLAIN, false },
	{ "web." IN_SHOP, 1, EDNS, false }, { "WeB." IN_SHOP, 1, LETTERS, false },
	{ "_http._tcp.web." IN_SHOP, 33, PLAIN, false }, { "_http._tcp.pods." IN_SHOP, 33, EDNS, false },
	{ "pods." IN_SHOP, 1, PLAIN, false }, { "a.pods." IN_SHOP, 1, EDNS, false },
	{ "none." IN_SHOP, 1, EDNS, false }, { "nobody." IN_SHOP, 1, PLAIN, false },
	{ "web." IN_SHOP ".svc.cluster.local", 1, PLAIN, false }, { "away." IN_SHOP, 1, PLAIN, false },
	{ "AWAY." IN_SHOP, 28, EDNS, false }, { "7.0.96.10.in-addr.arpa", 12, PLAIN, false },
	{ "cluster.local", 6, PLAIN, false }, { "cluster.local", 2, EDNS, false },
	{ "web." IN_SHOP, 255, PLAIN, false }, { "web." IN_SHOP, 252, PLAIN, false },
	{ "example.com", 1, PLAIN, false }, { "web." IN_SHOP, 1, SHORTENED, false },
	{ "web." IN_SHOP, 1, RESPONSE, true }, { "web." IN_SHOP, 1, TWO_QUESTIONS, false },
	{ "web." IN_SHOP, 1, NOTIFY, false },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct daemon_run run;
static struct responder_calls *calls;

static void
start(void)
{
	char path[200], preload[4200];
	int fd;

	daemon_run_begin(&run);
	daemon_run_put(&run, "world.yaml", world);
	snprintf(path, sizeof(path), "%s/calls", run.folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, sizeof(*calls)), 0);
	calls = mmap(NULL, sizeof(*calls), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert(calls != MAP_FAILED);
	close(fd);
	ck_assert_ptr_nonnull(realpath(PRELOAD, preload));
	setenv(RESPONDER_CALLS_FILE, path, 1);
	setenv("LD_PRELOAD", preload, 1);
	daemon_run_start(&run);
	unsetenv("LD_PRELOAD");
}

static void
finish(void)
{
	munmap(calls, sizeof(*calls));
	daemon_run_end(&run);
}

static size_t
write_query(size_t kind, uint16_t id, uint8_t query[512])
{
	size_t len = daemon_run_query(kinds[kind].name, id, query);

	query[len - 3] = kinds[kind].type;
	switch (kinds[kind].twist) {
	case EDNS:
		query[11] = 1;
		memcpy(query + len, "\0\0\51\4\320\0\0\0\0\0\0", 11);
		return len + 11;
	case SHORTENED:
		return len - 9;
	case RESPONSE:
		query[2] |= 0x80;
		break;
	case TWO_QUESTIONS:
		query[5] = 2;
		break;
	case NOTIFY:
		query[2] |= 4 << 3;
		break;
	case PLAIN:
	case LETTERS:
		break;
	}
	return len;
}

/* A burst of `count` queries of kinds from *kind on; all replies that are due come. */
static void
exchange(int fd, unsigned count, size_t *kind)
{
	uint8_t octets[4096];
	unsigned due = 0;

	for (unsigned i = 0; i < count; i++, *kind = (*kind + 1) % KINDS) {
		size_t len = write_query(*kind, (uint16_t)i, octets);

		ck_assert_int_eq((int)send(fd, octets, len, 0), (int)len);
		due += !kinds[*kind].silent;
	}
	for (; due > 0; due--)
		ck_assert_int_ge((int)recv(fd, octets, sizeof(octets), 0), 12);
}

START_TEST(responders_allocate_nothing_and_take_no_lock)
{
	struct responder_calls before, after;
	size_t kind = 0;
	unsigned sent = 0;
	int fd = daemon_run_connect(&run, SOCK_DGRAM);

	exchange(fd, KINDS, &kind);
	before = *calls;
	ck_assert_uint_gt(before.received, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned count = i % BURST_MAX + 1;

		exchange(fd, count, &kind);
		sent += count;
	}
	exchange(fd, 1, &kind);         /* the last but this are through, silent ones, too */
	after = *calls;
	ck_assert_uint_ge(after.received - before.received, sent);
	ck_assert_uint_eq(after.allocations, before.allocations);
	ck_assert_uint_eq(after.frees, before.frees);
	ck_assert_uint_eq(after.locks, before.locks);
	ck_assert_uint_eq(after.syscalls, before.syscalls);
	ck_assert_uint_eq(after.writes, before.writes);
	close(fd);
}
END_TEST

START_TEST(an_allocation_and_a_lock_would_be_seen)
{
	struct responder_calls before;
	size_t kind = 0;
	int fd = daemon_run_connect(&run, SOCK_DGRAM);

	exchange(fd, 1, &kind);
	before = *calls;
	__atomic_store_n(&calls->spoil, 1, __ATOMIC_RELAXED);
	exchange(fd, 20, &kind);
	ck_assert_uint_gt(calls->allocations, before.allocations);
	ck_assert_uint_gt(calls->frees, before.frees);
	ck_assert_uint_gt(calls->locks, before.locks);
	close(fd);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("responder_calls");
	TCase *t = tcase_create("responder_calls");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, start, finish);
	/* Without the object a sanitizer is built in, which has an allocator of its own. */
	if (access(PRELOAD, R_OK) == 0) {
		tcase_add_test(t, responders_allocate_nothing_and_take_no_lock);
		tcase_add_test(t, an_allocation_and_a_lock_would_be_seen);
	}
	suite_add_tcase(s, t);
	return s;
}
