/* authority.c - a certificate authority of our own, and the server certificate that it signs. */
#include "net/authority.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/strbuf.h"

#define CA_KEY "ca.key"
#define CA_DAYS 3650
#define SERVER_DAYS 365
#define RENEW_DAYS 30
#define DAY_S 86400
/* Clocks of clients that are a little behind must not find it to be of the future. */
#define BACKDATED_S 3600
#define FILE_MAX (1 << 16)

/* A certificate and its key; both or neither. */
struct pair {
	X509 *certificate;
	EVP_PKEY *key;
};

static void
release(struct pair *pair)
{
	X509_free(pair->certificate);
	EVP_PKEY_free(pair->key);
	*pair = (struct pair){ NULL, NULL };
}

void
authority_path(const char *folder, const char *file, char path[AUTHORITY_PATH_SIZE])
{
	(void)snprintf(path, AUTHORITY_PATH_SIZE, "%s/%s", folder, file);
}

/* ---- files ---- */

static FILE *
open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
	struct stat status;
	FILE *file = NULL;

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size <= FILE_MAX)
		file = fdopen(fd, "r");
	if (fd >= 0 && file == NULL)
		(void)close(fd);
	return file;
}

/* What cannot be read, or does not belong together, is as if it were not there. */
static void
load(const char *folder, const char *certificate, const char *key, struct pair *pair)
{
	char path[AUTHORITY_PATH_SIZE];
	FILE *file;

	*pair = (struct pair){ NULL, NULL };
	authority_path(folder, certificate, path);
	if ((file = open_file(path)) != NULL) {
		pair->certificate = PEM_read_X509(file, NULL, NULL, NULL);
		(void)fclose(file);
	}
	authority_path(folder, key, path);
	if ((file = open_file(path)) != NULL) {
		pair->key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		(void)fclose(file);
	}
	if (pair->certificate == NULL || pair->key == NULL ||
	    X509_check_private_key(pair->certificate, pair->key) != 1)
		release(pair);
}

static int
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_SYSTEM;
		text += n;
		len -= (size_t)n;
	}
	return fsync(fd) == 0 ? 0 : ERR_SYSTEM;
}

static int
write_file(const char *folder, const char *name, mode_t mode, BIO *pem)
{
	char path[AUTHORITY_PATH_SIZE], fresh[AUTHORITY_PATH_SIZE + 8];
	char *text = NULL;
	long len = BIO_get_mem_data(pem, &text);
	int fd, err;

	authority_path(folder, name, path);
	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return ERR_SYSTEM;
	err = write_all(fd, text, (size_t)len);
	if (err == 0 && fchmod(fd, mode) != 0)
		err = ERR_SYSTEM;
	if (close(fd) != 0)
		err = ERR_SYSTEM;
	if (err == 0 && rename(fresh, path) != 0)
		err = ERR_SYSTEM;
	return err;
}

/* The key first: a certificate without its key is one that is made anew. */
static int
save(const char *folder, const char *certificate, const char *key, const struct pair *pair)
{
	BIO *key_pem = BIO_new(BIO_s_mem()), *certificate_pem = BIO_new(BIO_s_mem());
	int err = ERR_NOMEM;

	if (key_pem != NULL && certificate_pem != NULL &&
	    PEM_write_bio_PKCS8PrivateKey(key_pem, pair->key, NULL, NULL, 0, NULL, NULL) == 1 &&
	    PEM_write_bio_X509(certificate_pem, pair->certificate) == 1) {
		err = write_file(folder, key, 0600, key_pem);
		if (err == 0)
			err = write_file(folder, certificate, 0644, certificate_pem);
	}
	BIO_free(key_pem);
	BIO_free(certificate_pem);
	return err;
}

/* ---- making ---- */

static bool
set_serial(X509 *certificate)
{
	unsigned char octets[16];
	BIGNUM *number;
	bool set;

	if (RAND_bytes(octets, sizeof(octets)) != 1)
		return false;
	octets[0] &= 0x7f;              /* RFC 5280, 4.1.2.2: positive */
	octets[0] |= 0x01;
	number = BN_bin2bn(octets, sizeof(octets), NULL);
	set = number != NULL &&
	    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
	BN_free(number);
	return set;
}

static bool
add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool added;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return added;
}

static bool
set_name(X509_NAME *name, const char *text)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1,
	    -1, 0) == 1;
}

/* Version, serial, dates and key of a certificate that has no names yet. */
static bool
begin(struct pair *pair, uint64_t now_s, int days)
{
	time_t now = (time_t)now_s;

	pair->key = EVP_EC_gen("P-256");
	pair->certificate = X509_new();
	return pair->key != NULL && pair->certificate != NULL &&
	    X509_set_version(pair->certificate, X509_VERSION_3) == 1 &&
	    set_serial(pair->certificate) &&
	    X509_time_adj_ex(X509_getm_notBefore(pair->certificate), 0, -BACKDATED_S, &now) != NULL &&
	    X509_time_adj_ex(X509_getm_notAfter(pair->certificate), days, 0, &now) != NULL &&
	    X509_set_pubkey(pair->certificate, pair->key) == 1;
}

