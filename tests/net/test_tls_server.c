/* test_tls_server.c - our certificate is shown, replaced while we serve, and kept when the new one is bad. */
#include "net/tls_server.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "net/link.h"
#include "tests/net/certificates.h"
#include "tests/suite.h"

static char folder[] = "/tmp/tls_serverXXXXXX";
static char certificate[64], key[64], other[64], other_key[64], why[300];
static struct tls_server *server;
static SSL_CTX *clients;
static SSL *client;
static struct link link_;
static int ends[2];

static void
start(void)
{
	signal(SIGPIPE, SIG_IGN);
	strcpy(folder, "/tmp/tls_serverXXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(certificate, sizeof(certificate), "%s/one.pem", folder);
	snprintf(key, sizeof(key), "%s/one.key", folder);
	snprintf(other, sizeof(other), "%s/two.pem", folder);
	snprintf(other_key, sizeof(other_key), "%s/two.key", folder);
	certificates_write("one.example", certificate, key);
	certificates_write("two.example", other, other_key);
	ck_assert_int_eq(tls_server_new(certificate, key, "dot", why, sizeof(why), &server), 0);
	clients = SSL_CTX_new(TLS_client_method());
}

static void
end(void)
{
	tls_server_free(server);
	server = NULL;
	SSL_CTX_free(clients);
	unlink(certificate);
	unlink(key);
	unlink(other);
	unlink(other_key);
	rmdir(folder);
}

static void
connect_both(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	link_open(&link_, ends[0], tls_server_session(server));
	client = SSL_new(clients);
	SSL_set_fd(client, ends[1]);
	SSL_set_connect_state(client);
}

static void
part(void)
{
	link_close(&link_);
	SSL_free(client);
	close(ends[1]);
}

/* Let both sides talk; true: the handshake is through. */
static bool
shake_hands(void)
{
	uint8_t octet;
	int done = 0;

	for (int i = 0; i < 20; i++) {
		done = SSL_do_handshake(client);
		ssize_t n = link_read(&link_, &octet, 1);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return false;
		if (done == 1 && link_.begun)
			return true;
	}
	return false;
}

/* Whom the server says to be. */
static const char *
shown(void)
{
	static char name[100];

	connect_both();
	ck_assert(shake_hands());
	X509 *seen = SSL_get1_peer_certificate(client);
	X509_NAME_get_text_by_NID(X509_get_subject_name(seen), NID_commonName, name,
	    sizeof(name));
	X509_free(seen);
	part();
	return name;
}

START_TEST(octets_pass_both_ways)
{
	static uint8_t sent[40000], got[40000];
	size_t taken = 0, len = 0;

	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (uint8_t)(i * 7);
	connect_both();
	ck_assert(shake_hands());
	ck_assert_int_eq(SSL_write(client, "hello", 5), 5);
	ck_assert_int_eq(link_read(&link_, got, 2), 2);
	ck_assert(link_has_more(&link_));
	ck_assert_int_eq(link_read(&link_, got + 2, 100), 3);
	ck_assert(!link_has_more(&link_));
	ck_assert_mem_eq(got, "hello", 5);
	ck_assert_int_eq(link_read(&link_, got, 100), -1);
	ck_assert_int_eq(errno, EAGAIN);
	/* In pieces, from another place each time. */
	while (len < sizeof(sent)) {
		uint8_t *moved = malloc(sizeof(sent) - taken + 1);

		memcpy(moved, sent + taken, sizeof(sent) - taken);
		ssize_t n = taken == sizeof(sent) ? 0 : link_write(&link_, moved,
		    sizeof(sent) - taken);
		free(moved);
		taken += n > 0 ? (size_t)n : 0;
		int read = SSL_read(client, got + len, (int)(sizeof(got) - len));
		len += read > 0 ? (size_t)read : 0;
	}
	ck_assert_mem_eq(got, sent, sizeof(sent));
	SSL_shutdown(client);
	ck_assert_int_eq(link_read(&link_, got, 100), 0);
	part();
}
END_TEST

START_TEST(a_plain_link_is_the_socket_itself)
{
	struct link one, two;
	uint8_t got[10];
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	link_open(&one, pair[0], NULL);
	link_open(&two, pair[1], NULL);
	ck_assert_int_eq(link_read(&two, got, sizeof(got)), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(link_write(&one, "abc", 3), 3);
	ck_assert_int_eq(link_read(&two, got, sizeof(got)), 3);
	ck_assert(!link_has_more(&two));
	link_close(&one);
	ck_assert_int_eq(link_read(&two, got, sizeof(got)), 0);
	ck_assert_int_eq(link_write(&two, "abc", 3), -1);
	link_close(&two);
}
END_TEST

START_TEST(a_new_pair_is_shown_from_the_next_handshake_on)
{
	ck_assert_str_eq(shown(), "one.example");
	ck_assert_int_eq(tls_server_load(server, other, other_key, why, sizeof(why)), 0);
	ck_assert_str_eq(shown(), "two.example");
}
END_TEST

static const struct {
	const char *certificate;        /* what the file holds; NULL: it is as it was */
	const char *key;
	bool swapped;                   /* the key of another one */
	const char *named;
	int err;
} bad[] = {
	{ "no certificate", NULL, false, "one.pem: ", ERR_INVALID },
	{ "", NULL, false, "one.pem: ", ERR_INVALID },
	{ "gone", NULL, false, "one.pem: No such file", ERR_SYSTEM },
	{ NULL, "-----BEGIN EC PRIVATE KEY-----\n", false, "one.key: ", ERR_INVALID },
	{ NULL, "gone", false, "one.key: No such file", ERR_SYSTEM },
	{ NULL, NULL, true, "two.key: key values mismatch", ERR_INVALID },
};

START_TEST(a_bad_pair_keeps_the_old_one_and_is_named)
{
	if (bad[_i].certificate != NULL)
		certificates_spoil(certificate, bad[_i].certificate);
	if (bad[_i].key != NULL)
		certificates_spoil(key, bad[_i].key);
	if (bad[_i].certificate != NULL && strcmp(bad[_i].certificate, "gone") == 0)
		unlink(certificate);
	if (bad[_i].key != NULL && strcmp(bad[_i].key, "gone") == 0)
		unlink(key);
	ck_assert_int_eq(tls_server_load(server, certificate,
	    bad[_i].swapped ? other_key : key, why, sizeof(why)), bad[_i].err);
	ck_assert_msg(strstr(why, bad[_i].named) != NULL, "%s", why);
	ck_assert_str_eq(shown(), "one.example");
}
END_TEST

START_TEST(what_is_no_file_is_not_waited_for)
{
	struct tls_server *none;

	ck_assert_int_eq(tls_server_new(folder, key, NULL, why, sizeof(why), &none), ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(why, "is no file"));
}
END_TEST

/* Two names that are exchanged for as long as this is looked at. */
struct exchange {
	const char *names[2];
	atomic_bool over;
};

static void *
exchange_names(void *arg)
{
	struct exchange *exchange = arg;

	while (!atomic_load(&exchange->over))
		(void)renameat2(AT_FDCWD, exchange->names[0], AT_FDCWD, exchange->names[1],
		    RENAME_EXCHANGE);
	return NULL;
}

START_TEST(a_fifo_that_takes_the_place_of_a_file_is_not_waited_for)
{
	struct exchange exchange = { .names = { key, other_key } };
	pthread_t thread;

	unlink(other_key);
	ck_assert_int_eq(mkfifo(other_key, 0600), 0);
	ck_assert_int_eq(tls_server_load(server, certificate, other_key, why, sizeof(why)),
	    ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(why, "is no file"));
	ck_assert_int_eq(pthread_create(&thread, NULL, exchange_names, &exchange), 0);
	for (int i = 0; i < 300; i++) {
		int err = tls_server_load(server, certificate, key, why, sizeof(why));

		ck_assert_msg(err == 0 || strstr(why, "is no file") != NULL, "%s", why);
	}
	atomic_store(&exchange.over, true);
	pthread_join(thread, NULL);
	ck_assert_str_eq(shown(), "one.example");
}
END_TEST

START_TEST(all_certificates_of_the_file_are_shown)
{
	char text[8192];
	FILE *from = fopen(other, "r"), *to = fopen(certificate, "a");
	size_t len = fread(text, 1, sizeof(text), from);

	ck_assert_uint_eq(fwrite(text, 1, len, to), len);
	fclose(from);
	fclose(to);
	ck_assert_int_eq(tls_server_load(server, certificate, key, why, sizeof(why)), 0);
	connect_both();
	ck_assert(shake_hands());
	ck_assert_int_eq(sk_X509_num(SSL_get_peer_cert_chain(client)), 2);
	part();
	ck_assert_str_eq(shown(), "one.example");
}
END_TEST

START_TEST(a_huge_file_is_not_read)
{
	ck_assert_int_eq(truncate(certificate, 1 << 30), 0);
	ck_assert_int_eq(tls_server_load(server, certificate, key, why, sizeof(why)), ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(why, "is larger than 1 MiB"));
	ck_assert_str_eq(shown(), "one.example");
}
END_TEST

START_TEST(old_versions_are_refused)
{
	SSL_CTX_set_min_proto_version(clients, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(clients, TLS1_1_VERSION);
	SSL_CTX_set_security_level(clients, 0);
	connect_both();
	ck_assert(!shake_hands());
	part();
}
END_TEST

START_TEST(a_protocol_is_agreed_on_where_it_is_ours)
{
	const unsigned char *chosen;
	unsigned len;

	connect_both();
	SSL_set_alpn_protos(client, (const unsigned char *)"\2h2\3dot", 7);
	ck_assert(shake_hands());
	SSL_get0_alpn_selected(client, &chosen, &len);
	ck_assert_uint_eq(len, 3);
	ck_assert_mem_eq(chosen, "dot", 3);
	part();
	connect_both();
	SSL_set_alpn_protos(client, (const unsigned char *)"\2h2", 3);
	ck_assert(shake_hands());
	SSL_get0_alpn_selected(client, &chosen, &len);
	ck_assert_uint_eq(len, 0);
	part();
}
END_TEST

START_TEST(sessions_are_resumed)
{
	uint8_t octet;

	connect_both();
	SSL_CTX_set_session_cache_mode(clients, SSL_SESS_CACHE_CLIENT);
	ck_assert(shake_hands());
	/* The ticket comes with the first octets. */
	ck_assert_int_eq(link_write(&link_, "x", 1), 1);
	ck_assert_int_eq(SSL_read(client, &octet, 1), 1);
	SSL_SESSION *session = SSL_get1_session(client);
	SSL_shutdown(client);
	part();
	connect_both();
	SSL_set_session(client, session);
	ck_assert(shake_hands());
	ck_assert_int_eq(SSL_session_reused(client), 1);
	part();
	SSL_SESSION_free(session);
}
END_TEST

Suite *
suite(void)
{
	Suite *tls = suite_create("tls_server");
	TCase *tests = tcase_create("tls_server");

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, octets_pass_both_ways);
	tcase_add_test(tests, a_plain_link_is_the_socket_itself);
	tcase_add_test(tests, a_new_pair_is_shown_from_the_next_handshake_on);
	tcase_add_loop_test(tests, a_bad_pair_keeps_the_old_one_and_is_named, 0,
	    (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tests, what_is_no_file_is_not_waited_for);
	tcase_add_test(tests, a_fifo_that_takes_the_place_of_a_file_is_not_waited_for);
	tcase_add_test(tests, all_certificates_of_the_file_are_shown);
	tcase_add_test(tests, a_huge_file_is_not_read);
	tcase_add_test(tests, old_versions_are_refused);
	tcase_add_test(tests, a_protocol_is_agreed_on_where_it_is_ours);
	tcase_add_test(tests, sessions_are_resumed);
	suite_add_tcase(tls, tests);
	return tls;
}
