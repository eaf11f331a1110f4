/* answer.c - what an entry answers to a question, and what is said where nothing is. */
#include "dns/answer.h"

const struct entry *
answer_find(const struct reply *reply, const uint8_t *name, size_t len)
{
	const struct index *index = reply->responder->index;
	bool mixed;

	return index_find(index, index_hash(index, name, len, &mixed), name, len);
}

void
answer_negative(struct reply *reply, const struct zone *zone, enum dns_rcode rcode)
{
	reply->rcode = (uint8_t)rcode;
	reply_add_soa(reply, zone, &reply->authorities);
}

bool
answer_some(struct reply *reply, uint16_t owner)
{
	static const uint8_t hinfo[] = "\7RFC8482"; /* and an empty OS: the NUL */

	if (reply->query->type != DNS_TYPE_ANY)
		return false;
	reply_add_record(reply, owner, DNS_TYPE_HINFO, hinfo, sizeof(hinfo));
	return true;
}

/* RFC 8482, 4.2: one small answer instead of everything; a CNAME is the whole truth already. */
static bool
answer_any(struct reply *reply, const struct hop *hop)
{
	const uint8_t *records;
	const struct entry_set *set = entry_find_set(hop->entry, DNS_TYPE_CNAME, &records);

	if (set != NULL) {
		reply_add_set(reply, hop, set, records);
		return true;
	}
	return (hop->entry->set_count > 0 || hop->entry->name_len == hop->entry->zone_len) &&
	    answer_some(reply, hop->owner);
}

bool
answer_other(struct reply *reply, const struct hop *hop)
{
	if (reply->query->type == DNS_TYPE_ANY)
		return answer_any(reply, hop);
	if (reply->query->type == DNS_TYPE_SOA && hop->entry->name_len == hop->entry->zone_len &&
	    hop->own && hop->entry->kind != ENTRY_HOST) {
		reply_add_soa(reply, reply->zone, &reply->answers);
		return true;
	}
	return false;
}

void
answer_no_data(struct reply *reply, const struct entry *entry)
{
	const struct zone *zone = answer_zone(reply, entry);

	/* It lies in no zone of ours: there is no SOA to speak for it (RFC 2308, 2.2, type 3). */
	if (entry->kind == ENTRY_HOST)
		return;
	answer_negative(reply, zone != NULL ? zone : reply->zone, DNS_NOERROR);
}
