/* ask.c - ask respond() a question in words and have the reply in words, for tests. */
#include "tests/dns/ask.h"

#include <check.h>
#include <ldns/ldns.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
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

/* One word behind the type; false: it is none of ours. */
static bool
read_flag(const char *word, ldns_pkt *query, struct ask_query *asked, bool *edns)
{
	if (strcmp(word, "do") == 0)
		ldns_pkt_set_edns_do(query, true);
	else if (strcmp(word, "cd") == 0)
		ldns_pkt_set_cd(query, true);
	else if (strcmp(word, "ad") == 0)
		ldns_pkt_set_ad(query, true);
	else if (strcmp(word, "-rd") == 0)
		ldns_pkt_set_rd(query, false);
	else if (strcmp(word, "udp") == 0)
		asked->transport = TRANSPORT_UDP;
	else if (strcmp(word, "noedns") == 0)
		*edns = false;
	else if (strncmp(word, "from=", 5) == 0)
		return addr_parse(word + 5, &asked->client) == 0;
	else
		return false;
	return true;
}

void
ask_write(const char *question, struct ask_query *asked, uint8_t *buf, size_t size)
{
	char text[1024], *at = NULL;
	ldns_pkt *query = NULL;
	uint8_t *wire = NULL;
	bool edns = true;

	*asked = (struct ask_query){ { ADDR_IP4, { 127, 0, 0, 1 } }, TRANSPORT_TCP, 0 };
	snprintf(text, sizeof(text), "%s", question);
	const char *name = strtok_r(text, " ", &at), *type = strtok_r(NULL, " ", &at);
	ck_assert_msg(name != NULL && type != NULL, "%s?", question);
	ck_assert_int_eq(ldns_pkt_query_new_frm_str(&query, name, ldns_get_rr_type_by_name(type),
	    LDNS_RR_CLASS_IN, LDNS_RD), LDNS_STATUS_OK);
	for (char *word; (word = strtok_r(NULL, " ", &at)) != NULL;)
		ck_assert_msg(read_flag(word, query, asked, &edns), "%s: %s?", question, word);
	if (edns)
		ldns_pkt_set_edns_udp_size(query, 4096);
	ck_assert_int_eq(ldns_pkt2wire(&wire, query, &asked->len), LDNS_STATUS_OK);
	ck_assert_uint_le(asked->len, size);
	memcpy(buf, wire, asked->len);
	free(wire);
	ldns_pkt_free(query);
}

/* Send the question, get the reply. */
static size_t
exchange(struct responder *responder, const char *question, uint8_t *buf)
{
	struct ask_query asked;

	ask_write(question, &asked, buf, MESSAGE_MAX);
	index_reader_begin();
	size_t len = respond(responder, asked.transport, &asked.client, buf, asked.len,
	    MESSAGE_MAX);
	index_reader_end();
	ck_assert_msg(len > 0, "%s: no reply", question);
	return len;
}

static ldns_pkt *
read_reply(const uint8_t *buf, size_t len)
{
	ldns_pkt *reply;

	ck_assert_msg(ldns_wire2pkt(&reply, buf, len) == LDNS_STATUS_OK, "a broken reply");
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
		if (code == EDE_OPTION && size == 2)
			strbuf_addf(out, " ! code %u", data[at] << 8 | data[at + 1]);
		else if (code == EDE_OPTION && size > 2)
			strbuf_addf(out, " ! %.*s", (int)size - 2, (const char *)data + at + 2);
		at += size;
	}
}

/* What holds of every answer of ours. */
static void
check_own(struct strbuf *out, const ldns_pkt *reply)
{
	ldns_pkt_rcode rcode = ldns_pkt_get_rcode(reply);

	if (!ldns_pkt_aa(reply) && ldns_pkt_nscount(reply) > 0 &&
	    ldns_rr_get_type(ldns_rr_list_rr(ldns_pkt_authority(reply), 0)) == LDNS_RR_TYPE_NS) {
		strbuf_add(out, " referral");
		return;
	}
	if (rcode == LDNS_RCODE_NOERROR || rcode == LDNS_RCODE_NXDOMAIN)
		ck_assert_msg(ldns_pkt_aa(reply), "AA is not set");
	if (ldns_pkt_ancount(reply) == 0 && ldns_pkt_nscount(reply) == 0 &&
	    rcode == LDNS_RCODE_NOERROR)
		strbuf_add(out, " without SOA");
	else if (ldns_pkt_ancount(reply) == 0 && rcode != LDNS_RCODE_REFUSED)
		ck_assert_msg(ldns_pkt_nscount(reply) == 1 &&
		    ldns_rr_get_type(ldns_rr_list_rr(ldns_pkt_authority(reply),
		    0)) == LDNS_RR_TYPE_SOA, "not exactly one SOA in a negative reply");
}

/* Owner, type and TTL of each. */
static void
add_authority(struct strbuf *out, const ldns_pkt *reply)
{
	for (size_t i = 0; i < ldns_pkt_nscount(reply); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(ldns_pkt_authority(reply), i);
		char *owner = ldns_rdf2str(ldns_rr_owner(rr));
		char *type = ldns_rr_type2str(ldns_rr_get_type(rr));

		shorten(owner);
		strbuf_addf(out, "%s%s %s/%u", i == 0 ? " ~ " : ", ", owner, type, ldns_rr_ttl(rr));
		free(owner);
		free(type);
	}
}

char *
ask_words(const uint8_t *buf, size_t len, bool foreign)
{
	ldns_pkt *reply = read_reply(buf, len);
	const ldns_rdf *asked = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_question(reply), 0));
	struct strbuf out = STRBUF_INIT;
	char *rcode = ldns_pkt_rcode2str(ldns_pkt_get_rcode(reply));

	strbuf_add(&out, rcode);
	if (foreign)
		strbuf_addf(&out, "%s%s%s", ldns_pkt_aa(reply) ? " aa" : "",
		    ldns_pkt_ad(reply) ? " ad" : "", ldns_pkt_tc(reply) ? " tc" : "");
	else
		check_own(&out, reply);
	add_section(&out, " ", ldns_pkt_answer(reply), asked);
	if (foreign)
		add_authority(&out, reply);
	add_section(&out, " + ", ldns_pkt_additional(reply), NULL);
	add_ede(&out, reply);
	free(rcode);
	ldns_pkt_free(reply);
	return strbuf_take(&out);
}

char *
ask(struct responder *responder, const char *question)
{
	static uint8_t buf[MESSAGE_MAX];
	size_t len = exchange(responder, question, buf);

	return ask_words(buf, len, false);
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
	static uint8_t buf[MESSAGE_MAX];
	size_t len = exchange(responder, question, buf);
	ldns_pkt *reply = read_reply(buf, len);
	ck_assert_uint_eq(ldns_pkt_ancount(reply), 1);
	unsigned serial = ldns_rdf2native_int32(ldns_rr_rdf(ldns_rr_list_rr(ldns_pkt_answer(reply),
	    0), 2));
	ldns_pkt_free(reply);
	return serial;
}
