/*
 * slicing.h - which endpoints of a Service go into which EndpointSlice.  Thread: control; pure.
 *
 * As the EndpointSlice controller has it: one family and one set of ports a slice, at most 100
 * endpoints; a Service without endpoints has an empty slice for each of its families.  Slices are
 * numbered, and their names follow from the number, so that they stay while endpoints come and go.
 */
#ifndef ROLLCALL_OPS_SLICING_H
#define ROLLCALL_OPS_SLICING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/roster.h"

struct slice;

#define SLICING_MAX 100                 /* endpoints of one slice */
#define SLICING_NAME_SIZE 72

/* Endpoints of one family and group: one slice or several. */
struct slicing_run {
	uint8_t family;
	uint32_t group;
	uint32_t count;
	uint32_t first_part;
	uint32_t seen;                  /* by slicing_next() */
};

struct slicing {
	struct slicing_run *runs;       /* by family, then group */
	size_t run_count;
	size_t group_count;
	size_t part_count;
};

/* Of a Service with a selector, its own Pods only.  ERR_NOMEM. */
int slicing_make(const struct roster_entry *entry, struct slicing *out);
/* Of stated Endpoints, which are mirrored: a slice for each family of each subset.  ERR_NOMEM. */
int slicing_mirror(const struct slice *endpoints, struct slicing *out);
void slicing_release(struct slicing *slicing);

/* The run that this part is of, and how many endpoints of it come before. */
const struct slicing_run *slicing_find(const struct slicing *slicing, size_t part, size_t *skip);
/* Called for each endpoint in order: the part that it goes into; false: into none. */
bool slicing_next(struct slicing *slicing, uint8_t family, uint32_t group, size_t *part);

/* NAME-xxxxx; with another `salt` another one, where that is taken.  Returns buf. */
char *slicing_name(const char *ns, const char *name, size_t part, unsigned salt,
    char buf[SLICING_NAME_SIZE]);

/* What DNS and a mirror would say of an endpoint (discovery.k8s.io/v1 EndpointConditions). */
struct slicing_conditions {
	bool ready;
	bool serving;
	bool terminating;
};
struct slicing_conditions slicing_conditions(const struct roster_entry *entry,
    const struct roster_endpoint *endpoint);
/* The endpoint of this address that some object states; NULL: there is none. */
const struct roster_endpoint *slicing_stated(const struct roster_entry *entry,
    const struct addr *addr);
#endif
