/*
 * autopath.h - a client's walk along its search list, done here in one query.  Threads: control
 * makes the settings, readers walk.
 *
 * With ndots:5 a Pod that wants www.example.com first asks for www.example.com.ns.svc.Z,
 * ...svc.Z, ...Z and what else is in its search list.  When the first of these is missing and we
 * know whose namespace the client is in, the others are tried for it: the first that is not
 * NXDOMAIN is the answer, behind a CNAME from the question to it; one without data ends the walk, as
 * it does in musl.  If all are missing, the first reply is given and the client goes on by itself.
 */
#ifndef ROLLCALL_DNS_AUTOPATH_H
#define ROLLCALL_DNS_AUTOPATH_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct errand;
struct reply;

#define AUTOPATH_NS_SIZE 64

struct autopath_network {
	struct cidr network;
	uint8_t ns[AUTOPATH_NS_SIZE];           /* as a label: its length first, lower case */
};

/* Everything is borrowed.  The list is what hosts have beside the cluster's names. */
struct autopath {
	bool pods;                              /* Pods are known by their addresses (tenants.h) */
	const struct autopath_network *networks; /* the longest that has an address counts */
	size_t network_count;
	const uint8_t *const *search;           /* wire names, lower case */
	size_t search_count;
	_Atomic uint64_t *helped;               /* queries that found something on the way */
};

/*
 * The reply says that the question's name is missing: if that is the first step of its client's
 * walk, take the others.  What lies elsewhere makes it an errand.
 */
void autopath_walk(struct reply *reply);

/*
 * An errand of a walk has come to an end with this reply, which may go on: then the errand is wanted
 * anew.
 */
void autopath_settle(struct reply *reply, struct errand *errand);
#endif
