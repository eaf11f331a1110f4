/* stand_in.c - which entry of a zone out of a file speaks for a name that has none of its own. */
#include "dns/stand_in.h"

#include "dns/answer.h"
#include "dns/entry_layout.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/zone_table.h"

static const struct entry *
find(const struct reply *reply, bool arpa, const uint8_t *name, size_t len)
{
	const struct index *index = reply->responder->index;
	bool mixed;
	uint64_t hash = index_hash(index, name, len, &mixed);

	return arpa ? index_find_under(index, hash, name, len) :
	    index_find(index, hash, name, len);
}

/* The closest encloser exists: the wildcard right below it, if there is one. */
static const struct entry *
find_wildcard(const struct reply *reply, bool arpa, const uint8_t *encloser, size_t len)
{
	uint8_t name[DNS_NAME_MAX] = { 1, '*' };

	if (2 + len > sizeof(name))
		return NULL;
	memcpy(name + 2, encloser, len);
	return find(reply, arpa, name, 2 + len);
}

const struct entry *
stand_in_find(const struct reply *reply, const struct zone *zone, const uint8_t *name, size_t len)
{
	bool arpa = stand_in_is_arpa(name, len);
	const struct entry *entry = arpa ? find(reply, arpa, name, len) : NULL;

	if (entry != NULL || zone == NULL || (zone->flags & ZONE_STATED) == 0)
		return entry;
	/* Below a cut or a DNAME there are no entries: the first one that is met tells. */
	while (len > zone->name_len) {
		len -= 1u + *name;
		name = name_parent(name);
		entry = find(reply, arpa, name, len);
		if (entry == NULL || entry->kind == ENTRY_HOST)
			continue;
		if (entry->kind == ENTRY_CUT || entry->kind == ENTRY_DNAME)
			return entry;
		return find_wildcard(reply, arpa, name, len);
	}
	return NULL;
}

const struct entry *
stand_in_under(const struct reply *reply, const struct entry *entry)
{
	const uint8_t *name = entry_key(entry);

	if (!stand_in_is_arpa(name, entry->name_len))
		return NULL;
	const struct entry *under = find(reply, true, name, entry->name_len);
	return under == entry ? NULL : under;
}
