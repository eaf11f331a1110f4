/* outside.c - the name of a Service in the external zone. */
#include "dns/outside.h"

#include <stdbool.h>
#include <stddef.h>

#include "dns/apex.h"
#include "dns/changes.h"
#include "dns/domain.h"
#include "dns/entry.h"
#include "dns/schema.h"

int
outside_plan(const struct domain *domain, struct changes *changes, const struct roster_entry *old,
    const struct roster_entry *new, struct arena *arena)
{
	struct domain outside = domain_outside(domain);
	struct schema was = { 0 }, made = { 0 };
	int err = schema_build(&outside, old, arena, &was);

	if (err == 0)
		err = schema_build(&outside, new, arena, &made);
	if (err != 0 || (made.own == NULL && was.own == NULL) ||
	    apex_is_fixed(&outside, (made.own != NULL ? made.own : was.own)->name))
		return err;
	if (made.own == NULL)
		return changes_remove(changes, was.own->name, false);
	const struct entry_spec spec = {
		.kind = made.own->kind, .name = made.own->name, .zone = outside.zone,
		.records = made.own->records, .record_count = made.own->record_count,
		.members = made.members, .member_count = made.member_count,
		.member_ttl_s = made.member_ttl_s, .ports = made.ports,
		.port_count = made.port_count,
	};
	return changes_put(changes, &spec, false);
}
