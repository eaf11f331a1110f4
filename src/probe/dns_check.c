/* dns_check.c - the question of a dns probe, and what it makes of the octets that come back. */
#include "probe/dns_check.h"

#include <ldns/ldns.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"

#define CHAIN_MAX 16

int
dns_check_ask(struct dns_question *question, const char *name, uint16_t type, uint16_t id)
{
	ldns_rdf *owner = NULL;
	ldns_status status = ldns_str2rdf_dname(&owner, name);

	if (status != LDNS_STATUS_OK)
		return status == LDNS_STATUS_MEM_ERR ? ERR_NOMEM : ERR_INVALID;
	ldns_dname2canonical(owner);
	memset(question->octets, 0, 12);
	ldns_write_uint16(question->octets, id);
	LDNS_RD_SET(question->octets);
	ldns_write_uint16(question->octets + 4, 1);
	question->len = 12 + ldns_rdf_size(owner);
	memcpy(question->octets + 12, ldns_rdf_data(owner), ldns_rdf_size(owner));
	ldns_write_uint16(question->octets + question->len, type);
	ldns_write_uint16(question->octets + question->len + 2, LDNS_RR_CLASS_IN);
	question->len += 4;
	ldns_rdf_deep_free(owner);
	return 0;
}

/*
 * Header and question are ours, octet by octet.  An error may come without the question: so
 * do servers that could not read it.
 */
static bool
is_ours(const struct dns_question *question, const uint8_t *reply, size_t len)
{
	if (len < LDNS_HEADER_SIZE || memcmp(reply, question->octets, 2) != 0 ||
	    !LDNS_QR_WIRE(reply) || LDNS_OPCODE_WIRE(reply) != LDNS_PACKET_QUERY)
		return false;
	if (LDNS_QDCOUNT(reply) == 0)
		return LDNS_RCODE_WIRE(reply) != LDNS_RCODE_NOERROR;
	return LDNS_QDCOUNT(reply) == 1 && len >= question->len &&
	    memcmp(reply + 12, question->octets + 12, question->len - 12) == 0;
}

/* The record of the list that has this owner and type; NULL: none. */
static const ldns_rr *
find(const ldns_rr_list *records, const ldns_rdf *owner, ldns_rr_type type)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
		const ldns_rr *record = ldns_rr_list_rr(records, i);

		if (ldns_rr_get_type(record) == type &&
		    ldns_rr_get_class(record) == LDNS_RR_CLASS_IN &&
		    ldns_dname_compare(ldns_rr_owner(record), owner) == 0)
			return record;
	}
	return NULL;
}

static bool
is_useful(const ldns_pkt *pkt)
{
	const ldns_rr *asked = ldns_rr_list_rr(ldns_pkt_question(pkt), 0);
	const ldns_rdf *owner = ldns_rr_owner(asked);
	bool chained = false;

	for (unsigned links = 0; links < CHAIN_MAX; links++) {
		if (find(ldns_pkt_answer(pkt), owner, ldns_rr_get_type(asked)) != NULL)
			return true;
		const ldns_rr *link = find(ldns_pkt_answer(pkt), owner, LDNS_RR_TYPE_CNAME);

		if (link == NULL || ldns_rr_rdf(link, 0) == NULL)
			return chained;
		chained = true;
		owner = ldns_rr_rdf(link, 0);
	}
	/* A chain without an end, or one that bites its tail, leads nowhere. */
	return false;
}

static void
judge_code(int code, struct dns_verdict *verdict)
{
	const ldns_lookup_table *row = ldns_lookup_by_id(ldns_rcodes, code);

	*verdict = (struct dns_verdict){ .code = OUTCOME_DNS_RCODE, .value = code,
		.detail = row != NULL ? row->name : "an unknown code" };
}

static void
judge_records(const uint8_t *reply, size_t len, struct dns_verdict *verdict)
{
	ldns_pkt *pkt = NULL;
	ldns_status status = ldns_wire2pkt(&pkt, reply, len);

	*verdict = (struct dns_verdict){ .code = OUTCOME_DNS_MALFORMED };
	if (status == LDNS_STATUS_MEM_ERR)
		verdict->code = OUTCOME_FAULT_MEMORY;
	else if (status != LDNS_STATUS_OK)
		verdict->detail = ldns_get_errorstr_by_id(status);
	else
		verdict->code = is_useful(pkt) ? OUTCOME_PASS : OUTCOME_DNS_EMPTY;
	ldns_pkt_free(pkt);
}

enum dns_check
dns_check_reply(const struct dns_question *question, const uint8_t *reply, size_t len,
    struct dns_verdict *verdict)
{
	if (!is_ours(question, reply, len))
		return DNS_CHECK_FOREIGN;
	if (LDNS_RCODE_WIRE(reply) != LDNS_RCODE_NOERROR)
		judge_code(LDNS_RCODE_WIRE(reply), verdict);
	else if (LDNS_TC_WIRE(reply))
		return DNS_CHECK_TRUNCATED;
	else
		judge_records(reply, len, verdict);
	return DNS_CHECK_JUDGED;
}
