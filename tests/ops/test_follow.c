/* test_follow.c - watches tell what is there and what changes, once, in order, and to the end. */
#include "ops/follow.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/httpd.h"
#include "ops/visit.h"
#include "tests/ops/http_client.h"
#include "tests/suite.h"

static struct event_base *loop;
static struct httpd *httpd;
static struct clock *the_clock;
static struct ledger *ledger;
static struct follows *follows;
static struct follow_settings settings;
static char got[8 << 20];
static size_t got_len;
static int made, released;
static size_t padding;

/* An object's digest is all that it says: "app" is its remainder by ten. */
static json_t *
make_object(void *arg, const struct ledger_entry *entry)
{
	static char pad[1 << 20];
	char version[24], app[24];

	(void)arg;
	made++;
	memset(pad, 'x', padding);
	pad[padding] = '\0';
	snprintf(version, sizeof(version), "%" PRIu64, entry->version);
	snprintf(app, sizeof(app), "%d", (int)(entry->digest % 10));
	return json_pack("{s:{s:s, s:s, s:s, s:{s:s}}, s:s}", "metadata", "name", entry->name,
	    "namespace", entry->ns, "resourceVersion", version, "labels", "app", app, "pad", pad);
}

static bool
is_app_one(void *arg, const json_t *object)
{
	const char *app;

	(void)arg;
	ck_assert_int_eq(json_unpack((json_t *)object, "{s:{s:{s:s}}}", "metadata", "labels", "app",
	    &app), 0);
	return strcmp(app, "1") == 0;
}

static json_t *
as_it_is(void *arg, json_t *object, bool first)
{
	(void)arg;
	if (first)
		json_object_set_new(object, "columns", json_true());
	return object;
}

static void
note_release(void *arg)
{
	ck_assert_ptr_eq(arg, &settings);
	released++;
}

static void
on_visit(void *arg, struct visit *visit)
{
	(void)arg;
	follow_start(follows, visit, &settings);
}

static void
setup_with(size_t log_size)
{
	struct ledger_settings ledger_settings = { .log_size = log_size };
	struct addr_port at;

	made = released = 0;
	padding = 0;
	loop = event_base_new();
	the_clock = clock_new_manual(1000, 1700000000);
	ledger_settings.clock = the_clock;
	ledger = ledger_new(&ledger_settings);
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &at), 0);
	ck_assert_int_eq(httpd_new(loop, &httpd) | httpd_listen(httpd, &at), 0);
	ck_assert_int_eq(httpd_route(httpd, "/watch", on_visit, NULL), 0);
	ck_assert_int_eq(follows_new(loop, the_clock, ledger, &follows), 0);
	settings = (struct follow_settings){ .kind = API_SERVICES, .api_version = "v1",
		.kind_text = "Service", .type = "application/json", .object_key = "all",
		.shape_key = "json", .object = make_object, .shaped = as_it_is,
		.release = note_release, .arg = &settings };
}

static void
setup(void)
{
	setup_with(0);
}

static void
teardown(void)
{
	follows_free(follows);
	httpd_free(httpd);
	ledger_free(ledger);
	clock_free(the_clock);
	event_base_free(loop);
}

static void
put_kind(enum api_kind kind, const char *ns, const char *name, uint64_t digest)
{
	const struct ledger_item item = { .kind = kind, .origin = LEDGER_IMPLIED, .ns = ns,
		.name = name, .digest = digest };

	ck_assert_int_eq(ledger_put(ledger, &item), 0);
}

static void
put(const char *ns, const char *name, uint64_t digest)
{
	put_kind(API_SERVICES, ns, name, digest);
}

static int
watch(const char *query)
{
	char request[512];
	int fd = http_client_connect(httpd_bound(httpd));

	/* HTTP/1.0: no chunks to take apart. */
	snprintf(request, sizeof(request), "GET /watch?%s HTTP/1.0\r\nHost: localhost\r\n\r\n", query);
	http_client_send(fd, request);
	got_len = 0;
	got[0] = '\0';
	http_client_wait(loop, 20);
	return fd;
}

