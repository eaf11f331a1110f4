/*
 * zone_world.h - zones out of texts, and what is answered of them, in words, for tests.
 */
#ifndef ROLLCALL_TESTS_DNS_ZONE_WORLD_H
#define ROLLCALL_TESTS_DNS_ZONE_WORLD_H
#include "base/addr.h"
#include "dns/dns_settings.h"
#include "dns/respond.h"
#include "dns/zone_set.h"

struct diag;
struct index;

struct zone_world {
	struct dns_settings dns;
	struct zone_set_settings settings;
	struct index *index;
	struct zone_set *set;
	struct responder responder;
	struct diag *diag;              /* of the last file */
};

/* A cluster domain z, the reverse zones of the defaults, no zone yet. */
void zone_world_start(struct zone_world *world);
void zone_world_end(struct zone_world *world);

/* The file has this text now (NULL: it is gone), and all is settled; the err of zone_build(). */
int zone_world_state(struct zone_world *world, enum zone_origin origin, const char *path,
    const char *text);
/* What was said of the last file, a line each; to be freed. */
char *zone_world_said(const struct zone_world *world);

/*
 * Ask "NAME TYPE", with DO where "do" follows.  The reply, to be freed: rcode, "aa" where that is
 * set, then for each section a "|" and its records, sorted: "NOERROR aa | a.x. 60 A 10.0.0.1 | |".
 */
char *zone_world_ask(struct zone_world *world, const char *question);
void zone_world_expect(struct zone_world *world, const char *question, const char *reply);
#endif
