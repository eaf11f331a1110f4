/* parcel_read.c - decide what an upstream's reply is, and what of it is kept. */
#include <stdlib.h>
#include <string.h>

#include "dns/entry.h"
#include "dns/name.h"
#include "dns/parcel_layout.h"
#include "dns/parcel_parts.h"

#define CHAIN_MAX 16            /* CNAMEs followed in one reply */
#define NO_SOA_TTL_S 5          /* a negative answer without a SOA says nothing of its duration */
#define FLAG_QR 0x80
#define FLAG_AA 4
#define FLAG_TC 2
#define FLAG_AD 0x20
#define OPCODE 0x78

/* A name of the chain, in the letters it came in, and its place in the message. */
struct link {
	uint8_t name[DNS_NAME_MAX];
	size_t at;
};

struct taking {
	const struct parcel_rules *rules;
	const struct asked *asked;
	struct wire_reader reader;      /* over the reply */
	uint16_t rcode;
	bool edns;
	bool found;             /* records of the type stand at the end of the chain */
	bool ours;              /* the chain's end is a name of ours */
	bool soa;
	bool referral;          /* NS records in the authority section */
	bool contradicts;       /* a chain that turns back on itself or is too long */
	unsigned answers;       /* records of the answer section that are kept */
	uint32_t ttl_s;         /* the least so far */
	unsigned last;          /* the chain's last link; 0: the question */
	struct link chain[CHAIN_MAX + 1];
	uint8_t dname[DNS_NAME_MAX];    /* the owner of the last DNAME; none: the root */
	struct parcel_pack pack;
};

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void
keep(struct taking *taking, const struct parcel_record *record, bool turns, size_t *name_at)
{
	parcel_pack_add(&taking->pack, record, turns, &taking->reader, name_at);
	taking->ttl_s = least(taking->ttl_s, record->ttl_s);
}

/* A CNAME of the chain's end leads it on (RFC 1034, 3.6.2). */
static void
follow(struct taking *taking, const struct parcel_record *record)
{
	struct wire_reader *reader = &taking->reader;
	uint8_t folded[DNS_NAME_MAX];

	if (taking->last == CHAIN_MAX) {
		taking->contradicts = true;
		return;
	}
	struct link *next = &taking->chain[taking->last + 1];
	reader->at = record->rdata_at;
	size_t len = wire_expand_name(reader, next->name);
	keep(taking, record, false, &next->at);
	if (reader->err != 0)
		return;
	for (unsigned i = 0; i <= taking->last; i++)
		taking->contradicts |= name_equal(taking->chain[i].name, next->name);
	taking->last++;
	memcpy(folded, next->name, len);
	name_fold(folded, len);
	taking->ours = taking->rules->is_ours != NULL &&
	    taking->rules->is_ours(taking->rules->arg, folded, len);
}

/* Of a set that is kept? */
static bool
signs_answer(const struct taking *taking, const struct parcel_record *record)
{
	uint16_t covered = wire_get_u16(taking->reader.buf + record->rdata_at);

	if (covered == DNS_TYPE_DNAME)
		return name_equal(record->owner, taking->dname);
	if (covered != DNS_TYPE_CNAME && covered != taking->asked->type)
		return false;
	for (unsigned i = taking->last + 1; i-- > 0;)
		if (name_equal(taking->chain[i].name, record->owner))
			return true;
	return false;
}

static void
take_answer(struct taking *taking, const struct parcel_record *record)
{
	uint16_t type = record->type, asked = taking->asked->type;
	const uint8_t *end = taking->chain[taking->last].name;

	/*
	 * Behind a name of ours everything is our own business, but the signature of the CNAME
	 * that leads to it.
	 */
	if (type == DNS_TYPE_RRSIG && asked != DNS_TYPE_RRSIG && asked != DNS_TYPE_ANY) {
		if (taking->asked->dnssec_ok && record->rdata_len >= 2 &&
		    signs_answer(taking, record))
			keep(taking, record, false, NULL);
		return;
	}
	if (taking->ours || taking->contradicts)
		return;
	if (name_equal(record->owner, end)) {
		if (type == asked || asked == DNS_TYPE_ANY) {
			keep(taking, record, type == asked && (type == DNS_TYPE_A ||
			    type == DNS_TYPE_AAAA), NULL);
			taking->found = true;
		} else if (type == DNS_TYPE_CNAME && !taking->found) {
			follow(taking, record);
		}
	} else if (type == DNS_TYPE_DNAME && !taking->found && name_is_under(end, record->owner)) {
		memcpy(taking->dname, record->owner, record->owner_len);
		keep(taking, record, false, NULL);
	}
}

/* RFC 2308, 3 and 5: so long as the SOA says, in its TTL and in its last field. */
static void
take_soa(struct taking *taking, struct parcel_record *record)
{
	struct wire_reader minimum = taking->reader;

	if (record->rdata_len < 22)
		return;
	minimum.at = record->rdata_at + record->rdata_len - 4;
	record->ttl_s = least(record->ttl_s, wire_read_u32(&minimum));
	record->ttl_s = least(record->ttl_s, taking->rules->max_negative_ttl_s);
	keep(taking, record, false, NULL);
	taking->soa = true;
}

