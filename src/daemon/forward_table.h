/*
 * forward_table.h - the forward entries of the settings as a table, with what resolv.conf files say
 * now.  Thread: control.
 */
#ifndef ROLLCALL_DAEMON_FORWARD_TABLE_H
#define ROLLCALL_DAEMON_FORWARD_TABLE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

struct config;
struct forward;
struct forward_zone;

/* systemd-resolved's stub, and the file with those it asks itself. */
#define FORWARD_TABLE_STUB "/run/systemd/resolve/resolv.conf"

struct forward_table_sources {
	/* where we answer ourselves: left out of resolv.conf files */
	const struct addr_port *own;
	size_t own_count;
	const char *stub_path;          /* read where a file names the stub */
};

/* Zones and what is kept of their answers, without upstreams: for who wants to know what is asked
 * elsewhere.  *out is NULL where the settings forward nothing.  ERR_NOMEM. */
int forward_table_zones(const struct config *config, struct forward **out);

/* With upstreams.  A zone left without says why (forward_zone.lack).  ERR_NOMEM. */
int forward_table_new(const struct config *config, const struct forward_table_sources *sources,
    struct forward **out);

/* Do both zones name the same upstreams in the same order, or lack them for the same reason? */
bool forward_table_same_upstreams(const struct forward_zone *a, const struct forward_zone *b);
/* The same of all zones, whose policies and times are the same too. */
bool forward_table_equal(const struct forward *a, const struct forward *b);
#endif
