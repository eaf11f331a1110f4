/* config_compare.c - what differs between two sets of settings, and what that takes. */
#include <string.h>

#include "daemon/config.h"

static bool
same_texts(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Those that differ, or all of them. */
static size_t
restart_names(const struct config *old, const struct config *new, bool all,
    const char *names[CONFIG_RESTART_MAX])
{
	const struct {
		const char *name;
		bool same;
	} settings[CONFIG_RESTART_MAX] = {
		{ "clusterDomain", same_text(old->cluster_domain, new->cluster_domain) },
		{ "listen",
		    same_texts(old->listen_texts, old->listen_text_count, new->listen_texts,
			new->listen_text_count) },
		{ "threads", old->threads == new->threads },
		{ "serviceCIDRs",
		    same_texts(old->service_cidr_texts, old->service_cidr_text_count,
			new->service_cidr_texts, new->service_cidr_text_count) },
		{ "loadBalancerCIDRs",
		    same_texts(old->load_balancer_cidr_texts, old->load_balancer_cidr_text_count,
			new->load_balancer_cidr_texts, new->load_balancer_cidr_text_count) },
		{ "serviceNodePortRange", same_text(old->node_port_range, new->node_port_range) },
		{ "user", same_text(old->user, new->user) },
		{ "nodeName", same_text(old->node_name, new->node_name) },
		{ "state.dir", same_text(old->state_dir, new->state_dir) },
		{ "probes.exec.user", same_text(old->probes.exec.user, new->probes.exec.user) },
		{ "probes.exec.socket",
		    same_text(old->probes.exec.socket, new->probes.exec.socket) },
		/* The helper is started before privileges are given up, or never. */
		{ "probes.exec.enabled", old->probes.exec.enabled || !new->probes.exec.enabled },
		{ "tcp",
		    old->tcp.max_clients == new->tcp.max_clients &&
			old->tcp.idle_ms == new->tcp.idle_ms },
		{ "listenTLS",
		    same_texts(old->tls.listen_texts, old->tls.listen_text_count,
			new->tls.listen_texts, new->tls.listen_text_count) &&
			same_text(old->tls.certificate, new->tls.certificate) &&
			same_text(old->tls.key, new->tls.key) },
	};
	size_t count = 0;

	for (size_t i = 0; i < CONFIG_RESTART_MAX; i++)
		if (all || !settings[i].same)
			names[count++] = settings[i].name;
	return count;
}

size_t
config_needs_restart(
    const struct config *old, const struct config *new, const char *names[CONFIG_RESTART_MAX])
{
	return restart_names(old, new, false, names);
}

void
config_restart_names(const char *names[CONFIG_RESTART_MAX])
{
	static const struct config none;

	(void)restart_names(&none, &none, true, names);
}

static bool
same_addrs(const struct addr *a, size_t a_count, const struct addr *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (addr_compare(&a[i], &b[i]) != 0)
			return false;
	return true;
}

bool
config_same_answers(const struct config *a, const struct config *b)
{
	const struct config_dns *x = &a->dns, *y = &b->dns;

	if (x->ttl_s != y->ttl_s || x->ttl_cluster_ip_s != y->ttl_cluster_ip_s ||
	    x->ttl_headless_s != y->ttl_headless_s || x->ttl_negative_s != y->ttl_negative_s ||
	    x->pods != y->pods || x->endpoint_pod_names != y->endpoint_pod_names ||
	    x->ignore_empty_service != y->ignore_empty_service || x->zonal != y->zonal ||
	    !config_autopath_same(&x->autopath, &y->autopath))
		return false;
	if (!same_texts(x->namespaces, x->namespace_count, y->namespaces, y->namespace_count) ||
	    !same_texts(
		x->reverse_zones, x->reverse_zone_count, y->reverse_zones, y->reverse_zone_count))
		return false;
	if (!same_text(a->external.zone, b->external.zone) ||
	    a->external.headless != b->external.headless || a->external.ttl_s != b->external.ttl_s)
		return false;
	return same_addrs(x->ns_addresses, x->ns_address_count, y->ns_addresses,
	    y->ns_address_count) && same_addrs(a->ingress_addresses, a->ingress_address_count,
	    b->ingress_addresses, b->ingress_address_count);
}
