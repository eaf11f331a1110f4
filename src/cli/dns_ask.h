/* dns_ask.h - one question to one name server, over UDP.  Thread: main; waits for the answer. */
#ifndef ROLLCALL_CLI_DNS_ASK_H
#define ROLLCALL_CLI_DNS_ASK_H
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define DNS_ASK_ADDRS_MAX 32

struct dns_said {
	unsigned rcode;
	const char *rcode_text;         /* "NXDOMAIN" */
	struct addr addrs[DNS_ASK_ADDRS_MAX];
	size_t count;
	unsigned took_us;
};

/* Its addresses, A or AAAA.  ERR_TIMEOUT; ERR_SYSTEM with errno; ERR_INVALID: no name; ERR_NOMEM. */
int dns_ask(const struct addr_port *at, const char *name, enum addr_family family,
    unsigned timeout_ms, struct dns_said *said);
#endif
