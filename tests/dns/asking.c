/* asking.c - ask respond() in words and get its reply in words. */
#include "tests/dns/asking.h"

#include <ldns/ldns.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/index.h"
#include "dns/wire.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

struct asking *
asking_new(void)
{
	struct asking *asking = calloc(1, sizeof(*asking));

	asking->index = index_new();
	asking->settings = (struct dns_settings){ .cluster_domain = "cluster.local", .ttl_s = 5,
	    .udp_size = 1232 };
	asking->responder = (struct responder){ .index = asking->index,
	    .settings = &asking->settings,
		.answering = true, .rotation = UINT32_MAX };
	addr_parse("127.0.0.1", &asking->client);
	sample_put_zone(asking->index, "cluster.local", 5);
	return asking;
}

void
asking_free(struct asking *asking)
{
	index_free(asking->index);
	free(asking);
}

/* What the words of a question ask for. */
struct words {
	bool edns, dnssec_ok;
	uint8_t options[200];
	size_t options_len;
	unsigned payload, version, class;
	uint8_t flags2, flags3;
};

/* Octets of options, as digits. */
static void
read_options(struct words *words, const char *hex)
{
	for (unsigned octet; sscanf(hex, "%2x", &octet) == 1; hex += 2) {
		ck_assert_uint_lt(words->options_len, sizeof(words->options));
		words->options[words->options_len++] = (uint8_t)octet;
	}
}

static void
read_word(struct words *words, const char *word)
{
	static const char *const begins[] = { "edns", "do", "keepalive", "version=", "opt=" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		words->edns |= strncmp(word, begins[i], strlen(begins[i])) == 0;
	if (strncmp(word, "opt=", 4) == 0)
		read_options(words, word + 4);
	if (strcmp(word, "keepalive") == 0)
		read_options(words, "000b0000");
	sscanf(word, "edns=%u", &words->payload);
	sscanf(word, "version=%u", &words->version);
	sscanf(word, "class=%u", &words->class);
	words->dnssec_ok |= strcmp(word, "do") == 0;
	if (strcmp(word, "rd") == 0)
		words->flags2 |= 1;
	if (strcmp(word, "cd") == 0)
		words->flags3 |= 0x10;
	if (strcmp(word, "ad") == 0)
		words->flags3 |= 0x20;
	if (strcmp(word, "z") == 0)
		words->flags3 |= 0x40;
}

static void
write_query(struct asking *asking, const char *name_text, const char *type,
    const struct words *words)
{
	struct wire_writer writer;
	uint8_t name[DNS_NAME_MAX];
	const uint8_t *at = sample_name(name_text, name);
	size_t len = 1;

	for (; *at != 0; at += 1 + *at)
		len += 1u + *at;
	wire_writer_init(&writer, asking->buf, sizeof(asking->buf));
	wire_write_u16(&writer, 0x1234);
	wire_write_u8(&writer, words->flags2);
	wire_write_u8(&writer, words->flags3);
	wire_write_u16(&writer, 1);
	wire_write_u32(&writer, 0);
	wire_write_u16(&writer, words->edns);
	wire_write_octets(&writer, name, len);
	wire_write_u16(&writer, (uint16_t)ldns_get_rr_type_by_name(type));
	wire_write_u16(&writer, (uint16_t)words->class);
	if (words->edns) {
		wire_write_u8(&writer, 0);
		wire_write_u16(&writer, DNS_TYPE_OPT);
		wire_write_u16(&writer, (uint16_t)words->payload);
		wire_write_u16(&writer, (uint16_t)words->version);
		wire_write_u16(&writer, words->dnssec_ok ? 0x8000 : 0);
		wire_write_u16(&writer, (uint16_t)words->options_len);
		wire_write_octets(&writer, words->options, words->options_len);
	}
	asking->query_len = writer.len;
}

void
asking_write(struct asking *asking, const char *question)
{
	struct words words = { .payload = 4096, .class = 1 };
	char copy[1200];
	char *rest;

	snprintf(copy, sizeof(copy), "%s", question);
	const char *name = strtok_r(copy, " ", &rest);
	const char *type = strtok_r(NULL, " ", &rest);
	for (const char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;)
		read_word(&words, word);
	write_query(asking, name, type, &words);
}

void
asking_send(struct asking *asking, enum transport transport)
{
	size_t size = transport == TRANSPORT_TCP ? DNS_MESSAGE_MAX : 4096;

	asking->len = respond(&asking->responder, transport, &asking->client, asking->buf,
	    asking->query_len, size);
	ck_assert_uint_le(asking->len, size);
}

__attribute__((format(printf, 2, 3)))
static void
say(struct asking *asking, const char *format, ...)
{
	size_t len = strlen(asking->text);
	va_list args;

	va_start(args, format);
	vsnprintf(asking->text + len, sizeof(asking->text) - len, format, args);
	va_end(args);
}

static void
say_section(struct asking *asking, const char *section, const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		char *text = ldns_rr2str(ldns_rr_list_rr(list, i));

		for (char *at = text; *at != '\0'; at++)
			if (*at == '\t')
				*at = ' ';
		say(asking, "%s %s", section, text);
		free(text);
	}
}

