/*
 * domain.h - the settings with the names that all others end in.  Thread: any; immutable once
 * made.
 */
#ifndef ROLLCALL_DNS_DOMAIN_H
#define ROLLCALL_DNS_DOMAIN_H
#include <stdbool.h>
#include <stdint.h>

struct arena;
struct dns_settings;

struct domain {
	const struct dns_settings *settings;
	const uint8_t *zone;            /* Z, the cluster domain */
	const uint8_t *svc;             /* svc.Z */
	const uint8_t *pod;             /* pod.Z */
};

/*
 * The settings are borrowed, the names are in `arena`.  ERR_LIMIT: the cluster domain is no name;
 * ERR_NOMEM.
 */
int domain_init(struct domain *domain, const struct dns_settings *settings, struct arena *arena);

/* Does dns.namespaces let this one be seen? */
bool domain_exposes(const struct domain *domain, const char *ns);
#endif
