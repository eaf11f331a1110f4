/*
 * authority.h - a certificate authority of our own, and the server certificate that it signs.
 * Thread: control.
 *
 * In its folder: ca.crt (for clients; ten years), ca.key, server.crt and server.key (one year), EC
 * P-256 (RFC 5480), PEM, keys with mode 0600.  Each file is written whole or not at all.
 */
#ifndef ROLLCALL_NET_AUTHORITY_H
#define ROLLCALL_NET_AUTHORITY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;

struct authority_settings {
	const char *folder;             /* is made (0700) where it is missing */
	const struct addr *addrs;       /* what the server is reached by (RFC 5280, 4.2.1.6) */
	size_t addr_count;
	const char *const *names;
	size_t name_count;
	uint64_t now_unix_s;
};

#define AUTHORITY_PATH_SIZE 512

/*
 * Make what is missing, broken, not of this authority, near its end (30 days), or without one of
 * the names; keep the rest.  *changed: the server's pair is another one than before.  ERR_SYSTEM,
 * ERR_LIMIT (the folder's path is too long), ERR_NOMEM; what could not be done is in `why`.
 */
int authority_prepare(const struct authority_settings *settings, bool *changed, char *why,
    size_t why_size);

/* The paths of its files. */
void authority_path(const char *folder, const char *file, char path[AUTHORITY_PATH_SIZE]);
#define AUTHORITY_CA "ca.crt"
#define AUTHORITY_CERTIFICATE "server.crt"
#define AUTHORITY_KEY "server.key"
#endif
