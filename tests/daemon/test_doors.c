/* test_doors.c - the ways in are opened where they are wanted and change with a reload. */
#include "daemon/doors.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "daemon/context.h"
#include "daemon/privilege.h"
#include "ops/httpd.h"
#include "tests/daemon/outfit.h"
#include "tests/suite.h"

static struct outfit outfit;
static struct privilege privilege;
static struct config_http *http;
static char folder[64];
static char path[96];

static void
set_up(void)
{
	outfit_start(&outfit, "");
	http = &outfit.rollcall.now->config->http;
	snprintf(folder, sizeof(folder), "/tmp/rollcall-doors-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/api.sock", folder);
	http->listen_text = "";
	http->socket = "";
	http->tls_count = 0;
}

static void
tear_down(void)
{
	doors_close(&outfit.rollcall);
	outfit_stop(&outfit);
	unlink(path);
	rmdir(folder);
}

static bool
is_there(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0;
}

static void
want_plain(uint16_t port)
{
	http->listen_text = "127.0.0.1";
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &http->listen), 0);
	http->listen.port = port;
}

START_TEST(http_is_bound_where_it_is_wanted_and_refused_where_it_is_taken)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int theirs = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(theirs, (struct sockaddr *)&at, len) | listen(theirs, 1), 0);
	ck_assert_int_eq(getsockname(theirs, (struct sockaddr *)&at, &len), 0);
	want_plain(ntohs(at.sin_port));
	ck_assert_int_eq(doors_bind(&outfit.rollcall, &privilege), ERR_SYSTEM);
	doors_close(&outfit.rollcall);
	close(theirs);
	want_plain(0);
	ck_assert_int_eq(doors_bind(&outfit.rollcall, &privilege), 0);
	ck_assert_uint_ne(httpd_bound(outfit.rollcall.httpd)->port, 0);
	ck_assert_ptr_null(httpd_local_path(outfit.rollcall.httpd));
}
END_TEST

START_TEST(a_default_socket_that_cannot_be_had_is_done_without)
{
	http->socket = "/nonexistent/rollcall/api.sock";
	http->socket_stated = false;
	ck_assert_int_eq(doors_bind(&outfit.rollcall, &privilege), 0);
	ck_assert_ptr_null(httpd_local_path(outfit.rollcall.httpd));
	doors_close(&outfit.rollcall);
	http->socket_stated = true;
	ck_assert_int_eq(doors_bind(&outfit.rollcall, &privilege), ERR_SYSTEM);
}
END_TEST

START_TEST(a_reload_opens_moves_and_closes_doors)
{
	struct config before;
	char moved[128];

	ck_assert_int_eq(doors_bind(&outfit.rollcall, &privilege), 0);
	ck_assert_ptr_null(httpd_bound(outfit.rollcall.httpd));
	before = *outfit.rollcall.now->config;
	want_plain(0);
	http->socket = path;
	doors_update(&outfit.rollcall, &before);
	ck_assert_ptr_nonnull(httpd_bound(outfit.rollcall.httpd));
	ck_assert(is_there(path));
	before = *outfit.rollcall.now->config;
	snprintf(moved, sizeof(moved), "%s/other.sock", folder);
	http->socket = moved;
	doors_update(&outfit.rollcall, &before);
	ck_assert(!is_there(path) && is_there(moved));
	/* What cannot be had leaves what there is. */
	before = *outfit.rollcall.now->config;
	http->socket = "/nonexistent/rollcall/api.sock";
	doors_update(&outfit.rollcall, &before);
	ck_assert(is_there(moved));
	http->socket = "";
	http->listen_text = "";
	doors_update(&outfit.rollcall, &before);
	ck_assert(!is_there(moved));
	ck_assert_ptr_null(httpd_bound(outfit.rollcall.httpd));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("doors");
	TCase *tcase = tcase_create("doors");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, http_is_bound_where_it_is_wanted_and_refused_where_it_is_taken);
	tcase_add_test(tcase, a_default_socket_that_cannot_be_had_is_done_without);
	tcase_add_test(tcase, a_reload_opens_moves_and_closes_doors);
	suite_add_tcase(s, tcase);
	return s;
}
