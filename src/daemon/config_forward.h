/*
 * config_forward.h - forward entries: who is asked for what is not ours.  Thread: control.
 *
 * Upstreams stay texts here: what a resolv.conf names is looked at when the daemon runs, and again
 * when the file changes (forwarding.h).
 */
#ifndef ROLLCALL_DAEMON_CONFIG_FORWARD_H
#define ROLLCALL_DAEMON_CONFIG_FORWARD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/config_cache.h"
#include "source/field.h"

struct addr_port;
struct config;
struct doc_node;

struct config_forward {
	const char *zone;               /* as written */
	const char **upstreams;
	size_t upstream_count;
	uint8_t policy;                 /* enum forward_policy */
	struct config_cache cache;      /* over the one of all */
	struct place place;
};

extern const struct field_table config_forward_table;

/* {zone: ".", upstreams: [/etc/resolv.conf]}.  ERR_NOMEM. */
int config_forward_default(struct config *config);

/* Two entries of one zone are an error that names both places; `list` is the node of `forward`. */
void config_forward_check(struct field_context *context, const struct doc_node *list,
    const struct config *config);

/* An upstream that is an address, port 53 unless it says another; false: it is a path. */
bool config_forward_address(const char *text, struct addr_port *upstream);
#endif
