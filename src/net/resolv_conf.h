/*
 * resolv_conf.h - the name servers that a resolv.conf names.  Thread: any; the first is pure.
 *
 * c-ares would read the system's own file only, and never tell which of its lines it left out.
 */
#ifndef ROLLCALL_NET_RESOLV_CONF_H
#define ROLLCALL_NET_RESOLV_CONF_H
#include <stddef.h>

#include "base/addr.h"

/* Of the `nameserver` lines (resolv.conf(5)) those that hold an address, at most `max`, each once;
 * returns how many.  Addresses with a zone ("fe80::1%eth0") cannot be asked and are left out. */
size_t resolv_conf_parse(const char *text, size_t len, struct addr *servers, size_t max);

/* The same of a file.  ERR_SYSTEM with errno; ERR_LIMIT: no regular file, or above 64 KiB. */
int resolv_conf_read(const char *path, struct addr *servers, size_t max, size_t *count);
#endif
