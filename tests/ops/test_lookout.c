/* test_lookout.c - the page and its feeds, asked over HTTP. */
#include "ops/lookout.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/latency.h"
#include "model/store.h"
#include "ops/httpd.h"
#include "ops/ledger.h"
#include "ops/recorder.h"
#include "ops/view.h"
#include "tests/ops/board_world.h"
#include "tests/ops/http_client.h"
#include "tests/suite.h"

static struct board_world world;
static struct store *store;
static struct httpd *httpd;
static struct view *view;
static struct recorder *recorder;
static struct lookout *lookout;
static char got[1 << 20];

static bool
no_probe(void *arg, const char *id, struct board_probe *out)
{
	(void)arg, (void)id, (void)out;
	return false;
}

static void
no_sums(void *arg, struct pulse_sums *sums, struct latency *durations)
{
	(void)arg, (void)sums, (void)durations;
}

static const char *
domain(void *arg)
{
	(void)arg;
	return "cluster.local";
}

static const struct allotment *
no_allotment(void *arg, const char *ns, const char *name)
{
	(void)arg, (void)ns, (void)name;
	return NULL;
}

static void
setup(void)
{
	static const struct lookout_ops ops = { board_world_roster, no_probe, no_sums, domain };
	static const struct view_ops view_ops = { board_world_roster, no_allotment };
	struct lookout_settings settings = { .ops = &ops };
	struct view_settings view_settings = { .node_name = "here", .ops = &view_ops };
	struct addr_port at;

	signal(SIGPIPE, SIG_IGN);
	board_world_start(&world);
	store = store_new();
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &at), 0);
	ck_assert_int_eq(httpd_new(world.loop, &httpd), 0);
	ck_assert_int_eq(httpd_listen(httpd, &at), 0);
	recorder = recorder_new(world.ledger, world.clock);
	view_settings.store = store;
	view_settings.clock = world.clock;
	view_settings.recorder = recorder;
	view = view_new(&view_settings);
	settings.loop = world.loop;
	settings.httpd = httpd;
	settings.clock = world.clock;
	settings.store = store;
	settings.ledger = world.ledger;
	settings.recorder = recorder;
	settings.view = view;
	ck_assert_int_eq(lookout_start(&settings, &lookout), 0);
	board_world_put(&world, "shop", "web");
	board_world_put(&world, "data", "none");
}

static void
teardown(void)
{
	httpd_free(httpd);
	lookout_stop(lookout);
	view_free(view);
	recorder_free(recorder);
	store_free(store);
	board_world_stop(&world);
}

static const char *
ask(const char *what, const char *headers)
{
	char request[1024];
	int fd = http_client_connect(httpd_bound(httpd));

	snprintf(request, sizeof(request), "%s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	    "Connection: close\r\n%s\r\n", what, headers);
	http_client_send(fd, request);
	ck_assert(http_client_read(world.loop, fd, got, sizeof(got)));
	close(fd);
	return got;
}

static void
has(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "no %s in:\n%s", part, text);
}

START_TEST(the_board_is_made_for_who_asks_first)
{
	const char *reply = ask("GET /rollcall/v1/board", "");

	has(reply, " 200 ");
	has(reply, "\"matched\":2");
	has(reply, "{\"namespace\":\"data\",\"name\":\"none\",\"ready\":0,\"total\":2,\"state\":\"down\"");
	has(reply, "{\"namespace\":\"shop\",\"name\":\"web\",\"ready\":3,\"total\":3,\"state\":\"ready\"");
	reply = ask("GET /rollcall/v1/board?trouble=1&limit=1", "");
	has(reply, "\"matched\":1");
	ck_assert_ptr_null(strstr(reply, "\"web\""));
	has(ask("GET /rollcall/v1/namespaces", ""),
	    "[{\"name\":\"data\",\"services\":1},{\"name\":\"shop\",\"services\":1}]");
}
END_TEST

START_TEST(a_glance_has_sums_and_as_many_events_as_wanted)
{
	const char *reply;

	recorder_note(recorder, "Pod", "shop", "web-1", EVENT_WARNING, "Unhealthy", "it fails");
	recorder_note(recorder, "Pod", "shop", "web-2", EVENT_WARNING, "Unhealthy", "it fails");
	reply = ask("GET /rollcall/v1/glance?events=1", "");
	has(reply, "\"services\":2,\"ready\":3,\"total\":5");
	has(reply, "\"name\":\"web-2\"");
	ck_assert_ptr_null(strstr(reply, "\"name\":\"web-1\""));
}
END_TEST

