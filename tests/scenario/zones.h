/* zones.h - zone files, local zones and hosts files of a scenario, by their names. */
#ifndef ROLLCALL_TESTS_SCENARIO_ZONES_H
#define ROLLCALL_TESTS_SCENARIO_ZONES_H
#include <stdbool.h>

#include "base/addr.h"

struct diag;
struct dns_settings;
struct index;
struct zones;

/* Everything is borrowed; the networks are those of Services. */
struct zones *zones_new(const struct dns_settings *dns, struct index *index,
    const struct cidr *networks, size_t network_count);
void zones_free(struct zones *zones);

/* Is it one of them: NAME.zone, local/NAME.zone, hosts, hosts.2 (which comes behind hosts)? */
bool zones_is_ours(const char *name);
/* The file has this text now; NULL: it is gone. */
void zones_file(struct zones *zones, const char *name, const char *text, struct diag *diag);
#endif
