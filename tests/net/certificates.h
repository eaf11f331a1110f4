/* certificates.h - certificates and keys in files, made on the spot. */
#ifndef ROLLCALL_TESTS_NET_CERTIFICATES_H
#define ROLLCALL_TESTS_NET_CERTIFICATES_H

/* A self-signed certificate for this name and its key, each to a file of its own. */
void certificates_write(const char *name, const char *certificate, const char *key);
/* Just these octets. */
void certificates_spoil(const char *path, const char *text);
#endif