static bool
make_ca(struct pair *ca, uint64_t now_s)
{
	X509_NAME *name;
	char text[64];

	if (!begin(ca, now_s, CA_DAYS))
		return false;
	/* Each authority has a name of its own: two of the same would be taken for one. */
	(void)snprintf(text, sizeof(text), "rollcall CA of %llu", (unsigned long long)now_s);
	name = X509_get_subject_name(ca->certificate);
	return set_name(name, text) && X509_set_issuer_name(ca->certificate, name) == 1 &&
	    add_extension(ca->certificate, ca->certificate, NID_basic_constraints,
	    "critical,CA:TRUE,pathlen:0") &&
	    add_extension(ca->certificate, ca->certificate, NID_key_usage,
	    "critical,keyCertSign,cRLSign") &&
	    add_extension(ca->certificate, ca->certificate, NID_subject_key_identifier, "hash") &&
	    X509_sign(ca->certificate, ca->key, EVP_sha256()) > 0;
}

/* "IP:127.0.0.1,DNS:localhost" */
static void
list_names(const struct authority_settings *settings, struct strbuf *out)
{
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < settings->addr_count; i++)
		strbuf_addf(out, "%sIP:%s", out->len > 0 ? "," : "",
		    addr_text(&settings->addrs[i], text));
	for (size_t i = 0; i < settings->name_count; i++)
		strbuf_addf(out, "%sDNS:%s", out->len > 0 ? "," : "", settings->names[i]);
}

static bool
make_server(struct pair *server, const struct pair *ca, const struct authority_settings *settings)
{
	struct strbuf names = STRBUF_INIT;
	X509 *issuer = ca->certificate;
	X509 *certificate;
	bool made;

	list_names(settings, &names);
	made = names.err == 0 && begin(server, settings->now_unix_s, SERVER_DAYS);
	certificate = server->certificate;
	made = made && set_name(X509_get_subject_name(certificate), "rollcall") &&
	    X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
	    add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
	    add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
	    add_extension(certificate, issuer, NID_subject_alt_name, names.text) &&
	    add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
	    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid") &&
	    X509_sign(certificate, ca->key, EVP_sha256()) > 0;
	strbuf_release(&names);
	return made;
}

/* ---- keeping ---- */

static bool
is_current(X509 *certificate, uint64_t now_s, int days)
{
	time_t now = (time_t)now_s, later = now + (time_t)days * DAY_S;

	return X509_cmp_time(X509_get0_notBefore(certificate), &now) < 0 &&
	    X509_cmp_time(X509_get0_notAfter(certificate), &later) > 0;
}

static bool
has_names(X509 *certificate, const struct authority_settings *settings)
{
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < settings->addr_count; i++)
		if (X509_check_ip_asc(certificate, addr_text(&settings->addrs[i], text), 0) != 1)
			return false;
	for (size_t i = 0; i < settings->name_count; i++)
		if (X509_check_host(certificate, settings->names[i], 0, 0, NULL) != 1)
			return false;
	return true;
}

static bool
is_good(const struct pair *server, const struct pair *ca, const struct authority_settings *settings)
{
	return server->certificate != NULL &&
	    X509_verify(server->certificate, ca->key) == 1 &&
	    is_current(server->certificate, settings->now_unix_s, RENEW_DAYS) &&
	    has_names(server->certificate, settings);
}

static int
need_ca(const struct authority_settings *settings, struct pair *ca)
{
	load(settings->folder, AUTHORITY_CA, CA_KEY, ca);
	/* It has to outlast what it signs. */
	if (ca->certificate != NULL &&
	    is_current(ca->certificate, settings->now_unix_s, SERVER_DAYS + 1))
		return 0;
	release(ca);
	if (!make_ca(ca, settings->now_unix_s))
		return ERR_NOMEM;
	return save(settings->folder, AUTHORITY_CA, CA_KEY, ca);
}

static int
need_server(const struct authority_settings *settings, const struct pair *ca, bool *changed)
{
	struct pair server;
	int err = 0;

	load(settings->folder, AUTHORITY_CERTIFICATE, AUTHORITY_KEY, &server);
	*changed = !is_good(&server, ca, settings);
	if (*changed) {
		release(&server);
		err = make_server(&server, ca, settings) ?
		    save(settings->folder, AUTHORITY_CERTIFICATE, AUTHORITY_KEY, &server) :
		    ERR_NOMEM;
	}
	release(&server);
	return err;
}

int
authority_prepare(const struct authority_settings *settings, bool *changed, char *why,
    size_t why_size)
{
	struct pair ca = { NULL, NULL };
	int err;

	*changed = false;
	if (strlen(settings->folder) + 32 > AUTHORITY_PATH_SIZE) {
		(void)snprintf(why, why_size, "%s: the path is too long", settings->folder);
		return ERR_LIMIT;
	}
	if (mkdir(settings->folder, 0700) != 0 && errno != EEXIST) {
		(void)snprintf(why, why_size, "%s: %s", settings->folder, strerror(errno));
		return ERR_SYSTEM;
	}
	err = need_ca(settings, &ca);
	if (err == 0)
		err = need_server(settings, &ca, changed);
	if (err != 0)
		(void)snprintf(why, why_size, "%s: %s", settings->folder,
		    err == ERR_SYSTEM ? strerror(errno) : err_text(err));
	release(&ca);
	return err;
}
