/* onlooker_line.c - an answer as a line of the query log. */
#include "dns/onlooker_line.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "dns/name.h"
#include "dns/respond.h"
#include "dns/wire.h"
#include "dns/onlooker.h"

#define WORD_SIZE 24
#define FLAGS_SIZE 32

/* What was asked, in words. */
struct question {
	char name[NAME_TEXT_SIZE + 1];
	char type[WORD_SIZE];
	char class[WORD_SIZE];
};

/* "A", "TYPE65280"; "IN", "CLASS32": RFC 3597, 5. */
static void
set_word(char word[WORD_SIZE], const ldns_lookup_table *known, const char *prefix, unsigned value)
{
	const ldns_lookup_table *found = known == NULL ? NULL :
	    ldns_lookup_by_id((ldns_lookup_table *)(uintptr_t)known, (int)value);

	if (found != NULL)
		snprintf(word, WORD_SIZE, "%s", found->name);
	else
		snprintf(word, WORD_SIZE, "%s%u", prefix, value);
}

static void
set_type(char word[WORD_SIZE], unsigned type)
{
	const ldns_rr_descriptor *known = ldns_rr_descript((uint16_t)type);

	/* Types that ldns does not know share a descriptor without a name. */
	if (type == 255)
		snprintf(word, WORD_SIZE, "ANY");
	else if (type == 251)
		snprintf(word, WORD_SIZE, "IXFR");
	else if (type == 252)
		snprintf(word, WORD_SIZE, "AXFR");
	else if (known != NULL && known->_name != NULL)
		snprintf(word, WORD_SIZE, "%s", known->_name);
	else
		snprintf(word, WORD_SIZE, "TYPE%u", type);
}

static void
read_question(const struct onlooker_record *record, struct question *question)
{
	struct wire_reader reader;

	*question = (struct question){ .name = "-", .type = "-", .class = "-" };
	wire_reader_init(&reader, record->octets, record->len);
	wire_skip(&reader, 4);
	uint16_t count = wire_read_u16(&reader);
	wire_skip(&reader, DNS_HEADER_LEN - 6);
	size_t name_at = reader.at;
	(void)wire_read_name(&reader);
	uint16_t type = wire_read_u16(&reader);
	uint16_t class = wire_read_u16(&reader);
	if (reader.err != 0 || count != 1)
		return;
	(void)name_to_text(record->octets + name_at, question->name);
	if (strcmp(question->name, ".") != 0)
		(void)strcat(question->name, ".");
	set_type(question->type, type);
	set_word(question->class, ldns_rr_classes, "CLASS", class);
}

static void
set_flags(char flags[FLAGS_SIZE], const uint8_t *octets)
{
	static const struct {
		unsigned octet, bit;
		const char *name;
	} known[] = {
		{ 2, 0x80, "qr" }, { 2, 0x04, "aa" }, { 2, 0x02, "tc" }, { 2, 0x01, "rd" },
		{ 3, 0x80, "ra" }, { 3, 0x20, "ad" }, { 3, 0x10, "cd" },
	};
	size_t len = 0;

	flags[0] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((octets[known[i].octet] & known[i].bit) != 0)
			len += (size_t)snprintf(flags + len, FLAGS_SIZE - len, "%s%s",
			    len > 0 ? "," : "", known[i].name);
}

void
onlooker_line(const struct onlooker_record *record, struct strbuf *line, struct strbuf *members)
{
	static const char *const transports[] = {
		[TRANSPORT_UDP] = "udp", [TRANSPORT_TCP] = "tcp", [TRANSPORT_TLS] = "tls",
	};
	char client[ADDR_PORT_TEXT_SIZE] = "-", rcode[WORD_SIZE], flags[FLAGS_SIZE];
	const char *transport = transports[record->transport];
	struct question asked;

	if (record->len < 4)
		return;
	if (record->client.addr.family != ADDR_NONE)
		(void)addr_port_text(&record->client, client);
	read_question(record, &asked);
	set_word(rcode, ldns_rcodes, "RCODE", record->octets[3] & 15u);
	set_flags(flags, record->octets);
	unsigned id = wire_get_u16(record->octets);

	strbuf_addf(line, "%s - %u \"%s %s %s %s %u %s %u\" %s %s %u %u.%06us", client, id,
	    asked.type, asked.class, asked.name, transport, record->query_len,
	    record->dnssec_ok ? "true" : "false", record->payload, rcode, flags,
	    record->reply_len, record->took_us / 1000000, record->took_us % 1000000);
	strbuf_addf(members, "\"client\":\"%s\",\"id\":%u,\"type\":\"%s\",\"class\":\"%s\",\"name\":\"",
	    client, id, asked.type, asked.class);
	/* The name's own escapes are the only thing that JSON would take for its own. */
	for (const char *c = asked.name; *c != '\0'; c++)
		strbuf_addf(members, *c == '\\' || *c == '"' ? "\\%c" : "%c", *c);
	strbuf_addf(members, "\",\"transport\":\"%s\",\"size\":%u,\"do\":%s,\"bufsize\":%u,"
	    "\"rcode\":\"%s\",\"flags\":\"%s\",\"rsize\":%u,\"duration_us\":%u",
	    transport, record->query_len, record->dnssec_ok ? "true" : "false", record->payload,
	    rcode, flags, record->reply_len, record->took_us);
}
