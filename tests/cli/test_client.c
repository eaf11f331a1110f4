/* test_client.c - ask the daemon over its Unix socket or HTTP. */
#include "cli/client.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/suite.h"

/* A server that gives one connection after the other the next reply. */
struct server {
	int fd;
	char address[108];              /* path or URL */
	const char *const *replies;     /* ends in NULL */
	char heard[4096];               /* the requests, one after the other */
	pthread_t thread;
};

static void
answer(struct server *server, int fd, const char *reply)
{
	size_t len = strlen(server->heard);
	ssize_t got;

	do {
		got = read(fd, server->heard + len, sizeof(server->heard) - 1 - len);
		ck_assert_int_gt(got, 0);
		len += (size_t)got;
		server->heard[len] = '\0';
	} while (strstr(server->heard + len - (size_t)got, "\r\n\r\n") == NULL);
	ck_assert_int_eq(write(fd, reply, strlen(reply)), (ssize_t)strlen(reply));
}

static void *
serve(void *arg)
{
	struct server *server = arg;

	for (size_t i = 0; server->replies[i] != NULL; i++) {
		int fd = accept(server->fd, NULL, NULL);

		ck_assert_int_ge(fd, 0);
		answer(server, fd, server->replies[i]);
		(void)close(fd);
	}
	return NULL;
}

