/* bench_query.c - a query, what is expected of its answer, and whether a reply is that. */
#include "tests/bench/bench_query.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dns/wire.h"

#define UDP_SIZE 1232           /* what the OPT record says */
#define SRV_FIXED 6U            /* priority, weight and port (RFC 2782) */
#define RECURSION_DESIRED 0x0100        /* as stub resolvers ask */

uint64_t
query_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545F4914F6CDD1DULL;
}

uint64_t
query_digest(uint16_t type, const uint8_t *rdata, size_t len)
{
	uint8_t folded[SRV_FIXED + 255];

	if (type != DNS_TYPE_SRV || len > sizeof(folded))
		return text_hash(TEXT_HASH_SEED, rdata, len);
	/* Length octets are no letters (RFC 1035, 2.3.4). */
	for (size_t i = 0; i < len; i++)
		folded[i] = i < SRV_FIXED ? rdata[i] : (uint8_t)tolower(rdata[i]);
	return text_hash(TEXT_HASH_SEED, folded, len);
}

/* Dotted text to labels; a last dot makes no difference. */
static void
write_name(struct wire_writer *writer, const char *name)
{
	size_t begin = writer->len;

	while (*name != '\0') {
		size_t len = strcspn(name, ".");

		if (len == 0 || len > 63) {
			writer->err = ERR_SYNTAX;
			return;
		}
		wire_write_u8(writer, (uint8_t)len);
		wire_write_octets(writer, name, len);
		name += len + (name[len] == '.');
	}
	wire_write_u8(writer, 0);
	if (writer->len - begin > 255)
		writer->err = ERR_SYNTAX;
}

uint64_t
query_digest_srv(unsigned weight, uint16_t port, const char *target)
{
	uint8_t rdata[SRV_FIXED + 255];
	struct wire_writer writer;

	wire_writer_init(&writer, rdata, sizeof(rdata));
	wire_write_u16(&writer, 0);
	wire_write_u16(&writer, (uint16_t)weight);
	wire_write_u16(&writer, port);
	write_name(&writer, target);
	return query_digest(DNS_TYPE_SRV, rdata, writer.len);
}

static const struct {
	const char *text;
	uint16_t type;
} types[] = {
	{ "A", DNS_TYPE_A }, { "AAAA", DNS_TYPE_AAAA }, { "SRV", DNS_TYPE_SRV },
	{ "PTR", DNS_TYPE_PTR }, { "TXT", DNS_TYPE_TXT }, { "SOA", DNS_TYPE_SOA },
	{ "NS", DNS_TYPE_NS }, { "ANY", DNS_TYPE_ANY },
};

/* 0 where there is no such type. */
static uint16_t
type_of(const char *text)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].text, text) == 0)
			return types[i].type;
	return 0;
}

static void
mix_letters(uint8_t *octets, size_t len, uint64_t *seed)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < len; i++) {
		if (i % 32 == 0)
			bits = query_random(seed) >> 32;
		if (isalpha(octets[i]) && (bits >> i % 32 & 1) != 0)
			octets[i] ^= 0x20;
	}
}

static bool
parse_expected(const char *rcode, const char *answers, const char *digest,
    struct query_expected *expected)
{
	uint64_t number;

	if (rcode == NULL || !text_to_u64(rcode, 15, &number))
		return false;
	expected->rcode = (uint8_t)number;
	if (answers == NULL || !text_to_u64(answers, UINT16_MAX, &number))
		return false;
	expected->answers = (uint16_t)number;
	expected->digest = digest == NULL ? 0 : strtoull(digest, NULL, 16);
	return true;
}

size_t
query_parse(char *line, unsigned flags, uint64_t *seed, uint8_t *packet, uint16_t *question_len,
    struct query_expected *expected)
{
	char *rest = NULL;
	const char *name = strtok_r(line, " \n", &rest);
	const char *type = strtok_r(NULL, " \n", &rest);
	const char *rcode = strtok_r(NULL, " \n", &rest);
	const char *answers = strtok_r(NULL, " \n", &rest);
	struct wire_writer writer;

