/* test_hot_path.c - answering names of the cluster allocates nothing and takes no lock. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dns/index.h"
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
};

START_TEST(no_memory_and_no_lock_is_taken)
{
	struct asking *asking = asking_new();
	struct cidr allowed;

	ck_assert_uint_gt(costly, 0);           /* the counter counts */
	ck_assert_int_eq(cidr_parse("127.0.0.0/8", &allowed), 0);
	asking->settings.allow_from = &allowed;
	asking->settings.allow_from_count = 1;
	sample_put_many(asking->index, "many." ZONE, ZONE, 1000);
	for (size_t i = 0; i < sizeof(world) / sizeof(world[0]); i++)
		sample_put(asking->index, &world[i]);
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
