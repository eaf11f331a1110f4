/* said.c - an upstream's reply written in words, read into a parcel, and a parcel as words. */
#include "tests/dns/said.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/entry.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "tests/suite.h"

static bool
ends_in_cluster(void *arg, const uint8_t *name, size_t len)
{
	static const uint8_t zone[] = "\7cluster\5local";

	(void)arg;
	(void)len;
	return name_is_under(name, zone);
}

const struct parcel_rules said_rules = { .max_ttl_s = 3600, .max_negative_ttl_s = 1800,
	.is_ours = ends_in_cluster };

struct asked
said_asked(const char *question)
{
	struct asked asked = { 0 };
	char copy[1200], *rest;
	size_t len;

	snprintf(copy, sizeof(copy), "%s", question);
	const char *name = strtok_r(copy, " ", &rest);
	ck_assert_int_eq(name_from_text(name, asked.name, &len), 0);
	name_fold(asked.name, len);
	asked.name_len = (uint8_t)len;
	asked.type = (uint16_t)ldns_get_rr_type_by_name(strtok_r(NULL, " ", &rest));
	for (const char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;) {
		asked.dnssec_ok |= strcmp(word, "do") == 0;
		asked.checking_disabled |= strcmp(word, "cd") == 0;
	}
	return asked;
}

static void
add_line(ldns_pkt *packet, const char *line, uint8_t *rcode, bool *opt)
{
	ldns_rr *rr = NULL;
	unsigned more;

	if (sscanf(line, "opt %u", &more) == 1) {
		*opt = true;
		*rcode = (uint8_t)more;
		return;
	}
	ck_assert_msg(ldns_rr_new_frm_str(&rr, line + 3, 0, NULL, NULL) == LDNS_STATUS_OK,
	    "no record: %s", line);
	ldns_pkt_push_rr(packet, line[0] == 'N' ? LDNS_SECTION_AUTHORITY : line[1] == 'N' ?
	    LDNS_SECTION_ANSWER : LDNS_SECTION_ADDITIONAL, rr);
}

/* ldns writes no OPT with an rcode of our choice. */
static size_t
add_opt(uint8_t octets[65535], size_t len, uint8_t rcode)
{
	const uint8_t opt[] = { 0, 0, 41, 4, 208, rcode, 0, 0, 0, 0, 0 };

	memcpy(octets + len, opt, sizeof(opt));
	wire_set_u16(octets + 10, (uint16_t)(wire_get_u16(octets + 10) + 1));
	return len + sizeof(opt);
}

size_t
said_write(const struct asked *asked, const char *reply, uint8_t octets[65535])
{
	ldns_pkt *packet = ldns_pkt_new();
	ldns_rr *question = ldns_rr_new();
	ldns_rdf *owner = NULL;
	char *copy = strdup(reply), *rest, *words;
	uint8_t rcode = 0, *wire;
	bool opt = false;
	size_t len, at = 0;

	ck_assert_int_eq(ldns_wire2dname(&owner, asked->name, asked->name_len, &at),
	    LDNS_STATUS_OK);
	ldns_rr_set_owner(question, owner);
	ldns_rr_set_type(question, asked->type);
	ldns_rr_set_class(question, LDNS_RR_CLASS_IN);
	ldns_rr_set_question(question, true);
	ldns_pkt_push_rr(packet, LDNS_SECTION_QUESTION, question);
	ldns_pkt_set_id(packet, 0x1234);
	ldns_pkt_set_qr(packet, true);
	const char *first = strtok_r(copy, "\n", &rest);
	for (char *line; (line = strtok_r(NULL, "\n", &rest)) != NULL;)
		add_line(packet, line, &rcode, &opt);
	char *head = strdup(first);
	const char *word = strtok_r(head, " ", &words);
	ldns_pkt_set_rcode(packet, (uint8_t)ldns_lookup_by_name(ldns_rcodes, word)->id);
	for (; word != NULL; word = strtok_r(NULL, " ", &words)) {
		ldns_pkt_set_aa(packet, ldns_pkt_aa(packet) || strcmp(word, "aa") == 0);
		ldns_pkt_set_tc(packet, ldns_pkt_tc(packet) || strcmp(word, "tc") == 0);
		ldns_pkt_set_ad(packet, ldns_pkt_ad(packet) || strcmp(word, "ad") == 0);
	}
	ck_assert_int_eq(ldns_pkt2wire(&wire, packet, &len), LDNS_STATUS_OK);
	memcpy(octets, wire, len);
	free(wire);
	free(head);
	free(copy);
	ldns_pkt_free(packet);
	return opt ? add_opt(octets, len, rcode) : len;
}

struct parcel *
said(const char *question, const char *reply)
{
	static uint8_t octets[65535];
	struct asked asked = said_asked(question);
	struct parcel_question sent = { .asked = &asked, .name = asked.name, .id = 0x1234 };
	struct parcel_reading reading;
	size_t len = said_write(&asked, reply, octets);
	enum parcel_verdict verdict = parcel_read(&sent, &said_rules, octets, len, &reading);

	ck_assert_msg(reading.parcel != NULL, "%s: no parcel, verdict %d", question, verdict);
	ck_assert(verdict == (parcel_is_negative(reading.parcel) ? PARCEL_NEGATIVE : PARCEL_GOOD));
	return reading.parcel;
}