START_TEST(what_is_not_there_is_a_status)
{
	static const char *const paths[] = {
		"/rollcall/v1/board/shop/nobody", "/rollcall/v1/board/shop/", "/rollcall/v1/board/a/b/c",
		"/badge/shop/web", "/badge/shop/.svg", "/badge//web.svg", "/nowhere",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char what[128];

		snprintf(what, sizeof(what), "GET %s", paths[i]);
		has(ask(what, ""), " 404 ");
		has(got, "\"kind\"");
	}
	has(ask("POST /rollcall/v1/board", "Content-Length: 0\r\n"), " 405 ");
}
END_TEST

START_TEST(a_badge_tells_how_many_are_ready)
{
	has(ask("GET /badge/shop/web.svg", ""), "image/svg+xml");
	has(got, "web: 3/3 ready");
	has(got, "Cache-Control: no-cache");
	has(ask("GET /badge/data/none.svg", ""), "none: 0/2 ready");
	has(ask("GET /badge/data/waiting.svg", ""), "waiting: unknown");
	has(ask("GET /badge/data/afar.svg", ""), "afar: external");
}
END_TEST

START_TEST(the_page_may_do_nothing_but_what_it_brings_along)
{
	has(ask("GET /", ""), " 200 ");
	has(got, "Content-Security-Policy: default-src 'none'; style-src 'sha256-");
	has(got, "script-src 'sha256-");
	has(got, "connect-src 'self'");
	has(got, "<title>rollcall</title>");
	has(got, "</html>");
	ck_assert_ptr_null(strstr(got, "@SCRIPT@"));
	ck_assert_ptr_null(strstr(got, "innerHTML"));
	ck_assert_ptr_null(strstr(got, "https://"));

	char *tag = strstr(got, "ETag: ");
	char header[128];

	ck_assert_ptr_nonnull(tag);
	snprintf(header, sizeof(header), "If-None-Match: %.*s\r\n",
	    (int)strcspn(tag + 6, "\r"), tag + 6);
	has(ask("GET /", header), " 304 ");
}
END_TEST

/* What came on the connection so far. */
static void
hear(int fd, unsigned ms)
{
	size_t len = 0;
	ssize_t more;

	board_world_wait(&world, ms);
	while ((more = read(fd, got + len, sizeof(got) - 1 - len)) > 0)
		len += (size_t)more;
	got[len] = '\0';
}

static int
listen_from(const char *headers)
{
	char request[512];
	int fd = http_client_connect(httpd_bound(httpd));

	snprintf(request, sizeof(request), "GET /rollcall/v1/stream HTTP/1.1\r\n"
	    "Host: 127.0.0.1\r\n%s\r\n", headers);
	http_client_send(fd, request);
	hear(fd, 100);
	return fd;
}

START_TEST(a_stream_greets_and_tells_what_changes)
{
	int fd = listen_from("");

	has(got, "text/event-stream");
	has(got, "event: hello\ndata: {");
	has(got, "\"clusterDomain\":\"cluster.local\"");
	board_world_set_web(1);
	lookout_touch(lookout, "shop", "web");
	lookout_touch(lookout, "shop", "nobody");
	recorder_note(recorder, "Pod", "shop", "web-1", EVENT_WARNING, "Unhealthy", "it fails");
	hear(fd, 250);
	has(got, "event: service\ndata: {\"namespace\":\"shop\",\"name\":\"web\",\"ready\":1,"
	    "\"total\":3,\"state\":\"partly\"}");
	has(got, "event: sums\n");
	has(got, "event: event\ndata: {\"type\":\"Warning\",\"reason\":\"Unhealthy\"");
	close(fd);
}
END_TEST

START_TEST(what_a_greeting_says_is_not_told_again)
{
	int fd;

	recorder_note(recorder, "Pod", "shop", "web-1", EVENT_WARNING, "Unhealthy", "it fails");
	fd = listen_from("");
	has(got, "\"Unhealthy\"");
	board_world_set_web(1);
	lookout_touch(lookout, "shop", "web");
	hear(fd, 250);
	has(got, "event: service\n");
	ck_assert_ptr_null(strstr(got, "event: event\n"));
	close(fd);
}
END_TEST

