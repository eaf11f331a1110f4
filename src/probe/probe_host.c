/* probe_host.c - which addresses an attempt may ask. */
#include "probe/probe_host.h"

#include <string.h>

#include "base/err.h"
#include "net/lookup.h"
#include "probe/engine.h"

/* ::ffff:a.b.c.d is dialled over IPv4, so that it is judged as IPv4. */
static struct addr
unmapped(const struct addr *addr)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
	struct addr ip4 = { .family = ADDR_IP4 };

	if (addr->family != ADDR_IP6 || memcmp(addr->octets, prefix, sizeof(prefix)) != 0)
		return *addr;
	memcpy(ip4.octets, addr->octets + sizeof(prefix), 4);
	return ip4;
}

/* Addresses that mean another host, or a service inside this one, to each who dials them. */
static bool
is_special(const struct addr *addr)
{
	return addr_is_loopback(addr) || addr_is_link_local(addr) || addr_is_unspecified(addr);
}

bool
probe_host_is_allowed(const struct addr *addr, const struct addr *own,
    const struct cidr *networks, size_t count)
{
	struct addr asked = unmapped(addr);

	if (addr_compare(addr, own) == 0)
		return true;
	if (addr_is_multicast(&asked))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!cidr_contains(&networks[i], &asked))
			continue;
		if (!is_special(&asked) || (networks[i].bits > 0 && is_special(&networks[i].base)))
			return true;
	}
	return false;
}

/* Keep those of the addresses that may be asked. */
static void
keep_allowed(struct probe_host *host, const struct addr *addrs, size_t count)
{
	const struct probe *probe = host->probe;
	const struct prober_settings *settings = &probe->prober->settings;

	for (size_t i = 0; i < count && host->count < PROBE_HOST_MAX; i++) {
		/* A foreign host is believed only from files of a trusted owner. */
		size_t networks = probe->target.trusted ? settings->allow_host_count : 0;

		if (probe_host_is_allowed(&addrs[i], &probe->target.addr,
		    settings->allow_hosts, networks))
			host->addrs[host->count++] = addrs[i];
	}
	if (host->count == 0)
		probe_end(host->probe, OUTCOME_HOST_DENIED, probe->target.spec->host);
	else
		host->found(host->probe);
}

static void
looked_up(void *arg, int err, const struct addr *addrs, size_t count)
{
	struct probe_host *host = arg;

	host->lookup = NULL;
	switch (err) {
	case 0:
		keep_allowed(host, addrs, count);
		break;
	case ERR_NOMEM:
		probe_end(host->probe, OUTCOME_FAULT_MEMORY, NULL);
		break;
	case ERR_FULL:
		probe_end(host->probe, OUTCOME_FAULT_FILES, NULL);
		break;
	default:
		probe_end(host->probe, OUTCOME_HOST_UNKNOWN, host->probe->target.spec->host);
		break;
	}
}

void
probe_host_find(struct probe_host *host, struct probe *probe, void (*found)(struct probe *probe))
{
	const char *name = probe->target.spec->host;
	struct addr addr = probe->target.addr;

	host->probe = probe;
	host->found = found;
	if (name == NULL || name[0] == '\0' || addr_parse(name, &addr) == 0) {
		keep_allowed(host, &addr, 1);
		return;
	}
	/*
	 * Our deadline comes first: it says that the time ran out, not that there is no such
	 * name.
	 */
	host->lookup = lookup_start(probe->prober->settings.loop, name, NULL,
	    probe->target.spec->timeout_ms + 1000,
	    looked_up, host);
	if (host->lookup == NULL)
		probe_end(probe, OUTCOME_FAULT_MEMORY, NULL);
}

bool
probe_host_next(struct probe_host *host, struct addr *addr)
{
	if (host->next == host->count)
		return false;
	*addr = host->addrs[host->next++];
	return true;
}

bool
probe_host_is_waiting(const struct probe_host *host)
{
	return host->lookup != NULL;
}

void
probe_host_clear(struct probe_host *host)
{
	lookup_cancel(host->lookup);
	host->lookup = NULL;
}
