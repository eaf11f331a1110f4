/* transfer.c - an AXFR or IXFR asked for over a stream, and its messages. */
#include "dns/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "dns/dns_settings.h"
#include "dns/name.h"
#include "dns/outgoing.h"
#include "dns/respond.h"
#include "dns/shipment.h"
#include "dns/tcp_source.h"
#include "dns/tsig.h"
#include "dns/wire.h"

#define FLAG_QR 0x80
#define FLAG_RD 0x01
#define QUESTION_FIXED 4
#define SOA_NUMBERS 20
#define QUERY_MAX 4096          /* far more than a question, an SOA, OPT and a TSIG */

struct transfer {
	struct tcp_source source;
	struct shipment *shipment;      /* NULL: an error is all there is to say */
	const struct clock *clock;
	bool is_signed;
	bool begun;                     /* the first message is out */
	bool ended;
	uint8_t rcode;                  /* of the error */
	uint8_t flags;                  /* RD as it was asked */
	uint8_t id[2];
	uint16_t question_len;
	uint8_t question[DNS_NAME_MAX + QUESTION_FIXED];
	struct tsig tsig;
	const struct tsig_key *key;     /* its key, held: settings may change; NULL: none */
};

bool
transfer_admits(const struct transfer_access *access, const struct addr *client)
{
	return access != NULL && access->to_count > 0 &&
	    dns_settings_admit(access->to, access->to_count, client);
}

/* ---- messages ------------------------------------------------------------------------------ */

static size_t
write_error(struct transfer *transfer, uint8_t *buf)
{
	memset(buf, 0, DNS_HEADER_LEN);
	buf[2] = FLAG_QR;
	buf[3] = transfer->rcode;
	buf[5] = 1;
	transfer->ended = true;
	return DNS_HEADER_LEN + (size_t)transfer->question_len;
}

static size_t
next(struct tcp_source *source, uint8_t *buf, size_t size)
{
	struct transfer *transfer = (struct transfer *)(void *)source;
	size_t len = 0;

	if (transfer->shipment == NULL && transfer->ended)
		return 0;
	if (transfer->shipment == NULL) {
		len = write_error(transfer, buf);
	} else {
		switch (shipment_next(transfer->shipment, buf, &len)) {
		case SHIPMENT_MESSAGE:
			break;
		case SHIPMENT_LATER:
			return TCP_SOURCE_LATER;
		case SHIPMENT_END:
			return 0;
		case SHIPMENT_FAILED:
			return TCP_SOURCE_FAILED;
		}
	}
	memcpy(buf, transfer->id, sizeof(transfer->id));
	buf[2] = (uint8_t)(buf[2] | transfer->flags);
	memcpy(buf + DNS_HEADER_LEN, transfer->question, transfer->question_len);
	if (transfer->is_signed && tsig_sign_answer(&transfer->tsig, !transfer->begun,
	    clock_unix_s(transfer->clock), buf, &len, size) != 0)
		return TCP_SOURCE_FAILED;
	transfer->begun = true;
	return len;
}

static void
release(struct tcp_source *source)
{
	struct transfer *transfer = (struct transfer *)(void *)source;

	shipment_close(transfer->shipment);
	tsig_key_free(transfer->key);
	free(transfer);
}

/* ---- the question -------------------------------------------------------------------------- */

/*
 * The serial that the secondary has: that of the SOA in the authority section (RFC 1995, 3).
 * ERR_SYNTAX.
 */
static int
read_serial(const uint8_t *query, size_t len, size_t question_len, uint32_t *serial)
{
	uint8_t name[DNS_NAME_MAX];
	struct wire_reader reader;

	wire_reader_init(&reader, query, len);
	reader.at = DNS_HEADER_LEN + question_len;
	if (wire_get_u16(query + 6) != 0 || wire_get_u16(query + 8) != 1)
		return ERR_SYNTAX;
	wire_skip_name(&reader);
	if (wire_read_u16(&reader) != DNS_TYPE_SOA)
		return ERR_SYNTAX;
	wire_skip(&reader, 8);
	(void)wire_expand_name(&reader, name);
	(void)wire_expand_name(&reader, name);
	*serial = wire_read_u32(&reader);
	wire_skip(&reader, SOA_NUMBERS - sizeof(*serial));
	return reader.err;
}

static void
take_question(struct transfer *transfer, const uint8_t *query)
{
	memcpy(transfer->id, query, sizeof(transfer->id));
	transfer->flags = query[2] & FLAG_RD;
	transfer->question_len = (uint16_t)(name_len(query + DNS_HEADER_LEN) + QUESTION_FIXED);
	memcpy(transfer->question, query + DNS_HEADER_LEN, transfer->question_len);
}

/* Open the shipment; else there is an error to be said. */
static enum dns_rcode
open_shipment(struct transfer *transfer, const struct transfer_settings *settings,
    const uint8_t *query, size_t len)
{
	uint8_t zone[DNS_NAME_MAX];
	size_t zone_len = transfer->question_len - (size_t)QUESTION_FIXED;
	struct shipment_wish wish = { .zone = zone, .zone_len = zone_len,
	    .ready = settings->ready, .arg = settings->arg };

	memcpy(zone, transfer->question, zone_len);
	name_fold(zone, zone_len);
	wish.incremental = wire_get_u16(transfer->question + zone_len) == DNS_TYPE_IXFR;
	if (wish.incremental &&
	    read_serial(query, len, transfer->question_len, &wish.serial) != 0)
		return DNS_FORMERR;
	switch (shipment_open(settings->outgoing, &wish, &transfer->shipment)) {
	case 0:
		return DNS_NOERROR;
	case ERR_NOTFOUND:
		return DNS_NOTAUTH;     /* RFC 5936, 2.2.1 */
	case ERR_FULL:
		return DNS_REFUSED;
	}
	return DNS_SERVFAIL;
}

/* Is the question signed as it must be?  *len is then without the signature. */
static bool
is_trusted(struct transfer *transfer, const struct transfer_access *access, uint8_t *query,
    size_t *len)
{
	if (tsig_take(&transfer->tsig, access->keys, access->key_count,
	    clock_unix_s(transfer->clock), query, len, &transfer->is_signed) != 0)
		return false;
	if (transfer->is_signed)
		return transfer->tsig.error == TSIG_NONE;
	return access->key_count == 0;
}

struct tcp_source *
transfer_begin(void *arg, const struct responder *responder, const struct addr *client,
    const uint8_t *query, size_t len)
{
	const struct transfer_settings *settings = arg;
	const struct transfer_access *access = responder->settings->transfer;
	uint8_t copy[QUERY_MAX];
	struct transfer *transfer = NULL;

	if (!transfer_admits(access, client) || len > sizeof(copy) || responder->clock == NULL)
		goto refused;
	transfer = calloc(1, sizeof(*transfer));
	if (transfer == NULL)
		goto refused;
	transfer->source = (struct tcp_source){ .next = next, .free = release };
	transfer->clock = responder->clock;
	memcpy(copy, query, len);
	/* What is wrong is said by who answers all others (signed.h). */
	if (!is_trusted(transfer, access, copy, &len))
		goto refused;
	if (transfer->is_signed)
		transfer->key = tsig_key_ref(transfer->tsig.key);
	take_question(transfer, copy);
	transfer->rcode = (uint8_t)open_shipment(transfer, settings, copy, len);
	return &transfer->source;
refused:
	outgoing_note_refused(settings->outgoing);
	free(transfer);
	return NULL;
}
