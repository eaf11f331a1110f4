/*
 * ingress.h - an Ingress: the names under which it is reached, and where (networking.k8s.io/v1
 * Ingress).  Thread: control.
 *
 * Requests are somebody else's: only names and addresses are looked at here.
 */
#ifndef ROLLCALL_MODEL_INGRESS_H
#define ROLLCALL_MODEL_INGRESS_H
#include <stddef.h>

#include "base/addr.h"
#include "model/object.h"

struct ingress {
	struct object object;
	/* spec.rules[].host, sorted, each once; the first label may be "*" */
	const char **hosts;
	size_t host_count;
	const char **services;          /* of its backends, sorted, each once */
	size_t service_count;
	/* rollcall/address, or else status.loadBalancer.ingress[].ip, sorted, each once */
	struct addr *addrs;
	size_t addr_count;
	const char *balancer;           /* its hostname there, the first one; NULL: none */
};
#endif
