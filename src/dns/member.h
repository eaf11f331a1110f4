/*
 * member.h - the answered endpoints of a Service under their endpoint names (DNS.md 2.3).
 * Thread: any; pure.
 */
#ifndef ROLLCALL_DNS_MEMBER_H
#define ROLLCALL_DNS_MEMBER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct dns_settings;
struct roster_endpoint;
struct subject;

#define MEMBER_LABEL_SIZE 64

struct member {
	const uint8_t *name;            /* <endpoint name>.s.n.svc.Z; shared by all of that name */
	const struct roster_endpoint *endpoint;
};

/* Sorted by name, then address; members of one name stand together. */
struct member_list {
	const struct member *items;
	size_t count;
};

/*
 * The endpoint's label: its hostname; else the Pod's name where dns.endpointPodNames is on and it
 * fits a label; else the address with dashes.  Returns buf.
 */
char *member_label(const struct dns_settings *settings, const struct roster_endpoint *endpoint,
    char buf[MEMBER_LABEL_SIZE]);

/* An address with '-' for each '.' and ':', as Pod names have it (DNS.md 2.5).  Returns buf. */
char *member_dashed(const struct addr *addr, char buf[MEMBER_LABEL_SIZE]);

/*
 * The same as a host name: with '0' before or after where it would begin or end with '-'.
 * Returns buf.
 */
char *member_address_label(const struct addr *addr, char buf[MEMBER_LABEL_SIZE]);

/*
 * The answered endpoints of the subject (of whose fields all but the members are read), or those
 * with its only address; those whose name would be too long are left out.  ERR_NOMEM.
 */
int member_list_build(const struct subject *subject, struct member_list *list);

/* Where the run of members with the name of items[first] ends. */
size_t member_run_end(const struct member_list *list, size_t first);
#endif
