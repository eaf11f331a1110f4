/* standing.h - why a Pod, or an endpoint of a Service, is in or out, in words.  Thread: control. */
#ifndef ROLLCALL_OPS_STANDING_H
#define ROLLCALL_OPS_STANDING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/roster.h"
#include "model/tally.h"
#include "model/target.h"

struct pod;
struct store;

#define STANDING_WHY_SIZE 384

/* What decides about a Pod, or about one endpoint of a Service.  Texts are the store's. */
struct standing {
	enum presence presence;
	bool in;                        /* DNS answers it; of a Pod: it is ready */
	const char *container;          /* whose probe decides; NULL: no container's */
	enum probe_kind kind;           /* of that probe: readiness, or startup */
	/* the probe's, for what else is known of it (history); "": nothing is probed */
	char target_id[TARGET_ID_SIZE];
	enum verdict verdict;           /* of that probe */
	uint64_t since_unix_ms;         /* of that verdict; 0: there is none */
	const char *reason;             /* the outcome's sentence; "" where there is none */
	/* in words: "its readiness probe fails: connect refused", "stated not ready" ... */
	char why[STANDING_WHY_SIZE];
};

/* Endpoint `at` of the entry. */
void standing_of_endpoint(const struct store *store, const struct roster_entry *entry, size_t at,
    struct standing *out);
/* Is the Pod ready, and why (not)?  Services may ask for more, with a probe of their own. */
void standing_of_pod(const struct store *store, const struct pod *pod, struct standing *out);
/* One container: have its own probes passed? */
void standing_of_container(const struct store *store, const struct pod *pod, size_t container,
    struct standing *out);

/* The first port of the endpoint, named by the Service or the slice; 0: it has none. */
uint16_t standing_port(const struct roster_entry *entry, size_t at);
#endif