/* Read until nothing has come for a while; false: the end of the stream. */
static bool
read_some(int fd)
{
	int idle = 0;

	while (idle < 10) {
		ssize_t n = read(fd, got + got_len, sizeof(got) - 1 - got_len);

		if (n == 0)
			return false;
		if (n < 0) {
			idle++;
			http_client_wait(loop, 3);
			continue;
		}
		idle = 0;
		got_len += (size_t)n;
		got[got_len] = '\0';
	}
	return true;
}

/* The events so far in short: "+a" ADDED, "~a" MODIFIED, "-a" DELETED, "=" BOOKMARK, "=!" ... end,
 * "E410" ERROR. */
static const char *
events(void)
{
	static char text[8192];
	char *line = strstr(got, "\r\n\r\n");
	size_t len = 0;

	text[0] = '\0';
	line = line == NULL ? got : line + 4;
	for (char *end; (end = strchr(line, '\n')) != NULL && len < sizeof(text) - 300;
	    line = end + 1) {
		json_t *event = json_loadb(line, (size_t)(end - line), 0, NULL);
		json_t *object = json_object_get(event, "object");
		json_t *metadata = json_object_get(object, "metadata");
		const char *type = json_string_value(json_object_get(event, "type"));
		const char *name = json_string_value(json_object_get(metadata, "name"));

		ck_assert_msg(type != NULL, "%.*s", (int)(end - line), line);
		if (strcmp(type, "ERROR") == 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "E%d ",
			    (int)json_integer_value(json_object_get(object, "code")));
		else if (strcmp(type, "BOOKMARK") == 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "=%s ",
			    json_object_get(metadata, "annotations") != NULL ? "!" : "");
		else
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%c%s ",
			    type[0] == 'A' ? '+' : type[0] == 'M' ? '~' : '-', name);
		json_decref(event);
	}
	if (len > 0)
		text[len - 1] = '\0';
	return text;
}

#define ck_assert_events(fd, text) do { \
	read_some(fd); \
	ck_assert_str_eq(events(), text); \
} while (0)

START_TEST(without_a_version_all_that_is_there_is_added_first)
{
	int fd;

	put("bank", "b", 1);
	put("shop", "a", 1);
	put_kind(API_PODS, "shop", "pod", 1);
	fd = watch("watch=true");
	ck_assert_events(fd, "+b +a");
	ck_assert_ptr_nonnull(strstr(got, "\r\nContent-Type: application/json\r\n"));
	put("shop", "a", 2);
	put("shop", "c", 1);
	ledger_remove(ledger, API_SERVICES, "bank", "b");
	put_kind(API_PODS, "shop", "pod", 2);
	ck_assert_events(fd, "+b +a ~a +c -b");
	close(fd);
}
END_TEST

START_TEST(one_namespace_is_all_that_it_tells_of)
{
	int fd;

	settings.ns = "shop";
	put("bank", "b", 1);
	put("shop", "a", 1);
	fd = watch("resourceVersion=0");
	put("bank", "b", 2);
	put("shop", "a", 2);
	ck_assert_events(fd, "+a ~a");
	close(fd);
}
END_TEST

START_TEST(a_version_is_told_what_came_behind_it)
{
	char query[64];
	int fd;

	put("shop", "a", 1);
	put("shop", "b", 1);
	snprintf(query, sizeof(query), "resourceVersion=%" PRIu64, ledger_version(ledger) - 1);
	put("shop", "c", 1);
	fd = watch(query);
	ck_assert_events(fd, "+b +c");
	ck_assert_ptr_nonnull(strstr(got, "\"columns\":true"));
	ck_assert_ptr_null(strstr(strstr(got, "columns") + 1, "columns"));
	close(fd);
}
END_TEST

START_TEST(each_event_says_the_version_of_its_change)
{
	char query[64], want[64];
	uint64_t from = ledger_version(ledger);
	int fd;

	put("shop", "a", 1);
	put("shop", "b", 1);
	put("shop", "a", 2);
	snprintf(query, sizeof(query), "resourceVersion=%" PRIu64, from);
	fd = watch(query);
	/* The addition shows it as it is now; what lies between would only say that again. */
	ck_assert_events(fd, "+a +b ~a");
	for (uint64_t i = 1; i <= 3; i++) {
		snprintf(want, sizeof(want), "\"resourceVersion\":\"%" PRIu64 "\"", from + i);
		ck_assert_ptr_nonnull(strstr(got, want));
	}
	close(fd);
}
END_TEST

