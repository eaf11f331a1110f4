/* test_hot_path.c - answering names of the cluster allocates nothing and takes no lock. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dns/index.h"
#include "dns/page.h"
#include "dns/query.h"
#include "dns/respond.h"
#include "tests/dns/asking.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define ZONE "cluster.local"
#define IN_SVC "shop.svc.cluster.local"

/* The linker puts these in the place of the real ones (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_rwlock_rdlock(pthread_rwlock_t *lock);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock);

static unsigned long costly;            /* calls that a responder must not make */

void *
__wrap_malloc(size_t size)
{
	costly++;
	return __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	costly++;
	return __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	costly++;
	return __real_realloc(old, size);
}

int
__wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	costly++;
	return __real_pthread_mutex_lock(mutex);
}

int
__wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	costly++;
	return __real_pthread_rwlock_rdlock(lock);
}

static const struct sample_name world[] = {
	{ .name = "web." IN_SVC, .zone = ZONE, .records = { "5 A 10.96.0.1", "5 SRV 0 100 80 web."
	  IN_SVC "." },
	  .additional = { "web." IN_SVC ". 5 A 10.96.0.1" } },
	{ .name = "db." IN_SVC, .zone = ZONE, .records = { "5 A 10.0.0.1", "5 A 10.0.0.2",
	  "5 SRV 0 50 80 pod-1.db." IN_SVC ".", "5 SRV 0 50 80 pod-2.db." IN_SVC "." },
	  .members = { "pod-1 10.0.0.1", "pod-2 10.0.0.2" }, .ports = { "_http._tcp", "_tcp" } },
	{ .name = "alias." IN_SVC, .zone = ZONE, .records = { "5 CNAME web." IN_SVC "." } },
	{ .name = "empty." IN_SVC, .zone = ZONE, .kind = ENTRY_EMPTY_HEADLESS,
	  .ede = "0 of 3 endpoints ready" },
	{ .name = "shop.pod." ZONE, .zone = ZONE, .kind = ENTRY_POD_NAMESPACE },
};

static const char *const questions[] = {
	"web." IN_SVC " A", "web." IN_SVC " AAAA edns", "WEB." IN_SVC " SRV", "alias." IN_SVC " A",
	"ALIAS." IN_SVC " AAAA", "empty." IN_SVC " A edns", "nobody." IN_SVC " A",
	    "10-0-0-1.shop.pod." ZONE " A",
	"example.com A", ZONE " SOA", ZONE " NS", "many." ZONE " A", "many." ZONE " A tcp", "web."
	    IN_SVC " ANY",
	"pod-1.db." IN_SVC " A", "POD-2.db." IN_SVC " AAAA edns", "pod-3.db." IN_SVC " A",
	"_http._tcp.db." IN_SVC " SRV", "_HTTP._tcp.db." IN_SVC " SRV tcp", "_tcp.db." IN_SVC " A",
	"2.0.0.10.in-addr.arpa PTR", "2.0.0.10.IN-ADDR.arpa PTR edns", "3.0.0.10.in-addr.arpa PTR",
};

START_TEST(no_memory_and_no_lock_is_taken)
{
	static struct page_root root;
	static struct cell cell;
	static const unsigned places[] = { 1, 2, 0 };
	struct asking *asking = asking_new();
	struct cidr allowed;
	uint8_t name[DNS_NAME_MAX];

	ck_assert_uint_gt(costly, 0);           /* the counter counts */
	ck_assert_int_eq(cidr_parse("127.0.0.0/8", &allowed), 0);
	asking->settings.allow_from = &allowed;
	asking->settings.allow_from_count = 1;
	sample_put_many(asking->index, "many." ZONE, ZONE, 1000);
	for (size_t i = 0; i < sizeof(world) / sizeof(world[0]); i++)
		sample_put(asking->index, &world[i]);
	atomic_store(&cell.entry, index_get(asking->index, sample_name("db." IN_SVC, name)));
	sample_put_zone(asking->index, "in-addr.arpa", 5);
	sample_put_network(asking->index, &root, "0.0.10.in-addr.arpa", &cell, places);
	index_reader_begin();
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		asking_write(asking, questions[i]);
		unsigned long before = costly;
		asking->len = respond(&asking->responder, strstr(questions[i],
		    "tcp") ? TRANSPORT_TCP : TRANSPORT_UDP,
		    &asking->client, asking->buf, asking->query_len, 65535);
		index_reader_quiet();
		index_reader_offline();
		index_reader_online();
		ck_assert_msg(costly == before, "%s: %lu calls", questions[i], costly - before);
		ck_assert_uint_gt(asking->len, 12);
	}
	index_reader_end();
	asking_free(asking);
}
END_TEST

Suite *
suite(void)
{
	Suite *hot_path = suite_create("hot_path");
	TCase *tests = tcase_create("hot_path");

	tcase_add_test(tests, no_memory_and_no_lock_is_taken);
	suite_add_tcase(hot_path, tests);
	return hot_path;
}
