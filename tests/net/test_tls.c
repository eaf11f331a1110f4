/* test_tls.c - what our side of TLS offers, believes and says; against a server in the same process. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "net/tls.h"
#include "tests/suite.h"

static EVP_PKEY *key;
static X509 *certificate;
static SSL_CTX *server_context;
static char sni[256];
static char alpn_offer[256];

/* A self-signed certificate for web.example and 192.0.2.1 that ends `days` from now. */
static X509 *
make_certificate(int days)
{
	X509 *made = X509_new();
	X509_NAME *name = X509_get_subject_name(made);
	char names[] = "DNS:web.example,IP:192.0.2.1";
	X509_EXTENSION *alt = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);

	X509_set_version(made, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
	X509_gmtime_adj(X509_getm_notBefore(made), -30L * 86400);
	X509_gmtime_adj(X509_getm_notAfter(made), days * 86400L);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"web", -1, -1, 0);
	X509_set_issuer_name(made, name);
	X509_set_pubkey(made, key);
	X509_add_ext(made, alt, -1);
	X509_EXTENSION_free(alt);
	ck_assert_int_gt(X509_sign(made, key, EVP_sha256()), 0);
	return made;
}

static int
on_alpn(SSL *session, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
    unsigned in_len, void *arg)
{
	(void)session;
	(void)arg;
	memcpy(alpn_offer, in, in_len);
	alpn_offer[in_len] = '\0';
	*out = in + 1;
	*out_len = in[0];
	return SSL_TLSEXT_ERR_OK;
}

static void
set_certificate(int days)
{
	X509_free(certificate);
	certificate = make_certificate(days);
	ck_assert_int_eq(SSL_CTX_use_certificate(server_context, certificate), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(server_context, key), 1);
}

static void
setup(void)
{
	sni[0] = alpn_offer[0] = '\0';
	key = EVP_EC_gen("P-256");
	server_context = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_alpn_select_cb(server_context, on_alpn, NULL);
	set_certificate(30);
}

static void
teardown(void)
{
	X509_free(certificate);
	certificate = NULL;
	EVP_PKEY_free(key);
	SSL_CTX_free(server_context);
}

/* Let both sides talk until they are done or fail; true: the client is through. */
static bool
shake_hands(SSL *client)
{
	SSL *server = SSL_new(server_context);
	BIO *client_side, *server_side;
	int client_done = 0, server_done = 0;

	ck_assert_int_eq(BIO_new_bio_pair(&client_side, 65536, &server_side, 65536), 1);
	SSL_set_bio(client, client_side, client_side);
	SSL_set_bio(server, server_side, server_side);
	SSL_set_accept_state(server);
	for (int i = 0; i < 20 && (client_done != 1 || server_done != 1); i++) {
		client_done = SSL_do_handshake(client);
		if (client_done != 1 && SSL_get_error(client, client_done) != SSL_ERROR_WANT_READ)
			break;
		server_done = SSL_do_handshake(server);
	}

	const char *name = SSL_get_servername(server, TLSEXT_NAMETYPE_host_name);

	snprintf(sni, sizeof(sni), "%s", name == NULL ? "" : name);
	SSL_free(server);
	return client_done == 1;
}

/* One handshake; `why` gets the client's error. */
static bool
try(struct tls_client *client, const char *host, char why[256])
{
	SSL *session = tls_client_session(client, host, NULL);

	ck_assert_ptr_nonnull(session);
	bool good = shake_hands(session);
	if (!good)
		tls_error_text(session, why, 256);
	SSL_free(session);
	return good;
}

static struct tls_client *
new_client(bool verify)
{
	struct tls_client *client = NULL;

	ck_assert_int_eq(tls_client_new(verify, &client), 0);
	return client;
}

START_TEST(only_names_go_into_the_sni)
{
	static const char *const cases[][2] = {
		{ "web.example", "web.example" }, { "web.example.", "web.example" },
		{ "192.0.2.1", "" }, { "2001:db8::1", "" }, { NULL, "" },
	};
	struct tls_client *client = new_client(false);
	char why[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert(try(client, cases[i][0], why));
		ck_assert_str_eq(sni, cases[i][1]);
	}
	tls_client_free(client);
}
END_TEST

START_TEST(without_verification_any_certificate_will_do)
{
	struct tls_client *client = new_client(false);
	char why[256];

	set_certificate(-1);
	ck_assert(try(client, "other.example", why));
	tls_client_free(client);
}
END_TEST

