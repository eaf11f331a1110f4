/* udp.h - responder threads: receive a batch, answer in place, send.  Thread: control. */
#ifndef ROLLCALL_DNS_UDP_H
#define ROLLCALL_DNS_UDP_H
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dns/dns_counts.h"

struct cache;
struct dns_settings;
struct index;
struct latency;
struct resolver;
struct udp_server;
struct onlooker;

/* A socket that was opened for us, for the address listen[listen]. */
struct udp_given {
	size_t listen;
	int fd;
};

struct udp_settings {
	/* port 0: the kernel's choice, told by udp_server_bound */
	const struct addr_port *listen;
	size_t listen_count;
	/* for each address, one SO_REUSEPORT socket a thread */
	unsigned threads;
	/*
	 * ... or these and no others, a thread each, with one or more for every address; taken
	 * over.  Who gave them may have kept them and give them again.
	 */
	const struct udp_given *given;
	size_t given_count;
	const struct dns_settings *dns;
	const struct index *index;
	/* for what is not ours; borrowed; NULL: it is REFUSED */
	struct cache *cache;
	struct resolver *resolver;
	struct onlooker *onlooker;        /* of what is answered; borrowed; NULL: none */
};

/*
 * Bind all sockets (before privileges are dropped); nothing is answered yet.  ERR_SYSTEM with
 * errno; *failed: which address.
 */
int udp_server_bind(const struct udp_settings *settings, struct udp_server **out, size_t *failed);
/* Start the threads. */
int udp_server_start(struct udp_server *server);
/*
 * Answer what is in the sockets and stop the threads.  Whoever waits for the resolver is still
 * answered: it must be stopped after this, and before udp_server_stop().
 */
void udp_server_halt(struct udp_server *server);
/* The same if it has not been done; close, free.  NULL is allowed. */
void udp_server_stop(struct udp_server *server);
/* How many addresses it answers on. */
size_t udp_server_count(const struct udp_server *server);
/* The address really bound. */
const struct addr_port *udp_server_bound(const struct udp_server *server, size_t i);

/*
 * Live replacement of the settings and of the index made with them (config reload): readers see the
 * new ones from their next batch on.  After index_wait_readers() nobody uses the old ones any more.
 */
void udp_server_set(struct udp_server *server, const struct dns_settings *dns,
    const struct index *index);

/* Sums over all threads. */
void udp_server_counts(const struct udp_server *server, struct dns_counts *counts);
/* The same of what came over addresses of one family (enum addr_family); without late replies. */
void udp_server_counts_of(const struct udp_server *server, uint8_t family,
    struct dns_counts *counts);
/*
 * Add how long queries took from received to sent, on all threads.  A batch is timed as a whole;
 * those taken one by one between batches are counted like the next batch.
 */
void udp_server_durations(const struct udp_server *server, struct latency *sum);
#endif
