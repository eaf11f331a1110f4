/* zone_rules.h - what is wrong with the records of a zone, each by itself or at one name. */
#ifndef ROLLCALL_DNS_ZONE_RULES_H
#define ROLLCALL_DNS_ZONE_RULES_H
#include <stddef.h>

#include "base/diag.h"

struct master;
struct master_record;
struct zone_node;
struct zone_tree;

/* Who says it, about which file. */
struct zone_rules {
	const char *path;
	struct diag *diag;
};

/* The one SOA of a file; NULL: there is none, or more than one: said.  Thread: any; pure. */
const struct master_record *zone_rules_soa(const struct zone_rules *rules,
    const struct master *master);
/* Records that lie outside of the zone, or have a type that is no data, are said. */
void zone_rules_scope(const struct zone_rules *rules, const struct master *master,
    const struct master_record *soa);
/* What may not, or should not, stand beside each other; what is never answered. */
void zone_rules_node(const struct zone_rules *rules, const struct zone_tree *tree,
    const struct zone_node *node);

void zone_rules_say(const struct zone_rules *rules, enum severity severity,
    const struct master_record *record, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#endif
