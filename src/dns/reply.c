/* reply.c - a reply under construction: its sections, what has to fit, OPT and header. */
#include "dns/reply.h"

#include "dns/dns_settings.h"
#include "dns/entry_layout.h"
#include "dns/errand.h"
#include "dns/extra.h"
#include "dns/query.h"
#include "dns/zone_table.h"

#define FLAG_QR 0x80            /* octet 2 of the header */
#define FLAG_AA 0x04
#define FLAG_TC 0x02
#define KEEP_RD 0x79            /* opcode and RD come back as they were */
#define KEEP_CD 0x10            /* octet 3: CD is copied (RFC 4035, 3.1.6), the rest clear */
#define FLAG_RA 0x80

static uint32_t
rotate(struct reply *reply, uint32_t count)
{
	return count > 1 ? reply->responder->rotation % count : 0;
}

static struct compose *
composer(struct reply *reply)
{
	/* A question for somebody else's name shares no more with our zones than the root. */
	if (!reply->composing)
		compose_init(&reply->compose, &reply->writer, reply_asked(reply),
		    reply->query->name_len,
		    reply->zone == NULL ? 1 : reply->zone->name_len, reply->query->mixed);
	reply->composing = true;
	return &reply->compose;
}

struct compose *
reply_composer(struct reply *reply)
{
	return composer(reply);
}

static void
write_soa(struct reply *reply, const struct zone *zone)
{
	struct wire_writer *writer = &reply->writer;
	size_t start = writer->len;

	if (zone != reply->zone) {
		compose_soa(composer(reply), zone);
		return;
	}
	wire_write_octets(writer, zone->record, zone->record_len);
	if (writer->err != 0)
		return;
	size_t place = DNS_HEADER_LEN + (size_t)reply->query->name_len - zone->name_len;
	for (unsigned i = 0; i < zone->pointer_count; i++)
		wire_set_u16(writer->buf + start + zone->pointers[i], (uint16_t)(DNS_POINTER |
		    place));
}

/*
 * What does not fit into the answer or authority section leaves as a whole, and TC says so (RFC
 * 2181, 9).
 */
static bool
keep_or_truncate(struct reply *reply, size_t before)
{
	if (reply->writer.err == 0)
		return true;
	wire_rewind(&reply->writer, before);
	reply->truncated = true;
	return false;
}

void
reply_add_soa(struct reply *reply, const struct zone *zone, uint16_t *section)
{
	size_t before = reply->writer.len;

	write_soa(reply, zone);
	if (keep_or_truncate(reply, before))
		(*section)++;
}

/* Records of addresses have one size: rotated by copying the two parts the other way round. */
static void
copy_set(struct reply *reply, const struct entry_set *set, const uint8_t *records)
{
	bool turns = set->type == DNS_TYPE_A || set->type == DNS_TYPE_AAAA;
	size_t first = turns ? rotate(reply, set->count) * (size_t)(set->len / set->count) : 0;

	wire_write_octets(&reply->writer, records + first, set->len - first);
	wire_write_octets(&reply->writer, records, first);
}

static bool
fits_as_stored(const struct reply *reply, const struct hop *hop, uint16_t type)
{
	if (!hop->own || type == DNS_TYPE_SRV)
		return false;
	return !reply->query->mixed || entry_name_offset(type) < 0;
}

void
reply_add_set(struct reply *reply, const struct hop *hop, const struct entry_set *set,
    const uint8_t *records)
{
	size_t before = reply->writer.len;
	bool turns = set->type == DNS_TYPE_A || set->type == DNS_TYPE_AAAA;

	if (fits_as_stored(reply, hop, set->type))
		copy_set(reply, set, records);
	else
		compose_set(composer(reply), hop->entry, set, records, hop->owner,
		    turns ? rotate(reply, set->count) : 0);
	if (!keep_or_truncate(reply, before))
		return;
	reply->answers = (uint16_t)(reply->answers + set->count);
	if (turns)
		return;
	if (hop->entry->kind == ENTRY_POINTING)
		reply->additional = extra_add(reply, hop->entry, set, records);
	else if ((set->type == DNS_TYPE_SRV || set->type == DNS_TYPE_NS) &&
	    hop->entry->more_count > 0)
		reply->additional = compose_additional(composer(reply), hop->entry);
	else if (set->type == DNS_TYPE_SRV)
		reply->additional = compose_targets(composer(reply), hop->entry, set, records);
}

