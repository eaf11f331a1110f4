/*
 * resolv_text.h - what resolvers of a host are told so that names of the cluster are found, and what
 * they are told now.  Thread: any; pure.
 */
#ifndef ROLLCALL_CLI_RESOLV_TEXT_H
#define ROLLCALL_CLI_RESOLV_TEXT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

struct strbuf;

/* Whom to ask, for which domain, with the short names of which namespace. */
struct resolv_wish {
	struct addr_port dns;
	const char *domain;             /* "cluster.local" */
	const char *ns;
};

/* The first line of each file of ours, by which it is known again. */
#define RESOLV_MARK "# Written by rollcall resolvconf; `rollcall resolvconf remove` takes it back.\n"

/* A resolv.conf as a Pod has it (J02); the port must be 53. */
void resolv_text_plain(const struct resolv_wish *wish, struct strbuf *out);
/* A drop-in for systemd-resolved; any port (systemd 246). */
void resolv_text_resolved(const struct resolv_wish *wish, struct strbuf *out);
/* What NetworkManager's own dnsmasq is told; any port. */
void resolv_text_dnsmasq(const struct resolv_wish *wish, struct strbuf *out);

/* The same nsswitch.conf, where hosts come from files and DNS only. */
void resolv_text_nsswitch(const char *text, struct strbuf *out);

/* ---- what is told now ---- */

#define RESOLV_SERVERS_MAX 8
#define RESOLV_SEARCH_MAX 16
struct resolv_told {
	struct addr servers[RESOLV_SERVERS_MAX];        /* glibc asks the first three */
	size_t server_count;
	char search[RESOLV_SEARCH_MAX][256];
	size_t search_count;
	unsigned ndots;                 /* 1 where not stated */
};

/* Read a resolv.conf; what is no line of it is left aside. */
void resolv_text_read(const char *text, struct resolv_told *out);

/*
 * Does `hosts:` of an nsswitch.conf ask mDNS first, so that names in .local may never come to DNS;
 * does it ask systemd-resolved over its own way, which reads no resolv.conf?
 */
struct resolv_switch {
	bool mdns;                      /* mdns4_minimal and its kind, before dns */
	/*
	 * ... and takes its no for an answer, for all names (mdns4 [NOTFOUND=return]); minimal ones
	 * let names of more than two labels pass (nss-mdns 0.14).
	 */
	bool mdns_ends;
	bool resolve;                   /* systemd-resolved, before dns */
	bool dns;
};
void resolv_text_switch(const char *text, struct resolv_switch *out);
#endif