struct parcel *
said_number(uint32_t n, const char *zone, bool missing, struct asked *asked)
{
	static const uint8_t soa[] = "\1a\0\1b\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\x0e\x10";
	struct parcel_question sent = { .asked = asked, .name = asked->name, .id = 0x1234 };
	uint8_t octets[600];
	char text[300];
	struct parcel_reading reading;
	struct wire_writer writer;
	size_t len;

	snprintf(text, sizeof(text), "n%u.%s", n, zone);
	*asked = (struct asked){ .type = DNS_TYPE_A };
	ck_assert_int_eq(name_from_text(text, asked->name, &len), 0);
	asked->name_len = (uint8_t)len;
	wire_writer_init(&writer, octets, sizeof(octets));
	wire_write_octets(&writer, "\x12\x34\x81\x80\0\1\0\1\0\0\0\0", 12);
	wire_write_octets(&writer, asked->name, len);
	wire_write_octets(&writer, "\0\1\0\1", 4);
	if (missing)
		memcpy(octets + 3, "\x83\0\1\0\0\0\1", 7);
	wire_write_octets(&writer, missing ? "\0\0\6\0\1" : "\xc0\x0c\0\1\0\1",
	    missing ? 5 : 6);
	wire_write_u32(&writer, 3600);
	wire_write_u16(&writer, missing ? sizeof(soa) - 1 : 4);
	if (missing)
		wire_write_octets(&writer, soa, sizeof(soa) - 1);
	else
		wire_write_u32(&writer, n);
	ck_assert_int_eq(parcel_read(&sent, &said_rules, octets, writer.len, &reading),
	    missing ? PARCEL_NEGATIVE : PARCEL_GOOD);
	return reading.parcel;
}

static char *
say_section(char *at, const char *end, const char *section, const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);
		char *text = ldns_rr2str(rr), *class = strstr(text, "\tIN\t");

		/* A record of an upstream may be of any form, but never of another class. */
		ck_assert_ptr_nonnull(class);
		memmove(class, class + 3, strlen(class + 3) + 1);
		for (char *tab; (tab = strchr(text, '\t')) != NULL;)
			*tab = ' ';
		size_t len = strlen(text);
		while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == ' '))
			text[--len] = '\0';
		at += snprintf(at, (size_t)(end - at), "%s %s\n", section, text);
		ck_assert(at < end);
		free(text);
	}
	return at;
}

/* In front of the parcel stands its question, or that of others who come to it by a CNAME. */
static void
begin_message(const struct asked *asked, const struct parcel_placing *placing,
    struct wire_writer *writer)
{
	static const uint8_t other[] = "\5other\7example";

	wire_write_octets(writer, "\x12\x34\x80\0\0\1\0\0\0\0\0\0", 12);
	if (placing->name_at == DNS_HEADER_LEN) {
		wire_write_octets(writer, asked->name, asked->name_len);
		wire_write_u16(writer, asked->type);
		wire_write_u16(writer, DNS_CLASS_IN);
		return;
	}
	wire_write_octets(writer, other, sizeof(other));
	wire_write_u16(writer, asked->type);
	wire_write_u16(writer, DNS_CLASS_IN);
	wire_write_octets(writer, "\xc0\x0c\0\5\0\1\0\0\0\7", 10);
	wire_write_u16(writer, asked->name_len);
	ck_assert_uint_eq(placing->name_at, writer->len);
	wire_write_octets(writer, asked->name, asked->name_len);
	writer->buf[7] = 1;
}

const char *
said_text(const struct parcel *parcel, const struct parcel_placing *placing, size_t limit)
{
	static char text[400000];
	static uint8_t message[65535];
	struct wire_writer writer;
	struct parcel_fit fit;
	struct asked asked;
	ldns_pkt *packet = NULL;

	parcel_asked(parcel, &asked);
	wire_writer_init(&writer, message, limit);
	begin_message(&asked, placing, &writer);
	parcel_write(parcel, placing, &writer, &fit);
	ck_assert_int_eq(writer.err, 0);
	wire_set_u16(message + 6, (uint16_t)(wire_get_u16(message + 6) + fit.answers));
	wire_set_u16(message + 8, fit.authorities);
	message[3] = parcel_rcode(parcel);
	ck_assert_int_eq(ldns_wire2pkt(&packet, message, writer.len), LDNS_STATUS_OK);
	ldns_lookup_table *rcode = ldns_lookup_by_id(ldns_rcodes, parcel_rcode(parcel));
	char *at = text + snprintf(text, sizeof(text), "%s%s%s%s\n", rcode->name,
	    parcel_is_authentic(parcel) ? " ad" : "", fit.truncated ? " tc" : "",
	    parcel_leads_to_us(parcel) ? " us" : "");
	at = say_section(at, text + sizeof(text), "AN", ldns_pkt_answer(packet));
	say_section(at, text + sizeof(text), "NS", ldns_pkt_authority(packet));
	ck_assert_uint_eq(ldns_rr_list_rr_count(ldns_pkt_additional(packet)), 0);
	ldns_pkt_free(packet);
	return text;
}