void
reply_add_addrs(struct reply *reply, uint16_t owner, uint16_t type, uint32_t ttl_s,
    const uint8_t *addrs, uint16_t count)
{
	struct wire_writer *writer = &reply->writer;
	size_t before = writer->len;
	uint16_t len = type == DNS_TYPE_A ? 4 : 16;
	uint32_t at = rotate(reply, count);

	for (unsigned i = 0; i < count && writer->err == 0; i++) {
		wire_write_u16(writer, owner);
		wire_write_u16(writer, type);
		wire_write_u16(writer, DNS_CLASS_IN);
		wire_write_u32(writer, ttl_s);
		wire_write_u16(writer, len);
		wire_write_octets(writer, addrs + (size_t)at * len, len);
		at = at + 1u == count ? 0 : at + 1;
	}
	if (keep_or_truncate(reply, before))
		reply->answers = (uint16_t)(reply->answers + count);
}

void
reply_add_pointer(struct reply *reply, uint16_t owner, const struct entry *entry,
    const uint8_t *label, uint32_t ttl_s)
{
	size_t before = reply->writer.len;

	compose_pointer(composer(reply), entry, label, owner, ttl_s);
	if (keep_or_truncate(reply, before))
		reply->answers++;
}

/* A record made on the spot. */
void
reply_add_record(struct reply *reply, uint16_t owner, uint16_t type, const void *rdata,
    uint16_t rdata_len)
{
	size_t before = reply->writer.len;

	wire_write_u16(&reply->writer, owner);
	wire_write_u16(&reply->writer, type);
	wire_write_u16(&reply->writer, DNS_CLASS_IN);
	wire_write_u32(&reply->writer, reply->responder->settings->ttl_s);
	wire_write_u16(&reply->writer, rdata_len);
	wire_write_octets(&reply->writer, rdata, rdata_len);
	if (keep_or_truncate(reply, before))
		reply->answers++;
}

/* RFC 6891, 6.1.2 and 7: in errors too. */
static void
write_opt(struct reply *reply)
{
	struct wire_writer *writer = &reply->writer;
	const struct dns_settings *settings = reply->responder->settings;

	writer->size = reply->limit;
	if (reply->due.kinds == 0 && reply->error == NULL)
		edns_write_head(writer, settings->udp_size, reply->rcode, reply->due.dnssec_ok, 0);
	else
		edns_write(writer, &reply->due, settings, reply->rcode, reply->error,
		    reply->error_len);
	reply->additional++;
}

static void
write_header(struct reply *reply, uint16_t questions)
{
	uint8_t *buf = reply->buf;

	buf[2] = (uint8_t)((buf[2] & KEEP_RD) | FLAG_QR | (reply->authoritative ? FLAG_AA : 0) |
	    (reply->truncated ? FLAG_TC : 0));
	buf[3] = (uint8_t)((buf[3] & KEEP_CD) | (reply->rcode & 15) | reply->marks);
	wire_set_u16(buf + 4, questions);
	wire_set_u16(buf + 6, reply->answers);
	wire_set_u16(buf + 8, reply->authorities);
	wire_set_u16(buf + 10, reply->additional);
}

/* How long the reply may be (RFC 6891, 6.2.5; RFC 7766). */
static size_t
size_limit(const struct reply *reply, enum transport transport, size_t size)
{
	size_t limit = DNS_MESSAGE_MAX;

	if (transport == TRANSPORT_UDP) {
		limit = reply->query->payload;
		if (limit > reply->responder->settings->udp_size)
			limit = reply->responder->settings->udp_size;
		if (limit < DNS_UDP_MIN)
			limit = DNS_UDP_MIN;
	}
	return limit < size ? limit : size;
}

