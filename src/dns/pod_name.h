/* pod_name.h - the address that a Pod's name spells (DNS.md 2.5).  Thread: any; pure. */
#ifndef ROLLCALL_DNS_POD_NAME_H
#define ROLLCALL_DNS_POD_NAME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/*
 * Exactly three dashes and no two together: IPv4; else the dashes are colons.  false: no
 * address.
 */
bool pod_name_read(const uint8_t *label, size_t len, struct addr *addr);
#endif
