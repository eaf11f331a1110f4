/*
 * witness.h - who is told what became of the world, for those who look in.  Thread: control.
 *
 * All are called in the round of the loop in which it happened, and must not change the world.
 * Those that return ERR_NOMEM are asked again later.
 */
#ifndef ROLLCALL_DAEMON_WITNESS_H
#define ROLLCALL_DAEMON_WITNESS_H
#include <stdbool.h>

#include "model/object.h"

struct diag_entry;
struct pod;
struct roster_entry;
struct schedule_report;
struct service;
struct store_key;

struct witness {
	/* The Service is answered like that now, or waits for its address; entry NULL: it is gone. */
	int (*service)(void *arg, const struct store_key *key, const struct roster_entry *entry);
	/* key->object NULL: it is gone. */
	int (*pod)(void *arg, const struct store_key *key);
	int (*ingress)(void *arg, const struct store_key *key);
	int (*space)(void *arg, const char *name, bool exists);
	/* A Namespace, Endpoints, EndpointSlice, as a file states it now; NULL: no file does. */
	void (*object)(void *arg, enum object_kind kind, const char *ns, const char *name,
	    const struct object *object);
	/* A verdict changed, or was confirmed; or (report NULL) is forgotten. */
	void (*verdict)(void *arg, const char *id, const struct schedule_report *report,
	    bool changed);
	/* Something is wrong with a Service's addresses; said once. */
	void (*problem)(void *arg, const struct service *service, const struct diag_entry *entry);
};
#endif
