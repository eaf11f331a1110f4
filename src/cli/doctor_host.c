/* doctor_host.c - the name as the daemon answers it, and what the host's resolver is told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/doctor_parts.h"
#include "cli/resolv_text.h"
#include "cli/small_file.h"

#define DNS_PORT 53
#define NDOTS 5

/* ---- the name, from the daemon itself ---- */

static void
addrs_text(const struct dns_said *said, struct strbuf *out)
{
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < said->count; i++)
		strbuf_addf(out, "%s%s", i > 0 ? ", " : "", addr_text(&said->addrs[i], text));
}

static void
no_answer(struct doctor *doctor, const char *name, const struct addr_port *at, int err)
{
	char where[ADDR_PORT_TEXT_SIZE];

	doctor_say(doctor, FINDING_FAIL, "%s: no answer from %s: %s", name, addr_port_text(at, where),
	    err == ERR_SYSTEM ? strerror(errno) : err_text(err));
	doctor_advise(doctor, "see whether the daemon runs and may be asked (dns.allowFrom)");
}

static enum addr_family
family_of(const struct doctor *doctor)
{
	const char *first = json_string_value(json_array_get(
	    json_object_get(doctor->service, "clusterIPs"), 0));

	return first != NULL && strchr(first, ':') != NULL ? ADDR_IP6 : ADDR_IP4;
}

/* Does this name server know this name?  false: said why not. */
static bool
is_answered(struct doctor *doctor, const struct addr_port *at, const char *name, const char *how)
{
	struct strbuf addrs = STRBUF_INIT;
	struct dns_said said;
	int err = dns_ask(at, name, family_of(doctor), doctor->settings->timeout_ms, &said);
	bool fine = err == 0 && said.count > 0;

	addrs_text(&said, &addrs);
	if (err != 0)
		no_answer(doctor, name, at, err);
	else if (fine)
		doctor_say(doctor, FINDING_OK, "%s%s: %s in %u.%u ms", name, how, addrs.text,
		    said.took_us / 1000, said.took_us / 100 % 10);
	else
		doctor_say(doctor, FINDING_FAIL, "%s%s: %s without an address", name, how,
		    said.rcode_text);
	strbuf_release(&addrs);
	return fine;
}

void
doctor_check_name(struct doctor *doctor)
{
	if (strcmp(doctor_text(doctor->service, "type"), "ExternalName") == 0)
		return;
	if (is_answered(doctor, &doctor->dns, doctor->name, " from the daemon"))
		return;
	if (json_is_true(json_object_get(doctor->service, "headless")))
		doctor_advise(doctor, "a headless Service has a name when an endpoint is ready: see below");
	else if (json_is_true(json_object_get(doctor->service, "pending")))
		doctor_advise(doctor, "it waits for an address: see `rollcall pools` and the log");
}

/* ---- resolv.conf ---- */

/* Which of the servers is the daemon; -1: none. */
static int
our_server(const struct doctor *doctor, const struct resolv_told *told)
{
	for (size_t i = 0; i < told->server_count; i++) {
		for (size_t j = 0; j < doctor->where.count; j++) {
			const struct addr_port *at = &doctor->where.listening[j];

			if (at->port == DNS_PORT && (addr_compare(&at->addr, &told->servers[i]) == 0 ||
			    (addr_is_unspecified(&at->addr) && addr_is_loopback(&told->servers[i]))))
				return (int)i;
		}
	}
	return -1;
}

static bool
is_stub(const struct addr *server)
{
	struct addr stub;

	return addr_parse("127.0.0.53", &stub) == 0 && addr_compare(server, &stub) == 0;
}

static void
say_others(struct doctor *doctor, const struct resolv_told *told)
{
	char text[ADDR_TEXT_SIZE];

	if (told->server_count == 0) {
		doctor_say(doctor, FINDING_WARN, "%s names no name server", doctor->settings->resolv_conf);
	} else if (is_stub(&told->servers[0])) {
		doctor_say(doctor, FINDING_WARN, "%s names systemd-resolved, which may or may not ask the "
		    "daemon; it completes single labels only, so that %s.%s is never found",
		    doctor->settings->resolv_conf, doctor_text(doctor->service, "name"),
		    doctor_text(doctor->service, "namespace"));
		doctor_advise(doctor, "rollcall resolvconf install --for systemd-resolved");
		return;
	} else {
		doctor_say(doctor, FINDING_WARN, "%s names %s, which is not the daemon: programs of this "
		    "host do not find names of %s by themselves", doctor->settings->resolv_conf,
		    addr_text(&told->servers[0], text), doctor->where.domain);
	}
	doctor_advise(doctor, "rollcall resolvconf install, or rollcall run -- COMMAND");
}

