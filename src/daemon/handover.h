/* handover.h - fill a new catalog with all that is answered.  Thread: control. */
#ifndef ROLLCALL_DAEMON_HANDOVER_H
#define ROLLCALL_DAEMON_HANDOVER_H
#include <stdbool.h>

struct catalog;
struct store;

/*
 * Namespaces, published entries and, with `pods_verified`, the names of Pods.  ERR_NOMEM: only some
 * of it.
 */
int handover_fill(struct catalog *catalog, struct store *store,
    bool pods_verified);
#endif
