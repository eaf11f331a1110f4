/*
 * hosting.h - the hosts of Ingresses: single names in no zone of ours.  Thread: control.
 *
 * They are second entries (index_put_under()), looked for where no zone of ours has the name: a zone
 * that has it wins, whenever it comes, and all other names of a host's domain stay whose they are.
 * *.NAME stands for every name one label below NAME, as it does for those who serve an Ingress.
 * Two Ingresses that state one host are answered together.
 */
#ifndef ROLLCALL_DNS_HOSTING_H
#define ROLLCALL_DNS_HOSTING_H
#include <stdbool.h>
#include <stddef.h>

struct domain;
struct hosting;
struct index;
struct ingress;

/* Everything is borrowed.  NULL: no memory. */
struct hosting *hosting_new(const struct domain *domain, struct index *index);
void hosting_free(struct hosting *hosting);

/* The Ingress is now this one (it is held), or gone (NULL).  ERR_NOMEM: it is as it was. */
int hosting_set(struct hosting *hosting, const char *ns, const char *name,
    const struct ingress *ingress);

/* End of a batch: answer what memory did not suffice for; true while something is owed. */
bool hosting_settle(struct hosting *hosting);

/* Hosts that are answered. */
size_t hosting_count(const struct hosting *hosting);
#endif
