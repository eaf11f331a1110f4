/* drains.h - which endpoints an operator has taken out, and the changing of it.  Thread: control. */
#ifndef ROLLCALL_OPS_DRAINS_H
#define ROLLCALL_OPS_DRAINS_H
#include <jansson.h>
#include <stdbool.h>

struct insight;
struct visit;

struct drains {
	const struct insight *insight;
	int (*drain)(void *arg, const char *id, bool drained, const char *reason);
	void *arg;
};

/* A new reference: {"drained": [{"pod" or "service" and "address", "namespace", ...}]}. */
json_t *drains_list(const struct drains *drains);
/* What the visit's body asks for; ends the visit. */
void drains_change(const struct drains *drains, struct visit *visit);
#endif