static bool
has_search(const struct resolv_told *told, const char *want)
{
	for (size_t i = 0; i < told->search_count; i++)
		if (strcasecmp(told->search[i], want) == 0)
			return true;
	return false;
}

/* Which short names work, by search and ndots (J03). */
static void
check_search(struct doctor *doctor, const struct resolv_told *told)
{
	const char *name = doctor_text(doctor->service, "name");
	const char *ns = doctor_text(doctor->service, "namespace");
	char own[600], all[300];

	snprintf(own, sizeof(own), "%s.svc.%s", ns, doctor->where.domain);
	snprintf(all, sizeof(all), "svc.%s", doctor->where.domain);
	if (has_search(told, own))
		doctor_say(doctor, FINDING_OK, "search %s: %s is found", own, name);
	else
		doctor_say(doctor, FINDING_WARN, "search lacks %s: the short name %s is not found", own,
		    name);
	if (!has_search(told, all))
		doctor_say(doctor, FINDING_WARN, "search lacks %s: %s.%s is not found", all, name, ns);
	if (!has_search(told, own) || !has_search(told, all))
		doctor_advise(doctor, "search %s %s %s", own, all, doctor->where.domain);
	if (told->ndots < 2) {
		doctor_say(doctor, FINDING_WARN, "ndots:%u: %s.%s is asked for as it is before the search "
		    "list (glibc), or without it at all (musl)", told->ndots, name, ns);
		doctor_advise(doctor, "options ndots:%d", NDOTS);
	} else {
		doctor_say(doctor, FINDING_OK, "ndots:%u", told->ndots);
	}
}

/* Through that server, as the resolver of a program would: in full, and short. */
static void
check_through(struct doctor *doctor, const struct resolv_told *told, int server)
{
	struct addr_port at = { told->servers[server], DNS_PORT };
	char text[ADDR_TEXT_SIZE];

	doctor_say(doctor, server == 0 ? FINDING_OK : FINDING_WARN, "%s names the daemon (%s)%s",
	    doctor->settings->resolv_conf, addr_text(&at.addr, text), server == 0 ? "" :
	    ", but not first: whoever is first says that there is no such name");
	if (!addr_is_loopback(&at.addr) && !doctor->settings->connect)
		return;
	(void)is_answered(doctor, &at, doctor->name, " through resolv.conf");
}

void
doctor_check_resolver(struct doctor *doctor)
{
	const char *path = doctor->settings->resolv_conf;
	struct strbuf text = STRBUF_INIT;
	struct resolv_told told;
	int server;

	if (small_file_read(path, &text) != 0) {
		doctor_say(doctor, FINDING_WARN, "%s cannot be read: %s", path, strerror(errno));
		strbuf_release(&text);
		return;
	}
	resolv_text_read(text.text, &told);
	strbuf_release(&text);
	server = our_server(doctor, &told);
	if (server < 0) {
		say_others(doctor, &told);
		return;
	}
	check_through(doctor, &told, server);
	check_search(doctor, &told);
}

/* ---- nsswitch.conf (P09) ---- */

static bool
is_local(const char *domain)
{
	size_t len = strlen(domain);

	return strcmp(domain, "local") == 0 || (len > 6 && strcmp(domain + len - 6, ".local") == 0);
}

void
doctor_check_switch(struct doctor *doctor)
{
	const char *path = doctor->settings->nsswitch;
	struct strbuf text = STRBUF_INIT;
	struct resolv_switch order;

	if (small_file_read(path, &text) != 0) {
		/* musl has none, and asks what resolv.conf says. */
		strbuf_release(&text);
		return;
	}
	resolv_text_switch(text.text, &order);
	strbuf_release(&text);
	if (order.mdns && is_local(doctor->where.domain)) {
		doctor_say(doctor, order.mdns_ends ? FINDING_FAIL : FINDING_WARN, "%s asks mDNS for names "
		    "in .local before DNS%s", path, order.mdns_ends ? ", and takes its no for an answer" :
		    ": that takes its time, and an old nss-mdns takes its no for an answer");
		doctor_advise(doctor, "put dns before mdns in the line hosts:, or set clusterDomain to a "
		    "name outside of .local");
	}
	if (order.resolve)
		doctor_say(doctor, FINDING_WARN, "%s asks systemd-resolved, which reads its own settings, "
		    "not %s", path, doctor->settings->resolv_conf);
	if (!order.dns) {
		doctor_say(doctor, FINDING_WARN, "%s: hosts: does not ask dns", path);
		doctor_advise(doctor, "hosts: files dns");
	}
	if (order.dns && !order.resolve && !order.mdns)
		doctor_say(doctor, FINDING_OK, "%s asks DNS", path);
}
