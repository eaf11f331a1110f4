/* host.c - look up hosts, which lie in no zone of ours. */
#include "dns/host.h"

#include <string.h>

#include "dns/entry_layout.h"
#include "dns/index.h"
#include "dns/zone_table.h"

const struct entry *
host_find(const struct index *index, const uint8_t *name, size_t len)
{
	uint8_t wild[DNS_NAME_MAX] = "\1*";
	size_t front = 1u + *name;
	bool mixed;

	if (!index_has_under(index) || *name == 0)
		return NULL;
	const struct entry *entry = index_find_under(index, index_hash(index, name, len, &mixed),
	    name, len);
	if (entry == NULL) {
		memcpy(wild + 2, name + front, len - front);
		len = len - front + 2;
		entry = index_find_under(index, index_hash(index, wild, len, &mixed), wild, len);
	}
	return entry != NULL && entry->kind == ENTRY_HOST ? entry : NULL;
}

bool
host_or_zone_is_ours(const struct index *index, const uint8_t *name, size_t len)
{
	bool mixed;

	return zone_table_above(index_zones(index), name, len) != NULL ||
	    index_find(index, index_hash(index, name, len, &mixed), name, len) != NULL ||
	    host_find(index, name, len) != NULL;
}
