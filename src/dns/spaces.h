/*
 * spaces.h - the namespaces' own names, n.svc.Z, n.pod.Z and n.EXT.  Thread: control.
 *
 * A namespace exists when it is stated, or while anything is in it.
 */
#ifndef ROLLCALL_DNS_SPACES_H
#define ROLLCALL_DNS_SPACES_H
#include <stdbool.h>

struct ledger;
struct spaces;
struct domain;

/* NULL: no memory. */
struct spaces *spaces_new(const struct domain *domain, struct ledger *ledger);
void spaces_free(struct spaces *spaces);

/*
 * Something is in the namespace; it is gone (one release a hold).  ERR_NOMEM: nothing was
 * changed.
 */
int spaces_hold(struct spaces *spaces, const char *ns);
void spaces_release(struct spaces *spaces, const char *ns);

/* It is stated, or no longer.  ERR_NOMEM. */
int spaces_state(struct spaces *spaces, const char *ns, bool stated);
#endif
