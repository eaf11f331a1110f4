/* query.c - read what is asked: header, question, EDNS. */
#include "dns/query.h"

#include "dns/wire.h"

#define FLAGS_QR 0x80
#define FLAGS_OPCODE 0x78
#define QUESTION_FIXED 4        /* type, class */
#define RECORD_FIXED 10         /* type, class, TTL, length of rdata */

static void
fail(struct query *query, enum query_state state, enum dns_rcode rcode)
{
	query->state = (uint8_t)state;
	query->rcode = (uint8_t)rcode;
}

/*
 * `fixed` is the record after its owner, rdata_at where its options begin.  RFC 6891, 6.1.1: one
 * OPT, at the root.
 */
static void
read_opt(struct query *query, const uint8_t *buf, const uint8_t *owner, const uint8_t *fixed,
    size_t rdata_at)
{
	uint16_t payload = wire_get_u16(fixed + 2);
	uint16_t rdata_len = wire_get_u16(fixed + 8);
	uint8_t version = fixed[5];

	if (query->edns || *owner != 0) {
		fail(query, QUERY_ERROR, DNS_FORMERR);
		return;
	}
	query->edns = true;
	query->payload = payload < DNS_UDP_MIN ? DNS_UDP_MIN : payload;
	query->dnssec_ok = (wire_get_u16(fixed + 6) & EDNS_DO) != 0;
	if (version > 0)
		fail(query, QUERY_ERROR, DNS_BADVERS);
	else if (rdata_len > 0 && !edns_read(&query->options, buf, rdata_at, rdata_len))
		fail(query, QUERY_ERROR, DNS_FORMERR);
}

/* RFC 8945, 5.1: the last record of all. */
static void
read_tsig(struct query *query, const struct wire_reader *reader, bool last)
{
	if (!last || wire_left(reader) > 0) {
		fail(query, QUERY_ERROR, DNS_FORMERR);
		return;
	}
	query->state = QUERY_SIGNED;
	query->len = (uint16_t)reader->len;
}

/* All records after the question: an OPT is looked at, others are passed over. */
static void
read_records(struct query *query, struct wire_reader *reader, const uint8_t *buf)
{
	uint32_t before = (uint32_t)wire_get_u16(buf + 6) + wire_get_u16(buf + 8);
	uint32_t count = before + wire_get_u16(buf + 10);

	for (uint32_t i = 0; i < count && query->state == QUERY_GOOD; i++) {
		const uint8_t *owner = buf + reader->at;

		wire_skip_name(reader);
		const uint8_t *fixed = wire_read_octets(reader, RECORD_FIXED);
		size_t rdata_at = reader->at;
		if (fixed == NULL || wire_read_octets(reader, wire_get_u16(fixed + 8)) == NULL)
			break;
		if (wire_get_u16(fixed) == DNS_TYPE_OPT && i >= before)
			read_opt(query, buf, owner, fixed, rdata_at);
		else if (wire_get_u16(fixed) == DNS_TYPE_TSIG && i >= before)
			read_tsig(query, reader, i + 1 == count);
	}
	if (query->state == QUERY_GOOD && (reader->err != 0 || wire_left(reader) > 0))
		fail(query, QUERY_ERROR, DNS_FORMERR);
}

static void
read_question(struct query *query, const uint8_t *buf, size_t len)
{
	struct wire_reader reader;

	wire_reader_init(&reader, buf, len);
	reader.at = DNS_HEADER_LEN;
	size_t name_len = wire_read_name(&reader);
	uint16_t type = wire_read_u16(&reader);
	uint16_t class = wire_read_u16(&reader);
	if (reader.err != 0) {
		fail(query, QUERY_NO_QUESTION, DNS_FORMERR);
		return;
	}
	query->name_len = (uint8_t)name_len;
	query->type = type;
	query->state = QUERY_GOOD;
	read_records(query, &reader, buf);
	if (query->state == QUERY_GOOD && class != DNS_CLASS_IN)
		fail(query, class == DNS_CLASS_CH ? QUERY_CHAOS : QUERY_ERROR, DNS_REFUSED);
}

/*
 * The message will be answered by its header alone; where its sections are those of a query, an OPT
 * gets one back (RFC 6891, 6.1.1).
 */
static void
refuse(struct query *query, enum dns_rcode rcode, const uint8_t *buf, size_t len)
{
	struct wire_reader reader;

	wire_reader_init(&reader, buf, len);
	reader.at = DNS_HEADER_LEN;
	for (unsigned left = wire_get_u16(buf + 4); left > 0 && reader.err == 0; left--) {
		wire_skip_name(&reader);
		wire_skip(&reader, QUESTION_FIXED);
	}
	query->state = QUERY_GOOD;
	read_records(query, &reader, buf);
	bool cookie = query->state == QUERY_GOOD && rcode == DNS_FORMERR &&
	    wire_get_u16(buf + 4) == 0 && (query->options.kinds & EDNS_COOKIE) != 0;
	fail(query, cookie ? QUERY_COOKIE : QUERY_NO_QUESTION, rcode);
}

void
query_read(struct query *query, const uint8_t *buf, size_t len)
{
	*query = (struct query){ .payload = DNS_UDP_MIN };
	/* Answering answers would let two servers talk to each other for ever. */
	if (len < DNS_HEADER_LEN || (buf[2] & FLAGS_QR) != 0)
		return;
	if ((buf[2] & FLAGS_OPCODE) != 0)
		refuse(query, DNS_NOTIMP, buf, len);
	else if (wire_get_u16(buf + 4) != 1)
		refuse(query, DNS_FORMERR, buf, len);   /* RFC 9619 */
	else
		read_question(query, buf, len);
}
