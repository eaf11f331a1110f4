/* test_store_verdict.c - verdicts are kept, and make dirty whom they matter to. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/strbuf.h"
#include "model/store.h"
#include "tests/model/shop.h"
#include "tests/suite.h"

static struct store *store;
static struct diag *diag;
static struct strbuf said = STRBUF_INIT;

static void
setup(void)
{
	store = store_new();
	diag = diag_new();
}

static void
teardown(void)
{
	store_free(store);
	diag_free(diag);
	strbuf_release(&said);
}

static void
put(const char *file, struct object *a, struct object *b, struct object *c)
{
	shop_put(store, diag, file, a, b, c);
}

static const char *
dirty(void)
{
	return shop_dirty(store, &said);
}

static void
verdict(const char *id, enum verdict value, bool restored)
{
	char reason[] = "status 503";
	struct verdict_state state = { value, restored, 42, 0, reason };

	ck_assert_int_eq(store_set_verdict(store, id, &state), 0);
	reason[0] = 'x';        /* a copy was made */
}

START_TEST(a_verdict_touches_whom_it_matters_to)
{
	static const char readiness[] = "pod/shop/p/main/readiness";
	static const char startup[] = "pod/shop/p/main/startup";
	static const char endpoint[] = "service/shop/db/10.0.0.1:80";

	put("a.yaml", shop_service("web", "app=web"), shop_service("db", ""), shop_pod("p", "app=web"));
	dirty();
	verdict(readiness, VERDICT_PASS, false);
	ck_assert_str_eq(dirty(), "v:shop/web ");
	ck_assert_str_eq(store_verdict(store, readiness)->reason, "status 503");
	verdict(readiness, VERDICT_PASS, false);
	ck_assert_str_eq(dirty(), "");
	verdict(readiness, VERDICT_FAIL, false);
	ck_assert_str_eq(dirty(), "v:shop/web ");
	verdict(startup, VERDICT_PASS, true);
	ck_assert_str_eq(dirty(), "v:shop/web p:shop/p ");
	verdict(startup, VERDICT_PASS, false);  /* confirmed: no longer to be tried */
	ck_assert_str_eq(dirty(), "p:shop/p ");
	verdict("pod/shop/p/main/liveness", VERDICT_FAIL, false);
	verdict("pod/shop/nobody/main/readiness", VERDICT_FAIL, false);
	ck_assert_str_eq(dirty(), "");
	verdict(endpoint, VERDICT_PASS, false);
	ck_assert_str_eq(dirty(), "v:shop/db ");
	verdict(endpoint, VERDICT_UNKNOWN, false);
	ck_assert_str_eq(dirty(), "v:shop/db ");
	ck_assert_ptr_null(store_verdict(store, endpoint));
	verdict(endpoint, VERDICT_UNKNOWN, false);
	ck_assert_str_eq(dirty(), "");
}
END_TEST

START_TEST(a_service_that_changed_by_more_than_verdicts_is_given_with_those)
{
	static const char readiness[] = "pod/shop/p/main/readiness";
	const struct store_key *keys;
	struct store_key key;

	put("a.yaml", shop_service("web", "app=web"), shop_pod("p", "app=web"), NULL);
	verdict(readiness, VERDICT_PASS, false);
	ck_assert_str_eq(dirty(), "s:shop/web p:shop/p n:shop ");
	verdict(readiness, VERDICT_FAIL, false);
	put("a.yaml", shop_pod("p", "app=web"), NULL, NULL);
	ck_assert_str_eq(dirty(), "s:shop/web ");
	/* One in the caller's hands is given by itself, and is as it was among the others. */
	put("a.yaml", shop_service("web", "app=web"), shop_pod("p", "app=web"), NULL);
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 1);
	verdict(readiness, VERDICT_FAIL, false);
	ck_assert(store_renew_key(&keys[0], &key));
	store_touch_service(store, "shop", "web");
	ck_assert(!store_renew_key(&keys[0], &key));
	ck_assert(!store_take_dirty_verdict(store, &key));
	ck_assert_str_eq(dirty(), "s:shop/web ");
}
END_TEST

static int
count_verdicts(void *arg, const char *id, const struct verdict_state *state)
{
	ck_assert_uint_eq(state->since_unix_ms, 42);
	*(size_t *)arg += strlen(id);
	return 0;
}

START_TEST(every_verdict_is_visited)
{
	size_t sum = 0;

	verdict("a", VERDICT_PASS, false);
	verdict("bb", VERDICT_FAIL, true);
	ck_assert_int_eq(store_each_verdict(store, count_verdicts, &sum), 0);
	ck_assert_uint_eq(sum, 3);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("store_verdict");
	TCase *tc = tcase_create("store_verdict");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_verdict_touches_whom_it_matters_to);
	tcase_add_test(tc, a_service_that_changed_by_more_than_verdicts_is_given_with_those);
	tcase_add_test(tc, every_verdict_is_visited);
	suite_add_tcase(s, tc);
	return s;
}
