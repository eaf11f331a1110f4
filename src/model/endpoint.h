/*
 * endpoint.h - what an object states of one endpoint: held by slices, and by Pods one for each
 * address.  Thread: control writes; whoever holds the object may read.
 */
#ifndef ROLLCALL_MODEL_ENDPOINT_H
#define ROLLCALL_MODEL_ENDPOINT_H
#include <stdint.h>

#include "base/addr.h"

/* Texts not stated are NULL. */
struct endpoint {
	struct addr addr;
	uint8_t ready;                  /* enum tristate; unset counts as ready; of slices only */
	uint8_t serving;
	uint8_t terminating;
	const char *hostname;
	const char *pod_name;           /* slices: targetRef of kind Pod in the same namespace */
	const char *node_name;
	const char *zone;
};
#endif