START_TEST(who_comes_back_gets_what_it_missed)
{
	char header[128];
	int fd = listen_from("");
	const char *id;

	board_world_set_web(1);
	board_world_put(&world, "shop", "web");
	hear(fd, 250);
	/* The number of the change of the row. */
	id = strstr(got, "id: ");
	ck_assert_ptr_nonnull(id);
	snprintf(header, sizeof(header), "Last-Event-ID: %.*s\r\n", (int)strcspn(id + 4, "\n"),
	    id + 4);
	close(fd);
	board_world_wait(&world, 50);
	board_world_set_web(2);
	board_world_put(&world, "shop", "web");
	board_world_wait(&world, 250);
	fd = listen_from(header);
	ck_assert_ptr_null(strstr(got, "event: hello"));
	has(got, "\"ready\":2,\"total\":3");
	ck_assert_ptr_null(strstr(got, "\"ready\":1,\"total\":3,\"state\""));
	close(fd);
	/* A number of another life is no number of ours. */
	fd = listen_from("Last-Event-ID: 17\r\n");
	has(got, "event: hello");
	close(fd);
	fd = listen_from("Last-Event-ID: 99999999999999999999999\r\n");
	has(got, "event: hello");
	close(fd);
}
END_TEST

START_TEST(too_many_changes_are_told_as_one)
{
	char name[16];
	int fd;

	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "s%05d", i);
		board_world_put(&world, "shop", name);
	}
	fd = listen_from("");
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "s%05d", i);
		board_world_put(&world, "shop", name);
	}
	hear(fd, 300);
	has(got, "event: again\ndata: {}");
	close(fd);
}
END_TEST

START_TEST(there_are_not_more_streams_than_may_be)
{
	int fds[101];

	for (int i = 0; i < 100; i++) {
		fds[i] = http_client_connect(httpd_bound(httpd));
		http_client_send(fds[i],
		    "GET /rollcall/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
	}
	board_world_wait(&world, 200);
	fds[100] = listen_from("");
	has(got, " 503 ");
	for (int i = 0; i <= 100; i++)
		close(fds[i]);
	board_world_wait(&world, 200);
	fds[0] = listen_from("");
	has(got, "event: hello");
	close(fds[0]);
}
END_TEST

START_TEST(a_client_that_does_not_read_is_shown_out)
{
	char name[16];
	int lazy = http_client_connect(httpd_bound(httpd)), fd;
	bool out = false;

	http_client_send(lazy, "GET /rollcall/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
	board_world_wait(&world, 100);
	fd = listen_from("");
	/* Kernel buffers take some megabytes before anything waits here. */
	for (int round = 0; round < 2000 && !out; round++) {
		for (int i = 0; i < 180; i++) {
			char words[256];

			memset(words, 'w', sizeof(words) - 1);
			words[sizeof(words) - 1] = '\0';
			snprintf(name, sizeof(name), "p%d-%d", round, i);
			recorder_note(recorder, "Pod", "shop", name, EVENT_NORMAL, "Long", words);
		}
		hear(fd, 1);
		/* A closed socket answers what it is sent with a reset. */
		out = send(lazy, "x", 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN;
	}
	ck_assert(out);
	close(lazy);
	close(fd);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("ops/lookout");
	TCase *one = tcase_create("pages");

	tcase_set_timeout(one, 30);
	tcase_add_checked_fixture(one, setup, teardown);
	tcase_add_test(one, the_board_is_made_for_who_asks_first);
	tcase_add_test(one, a_glance_has_sums_and_as_many_events_as_wanted);
	tcase_add_test(one, what_is_not_there_is_a_status);
	tcase_add_test(one, a_badge_tells_how_many_are_ready);
	tcase_add_test(one, the_page_may_do_nothing_but_what_it_brings_along);
	tcase_add_test(one, a_stream_greets_and_tells_what_changes);
	tcase_add_test(one, what_a_greeting_says_is_not_told_again);
	tcase_add_test(one, who_comes_back_gets_what_it_missed);
	tcase_add_test(one, too_many_changes_are_told_as_one);
	tcase_add_test(one, there_are_not_more_streams_than_may_be);
	tcase_add_test(one, a_client_that_does_not_read_is_shown_out);
	suite_add_tcase(all, one);
	return all;
}