/* What the query's options are answered with needs room, too.  The few that have some pay for it. */
__attribute__((noinline))
static void
settle_options(struct reply *reply, enum transport transport)
{
	const struct responder *responder = reply->responder;

	edns_settle(&reply->due, &reply->query->options, responder->settings,
	    transport == TRANSPORT_UDP ? 0 : responder->keepalive_ds,
	    transport == TRANSPORT_TLS);
	reply->writer.size = reply->limit - edns_room(&reply->due, responder->settings);
}

void
reply_init(struct reply *reply, struct responder *responder, const struct query *query,
    enum transport transport, uint8_t *buf, size_t size)
{
	/*
	 * Field by field: clearing the composer's room each time would cost more than most
	 * answers.
	 */
	reply->responder = responder;
	reply->query = query;
	reply->buf = buf;
	reply->zone = NULL;
	reply->answers = 0;
	reply->authorities = 0;
	reply->additional = 0;
	reply->rcode = query->rcode;
	reply->transport = (uint8_t)transport;
	/* Recursion is offered to all or to nobody: the bit tells of the server, not of the name. */
	reply->marks = responder->settings->forward != NULL ? FLAG_RA : 0;
	reply->hops = 0;
	reply->authoritative = false;
	reply->truncated = false;
	reply->proven = false;
	reply->composing = false;
	reply->error = NULL;
	reply->limit = size_limit(reply, transport, size);
	reply->due.kinds = 0;
	reply->due.dnssec_ok = query->dnssec_ok;
	wire_writer_init(&reply->writer, buf, reply->limit - (query->edns ? DNS_OPT_LEN : 0));
	reply->writer.len = DNS_HEADER_LEN + (size_t)query->name_len + 4;
	if (query->options.kinds != 0)
		settle_options(reply, transport);
}

void
reply_resume(struct reply *reply, struct responder *responder, const struct errand *errand,
    uint8_t *buf, size_t size)
{
	reply_init(reply, responder, &errand->query, (enum transport)errand->transport, buf, size);
	reply->client = NULL;
	reply->errand = NULL;
	/* The query's options stood where records stand now: what is due for them was settled then. */
	reply->due = errand->due;
	if (reply->due.kinds != 0)
		reply->writer.size = reply->limit - edns_room(&reply->due, responder->settings);
	reply->writer.len = errand->len;
	reply->answers = errand->answers;
	reply->hops = errand->hops;
	reply->authoritative = errand->authoritative;
}

void
reply_clear(struct reply *reply)
{
	wire_rewind(&reply->writer, DNS_HEADER_LEN + (size_t)reply->query->name_len + 4);
	reply->answers = reply->authorities = reply->additional = 0;
	reply->hops = 0;
	reply->authoritative = reply->truncated = false;
	reply->error = NULL;
}

void
reply_explain(struct reply *reply, const struct entry *entry)
{
	if (entry == NULL || entry->more_len == 0)
		return;
	reply->error = entry_more(entry);
	reply->error_len = entry->more_len;
}

void
reply_prohibit(struct reply *reply)
{
	static const uint8_t prohibited[] = EDNS_ERROR_OCTETS(EDNS_ERROR_PROHIBITED);

	reply->error = prohibited;
	reply->error_len = sizeof(prohibited);
}

size_t
reply_finish(struct reply *reply)
{
	if (reply->query->edns)
		write_opt(reply);
	write_header(reply, 1);
	return reply->writer.len;
}

size_t
reply_finish_bare(struct reply *reply)
{
	reply->writer.len = DNS_HEADER_LEN;
	if (reply->query->edns)
		write_opt(reply);
	write_header(reply, 0);
	return reply->writer.len;
}
