/* whereabouts.h - where the daemon answers DNS, and for which domain, as it says itself. */
#ifndef ROLLCALL_CLI_WHEREABOUTS_H
#define ROLLCALL_CLI_WHEREABOUTS_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

struct cli;

#define WHEREABOUTS_MAX 16
struct whereabouts {
	char domain[256];               /* "cluster.local" */
	struct addr_port listening[WHEREABOUTS_MAX];
	size_t count;
};

/* Ask it.  0 or an exit code, which was said. */
int whereabouts_ask(struct cli *cli, struct whereabouts *out);

/*
 * The address that a client of this host is to be told; one on port 53 if there is any, which alone
 * a resolv.conf can name.  false: it listens nowhere.
 */
bool whereabouts_choose(const struct whereabouts *whereabouts, struct addr_port *out);
#endif