START_TEST(with_verification_the_reason_is_named)
{
	struct tls_client *client = new_client(true);
	char why[256] = "", path[] = "/tmp/test_tls.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");

	ck_assert(!try(client, "web.example", why));
	ck_assert_str_eq(why, "self-signed certificate");
	PEM_write_X509(file, certificate);
	fclose(file);
	ck_assert_int_eq(tls_client_trust(client, path), 0);
	ck_assert_msg(try(client, "web.example", why), "%s", why);
	ck_assert_msg(try(client, "192.0.2.1", why), "%s", why);
	ck_assert(!try(client, "other.example", why));
	ck_assert_str_eq(why, "hostname mismatch");
	ck_assert(!try(client, "192.0.2.2", why));
	ck_assert_str_eq(why, "IP address mismatch");
	ck_assert_int_eq(tls_client_trust(client, "/dev/null"), ERR_INVALID);
	unlink(path);
	tls_client_free(client);
}
END_TEST

START_TEST(an_expired_certificate_is_named)
{
	struct tls_client *client = new_client(true);
	char why[256] = "", path[] = "/tmp/test_tls.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");

	set_certificate(-1);
	PEM_write_X509(file, certificate);
	fclose(file);
	ck_assert_int_eq(tls_client_trust(client, path), 0);
	ck_assert(!try(client, "web.example", why));
	ck_assert_str_eq(why, "certificate has expired");
	unlink(path);
	tls_client_free(client);
}
END_TEST

START_TEST(nothing_below_tls_1_2_is_spoken)
{
	struct tls_client *client = new_client(false);
	char why[256];

	SSL_CTX_set_security_level(server_context, 0);
	ck_assert_int_eq(SSL_CTX_set_min_proto_version(server_context, TLS1_VERSION), 1);
	ck_assert_int_eq(SSL_CTX_set_max_proto_version(server_context, TLS1_1_VERSION), 1);
	ck_assert(!try(client, NULL, why));
	ck_assert_int_eq(SSL_CTX_set_max_proto_version(server_context, TLS1_2_VERSION), 1);
	ck_assert(try(client, NULL, why));
	tls_client_free(client);
}
END_TEST

START_TEST(a_server_that_speaks_no_tls_is_named)
{
	struct tls_client *client = new_client(false);
	SSL *session = tls_client_session(client, NULL, NULL);
	BIO *in = BIO_new_mem_buf("HTTP/1.1 400 Bad Request\r\n\r\n", -1);
	char why[256];

	SSL_set_bio(session, in, BIO_new(BIO_s_mem()));
	ck_assert_int_ne(SSL_do_handshake(session), 1);
	ck_assert_str_eq(tls_error_text(session, why, sizeof(why)), "wrong version number");
	ck_assert_str_eq(tls_error_text(session, why, sizeof(why)), "TLS error");
	SSL_free(session);
	tls_client_free(client);
}
END_TEST

START_TEST(the_expiry_of_the_certificate_is_told)
{
	struct tls_client *client = new_client(false);
	SSL *session = tls_client_session(client, NULL, NULL);
	int64_t unix_s = 0, want = (int64_t)time(NULL) + 30 * 86400;

	ck_assert(!tls_expiry(session, &unix_s));
	ck_assert(shake_hands(session));
	ck_assert(tls_expiry(session, &unix_s));
	ck_assert_int_le(llabs(unix_s - want), 60);
	SSL_free(session);
	tls_client_free(client);
}
END_TEST

START_TEST(a_protocol_is_offered_when_asked)
{
	struct tls_client *client = new_client(false);
	SSL *session = tls_client_session(client, NULL, "h2");

	ck_assert(shake_hands(session));
	ck_assert_str_eq(alpn_offer, "\002h2");
	SSL_free(session);
	tls_client_free(client);
}
END_TEST

START_TEST(hosts_and_protocols_that_do_not_fit_are_refused)
{
	struct tls_client *client = new_client(false);
	char text[300];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_ptr_null(tls_client_session(client, text, NULL));
	ck_assert_ptr_null(tls_client_session(client, "", NULL));
	ck_assert_ptr_null(tls_client_session(client, NULL, text));
	ck_assert_ptr_null(tls_client_session(client, NULL, ""));
	tls_client_free(client);
	tls_client_free(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("tls");
	TCase *tc = tcase_create("tls");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, only_names_go_into_the_sni);
	tcase_add_test(tc, without_verification_any_certificate_will_do);
	tcase_add_test(tc, with_verification_the_reason_is_named);
	tcase_add_test(tc, an_expired_certificate_is_named);
	tcase_add_test(tc, nothing_below_tls_1_2_is_spoken);
	tcase_add_test(tc, a_server_that_speaks_no_tls_is_named);
	tcase_add_test(tc, the_expiry_of_the_certificate_is_told);
	tcase_add_test(tc, a_protocol_is_offered_when_asked);
	tcase_add_test(tc, hosts_and_protocols_that_do_not_fit_are_refused);
	suite_add_tcase(s, tc);
	return s;
}