static void
start_socket(struct server *server, const char *const *replies)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char folder[] = "/tmp/rollcall-test-XXXXXX";

	memset(server, 0, sizeof(*server));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(server->address, sizeof(server->address), "%s/api.sock", folder);
	memcpy(address.sun_path, server->address, sizeof(address.sun_path));
	server->replies = replies;
	server->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(server->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(server->fd, 8), 0);
	ck_assert_int_eq(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void
start_http(struct server *server, const char *const *replies)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	memset(server, 0, sizeof(*server));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->replies = replies;
	server->fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(server->fd, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(listen(server->fd, 8), 0);
	ck_assert_int_eq(getsockname(server->fd, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(server->address, sizeof(server->address), "http://127.0.0.1:%u/",
	    ntohs(address.sin_port));
	ck_assert_int_eq(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void
finish(struct server *server)
{
	ck_assert_int_eq(pthread_join(server->thread, NULL), 0);
	(void)close(server->fd);
	if (server->address[0] == '/') {
		(void)unlink(server->address);
		*strrchr(server->address, '/') = '\0';
		(void)rmdir(server->address);
	}
}

static struct client *
connect_to(const char *address, const char *token_file)
{
	struct strbuf problem = STRBUF_INIT;
	struct client *client = client_new(&(struct client_settings){
		.server = address,
		.token_file = token_file,
	    }, &problem);

	ck_assert_msg(client != NULL, "%s", problem.text);
	strbuf_release(&problem);
	return client;
}

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"

START_TEST(a_reply_comes_over_the_socket_with_its_status_and_warnings)
{
	static const char *const replies[] = {
		OK_HEAD "Warning: 299 - \"v1 Endpoints is deprecated\"\r\n\r\n{}",
		"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n",
		NULL,
	};
	struct call call = CALL_INIT("GET", "/api/v1/x?limit=5"), second = CALL_INIT("POST", "/x");
	struct server server;
	struct client *client;

	start_socket(&server, replies);
	client = connect_to(server.address, NULL);
	ck_assert_ptr_null(client_address(client));
	ck_assert_int_eq(client_call(client, &call), 0);
	ck_assert_int_eq(call.status, 200);
	ck_assert_str_eq(call.reply.text, "{}");
	ck_assert_str_eq(call.warnings.text, "v1 Endpoints is deprecated\n");
	ck_assert_str_eq(client_address(client), server.address);
	second.body = "[1]";
	second.body_len = 3;
	ck_assert_int_eq(client_call(client, &second), 0);
	ck_assert_int_eq(second.status, 404);
	ck_assert_str_eq(second.reply.text, "no\n");
	call_release(&call);
	call_release(&second);
	client_free(client);
	finish(&server);
	ck_assert_ptr_nonnull(strstr(server.heard, "GET /api/v1/x?limit=5 HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(server.heard, "Host: localhost\r\n"));
	ck_assert_ptr_nonnull(strstr(server.heard, "Accept: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(server.heard, "POST /x HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(server.heard, "Content-Type: application/json\r\n"));
}
END_TEST

START_TEST(plain_http_carries_no_token_and_knows_no_proxy)
{
	static const char *const replies[] = { OK_HEAD "\r\n{}", NULL };
	struct call call = CALL_INIT("GET", "/");
	char path[] = "/tmp/rollcall-test-XXXXXX";
	int fd = mkstemp(path);
	struct server server;
	struct client *client;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "s3cret\n", 7), 7);
	(void)close(fd);
	ck_assert_int_eq(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	ck_assert_int_eq(setenv("all_proxy", "http://127.0.0.1:1", 1), 0);
	start_http(&server, replies);
	client = connect_to(server.address, path);
	ck_assert_int_eq(client_call(client, &call), 0);
	ck_assert_int_eq(call.status, 200);
	call_release(&call);
	client_free(client);
	finish(&server);
	ck_assert_ptr_null(strstr(server.heard, "s3cret"));
	ck_assert_ptr_null(strstr(server.heard, "Authorization"));
	(void)unlink(path);
}
END_TEST

START_TEST(a_redirect_is_an_answer_and_not_followed)
{
	static const char *const replies[] = {
		"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
		NULL,
	};
	struct call call = CALL_INIT("GET", "/");
	struct server server;
	struct client *client;

	start_http(&server, replies);
	client = connect_to(server.address, NULL);
	ck_assert_int_eq(client_call(client, &call), 0);
	ck_assert_int_eq(call.status, 302);
	call_release(&call);
	client_free(client);
	finish(&server);
}
END_TEST

START_TEST(who_is_not_there_is_named_with_what_to_do)
{
	static const struct {
		const char *server;
		int err;
		const char *says;
	} cases[] = {
		{ "/nowhere/api.sock", ERR_NOTFOUND,
		  "no daemon to ask (/nowhere/api.sock: no such socket). Is rollcalld running?" },
		{ "unix:///nowhere/api.sock", ERR_NOTFOUND, "(/nowhere/api.sock: no such socket)" },
		{ "http://127.0.0.1:1", ERR_NOTFOUND, "(http://127.0.0.1:1: connection refused)" },
		{ "127.0.0.1:1/", ERR_NOTFOUND, "(http://127.0.0.1:1: connection refused)" },
		{ "gopher://127.0.0.1:1", ERR_INVALID, "is no address of a daemon" },
		{ "http://[::1", ERR_INVALID, "is no address of a daemon" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client *client = connect_to(cases[i].server, NULL);
		struct call call = CALL_INIT("GET", "/");

		ck_assert_int_eq(client_call(client, &call), cases[i].err);
		ck_assert_msg(strstr(client_problem(client), cases[i].says) != NULL, "%s",
		    client_problem(client));
		ck_assert_int_eq(call.status, 0);
		call_release(&call);
		client_free(client);
	}
}
END_TEST

START_TEST(without_an_address_the_users_socket_is_found)
{
	static const char *const replies[] = { OK_HEAD "\r\n{}", NULL };
	char folder[] = "/tmp/rollcall-test-XXXXXX", sub[64], link_name[80];
	struct call call = CALL_INIT("PUT", "/x");
	struct server server;
	struct client *client;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(sub, sizeof(sub), "%s/rollcall", folder);
	start_socket(&server, replies);
	*strrchr(server.address, '/') = '\0';
	ck_assert_int_eq(symlink(server.address, sub), 0);
	ck_assert_int_eq(setenv("XDG_RUNTIME_DIR", folder, 1), 0);
	client = connect_to(NULL, NULL);
	ck_assert_int_eq(client_call(client, &call), 0);
	(void)snprintf(link_name, sizeof(link_name), "%s/api.sock", sub);
	ck_assert_str_eq(client_address(client), link_name);
	call_release(&call);
	client_free(client);
	(void)unlink(link_name);
	(void)unlink(sub);
	(void)rmdir(folder);
	ck_assert_int_eq(pthread_join(server.thread, NULL), 0);
	(void)close(server.fd);
	(void)rmdir(server.address);
}
END_TEST

START_TEST(a_token_is_one_line_of_a_file_that_can_be_read)
{
	struct strbuf problem = STRBUF_INIT;

	ck_assert_ptr_null(client_new(&(struct client_settings){ .token_file = "/nowhere" }, &problem));
	ck_assert_str_eq(problem.text, "/nowhere: No such file or directory");
	strbuf_clear(&problem);
	ck_assert_ptr_null(client_new(&(struct client_settings){ .token_file = "/dev/null" }, &problem));
	ck_assert_str_eq(problem.text, "/dev/null: no token in its first line");
	strbuf_release(&problem);
}
END_TEST

/* Lines that were handed on; `most` of them are enough. */
struct lines {
	char text[128];
	unsigned count;
	unsigned most;
};

static bool
on_line(void *arg, const char *text, size_t len)
{
	struct lines *lines = arg;

	strncat(lines->text, text, len);
	strcat(lines->text, "|");
	return ++lines->count < lines->most;
}

/* What the lines are, and how it ended. */
static int
stream(const char *reply, unsigned most, struct lines *lines, struct call *call)
{
	const char *replies[] = { reply, NULL };
	struct server server;
	struct client *client;
	int err;

	memset(lines, 0, sizeof(*lines));
	lines->most = most;
	*call = (struct call)CALL_INIT("GET", "/watch");
	start_http(&server, replies);
	client = connect_to(server.address, NULL);
	err = client_stream(client, call, &(struct client_stream){
		.line = on_line, .fd = -1, .arg = lines });
	client_free(client);
	finish(&server);
	return err;
}

START_TEST(a_stream_is_handed_on_line_by_line)
{
	struct lines lines;
	struct call call;

	ck_assert_int_eq(stream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "2\r\na\n\r\n2\r\nbb\r\n4\r\nb\nc\n\r\n0\r\n\r\n", 9, &lines, &call), 0);
	ck_assert_str_eq(lines.text, "a|bbb|c|");
	call_release(&call);
	ck_assert_int_eq(stream("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na\nb\nc\n", 2, &lines,
	    &call), 0);
	ck_assert_str_eq(lines.text, "a|b|");
	call_release(&call);
	ck_assert_int_eq(stream("HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\nold\n", 9, &lines,
	    &call), 0);
	ck_assert_str_eq(lines.text, "");
	ck_assert_int_eq(call.status, 410);
	ck_assert_str_eq(call.reply.text, "old\n");
	call_release(&call);
}
END_TEST

START_TEST(a_stream_that_breaks_off_is_told_from_one_that_ends)
{
	struct lines lines;
	struct call call;

	ck_assert_int_eq(stream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n",
	    9, &lines, &call), ERR_CLOSED);
	ck_assert_str_eq(lines.text, "a|");
	call_release(&call);
}
END_TEST

START_TEST(texts_are_escaped_for_urls)
{
	struct strbuf url = STRBUF_INIT;

	client_escape(&url, "a-b.c_d~E9/?&=% \xc3\xa4");
	ck_assert_str_eq(url.text, "a-b.c_d~E9%2F%3F%26%3D%25%20%C3%A4");
	strbuf_release(&url);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("client");
	TCase *tcase = tcase_create("client");

	tcase_add_test(tcase, a_reply_comes_over_the_socket_with_its_status_and_warnings);
	tcase_add_test(tcase, plain_http_carries_no_token_and_knows_no_proxy);
	tcase_add_test(tcase, a_redirect_is_an_answer_and_not_followed);
	tcase_add_test(tcase, who_is_not_there_is_named_with_what_to_do);
	tcase_add_test(tcase, without_an_address_the_users_socket_is_found);
	tcase_add_test(tcase, a_token_is_one_line_of_a_file_that_can_be_read);
	tcase_add_test(tcase, a_stream_is_handed_on_line_by_line);
	tcase_add_test(tcase, a_stream_that_breaks_off_is_told_from_one_that_ends);
	tcase_add_test(tcase, texts_are_escaped_for_urls);
	suite_add_tcase(suite, tcase);
	return suite;
}
