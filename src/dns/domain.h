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
	const uint8_t *outside;         /* the external zone; NULL: there is none */
	bool is_outside;                /* this is about the external zone: zone and svc are its name */
};

/*
 * The settings are borrowed, the names are in `arena`.  ERR_LIMIT: the cluster domain is no name;
 * ERR_NOMEM.
 */
int domain_init(struct domain *domain, const struct dns_settings *settings, struct arena *arena);

/* The external zone of a domain that has one; as long as that is there. */
struct domain domain_outside(const struct domain *domain);

/* Does dns.namespaces let this one be seen? */
bool domain_exposes(const struct domain *domain, const char *ns);
#endif
