/* extra.c - addresses of the names that records of a zone file lead to. */
#include "dns/extra.h"

#include <string.h>

#include "dns/answer.h"
#include "dns/compose.h"
#include "dns/entry_layout.h"
#include "dns/reply.h"
#include "dns/wire.h"

/* Who has more than this has no use for the addresses in one reply. */
#define TARGETS_MAX 16

static bool
is_repeated(const struct entry *const *targets, unsigned count, const struct entry *target)
{
	for (unsigned i = 0; i < count; i++)
		if (targets[i] == target)
			return true;
	return false;
}

uint16_t
extra_add(struct reply *reply, const struct entry *entry, const struct entry_set *set,
    const uint8_t *records)
{
	const struct entry *targets[TARGETS_MAX];
	int name_at = entry_name_offset(set->type);
	uint8_t name[DNS_NAME_MAX];
	unsigned count = 0;
	uint16_t added = 0;
	size_t used;

	for (unsigned i = 0; i < set->count && count < TARGETS_MAX && name_at >= 0; i++) {
		const uint8_t *rdata = records + ENTRY_RECORD_HEAD;
		size_t len = entry_expand(entry, rdata + name_at, name, &used);
		const struct entry *target = answer_find(reply, name, len);

		records = rdata + wire_get_u16(rdata - 2);
		if (target == NULL || target->kind == ENTRY_CUT ||
		    is_repeated(targets, count, target))
			continue;
		targets[count++] = target;
		if (!compose_addresses(reply_composer(reply), target, &added))
			break;
	}
	return added;
}
