/*
 * transfer.h - an AXFR or IXFR asked for over a stream: who may have it, and its messages, signed
 * where the question was (RFC 5936, 1995, 8945).  Thread: stream.
 */
#ifndef ROLLCALL_DNS_TRANSFER_H
#define ROLLCALL_DNS_TRANSFER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct outgoing;
struct responder;
struct tcp_source;
struct tsig_key;

/* The setting `transfer`.  Everything is borrowed; immutable. */
struct transfer_access {
	const struct cidr *to;
	size_t to_count;                        /* 0: nobody */
	/* with any, a transfer must be signed by one of them */
	const struct tsig_key *const *keys;
	size_t key_count;
};

/* May this client ask, as far as its address says?  access NULL: nobody may. */
bool transfer_admits(const struct transfer_access *access, const struct addr *client);

/* The `arg` of tcp_transfers, for transfer_begin. */
struct transfer_settings {
	struct outgoing *outgoing;
	/* Any thread: have those go on who had nothing to say (tcp_server_wake). */
	void (*ready)(void *arg);
	void *arg;
};

/* As tcp_transfers.begin (tcp_source.h). */
struct tcp_source *transfer_begin(void *settings, const struct responder *responder,
    const struct addr *client, const uint8_t *query, size_t len);
#endif