START_TEST(a_selector_adds_and_deletes_what_begins_and_ceases_to_match)
{
	char query[64];
	int fd;

	settings.matches = is_app_one;
	put("shop", "a", 1);
	put("shop", "b", 2);
	fd = watch("");
	ck_assert_events(fd, "+a");
	put("shop", "b", 11);
	put("shop", "a", 12);
	ck_assert_events(fd, "+a +b -a");
	put("shop", "b", 21);
	put("shop", "a", 22);
	ck_assert_events(fd, "+a +b -a ~b");
	ledger_remove(ledger, API_SERVICES, "shop", "a");
	ledger_remove(ledger, API_SERVICES, "shop", "b");
	ck_assert_events(fd, "+a +b -a ~b -b");
	close(fd);
	/* The same for who has listed before. */
	put("shop", "a", 1);
	put("shop", "b", 2);
	snprintf(query, sizeof(query), "resourceVersion=%" PRIu64, ledger_version(ledger));
	put("shop", "c", 2);
	fd = watch(query);
	ck_assert_events(fd, "");
	put("shop", "b", 3);
	put("shop", "a", 3);
	put("shop", "c", 1);
	ck_assert_events(fd, "-a +c");
	close(fd);
}
END_TEST

START_TEST(streaming_lists_end_with_a_bookmark_that_says_so)
{
	int fd;

	put("shop", "a", 1);
	fd = watch("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
	put("shop", "b", 1);
	ck_assert_events(fd, "+a =! +b");
	close(fd);
	fd = watch("sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
	put("shop", "b", 2);
	ck_assert_events(fd, "~b");
	close(fd);
}
END_TEST

START_TEST(bookmarks_come_each_minute_and_the_end_when_it_was_asked_for)
{
	int fd;

	fd = watch("allowWatchBookmarks=true&timeoutSeconds=100");
	clock_turn_ms(the_clock, 61000);
	put_kind(API_PODS, "shop", "pod", 2);
	http_client_wait(loop, 1100);
	ck_assert_events(fd, "=");
	ck_assert_int_eq(released, 0);
	clock_turn_ms(the_clock, 40000);
	http_client_wait(loop, 1100);
	ck_assert(!read_some(fd));
	ck_assert_int_eq(released, 1);
	ck_assert_uint_eq(follows_count(follows), 0);
	close(fd);
}
END_TEST

START_TEST(what_cannot_be_had_is_answered_with_a_status)
{
	static const struct { const char *query; const char *code; } cases[] = {
		{ "resourceVersion=1", "410" }, { "resourceVersion=99999999999999999999", "400" },
		{ "resourceVersion=9999999999999999999", "410" }, { "resourceVersion=-1", "400" },
		{ "timeoutSeconds=x", "400" }, { "allowWatchBookmarks=2", "400" },
		{ "sendInitialEvents=true", "422" }, { "resourceVersionMatch=Exact", "422" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = watch(cases[i].query);

		ck_assert(!read_some(fd));
		ck_assert_msg(strncmp(got + 9, cases[i].code, 3) == 0, "%s: %s", cases[i].query,
		    got);
		ck_assert_ptr_nonnull(strstr(got, "\"kind\":\"Status\""));
		ck_assert_int_eq(released, (int)i + 1);
		close(fd);
	}
	ck_assert_int_eq(made, 0);
}
END_TEST

START_TEST(an_object_is_made_once_however_many_see_it)
{
	int fds[40];

	for (size_t i = 0; i < 40; i++)
		fds[i] = watch("");
	ck_assert_int_eq(made, 0);
	put("shop", "a", 1);
	put("shop", "a", 2);
	http_client_wait(loop, 50);
	ck_assert_int_le(made, 2);
	for (size_t i = 0; i < 40; i++) {
		got_len = 0;
		ck_assert_events(fds[i], "+a ~a");
		close(fds[i]);
	}
}
END_TEST

START_TEST(more_than_so_many_are_turned_away)
{
	static int fds[FOLLOW_MAX];
	int fd;

	for (size_t i = 0; i < FOLLOW_MAX; i++) {
		fds[i] = http_client_connect(httpd_bound(httpd));
		http_client_send(fds[i], "GET /watch HTTP/1.1\r\nHost: localhost\r\n\r\n");
	}
	for (int i = 0; i < 1000 && follows_count(follows) < FOLLOW_MAX; i++)
		http_client_wait(loop, 5);
	fd = watch("");
	ck_assert(!read_some(fd));
	ck_assert_int_eq(strncmp(got + 9, "429", 3), 0);
	ck_assert_ptr_nonnull(strstr(got, "\r\nRetry-After: 1\r\n"));
	close(fd);
	for (size_t i = 0; i < FOLLOW_MAX; i++)
		close(fds[i]);
	for (int i = 0; i < 1000 && follows_count(follows) > 0; i++)
		http_client_wait(loop, 5);
	ck_assert_uint_eq(follows_count(follows), 0);
}
END_TEST

START_TEST(who_does_not_read_costs_no_more_and_gets_the_newest)
{
	int fd;

	padding = 100000;
	for (int i = 0; i < 200; i++) {
		char name[16];

		snprintf(name, sizeof(name), "s%03d", i);
		put("shop", name, 1);
	}
	fd = watch("");
	/* The kernel's buffers are some MB; nothing is made that nobody takes. */
	http_client_wait(loop, 300);
	ck_assert_int_lt(made, 150);
	for (uint64_t i = 2; i < 100; i++)
		put("shop", "s000", i);
	while (got_len < 7000000 && read_some(fd) && strstr(got, "~s000") == NULL &&
	    made < 200)
		;
	ck_assert_int_lt(made, 210);
	close(fd);
}
END_TEST

START_TEST(a_head_request_is_answered_and_watches_nothing)
{
	int fd = http_client_connect(httpd_bound(httpd));

	http_client_send(fd, "HEAD /watch HTTP/1.0\r\nHost: localhost\r\n\r\n");
	got_len = 0;
	ck_assert(!read_some(fd));
	ck_assert_ptr_nonnull(strstr(got, " 200 "));
	ck_assert_uint_eq(follows_count(follows), 0);
	ck_assert_int_eq(released, 1);
	close(fd);
}
END_TEST

START_TEST(whose_version_is_forgotten_has_to_list_anew)
{
	int fd;

	teardown();
	setup_with(10);
	padding = 900000;
	put("shop", "a", 1);
	fd = watch("");
	/* Until the socket is full. */
	for (uint64_t i = 2; i < 60; i++) {
		put("shop", "a", i);
		http_client_wait(loop, 2);
	}
	for (uint64_t i = 60; i < 80; i++)
		put("shop", "a", i);
	while (got_len < sizeof(got) - 2000000 && read_some(fd)) {
		char *last = strrchr(got, '{');

		if (strstr(got, "ERROR") != NULL || last == NULL)
			break;
		/* Keep the last line only. */
		memmove(got, last, got_len - (size_t)(last - got) + 1);
		got_len -= (size_t)(last - got);
	}
	ck_assert_ptr_nonnull(strstr(got, "\"code\":410"));
	ck_assert_int_eq(released, 1);
	close(fd);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("follow");
	TCase *tc = tcase_create("follow");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, without_a_version_all_that_is_there_is_added_first);
	tcase_add_test(tc, one_namespace_is_all_that_it_tells_of);
	tcase_add_test(tc, a_version_is_told_what_came_behind_it);
	tcase_add_test(tc, each_event_says_the_version_of_its_change);
	tcase_add_test(tc, a_selector_adds_and_deletes_what_begins_and_ceases_to_match);
	tcase_add_test(tc, streaming_lists_end_with_a_bookmark_that_says_so);
	tcase_add_test(tc, bookmarks_come_each_minute_and_the_end_when_it_was_asked_for);
	tcase_add_test(tc, what_cannot_be_had_is_answered_with_a_status);
	tcase_add_test(tc, an_object_is_made_once_however_many_see_it);
	tcase_add_test(tc, more_than_so_many_are_turned_away);
	tcase_add_test(tc, who_does_not_read_costs_no_more_and_gets_the_newest);
	tcase_add_test(tc, whose_version_is_forgotten_has_to_list_anew);
	tcase_add_test(tc, a_head_request_is_answered_and_watches_nothing);
	suite_add_tcase(s, tc);
	return s;
}
