/* ask.c - ask respond() a question in words and have the reply in words, for tests. */
#include "tests/dns/ask.h"

#include <check.h>
#include <ldns/ldns.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/strbuf.h"
#include "dns/index.h"
#include "dns/respond.h"

#define MESSAGE_MAX 65535
#define EDE_OPTION 15           /* RFC 8914 */
#define SUFFIX ".svc.cluster.local."

/* Send the question, get the reply. */
static ldns_pkt *
exchange(struct responder *responder, const char *question)
{
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	static uint8_t buf[MESSAGE_MAX];
	char name[512], type[32];
	ldns_pkt *query = NULL, *reply = NULL;
	uint8_t *wire = NULL;
	size_t len;

	ck_assert_int_eq(sscanf(question, "%511s %31s", name, type), 2);
	ck_assert_int_eq(ldns_pkt_query_new_frm_str(&query, name, ldns_get_rr_type_by_name(type),
	    LDNS_RR_CLASS_IN,
	    LDNS_RD), LDNS_STATUS_OK);
	ldns_pkt_set_edns_udp_size(query, 4096);
	ck_assert_int_eq(ldns_pkt2wire(&wire, query, &len), LDNS_STATUS_OK);
	memcpy(buf, wire, len);
	free(wire);
	ldns_pkt_free(query);
	index_reader_begin();
	len = respond(responder, TRANSPORT_TCP, &client, buf, len, sizeof(buf));
	index_reader_end();
	ck_assert_msg(len > 0, "%s: no reply", question);
	ck_assert_msg(ldns_wire2pkt(&reply, buf, len) == LDNS_STATUS_OK, "%s: a broken reply",
	    question);
	return reply;
}

/* Without the last dot and without what all names of Services end in. */
static void
shorten(char *text)
{
	size_t len = strlen(text), suffix = strlen(SUFFIX);

	if (len > suffix && strcasecmp(text + len - suffix, SUFFIX) == 0)
		text[len - suffix] = '\0';
	else if (len > 1 && text[len - 1] == '.')
		text[len - 1] = '\0';
}

static char *
record_text(const ldns_rr *rr, const ldns_rdf *asked)
{
	struct strbuf text = STRBUF_INIT;
	char *owner = ldns_rdf2str(ldns_rr_owner(rr)),
	    *type = ldns_rr_type2str(ldns_rr_get_type(rr));

	shorten(owner);
	if (asked == NULL || ldns_dname_compare(ldns_rr_owner(rr), asked) != 0)
		strbuf_addf(&text, "%s ", owner);
	strbuf_add(&text, type);
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		char *data = ldns_rdf2str(ldns_rr_rdf(rr, i));

		if (ldns_rdf_get_type(ldns_rr_rdf(rr, i)) == LDNS_RDF_TYPE_DNAME)
			shorten(data);
		strbuf_addf(&text, " %s", data);
		free(data);
	}
	strbuf_addf(&text, "/%u", ldns_rr_ttl(rr));
	free(owner);
	free(type);
	return strbuf_take(&text);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
add_section(struct strbuf *out, const char *sign, const ldns_rr_list *list, const ldns_rdf *asked)
{
	size_t count = ldns_rr_list_rr_count(list);
	char **texts = calloc(count + 1, sizeof(*texts));

	for (size_t i = 0; i < count; i++)
		texts[i] = record_text(ldns_rr_list_rr(list, i), asked);
	if (count > 0 && ldns_rr_get_type(ldns_rr_list_rr(list, 0)) != LDNS_RR_TYPE_PTR)
		qsort(texts, count, sizeof(*texts), compare_texts);
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, "%s%s", i == 0 ? sign : ", ", texts[i]);
		free(texts[i]);
	}
	free(texts);
}

static void
add_ede(struct strbuf *out, const ldns_pkt *reply)
{
	const ldns_rdf *options = ldns_pkt_edns_data(reply);
	const uint8_t *data = options != NULL ? ldns_rdf_data(options) : NULL;
	size_t len = options != NULL ? ldns_rdf_size(options) : 0;

	for (size_t at = 0; at + 4 <= len;) {
		size_t code = (size_t)data[at] << 8 | data[at + 1],
		    size = (size_t)data[at + 2] << 8 | data[at + 3];

		at += 4;
		if (code == EDE_OPTION && size >= 2)
			strbuf_addf(out, " ! %.*s", (int)size - 2, (const char *)data + at + 2);
		at += size;
	}
}

char *
ask(struct responder *responder, const char *question)
{
	ldns_pkt *reply = exchange(responder, question);
	const ldns_rdf *asked = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_question(reply), 0));
	struct strbuf out = STRBUF_INIT;
	char *rcode = ldns_pkt_rcode2str(ldns_pkt_get_rcode(reply));

	strbuf_add(&out, rcode);
	if (ldns_pkt_get_rcode(reply) == LDNS_RCODE_NOERROR ||
	    ldns_pkt_get_rcode(reply) == LDNS_RCODE_NXDOMAIN)
		ck_assert_msg(ldns_pkt_aa(reply), "%s: AA is not set", question);
	if (ldns_pkt_ancount(reply) == 0 && ldns_pkt_nscount(reply) == 0 &&
	    strcmp(rcode, "NOERROR") == 0)
		strbuf_add(&out, " without SOA");
	else if (ldns_pkt_ancount(reply) == 0 && strcmp(rcode, "REFUSED") != 0)
		ck_assert_msg(ldns_pkt_nscount(reply) == 1 &&
		    ldns_rr_get_type(ldns_rr_list_rr(ldns_pkt_authority(reply),
		    0)) == LDNS_RR_TYPE_SOA,
		    "%s: not exactly one SOA in a negative reply", question);
	add_section(&out, " ", ldns_pkt_answer(reply), asked);
	add_section(&out, " + ", ldns_pkt_additional(reply), NULL);
	add_ede(&out, reply);
	free(rcode);
	ldns_pkt_free(reply);
	return strbuf_take(&out);
}

void
ask_expect(struct responder *responder, const char *question, const char *expected)
{
	char *reply = ask(responder, question);

	ck_assert_msg(strcmp(reply, expected) == 0, "%s:\n  is       %s\n  expected %s", question,
	    reply, expected);
	free(reply);
}

unsigned
ask_serial(struct responder *responder, const char *zone)
{
	char question[300];

	snprintf(question, sizeof(question), "%s SOA", zone);
	ldns_pkt *reply = exchange(responder, question);
	ck_assert_uint_eq(ldns_pkt_ancount(reply), 1);
	unsigned serial = ldns_rdf2native_int32(ldns_rr_rdf(ldns_rr_list_rr(ldns_pkt_answer(reply),
	    0), 2));
	ldns_pkt_free(reply);
	return serial;
}
