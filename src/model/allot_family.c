/*
 * allot_family.c - spec.ipFamilies as the API server would default them.
 *
 * kubernetes/pkg/registry/core/service/storage/alloc.go, initIPFamilyFields().
 */
#include "base/diag.h"
#include "base/err.h"
#include "model/allot_parts.h"

static const char *
family_text(enum addr_family family)
{
	return family == ADDR_IP6 ? "IPv6" : "IPv4";
}

static enum addr_family
other_family(enum addr_family family)
{
	return family == ADDR_IP6 ? ADDR_IP4 : ADDR_IP6;
}

/* spec.ipFamilies, completed by the families of spec.clusterIPs. */
static int
stated_families(const struct service *service, struct diag *diag, enum addr_family families[2],
    size_t *count)
{
	size_t used = service->family_count;

	for (size_t i = 0; i < used; i++)
		families[i] = service->families[i];
	for (size_t i = 0; i < service->cluster_ip_count; i++) {
		enum addr_family family = (enum addr_family)service->cluster_ips[i].family;
		char text[ADDR_TEXT_SIZE];

		if (i < used && families[i] != family) {
			diag_add(diag, SEVERITY_ERROR, &service->cluster_ip_place,
			    "Service %s/%s: spec.clusterIPs[%zu] %s: is not of the family "
			    "spec.ipFamilies[%zu] %s", service->object.ns, service->object.name, i,
			    addr_text(&service->cluster_ips[i], text), i, family_text(families[i]));
			return ERR_INVALID;
		}
		if (i == used)
			families[used++] = family;
	}
	*count = used;
	return 0;
}

static int
refuse_missing(const struct service *service, struct diag *diag, const char *field,
    enum addr_family family)
{
	diag_add(diag, SEVERITY_ERROR, &service->object.place,
	    "Service %s/%s: %s: serviceCIDRs have no network of %s", service->object.ns,
	    service->object.name, field, family_text(family));
	return ERR_INVALID;
}

/*
 * A headless Service without selector gets both families unless it says otherwise, whatever
 * the cluster has: nobody knows which endpoints will be written for it.
 */
static enum ip_policy
effective_policy(const struct service *service, size_t stated)
{
	if (service->ip_policy != IP_POLICY_UNSET)
		return service->ip_policy;
	if (service->headless && service->selector.count == 0)
		return IP_POLICY_REQUIRE_DUAL;
	return stated == 2 ? IP_POLICY_PREFER_DUAL : IP_POLICY_SINGLE;
}

static int
check_configured(const struct pool_addr *pool, const struct service *service, struct diag *diag,
    enum ip_policy policy, const enum addr_family families[2], size_t count)
{
	/* What needs no address may name any family, unless it insists on both. */
	if (service->headless && policy != IP_POLICY_REQUIRE_DUAL)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (!pool_addr_has_family(pool, families[i]))
			return refuse_missing(service, diag,
			    policy == IP_POLICY_REQUIRE_DUAL ?
			    "spec.ipFamilyPolicy RequireDualStack" : "spec.ipFamilies",
			    families[i]);
	return 0;
}

int
allot_choose_families(const struct pool_addr *pool, const struct service *service,
    struct diag *diag, enum addr_family families[2], size_t *count)
{
	bool anything = service->type == SERVICE_EXTERNAL_NAME ||
	    (service->headless && service->selector.count == 0);
	enum addr_family chosen[2] = { ADDR_NONE, ADDR_NONE };
	size_t used = 0;
	int err = stated_families(service, diag, chosen, &used);
	enum ip_policy policy = effective_policy(service, used);

	if (err != 0)
		return err;
	if (policy == IP_POLICY_SINGLE && used == 2) {
		diag_add(diag, SEVERITY_ERROR, &service->object.place,
		    "Service %s/%s: spec.ipFamilyPolicy SingleStack: two families are stated",
		    service->object.ns, service->object.name);
		return ERR_INVALID;
	}
	if (used == 0) {
		chosen[0] = pool_addr_primary(pool);
		if (chosen[0] == ADDR_NONE)
			chosen[0] = ADDR_IP4;
		used = 1;
	}
	if (policy != IP_POLICY_SINGLE && used == 1 && (anything ||
	    policy == IP_POLICY_REQUIRE_DUAL ||
	    pool_addr_has_family(pool, other_family(chosen[0]))))
		chosen[used++] = other_family(chosen[0]);
	if (!anything)
		err = check_configured(pool, service, diag, policy, chosen, used);
	if (err != 0)
		return err;
	families[0] = chosen[0];
	families[1] = chosen[1];
	*count = used;
	return 0;
}
