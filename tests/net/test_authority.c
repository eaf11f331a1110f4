/* test_authority.c - certificates of our own are made, kept, and made anew in time. */
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/err.h"
#include "net/authority.h"
#include "tests/suite.h"

#define DAY 86400

static char top[64];
static char folder[96];
static struct addr addrs[2];
static const char *names[] = { "localhost", "host.example" };
static struct authority_settings settings;
static char why[512];

static void
setup(void)
{
	snprintf(top, sizeof(top), "/tmp/rollcall-authority-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	snprintf(folder, sizeof(folder), "%s/tls", top);
	ck_assert_int_eq(addr_parse("127.0.0.1", &addrs[0]) | addr_parse("2001:db8::1", &addrs[1]), 0);
	settings = (struct authority_settings){ .folder = folder, .addrs = addrs, .addr_count = 2,
		.names = names, .name_count = 1, .now_unix_s = (uint64_t)time(NULL) };
}

static void
teardown(void)
{
	static const char *const files[] = { "ca.crt", "ca.key", "server.crt", "server.key" };
	char path[AUTHORITY_PATH_SIZE];

	for (size_t i = 0; i < 4; i++) {
		authority_path(folder, files[i], path);
		unlink(path);
	}
	rmdir(folder);
	ck_assert_int_eq(rmdir(top), 0);
}

static bool
prepare(void)
{
	bool changed;

	why[0] = '\0';
	ck_assert_msg(authority_prepare(&settings, &changed, why, sizeof(why)) == 0, "%s", why);
	return changed;
}

static X509 *
load(const char *name)
{
	char path[AUTHORITY_PATH_SIZE];
	FILE *file;
	X509 *certificate;

	authority_path(folder, name, path);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	certificate = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	ck_assert_ptr_nonnull(certificate);
	return certificate;
}

/* As a client would: does the chain hold, for a server of that name? */
static bool
is_trusted(const char *host, const char *ip)
{
	X509 *ca = load("ca.crt"), *server = load("server.crt");
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool trusted;

	X509_STORE_add_cert(store, ca);
	X509_STORE_CTX_init(context, store, server, NULL);
	X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), (time_t)settings.now_unix_s);
	trusted = X509_verify_cert(context) == 1 &&
	    (host == NULL || X509_check_host(server, host, 0, 0, NULL) == 1) &&
	    (ip == NULL || X509_check_ip_asc(server, ip, 0) == 1);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	X509_free(server);
	X509_free(ca);
	return trusted;
}

static mode_t
mode_of(const char *name)
{
	char path[AUTHORITY_PATH_SIZE];
	struct stat status;

	authority_path(folder, name, path);
	return stat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

START_TEST(a_chain_that_clients_trust_is_made_and_kept)
{
	mode_t before = umask(0);

	ck_assert(prepare());
	umask(before);
	ck_assert(is_trusted("localhost", "127.0.0.1"));
	ck_assert(is_trusted(NULL, "2001:db8::1"));
	ck_assert(!is_trusted("other.example", NULL));
	ck_assert(!is_trusted(NULL, "127.0.0.2"));
	ck_assert_uint_eq(mode_of("."), 0700);
	ck_assert_uint_eq(mode_of("ca.key"), 0600);
	ck_assert_uint_eq(mode_of("server.key"), 0600);
	ck_assert(!prepare());
}
END_TEST

START_TEST(a_name_more_makes_another_certificate_of_the_same_authority)
{
	X509 *ca, *same;

	prepare();
	ca = load("ca.crt");
	settings.name_count = 2;
	ck_assert(prepare());
	same = load("ca.crt");
	ck_assert_int_eq(X509_cmp(ca, same), 0);
	X509_free(ca);
	X509_free(same);
	ck_assert(is_trusted("host.example", NULL));
	settings.name_count = 1;
	ck_assert(!prepare());
}
END_TEST

START_TEST(a_month_before_the_end_it_is_made_anew)
{
	prepare();
	settings.now_unix_s += 330ull * DAY;
	ck_assert(!prepare());
	settings.now_unix_s += 10ull * DAY;
	ck_assert(prepare());
	ck_assert(is_trusted("localhost", NULL));
	/* The authority goes when what it signs would outlast it. */
	settings.now_unix_s += 3000ull * DAY;
	ck_assert(prepare());
	ck_assert(is_trusted("localhost", NULL));
}
END_TEST

START_TEST(what_is_broken_is_made_anew)
{
	static const char *const files[] = { "ca.crt", "ca.key", "server.crt", "server.key" };
	char path[AUTHORITY_PATH_SIZE];

	for (size_t i = 0; i < 4; i++) {
		FILE *file;

		prepare();
		authority_path(folder, files[i], path);
		file = fopen(path, "w");
		fputs("-----BEGIN NOTHING-----\n", file);
		fclose(file);
		ck_assert(prepare());
		ck_assert(is_trusted("localhost", "127.0.0.1"));
	}
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
	bool changed;

	settings.folder = "/nonexistent/tls";
	ck_assert_int_eq(authority_prepare(&settings, &changed, why, sizeof(why)), ERR_SYSTEM);
	ck_assert_str_eq(why, "/nonexistent/tls: No such file or directory");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("authority");
	TCase *tc = tcase_create("authority");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_chain_that_clients_trust_is_made_and_kept);
	tcase_add_test(tc, a_name_more_makes_another_certificate_of_the_same_authority);
	tcase_add_test(tc, a_month_before_the_end_it_is_made_anew);
	tcase_add_test(tc, what_is_broken_is_made_anew);
	tcase_add_test(tc, what_cannot_be_written_is_said);
	suite_add_tcase(s, tc);
	return s;
}
