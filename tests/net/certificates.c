/* certificates.c - certificates and keys in files, made on the spot. */
#include "tests/net/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "tests/suite.h"

void
certificates_write(const char *name, const char *certificate, const char *key)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	X509 *made = X509_new();
	X509_NAME *subject = X509_get_subject_name(made);
	FILE *file;

	X509_set_version(made, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
	X509_gmtime_adj(X509_getm_notBefore(made), -86400);
	X509_gmtime_adj(X509_getm_notAfter(made), 30L * 86400);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
	    -1, 0);
	X509_set_issuer_name(made, subject);
	X509_set_pubkey(made, pair);
	ck_assert_int_gt(X509_sign(made, pair, EVP_sha256()), 0);
	file = fopen(certificate, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(PEM_write_X509(file, made), 1);
	fclose(file);
	file = fopen(key, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(PEM_write_PrivateKey(file, pair, NULL, NULL, 0, NULL, NULL), 1);
	fclose(file);
	X509_free(made);
	EVP_PKEY_free(pair);
}

void
certificates_spoil(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}