static void
say_hex(struct asking *asking, const char *what, const uint8_t *octets, size_t len)
{
	say(asking, " %s ", what);
	for (size_t i = 0; i < len; i++)
		say(asking, "%02x", octets[i]);
}

static void
say_option(struct asking *asking, uint16_t code, const uint8_t *octets, uint16_t len)
{
	switch (code) {
	case 3:
		say(asking, " NSID %.*s", len, (const char *)octets);
		break;
	case 10:
		say_hex(asking, "COOKIE", octets, len);
		break;
	case 11:
		ck_assert_uint_eq(len, 2);
		say(asking, " keepalive %u", wire_get_u16(octets));
		break;
	case 12:
		say(asking, " padding %u", len);
		break;
	case 15:
		ck_assert_uint_ge(len, 2);
		say(asking, " EDE %u", wire_get_u16(octets));
		say(asking, len > 2 ? " %.*s" : "%.*s", len - 2, (const char *)octets + 2);
		break;
	default:
		ck_abort_msg("option %u", code);
	}
}

static void
say_options(struct asking *asking, const ldns_pkt *packet)
{
	const ldns_rdf *data = ldns_pkt_edns_data(packet);
	struct wire_reader reader;

	if (data == NULL)
		return;
	wire_reader_init(&reader, ldns_rdf_data(data), ldns_rdf_size(data));
	while (wire_left(&reader) > 0) {
		uint16_t code = wire_read_u16(&reader);
		uint16_t len = wire_read_u16(&reader);
		const uint8_t *octets = wire_read_octets(&reader, len);

		ck_assert_int_eq(reader.err, 0);
		say_option(asking, code, octets, len);
	}
}

static void
say_reply(struct asking *asking, const ldns_pkt *packet)
{
	ldns_lookup_table *rcode = ldns_lookup_by_id(ldns_rcodes,
	    (int)ldns_pkt_get_rcode(packet));

	ck_assert(ldns_pkt_qr(packet));
	ck_assert_uint_eq(ldns_pkt_id(packet), 0x1234);
	say(asking, "%s", ldns_pkt_edns_extended_rcode(packet) == 0 ? rcode->name :
	    ldns_pkt_get_rcode(packet) == 0 ? "BADVERS" : "BADCOOKIE");
	say(asking, "%s%s%s", ldns_pkt_aa(packet) ? " aa" : "", ldns_pkt_tc(packet) ? " tc" : "",
	    ldns_pkt_rd(packet) ? " rd" : "");
	say(asking, "%s%s%s%s\n", ldns_pkt_ra(packet) ? " ra" : "",
	    ldns_pkt_ad(packet) ? " ad" : "",
	    ldns_pkt_cd(packet) ? " cd" : "", (asking->buf[3] & 0x40) != 0 ? " z" : "");
	say_section(asking, "AN", ldns_pkt_answer(packet));
	say_section(asking, "NS", ldns_pkt_authority(packet));
	say_section(asking, "AR", ldns_pkt_additional(packet));
	if (ldns_pkt_edns_udp_size(packet) == 0)
		return;
	say(asking, "OPT %u%s", ldns_pkt_edns_udp_size(packet),
	    ldns_pkt_edns_do(packet) ? " do" : "");
	say_options(asking, packet);
	say(asking, "\n");
}

/* A reply must repeat the question octet by octet (0x20). */
static void
check_question(const struct asking *asking, const uint8_t *query, size_t query_len)
{
	size_t len = query_len - DNS_HEADER_LEN;

	if (wire_get_u16(query + 10) > 0)
		len = strlen((const char *)query + DNS_HEADER_LEN) + 5;
	ck_assert_mem_eq(asking->buf + DNS_HEADER_LEN, query + DNS_HEADER_LEN, len);
}

const char *
asking_read(struct asking *asking, const char *question)
{
	ldns_pkt *packet = NULL;

	asking->text[0] = '\0';
	if (asking->len == 0)
		return "silence";
	ck_assert_msg(ldns_wire2pkt(&packet, asking->buf, asking->len) == LDNS_STATUS_OK,
	    "ldns cannot read the reply to %s", question);
	say_reply(asking, packet);
	ldns_pkt_free(packet);
	return asking->text;
}

const char *
asking_ask(struct asking *asking, const char *question)
{
	uint8_t query[400];

	asking_write(asking, question);
	ck_assert_uint_le(asking->query_len, sizeof(query));
	memcpy(query, asking->buf, asking->query_len);
	asking_send(asking, strstr(question, " tcp") != NULL ? TRANSPORT_TCP : TRANSPORT_UDP);
	if (asking->len > 0)
		check_question(asking, query, asking->query_len);
	return asking_read(asking, question);
}

void
asking_expect(struct asking *asking, const char *question, const char *reply)
{
	const char *got = asking_ask(asking, question);

	ck_assert_msg(strcmp(got, reply) == 0, "%s\nexpected:\n%sgot:\n%s", question, reply, got);
}