/* What proves an answer or that there is none (RFC 4035, 3.1.3). */
static bool
is_proof(const struct taking *taking, const struct parcel_record *record)
{
	uint16_t type = record->type;

	if (!taking->asked->dnssec_ok)
		return false;
	if (type == DNS_TYPE_RRSIG && record->rdata_len >= 2) {
		type = wire_get_u16(taking->reader.buf + record->rdata_at);
		if (type == DNS_TYPE_SOA)
			return !taking->found;
	}
	return type == DNS_TYPE_NSEC || type == DNS_TYPE_NSEC3 || type == DNS_TYPE_DS;
}

static void
take_authority(struct taking *taking, struct parcel_record *record)
{
	const uint8_t *end = taking->chain[taking->last].name;

	if (record->type == DNS_TYPE_NS)
		taking->referral = true;
	if (taking->ours)
		return;
	if (record->type == DNS_TYPE_SOA) {
		if (!taking->found && !taking->soa && name_is_under(end, record->owner))
			take_soa(taking, record);
	} else if (is_proof(taking, record)) {
		keep(taking, record, false, NULL);
	}
}

static void
take_additional(struct taking *taking, const struct parcel_record *record)
{
	if (record->type != DNS_TYPE_OPT || taking->edns)
		return;
	taking->edns = true;
	/* For OPT the class is a size, and the TTL begins with the rest of the rcode. */
	taking->rcode = (uint16_t)(taking->rcode | (record->ttl_s >> 24) << 4);
}

static void
read_record(struct taking *taking, struct parcel_record *record)
{
	struct wire_reader *reader = &taking->reader;

	record->owner_len = (uint8_t)wire_expand_name(reader, record->owner);
	record->type = wire_read_u16(reader);
	record->class = wire_read_u16(reader);
	record->ttl_s = wire_read_u32(reader);
	record->rdata_len = wire_read_u16(reader);
	record->rdata_at = reader->at;
	wire_skip(reader, record->rdata_len);
}

/* RFC 2181, 8: a TTL with the first bit set is 0. */
static void
limit_ttl(const struct taking *taking, struct parcel_record *record)
{
	record->ttl_s = record->ttl_s > INT32_MAX ? 0 :
	    least(record->ttl_s, taking->rules->max_ttl_s);
}

/* All sections, as long as they are well formed; what is kept lies in the pack afterwards. */
static void
take_sections(struct taking *taking)
{
	struct wire_reader *reader = &taking->reader;
	const uint8_t *head = reader->buf;
	bool answers = taking->rcode == DNS_NOERROR || taking->rcode == DNS_NXDOMAIN;

	for (unsigned section = 0; section < 3; section++) {
		unsigned count = wire_get_u16(head + 6 + 2 * section);

		/* Nothing is done for records that cannot be there. */
		if (count * 11u > wire_left(reader))
			reader->err = ERR_SYNTAX;
		for (; count > 0 && reader->err == 0 && taking->pack.writer.err == 0; count--) {
			struct parcel_record record;

			read_record(taking, &record);
			size_t end = reader->at;
			if (reader->err != 0)
				break;
			if (section == 2)
				take_additional(taking, &record);
			else if (answers && record.class == DNS_CLASS_IN) {
				limit_ttl(taking, &record);
				if (section == 0)
					take_answer(taking, &record);
				else
					take_authority(taking, &record);
			}
			if (reader->err == 0)
				reader->at = end;
		}
		if (section == 0)
			taking->answers = taking->pack.records;
	}
}

static enum parcel_verdict
judge_rcode(uint16_t rcode)
{
	switch (rcode) {
	case DNS_SERVFAIL:
		return PARCEL_SERVFAIL;
	case DNS_REFUSED:
		return PARCEL_REFUSED;
	case DNS_NOTIMP:
		return PARCEL_NOTIMP;
	case DNS_FORMERR:
		return PARCEL_FORMERR;
	case DNS_BADVERS:
		return PARCEL_BADVERS;
	}
	return PARCEL_OTHER;
}

static enum parcel_verdict
judge(const struct taking *taking)
{
	bool missing = taking->rcode == DNS_NXDOMAIN;

	if (taking->rcode != DNS_NOERROR && !missing)
		return judge_rcode(taking->rcode);
	if (taking->reader.err != 0 || taking->pack.writer.err != 0 || taking->contradicts ||
	    (missing && taking->found))
		return PARCEL_BROKEN;
	if (taking->found || taking->ours)
		return PARCEL_GOOD;
	/* An upstream that only knows who to ask instead does not do what it is there for. */
	if (!missing && !taking->soa && taking->referral && taking->answers == 0 &&
	    (taking->reader.buf[2] & FLAG_AA) == 0)
		return PARCEL_LAME;
	return PARCEL_NEGATIVE;
}

