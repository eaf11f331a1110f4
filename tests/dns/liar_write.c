/* liar_write.c - for tests: how a lying name server writes what it says, octet by octet. */
#include "tests/dns/liar_write.h"

#include <ctype.h>
#include <string.h>

static const uint8_t forged_ip4[4] = { 203, 0, 113, 66 };
static const uint8_t forged_ip6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x66 };

void
liar_put(struct lie *lie, const void *octets, size_t len)
{
	if (lie->len + len > 65535)
		return;
	memcpy(lie->octets + lie->len, octets, len);
	lie->len += len;
}

void
liar_put16(struct lie *lie, unsigned value)
{
	uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	liar_put(lie, octets, sizeof(octets));
}

void
liar_put32(struct lie *lie, uint32_t value)
{
	liar_put16(lie, value >> 16);
	liar_put16(lie, value & 0xffff);
}

unsigned
liar_get16(const uint8_t *octets)
{
	return (unsigned)octets[0] << 8 | octets[1];
}

void
liar_set16(struct lie *lie, size_t at, unsigned value)
{
	lie->octets[at] = (uint8_t)(value >> 8);
	lie->octets[at + 1] = (uint8_t)value;
}

/* "a.b" as labels; returns the length. */
static size_t
name_to_wire(const char *text, uint8_t wire[256])
{
	size_t len = 0;

	while (*text != '\0' && *text != '.' && len < 190) {
		size_t label = strcspn(text, ".");

		wire[len++] = (uint8_t)label;
		memcpy(wire + len, text, label);
		len += label;
		text += label + (text[label] == '.');
	}
	wire[len++] = 0;
	return len;
}

bool
liar_question_read(struct liar_question *question, const uint8_t *octets, size_t len)
{
	size_t at = 12, out = 0;

	memset(question, 0, sizeof(*question));
	if (len < 17 || (octets[2] & 0x80) != 0 || liar_get16(octets + 4) != 1)
		return false;
	for (; at < len && octets[at] != 0; at += octets[at] + 1u) {
		if (octets[at] > 63 || at + octets[at] + 6 > len || at > 12 + 250)
			return false;
		memcpy(question->name + out, octets + at + 1, octets[at]);
		out += octets[at];
		question->name[out++] = '.';
	}
	if (at + 5 > len)
		return false;
	question->name[out > 1 ? out - 1 : 0] = '\0';
	if (out == 0)
		strcpy(question->name, ".");
	question->wire_len = at + 1 - 12;
	memcpy(question->wire, octets + 12, question->wire_len);
	question->id = (uint16_t)liar_get16(octets);
	question->recursion = octets[2] & 1;
	question->checking_disabled = octets[3] & 0x10;
	question->type = (uint16_t)liar_get16(octets + at + 1);
	question->dns_class = (uint16_t)liar_get16(octets + at + 3);
	at += 5;
	if (at + 11 <= len && octets[at] == 0 && liar_get16(octets + at + 1) == TYPE_OPT) {
		question->edns = true;
		question->edns_size = (uint16_t)liar_get16(octets + at + 3);
		question->dnssec_ok = octets[at + 7] & 0x80;
	}
	return true;
}

void
liar_wire_address(const uint8_t *wire, size_t len, uint8_t address[4])
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)tolower(wire[i])) * 16777619u;
	hash ^= hash >> 15;
	address[0] = 198;
	address[1] = (uint8_t)(18 | (hash >> 16 & 1));
	address[2] = (uint8_t)(hash >> 8);
	address[3] = (uint8_t)hash;
}

void
liar_begin(struct telling *telling)
{
	const struct liar_question *question = telling->question;
	struct lie *lie = telling->lie;
	unsigned flags = FLAG_QR | FLAG_RA | (question->recursion ? FLAG_RD : 0) |
	    (question->checking_disabled ? FLAG_CD : 0);

	lie->len = 0;
	liar_put16(lie, question->id);
	liar_put16(lie, flags);
	liar_put16(lie, 1);
	liar_put16(lie, 0);
	liar_put16(lie, 0);
	liar_put16(lie, 0);
	liar_put(lie, question->wire, question->wire_len);
	liar_put16(lie, question->type);
	liar_put16(lie, question->dns_class);
}

void
liar_record(struct lie *lie, unsigned section, const char *owner, unsigned type, uint32_t ttl_s,
    const void *data, size_t len)
{
	size_t count_at = 4 + 2 * section;
	uint8_t wire[256];

	if (lie->len + 300 + len > 65535)
		return;
	if (owner == NULL)
		liar_put16(lie, 0xc00c);
	else
		liar_put(lie, wire, name_to_wire(owner, wire));
	liar_put16(lie, type);
	liar_put16(lie, 1);
	liar_put32(lie, ttl_s);
	liar_put16(lie, (unsigned)len);
	liar_put(lie, data, len);
	liar_set16(lie, count_at, liar_get16(lie->octets + count_at) + 1);
}

void
liar_record_name(struct lie *lie, unsigned section, const char *owner, unsigned type, uint32_t ttl_s,
    const void *before, size_t before_len, const char *name)
{
	uint8_t data[300];

	memcpy(data, before, before_len);
	liar_record(lie, section, owner, type, ttl_s, data,
	    before_len + name_to_wire(name, data + before_len));
}

const char *
liar_above(const struct liar_question *question)
{
	const char *dot = strchr(question->name, '.');

	return dot != NULL && dot[1] != '\0' ? dot + 1 : ".";
}

void
liar_record_soa(struct lie *lie, unsigned section, const char *zone, uint32_t ttl_s)
{
	uint8_t data[300];
	size_t len = name_to_wire("ns.liar", data);

	len += name_to_wire("root.liar", data + len);
	for (unsigned i = 0; i < 5; i++) {
		uint32_t value = i == 4 ? ttl_s : 3600;

		for (unsigned shift = 32; shift > 0; shift -= 8)
			data[len++] = (uint8_t)(value >> (shift - 8));
	}
	liar_record(lie, section, zone, TYPE_SOA, ttl_s, data, len);
}

void
liar_record_address(struct telling *telling, const char *owner, uint32_t ttl_s, unsigned shift)
{
	const struct liar_question *question = telling->question;
	uint8_t ip4[4], ip6[16] = { 0x20, 0x01, 0x0d, 0xb8 }, wire[256];

	if (owner == NULL)
		liar_wire_address(question->wire, question->wire_len, ip4);
	else
		liar_wire_address(wire, name_to_wire(owner, wire), ip4);
	ip4[3] = (uint8_t)(ip4[3] + shift);
	memcpy(ip6 + 12, ip4, sizeof(ip4));
	if (question->type == TYPE_AAAA)
		liar_record(telling->lie, SECTION_ANSWER, owner, TYPE_AAAA, ttl_s, ip6, sizeof(ip6));
	else
		liar_record(telling->lie, SECTION_ANSWER, owner, TYPE_A, ttl_s, ip4, sizeof(ip4));
}

void
liar_forge(struct lie *lie, unsigned section, const char *owner, unsigned type)
{
	if (type == TYPE_AAAA)
		liar_record(lie, section, owner, TYPE_AAAA, 300, forged_ip6, sizeof(forged_ip6));
	else
		liar_record(lie, section, owner, TYPE_A, 300, forged_ip4, sizeof(forged_ip4));
}