	if (name == NULL || type == NULL || type_of(type) == 0 ||
	    !parse_expected(rcode, answers, strtok_r(NULL, " \n", &rest), expected))
		return 0;
	wire_writer_init(&writer, packet, QUERY_SIZE_MAX);
	wire_write_u16(&writer, 0);
	wire_write_u16(&writer, RECURSION_DESIRED);
	wire_write_octets(&writer, "\0\1\0\0\0\0\0", 7);
	wire_write_u8(&writer, (flags & QUERY_EDNS) != 0);
	write_name(&writer, name);
	if (writer.err == 0 && (flags & QUERY_MIXED) != 0)
		mix_letters(packet + DNS_HEADER_LEN, writer.len - DNS_HEADER_LEN, seed);
	wire_write_u16(&writer, type_of(type));
	wire_write_u16(&writer, DNS_CLASS_IN);
	*question_len = (uint16_t)(writer.len - DNS_HEADER_LEN);
	if ((flags & QUERY_EDNS) != 0) {
		wire_write_u8(&writer, 0);
		wire_write_u16(&writer, DNS_TYPE_OPT);
		wire_write_u16(&writer, UDP_SIZE);
		wire_write_octets(&writer, "\0\0\0\0\0\0", 6);
	}
	return writer.err == 0 ? writer.len : 0;
}

const char *
query_fault_text(enum query_fault fault)
{
	static const char *const texts[] = {
		[QUERY_RIGHT] = "right",
		[QUERY_SHORT] = "too short",
		[QUERY_HEADER] = "not a whole reply to a query",
		[QUERY_RCODE] = "another rcode",
		[QUERY_COUNT] = "another number of answers",
		[QUERY_QUESTION] = "another question",
		[QUERY_DIGEST] = "other answers",
		[QUERY_OPT] = "no OPT record",
	};

	return texts[fault];
}

static uint64_t
digest_answers(const uint8_t *reply, size_t len, size_t at, unsigned count)
{
	struct wire_reader reader;
	uint64_t digest = 0;

	wire_reader_init(&reader, reply, len);
	wire_skip(&reader, at);
	while (count-- > 0) {
		wire_skip_name(&reader);
		uint16_t type = wire_read_u16(&reader);
		wire_skip(&reader, 6);  /* class, TTL */
		uint16_t rdlength = wire_read_u16(&reader);
		const uint8_t *rdata = wire_read_octets(&reader, rdlength);

		if (rdata == NULL)
			return 0;
		digest += query_digest(type, rdata, rdlength);
	}
	return digest;
}

enum query_fault
query_check(const uint8_t *reply, size_t len, const uint8_t *query, uint16_t question_len,
    const struct query_expected *expected)
{
	size_t end = (size_t)DNS_HEADER_LEN + question_len;

	if (len < end)
		return QUERY_SHORT;
	/* QR, no opcode, no TC; one question (RFC 1035, 4.1.1). */
	if ((reply[2] & 0xFA) != 0x80 || wire_get_u16(reply + 4) != 1)
		return QUERY_HEADER;
	if ((reply[3] & 15) != expected->rcode)
		return QUERY_RCODE;
	if (wire_get_u16(reply + 6) != expected->answers)
		return QUERY_COUNT;
	if (memcmp(reply + DNS_HEADER_LEN, query + DNS_HEADER_LEN, question_len) != 0)
		return QUERY_QUESTION;
	if (expected->digest != 0 &&
	    digest_answers(reply, len, end, expected->answers) != expected->digest)
		return QUERY_DIGEST;
	/* A query with OPT is answered with OPT (RFC 6891, 6.1.1), whatever else is added. */
	if (wire_get_u16(reply + 10) < wire_get_u16(query + 10))
		return QUERY_OPT;
	return QUERY_RIGHT;
}
