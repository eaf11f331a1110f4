/* referral.c - what is said of names that a zone of ours gives away. */
#include "dns/referral.h"

#include <string.h>

#include "dns/compose.h"
#include "dns/entry_layout.h"
#include "dns/query.h"
#include "dns/reply.h"
#include "dns/wire.h"

/* A set of the entry under its own name; one that does not fit leaves as a whole. */
static bool
add_set(struct reply *reply, const struct entry *entry, uint16_t type, uint16_t *section)
{
	const uint8_t *records;
	const struct entry_set *set = entry_find_set(entry, type, &records);
	size_t before = reply->writer.len;

	if (set == NULL)
		return true;
	compose_named(reply_composer(reply), entry, set, records);
	if (reply->writer.err != 0) {
		wire_rewind(&reply->writer, before);
		reply->truncated = true;
		return false;
	}
	*section = (uint16_t)(*section + set->count);
	return true;
}

void
referral_answer(struct reply *reply, const struct entry *cut)
{
	/* Behind a CNAME of ours the answer begins with what we know for sure (RFC 1035, 4.1.1). */
	if (reply->hops == 0)
		reply->authoritative = false;
	if (!add_set(reply, cut, DNS_TYPE_NS, &reply->authorities))
		return;
	if (reply->query->dnssec_ok && !add_set(reply, cut, DNS_TYPE_DS, &reply->authorities))
		return;
	reply->additional = (uint16_t)(reply->additional +
	    compose_additional(reply_composer(reply), cut));
}

/* The CNAME that goes with the DNAME, of its TTL. */
static bool
add_alias(struct reply *reply, uint16_t owner, uint32_t ttl_s,
    const struct referral_target *target)
{
	struct wire_writer *writer = &reply->writer;
	size_t before = writer->len;

	wire_write_u16(writer, owner);
	wire_write_u16(writer, DNS_TYPE_CNAME);
	wire_write_u16(writer, DNS_CLASS_IN);
	wire_write_u32(writer, ttl_s);
	wire_write_u16(writer, (uint16_t)target->len);
	wire_write_octets(writer, target->name, target->len);
	if (writer->err != 0) {
		wire_rewind(writer, before);
		reply->truncated = true;
		return false;
	}
	reply->answers++;
	reply->hops++;
	return true;
}

bool
referral_redirect(struct reply *reply, const struct entry *entry, const uint8_t *name,
    size_t len, uint16_t owner, struct referral_target *target)
{
	const uint8_t *records;
	const struct entry_set *set = entry_find_set(entry, DNS_TYPE_DNAME, &records);
	size_t front = len - entry->name_len;

	if (set == NULL || !add_set(reply, entry, DNS_TYPE_DNAME, &reply->answers))
		return false;
	size_t to_len = wire_get_u16(records + ENTRY_RECORD_HEAD - 2);
	if (front + to_len > DNS_NAME_MAX) {
		reply->rcode = DNS_YXDOMAIN;
		return false;
	}
	memcpy(target->name, name, front);
	memcpy(target->name + front, records + ENTRY_RECORD_HEAD, to_len);
	target->len = front + to_len;
	uint32_t ttl_s = (uint32_t)wire_get_u16(records + 6) << 16 | wire_get_u16(records + 8);
	target->owner = (uint16_t)(DNS_POINTER | (reply->writer.len + ENTRY_RECORD_HEAD));
	return add_alias(reply, owner, ttl_s, target);
}
