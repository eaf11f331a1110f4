/* test_serving.c - a reader gets the settings and the index of one and the same change. */
#include "dns/serving.h"

#include <pthread.h>
#include <stdbool.h>

#include "dns/dns_settings.h"
#include "dns/index.h"
#include "dns/respond.h"
#include "tests/suite.h"

#define CHANGES 200000

struct shared {
	struct serving serving;
	const struct dns_settings *settings[2];
	const struct index *index[2];
	_Atomic bool stop;
	_Atomic bool torn;
	_Atomic unsigned looks;
};

static void *
look(void *arg)
{
	struct shared *shared = arg;

	while (!atomic_load(&shared->stop)) {
		struct responder responder = { 0 };

		serving_get(&shared->serving, &responder);
		for (int i = 0; i < 2; i++)
			if ((responder.settings == shared->settings[i]) !=
			    (responder.index == shared->index[i]))
				atomic_store(&shared->torn, true);
		atomic_fetch_add(&shared->looks, 1);
	}
	return NULL;
}

START_TEST(no_reader_sees_half_of_a_change)
{
	static const struct dns_settings settings[2];
	struct index *first = index_new(), *second = index_new();
	struct shared shared = {
		.settings = { &settings[0], &settings[1] },
		.index = { first, second },
	};
	pthread_t thread;

	serving_set(&shared.serving, &settings[0], first);
	ck_assert_int_eq(pthread_create(&thread, NULL, look, &shared), 0);
	for (unsigned i = 0; i < CHANGES || atomic_load(&shared.looks) == 0; i++)
		serving_set(&shared.serving, shared.settings[i % 2], shared.index[i % 2]);
	atomic_store(&shared.stop, true);
	pthread_join(thread, NULL);
	ck_assert(!atomic_load(&shared.torn));
	index_free(first);
	index_free(second);
}
END_TEST

Suite *
suite(void)
{
	Suite *serving = suite_create("serving");
	TCase *tests = tcase_create("serving");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, no_reader_sees_half_of_a_change);
	suite_add_tcase(serving, tests);
	return serving;
}