static struct parcel *
build(struct taking *taking)
{
	bool negative = !taking->found && !taking->ours;

	parcel_pack_settle(&taking->pack);
	struct parcel *parcel = parcel_pack_build(&taking->pack);
	if (parcel == NULL)
		return NULL;
	parcel->answers = (uint16_t)taking->answers;
	parcel->authorities = (uint16_t)(taking->pack.records - taking->answers);
	parcel->rcode = taking->ours ? DNS_NOERROR : (uint8_t)taking->rcode;
	parcel->ttl_s = taking->ttl_s;
	parcel->last_name_at = (uint16_t)taking->chain[taking->last].at;
	parcel->links = (uint8_t)taking->last;
	if (negative)
		parcel->flags |= PARCEL_IS_NEGATIVE;
	if (negative && !taking->soa)
		parcel->ttl_s = least(parcel->ttl_s,
		    least(NO_SOA_TTL_S, taking->rules->max_negative_ttl_s));
	if (taking->ours)
		parcel->flags |= PARCEL_LEADS_TO_US;
	if (taking->rcode == DNS_NXDOMAIN && taking->answers == 0 && taking->soa)
		parcel->flags |= PARCEL_CUTS;
	if (taking->reader.buf[3] & FLAG_AD)
		parcel->flags |= PARCEL_AUTHENTIC;
	return parcel;
}

/*
 * Only what answers this very question counts (RFC 5452, 9.1).  Who cannot read it may leave it
 * out: some answer an OPT they do not know with a bare header.
 */
static enum parcel_verdict
check_question(const struct parcel_question *question, const uint8_t *reply, size_t len)
{
	size_t name_len = question->asked->name_len;

	if (len < DNS_HEADER_LEN || wire_get_u16(reply) != question->id ||
	    (reply[2] & (FLAG_QR | OPCODE)) != FLAG_QR)
		return PARCEL_FOREIGN;
	uint8_t rcode = reply[3] & 15;
	if (wire_get_u16(reply + 4) == 0 && (rcode == DNS_FORMERR || rcode == DNS_NOTIMP))
		return judge_rcode(rcode);
	if (wire_get_u16(reply + 4) != 1 || len < DNS_HEADER_LEN + name_len + 4)
		return PARCEL_FOREIGN;
	const uint8_t *name = reply + DNS_HEADER_LEN;
	if (wire_get_u16(name + name_len) != question->asked->type ||
	    wire_get_u16(name + name_len + 2) != DNS_CLASS_IN ||
	    !name_folds_to(name, question->asked->name, name_len))
		return PARCEL_FOREIGN;
	return memcmp(name, question->name, name_len) == 0 ? PARCEL_GOOD : PARCEL_WRONG_CASE;
}

static void
begin(struct taking *taking, const struct asked *asked, const struct parcel_rules *rules,
    uint8_t *reply, size_t len)
{
	taking->rules = rules;
	taking->asked = asked;
	wire_reader_init(&taking->reader, reply, len);
	taking->reader.at = DNS_HEADER_LEN + (size_t)asked->name_len + 4;
	taking->rcode = reply[3] & 15;
	taking->edns = taking->found = taking->ours = taking->soa = taking->referral = false;
	taking->contradicts = false;
	taking->answers = 0;
	taking->ttl_s = rules->max_ttl_s;
	taking->last = 0;
	memcpy(taking->chain[0].name, asked->name, asked->name_len);
	taking->chain[0].at = DNS_HEADER_LEN;
	taking->dname[0] = 0;
	parcel_pack_init(&taking->pack, asked);
	memcpy(reply + DNS_HEADER_LEN, asked->name, asked->name_len);
}

enum parcel_verdict
parcel_read(const struct parcel_question *question, const struct parcel_rules *rules,
    uint8_t *reply, size_t len, struct parcel_reading *reading)
{
	enum parcel_verdict verdict = check_question(question, reply, len);

	*reading = (struct parcel_reading){ 0 };
	if (verdict == PARCEL_FOREIGN || verdict == PARCEL_WRONG_CASE)
		return verdict;
	reading->rcode = reply[3] & 15;
	if (verdict != PARCEL_GOOD)
		return verdict;
	if (reply[2] & FLAG_TC)
		return PARCEL_TRUNCATED;
	/* Not cleared: most of it is never used. */
	struct taking *taking = malloc(sizeof(*taking));
	if (taking == NULL)
		return PARCEL_NO_MEMORY;
	begin(taking, question->asked, rules, reply, len);
	take_sections(taking);
	reading->rcode = taking->rcode;
	reading->edns = taking->edns;
	verdict = judge(taking);
	if (verdict == PARCEL_GOOD || verdict == PARCEL_NEGATIVE) {
		reading->parcel = build(taking);
		if (reading->parcel == NULL)
			verdict = PARCEL_NO_MEMORY;
	}
	free(taking);
	return verdict;
}
